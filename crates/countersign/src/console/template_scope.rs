//! The scope of a template in addresses and forms.

use countersign_core::application::AppId;
use countersign_core::channel::Channel;
use countersign_core::language::LanguageTag;
use countersign_core::send::route::ProviderName;
use countersign_core::template::{TemplateKind, TemplateScope};
use url::form_urlencoded;

use super::entry::Visit;
use super::pages::refused::Why;
use super::words::Words;
use crate::operator::Permission;

/// The fields, each empty for every value.
const APP: &str = "app";
const PURPOSE: &str = "channel";
const PROVIDER: &str = "provider";
const LANGUAGE: &str = "language";
/// The field that says whether the template is a vendor's.
const KIND: &str = "kind";
const VENDOR: &str = "vendor";

/// The template that a page is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) scope: TemplateScope,
    pub(super) kind: TemplateKind,
}

impl Named {
    /// The template that the fields name, which `value` reads.
    ///
    /// # Errors
    /// [`Why::NotFound`] where a field holds nothing that there can be, or an application that the person does not work with.
    pub(super) fn read<'a>(visit: &Visit, value: impl Fn(&str) -> &'a str) -> Result<Self, Why> {
        let named = Self {
            scope: TemplateScope {
                app: given(value(APP), |id| AppId::parse(id).ok())?,
                channel: given(value(PURPOSE), Channel::parse)?,
                provider: given(value(PROVIDER), |name| ProviderName::parse(name).ok())?,
                language: given(value(LANGUAGE), LanguageTag::parse)?,
            },
            kind: match value(KIND) {
                VENDOR => TemplateKind::Vendor,
                _ => TemplateKind::Text,
            },
        };
        match &named.scope.app {
            Some(app) if !visit.apps().include(app) => Err(Why::NotFound),
            _ => Ok(named),
        }
    }

    /// Whether the person may change it. One of every application is the deployment's.
    pub(super) fn may_change(&self, visit: &Visit) -> bool {
        match &self.scope.app {
            Some(app) => visit.access().allows_with(Permission::ManageSetup, app),
            None => visit.may_everywhere(Permission::ManageSetup),
        }
    }

    /// Refuses a person who may not change it.
    ///
    /// # Errors
    /// [`Why::NotPermitted`].
    pub(super) fn check_change(self, visit: &Visit) -> Result<Self, Why> {
        match self.may_change(visit) {
            true => Ok(self),
            false => Err(Why::NotPermitted),
        }
    }

    /// The fields with their values.
    pub(super) fn fields(&self) -> [(&'static str, String); 5] {
        let scope = &self.scope;
        let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
        [
            (APP, text(scope.app.as_ref().map(AppId::as_str))),
            (PURPOSE, text(scope.channel.map(Channel::as_str))),
            (
                PROVIDER,
                text(scope.provider.as_ref().map(ProviderName::as_str)),
            ),
            (
                LANGUAGE,
                text(scope.language.as_ref().map(LanguageTag::as_str)),
            ),
            (
                KIND,
                text((self.kind == TemplateKind::Vendor).then_some(VENDOR)),
            ),
        ]
    }

    /// The address of a page about it.
    pub(super) fn address(&self, path: &str) -> String {
        let given = self.fields().into_iter();
        let given = given.filter(|(_, value)| !value.is_empty());
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(given)
            .finish();
        format!("{path}?{query}")
    }

    /// What the template is for, in words.
    pub(super) fn facts(&self, words: &Words) -> Vec<(&'static str, String)> {
        let (scope, of) = (&self.scope, &words.templates);
        let or_every = |value: Option<&str>| value.unwrap_or(of.every).to_owned();
        let purpose = scope.channel.map(|channel| words.terms.purpose(channel));
        vec![
            (
                of.application,
                or_every(scope.app.as_ref().map(AppId::as_str)),
            ),
            (of.purpose, or_every(purpose)),
            (
                of.provider,
                or_every(scope.provider.as_ref().map(ProviderName::as_str)),
            ),
            (
                of.language,
                or_every(scope.language.as_ref().map(LanguageTag::as_str)),
            ),
        ]
    }
}

/// What a text names; nothing where it is empty.
fn given<T>(text: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Why> {
    match text {
        "" => Ok(None),
        text => parse(text).map(Some).ok_or(Why::NotFound),
    }
}
