//! Templates between the wire and the rules: what the operator may set, and how it is shown.

use std::sync::Arc;

use countersign_api::{Fault, FieldProblem, SmsTemplateDto, TemplateFinding, VendorTemplateDto};
use countersign_core::application::Application;
use countersign_core::channel::Channel;
use countersign_core::template::lint::{self, Finding, Severity};
use countersign_core::template::{Language, Sender, Template, TemplateScope, VendorTemplate};

use super::provider::{self, bad};
use super::{application, route};
use crate::http::request::malformed::malformed;
use crate::http::state::AppState;

/// What a template is for, if that is there. Its provider may have gone, and then its templates may go too.
pub(crate) fn scope(state: &AppState, asked: &SmsTemplateDto) -> Result<TemplateScope, Fault> {
    let provider = asked.provider.as_deref().filter(|name| !name.is_empty());
    let provider = provider
        .map(|name| provider::name(name, "provider"))
        .transpose()?;
    Ok(TemplateScope {
        app: route::app(state, asked.app_id.as_deref())?,
        channel: asked
            .channel
            .as_deref()
            .filter(|name| !name.is_empty())
            .map(channel)
            .transpose()?,
        provider,
        language: asked
            .language
            .as_deref()
            .filter(|tag| !tag.is_empty())
            .map(language)
            .transpose()?,
    })
}

/// Refuses a template for a provider that is not there.
pub(crate) fn known_provider(state: &AppState, scope: &TemplateScope) -> Result<(), Fault> {
    match &scope.provider {
        Some(name) if !state.setup().providers.contains_key(name) => {
            Err(bad("provider", format!("there is no provider {name}")))
        }
        _ => Ok(()),
    }
}

pub(crate) fn channel(name: &str) -> Result<Channel, Fault> {
    let channel = Channel::parse(name);
    channel.ok_or_else(|| malformed(Some("channel".to_owned()), FieldProblem::NotAChannel))
}

pub(crate) fn language(tag: &str) -> Result<Language, Fault> {
    Language::parse(tag).ok_or_else(|| {
        let all = Language::ALL.map(Language::as_str).join(", ");
        bad("language", format!("must be one of {all}"))
    })
}

/// The template that is asked for.
pub(crate) fn template(asked: &SmsTemplateDto) -> Result<Template, Fault> {
    match (&asked.text, &asked.vendor_template) {
        (Some(text), None) => Ok(Template::Text(
            text.parse().map_err(|error| bad("text", error))?,
        )),
        (None, Some(vendor)) => {
            if asked.provider.as_deref().unwrap_or_default().is_empty() {
                return Err(bad(
                    "provider",
                    "a vendor's template names the provider that knows it",
                ));
            }
            let variables = vendor.variables.iter().map(|variable| variable.parse());
            Ok(Template::Vendor(VendorTemplate {
                id: vendor.id.clone(),
                signature: vendor
                    .signature
                    .clone()
                    .filter(|signature| !signature.is_empty()),
                variables: variables
                    .collect::<Result<_, _>>()
                    .map_err(|error| bad("vendorTemplate.variables", error))?,
            }))
        }
        _ => Err(bad("text", "give text or vendorTemplate, one of them")),
    }
}

/// What is wrong with a template of that scope, and what could be better.
pub(crate) fn findings(
    state: &AppState,
    scope: &TemplateScope,
    template: &Template,
) -> Result<Vec<Finding>, Fault> {
    let text = match template {
        Template::Vendor(vendor) => return Ok(lint::vendor(vendor)),
        Template::Text(text) => text,
    };
    let setup = state.setup();
    let all = setup.applications.values().map(|held| &held.application);
    let judged = all.filter(|app| scope.app.as_ref().is_none_or(|id| *id == app.id));
    let senders: Vec<_> = judged.map(|app| Sender::from(&**app)).collect();
    Ok(lint::text(text, &senders))
}

/// A finding as it is shown.
pub(crate) fn finding(finding: Finding) -> TemplateFinding {
    TemplateFinding {
        severity: finding.severity().as_str().to_owned(),
        rule: finding.rule.as_str().to_owned(),
        message: finding.sentence,
    }
}

/// Refuses a template with an error.
pub(crate) fn refuse(findings: &[Finding], template: &Template) -> Result<(), Fault> {
    let error = findings
        .iter()
        .find(|finding| finding.severity() == Severity::Error);
    let field = match template {
        Template::Text(_) => "text",
        Template::Vendor(_) => "vendorTemplate",
    };
    error.map_or(Ok(()), |error| Err(bad(field, &error.sentence)))
}

/// A template as the operator sees it.
pub(crate) fn dto(scope: &TemplateScope, template: &Template) -> SmsTemplateDto {
    let (text, vendor) = match template {
        Template::Text(text) => (Some(text.to_string()), None),
        Template::Vendor(vendor) => (
            None,
            Some(VendorTemplateDto {
                id: vendor.id.clone(),
                signature: vendor.signature.clone(),
                variables: vendor.variables.iter().map(ToString::to_string).collect(),
            }),
        ),
    };
    SmsTemplateDto {
        app_id: scope.app.as_ref().map(|app| app.as_str().to_owned()),
        channel: scope.channel.map(|channel| channel.as_str().to_owned()),
        provider: scope.provider.as_ref().map(ToString::to_string),
        language: scope.language.map(|language| language.as_str().to_owned()),
        text,
        vendor_template: vendor,
    }
}

/// An application that exists.
pub(crate) fn known_app(state: &AppState, id: &str) -> Result<Arc<Application>, Fault> {
    let id = application::id(id)?;
    let found = state.setup().application(&id).cloned();
    found.ok_or(Fault::UnknownApplication)
}
