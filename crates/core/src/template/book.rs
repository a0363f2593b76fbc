//! All templates of a deployment, and the choice of the one that a message gets.

use std::collections::BTreeMap;
use std::time::Duration;

use super::text::TextTemplate;
use super::vendor::{FilledTemplate, VendorTemplate};
use super::{CAPACITY, Language, Preview, Sender, SmsText, preview, render};
use crate::application::{AppId, Application};
use crate::channel::Channel;
use crate::code::passcode::Passcode;
use crate::send::route::ProviderName;

/// The messages that a template is for. A field of `None` matches every message.
///
/// If several templates match, the nearest is used. A template of the application comes before one of the
/// deployment; among those, fields rank in the order channel, provider, language. Where none matches, text
/// vendors get the built-in text and template vendors get none.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TemplateScope {
    /// Only messages of this application.
    pub app: Option<AppId>,
    /// Only codes of this channel.
    pub channel: Option<Channel>,
    /// Only messages through this provider; a vendor's own template always names one.
    pub provider: Option<ProviderName>,
    /// Only messages in this language.
    pub language: Option<Language>,
}

impl TemplateScope {
    /// Returns how near the scope is to the messages that it matches: the nearest of several scopes gives the template.
    pub(super) fn nearness(&self) -> u8 {
        let named = [
            self.app.is_some(),
            self.channel.is_some(),
            self.provider.is_some(),
            self.language.is_some(),
        ];
        named
            .into_iter()
            .fold(0, |bits, named| bits << 1 | u8::from(named))
    }

    /// Returns whether this scope and `other` match a message both.
    pub(super) fn meets(&self, other: &Self) -> bool {
        fn agree<T: PartialEq>(one: &Option<T>, other: &Option<T>) -> bool {
            one.is_none() || other.is_none() || one == other
        }
        agree(&self.app, &other.app)
            && agree(&self.channel, &other.channel)
            && agree(&self.provider, &other.provider)
            && agree(&self.language, &other.language)
    }

    /// Returns whether this scope matches every message that `other` matches.
    pub(super) fn covers(&self, other: &Self) -> bool {
        fn includes<T: PartialEq>(one: &Option<T>, other: &Option<T>) -> bool {
            one.is_none() || one == other
        }
        includes(&self.app, &other.app)
            && includes(&self.channel, &other.channel)
            && includes(&self.provider, &other.provider)
            && includes(&self.language, &other.language)
    }
}

/// A template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Template {
    /// A text with gaps.
    Text(TextTemplate),
    /// A template that a vendor has approved.
    Vendor(VendorTemplate),
}

impl Template {
    /// Returns the kind of this template.
    #[must_use]
    pub const fn kind(&self) -> TemplateKind {
        match self {
            Template::Text(_) => TemplateKind::Text,
            Template::Vendor(_) => TemplateKind::Vendor,
        }
    }
}

/// The kind of a template: a scope may have one template of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TemplateKind {
    /// A text with gaps.
    Text,
    /// A template that a vendor has approved.
    Vendor,
}

/// All templates of a deployment except the built-in ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Templates {
    texts: BTreeMap<TemplateScope, TextTemplate>,
    vendors: BTreeMap<TemplateScope, VendorTemplate>,
}

/// The message that a template is looked up for.
#[derive(Debug, Clone, Copy)]
pub struct TemplateQuery<'a> {
    /// The application that sends the message.
    pub app: &'a Application,
    /// The purpose of the code.
    pub channel: Channel,
    /// The provider that carries the message.
    pub provider: &'a str,
    /// The language of the message.
    pub language: Language,
}

impl TemplateQuery<'_> {
    /// Returns every scope that matches, the nearest first.
    fn scopes(&self) -> impl Iterator<Item = TemplateScope> {
        let provider = ProviderName::parse(self.provider).ok();
        (0..16_u8).rev().map(move |named| TemplateScope {
            app: (named & 8 != 0).then(|| self.app.id.clone()),
            channel: (named & 4 != 0).then_some(self.channel),
            provider: provider.clone().filter(|_| named & 2 != 0),
            language: (named & 1 != 0).then_some(self.language),
        })
    }

    fn in_book<'b, T>(&self, book: &'b BTreeMap<TemplateScope, T>) -> Option<&'b T> {
        if book.is_empty() {
            return None;
        }
        self.scopes().find_map(|scope| book.get(&scope))
    }
}

impl Templates {
    /// Adds a template, in place of one with the same scope and kind.
    pub fn add(&mut self, scope: TemplateScope, template: Template) {
        match template {
            Template::Text(text) => drop(self.texts.insert(scope, text)),
            Template::Vendor(vendor) => drop(self.vendors.insert(scope, vendor)),
        }
    }

    /// Returns the text for a code: that of the nearest template, or else the built-in one. The built-in text,
    /// which makes room, also replaces a template's text that leaves no room for the application's last lines
    /// in one segment.
    #[must_use]
    pub fn text(&self, query: &TemplateQuery<'_>, passcode: &Passcode, life: Duration) -> SmsText {
        let sender = Sender::from(query.app);
        let template = query.in_book(&self.texts);
        match template.filter(|text| text.leaves_room(sender)) {
            Some(template) => template.fill(sender, passcode.reveal(), life),
            None => render(query.language, query.channel, sender, passcode, life),
        }
    }

    /// Returns a preview of the text that [`Templates::text`] returns, with a sample code.
    #[must_use]
    pub fn preview(&self, query: &TemplateQuery<'_>) -> Preview {
        let (template, sender) = (query.in_book(&self.texts), Sender::from(query.app));
        preview(template, query.language, query.channel, sender)
    }

    /// Returns the vendor's template, filled for a code; `None` where there is none.
    #[must_use]
    pub fn filled(
        &self,
        query: &TemplateQuery<'_>,
        passcode: &Passcode,
        life: Duration,
    ) -> Option<FilledTemplate> {
        let template = query.in_book(&self.vendors)?;
        let sender = Sender::from(query.app);
        let variables = template.variables.iter().map(|variable| {
            let mut text = String::with_capacity(CAPACITY);
            let code = passcode.reveal();
            variable.value.fill(&mut text, sender, code, life);
            (variable.name.clone(), SmsText(text))
        });
        Some(FilledTemplate {
            id: template.id.clone(),
            signature: template.signature.clone(),
            variables: variables.collect(),
        })
    }
}

#[cfg(test)]
mod tests;
