//! All templates of a deployment: which one a message gets.

use std::collections::BTreeMap;
use std::time::Duration;

use super::text::TextTemplate;
use super::vendor::{FilledTemplate, Value, VendorTemplate};
use super::{Language, Sender, SmsText, last_lines, render};
use crate::application::{AppId, Application};
use crate::channel::Channel;
use crate::passcode::Passcode;
use crate::route::ProviderName;

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

/// All templates of a deployment beside the built-in ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Templates {
    texts: BTreeMap<TemplateScope, TextTemplate>,
    vendors: BTreeMap<TemplateScope, VendorTemplate>,
}

/// What a template is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Of which application.
    pub app: &'a Application,
    /// For what.
    pub channel: Channel,
    /// For whom to send.
    pub provider: &'a str,
    /// In which language.
    pub language: Language,
}

impl Wanted<'_> {
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
    pub fn text(&self, wanted: &Wanted<'_>, passcode: &Passcode, life: Duration) -> SmsText {
        let sender = Sender::from(wanted.app);
        let built_in = || render(wanted.language, wanted.channel, sender, passcode, life);
        let Some(template) = wanted.in_book(&self.texts) else {
            return built_in();
        };
        let text = compose(template, sender, passcode.reveal(), life);
        if sender.has_last_lines() && sender.room(text.reveal()).is_err() {
            return built_in();
        }
        text
    }

    /// The template of a vendor, filled for a code; `None` where there is none.
    #[must_use]
    pub fn filled(
        &self,
        wanted: &Wanted<'_>,
        passcode: &Passcode,
        life: Duration,
    ) -> Option<FilledTemplate> {
        let template = wanted.in_book(&self.vendors)?;
        let sender = Sender::from(wanted.app);
        let variables = template.variables.iter().map(|variable| {
            let mut text = String::with_capacity(super::CAPACITY);
            fill(variable.value, &mut text, sender, passcode.reveal(), life);
            (variable.name.clone(), SmsText(text))
        });
        Some(FilledTemplate {
            id: template.id.clone(),
            signature: template.signature.clone(),
            variables: variables.collect(),
        })
    }
}

/// A template's text for a code, with the last lines of its sender.
pub(super) fn compose(
    template: &TextTemplate,
    sender: Sender<'_>,
    code: &str,
    life: Duration,
) -> SmsText {
    let mut text = String::with_capacity(super::CAPACITY);
    template.write(&mut text, |value, out| fill(value, out, sender, code, life));
    last_lines(&mut text, sender, code);
    SmsText(text)
}

fn fill(value: Value, out: &mut String, sender: Sender<'_>, code: &str, life: Duration) {
    match value {
        Value::Code => out.push_str(code),
        Value::Minutes => out.push_str(&super::minutes(life).to_string()),
        Value::Seconds => out.push_str(&life.as_secs().to_string()),
        Value::App => out.push_str(sender.name.as_str()),
    }
}
