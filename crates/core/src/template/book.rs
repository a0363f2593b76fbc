//! All templates of a deployment, and the choice of the one that a message gets.

mod lookup;

use std::collections::BTreeMap;
use std::time::Duration;

use super::text::TextTemplate;
use super::vendor::{FilledTemplate, VendorTemplate};
use super::{CAPACITY, Language, Preview, Sender, SmsText, preview, render};
use crate::application::AppId;
use crate::channel::Channel;
use crate::code::passcode::Passcode;
use crate::language::LanguageTag;
use crate::send::route::ProviderName;

pub use lookup::TemplateQuery;

/// The messages that a template is for. A field of `None` matches every message.
///
/// If several templates match, the nearest is used. A template of the application comes before one of the
/// deployment; among those, fields rank in the order channel, provider, language. Where none matches, text
/// vendors get the built-in text and template vendors get none.
///
/// A template in `fr` is for `fr-CA` too, and one in `fr-FR` where nothing nearer is; one in `en-US` is for `en-GB`, and
/// so on where there are built-in texts. A message without a text in its language is written in the default language of
/// the application, or else in `en-US`; templates that name no language are looked at where that is found.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TemplateScope {
    /// Only messages of this application.
    pub app: Option<AppId>,
    /// Only codes of this channel.
    pub channel: Option<Channel>,
    /// Only messages through this provider; a vendor's own template always names one.
    pub provider: Option<ProviderName>,
    /// Only messages in this language.
    pub language: Option<LanguageTag>,
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

/// A part of a message, and the language that it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written<T> {
    /// The text, or the vendor's template.
    pub words: T,
    /// The language that the template names, or the one that was chosen for the message where it names none.
    pub language: LanguageTag,
}

impl<T> Written<T> {
    fn map<U>(self, make: impl FnOnce(T) -> U) -> Written<U> {
        Written {
            words: make(self.words),
            language: self.language,
        }
    }
}

/// All templates of a deployment except the built-in ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Templates {
    texts: BTreeMap<TemplateScope, TextTemplate>,
    vendors: BTreeMap<TemplateScope, VendorTemplate>,
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
    pub fn text(
        &self,
        query: &TemplateQuery<'_>,
        passcode: &Passcode,
        life: Duration,
    ) -> Written<SmsText> {
        let sender = Sender::from(query.app);
        let (template, built_in) = self.text_template(query);
        match template.filter(|found| found.words.leaves_room(sender)) {
            Some(found) => found.map(|text| text.fill(sender, passcode.reveal(), life)),
            None => Written {
                words: render(built_in, query.channel, sender, passcode, life),
                language: built_in.tag(),
            },
        }
    }

    /// Returns a preview of the text that [`Templates::text`] returns, with a sample code.
    #[must_use]
    pub fn preview(&self, query: &TemplateQuery<'_>) -> Preview {
        let (template, built_in) = self.text_template(query);
        let template = template.map(|found| found.words);
        preview(template, built_in, query.channel, Sender::from(query.app))
    }

    /// Returns the nearest template for a text, and the language of the built-in text that takes its place.
    fn text_template(
        &self,
        query: &TemplateQuery<'_>,
    ) -> (Option<Written<&TextTemplate>>, Language) {
        for language in query.languages() {
            let found = query.in_book(&self.texts, &language);
            let built_in = Language::serving(&language);
            if found.is_some() || built_in.is_some() {
                return (found, built_in.unwrap_or(Language::EnUs));
            }
        }
        (None, Language::EnUs)
    }

    /// Returns the vendor's template, filled for a code; `None` where there is none.
    #[must_use]
    pub fn filled(
        &self,
        query: &TemplateQuery<'_>,
        passcode: &Passcode,
        life: Duration,
    ) -> Option<Written<FilledTemplate>> {
        let mut languages = query.languages();
        let found = languages.find_map(|language| query.in_book(&self.vendors, &language))?;
        let sender = Sender::from(query.app);
        Some(found.map(|template| {
            let variables = template.variables.iter().map(|variable| {
                let mut text = String::with_capacity(CAPACITY);
                let code = passcode.reveal();
                variable.value.fill(&mut text, sender, code, life);
                (variable.name.clone(), SmsText(text))
            });
            FilledTemplate {
                id: template.id.clone(),
                signature: template.signature.clone(),
                variables: variables.collect(),
            }
        }))
    }
}

#[cfg(test)]
mod tests;
