//! All templates of a deployment: which one a message gets.

use std::collections::BTreeMap;
use std::time::Duration;

use super::text::TextTemplate;
use super::vendor::{FilledTemplate, VendorTemplate};
use super::{CAPACITY, Language, Preview, Sender, SmsText, preview, render};
use crate::application::{AppId, Application};
use crate::channel::Channel;
use crate::code::passcode::Passcode;
use crate::send::route::ProviderName;

/// What a template is for: what is named and nothing else; what is not named, all of it.
///
/// Of several that fit, the nearest holds: one of the application before one of the deployment, then one of
/// the channel, of the provider, of the language. Where none fits, text vendors get the built-in text and
/// template vendors nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TemplateScope {
    /// Of that application.
    pub app: Option<AppId>,
    /// For codes of that channel.
    pub channel: Option<Channel>,
    /// For that provider; a vendor's own template always names one.
    pub provider: Option<ProviderName>,
    /// In that language.
    pub language: Option<Language>,
}

/// A template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Template {
    /// A text with gaps.
    Text(TextTemplate),
    /// One that a vendor has approved.
    Vendor(VendorTemplate),
}

impl Template {
    /// Returns which of the two this template is.
    #[must_use]
    pub const fn kind(&self) -> TemplateKind {
        match self {
            Template::Text(_) => TemplateKind::Text,
            Template::Vendor(_) => TemplateKind::Vendor,
        }
    }
}

/// Which of two templates: a scope may have one of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TemplateKind {
    /// A text with gaps.
    Text,
    /// A template that a vendor has approved.
    Vendor,
}

/// All templates of a deployment beside the built-in ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Templates {
    texts: BTreeMap<TemplateScope, TextTemplate>,
    vendors: BTreeMap<TemplateScope, VendorTemplate>,
}

/// What a template is asked for.
#[derive(Debug, Clone, Copy)]
pub struct TemplateQuery<'a> {
    /// Of which application.
    pub app: &'a Application,
    /// For what.
    pub channel: Channel,
    /// For whom to send.
    pub provider: &'a str,
    /// In which language.
    pub language: Language,
}

impl TemplateQuery<'_> {
    /// Every scope that fits, the nearest first.
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
    /// Adds a template, in place of one with the same scope.
    pub fn add(&mut self, scope: TemplateScope, template: Template) {
        match template {
            Template::Text(text) => drop(self.texts.insert(scope, text)),
            Template::Vendor(vendor) => drop(self.vendors.insert(scope, vendor)),
        }
    }

    /// The text for a code: the nearest template's, or else the built-in one. Where the last lines of the
    /// application leave no room for a template's text in one segment, it is the built-in one too, which
    /// makes room.
    #[must_use]
    pub fn text(&self, query: &TemplateQuery<'_>, passcode: &Passcode, life: Duration) -> SmsText {
        let sender = Sender::from(query.app);
        let template = query.in_book(&self.texts);
        match template.filter(|text| text.leaves_room(sender)) {
            Some(template) => template.fill(sender, passcode.reveal(), life),
            None => render(query.language, query.channel, sender, passcode, life),
        }
    }

    /// What [`Templates::text`] will look like, with a sample code.
    #[must_use]
    pub fn preview(&self, query: &TemplateQuery<'_>) -> Preview {
        let (template, sender) = (query.in_book(&self.texts), Sender::from(query.app));
        preview(template, query.language, query.channel, sender)
    }

    /// The template of a vendor, filled for a code; `None` where there is none.
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
