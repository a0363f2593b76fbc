//! Templates, from the wire types to those of the rules and back.

use countersign_api::{Fault, FieldProblem, SmsTemplateDto, TemplateFinding, VendorTemplateDto};
use countersign_core::channel::Channel;
use countersign_core::language::LanguageTag;
use countersign_core::ports::setup::Versioned;
use countersign_core::template::lint::Finding;
use countersign_core::template::{Template, TemplateScope, VendorTemplate};

use super::application;
use super::provider::{self, bad};
use crate::http::request::malformed::malformed;

/// Reads the scope of a template: each part may be absent or empty.
pub(crate) fn scope(asked: &SmsTemplateDto) -> Result<TemplateScope, Fault> {
    let given = |text: &'_ Option<String>| text.clone().filter(|text| !text.is_empty());
    let (of_channel, of_language) = (given(&asked.channel), given(&asked.language));
    Ok(TemplateScope {
        provider: provider::optional_name(asked.provider.as_deref())?,
        app: application::optional_id(asked.app_id.as_deref())?,
        channel: of_channel.as_deref().map(channel).transpose()?,
        language: of_language.as_deref().map(language).transpose()?,
    })
}

pub(crate) fn channel(name: &str) -> Result<Channel, Fault> {
    let channel = Channel::parse(name);
    channel.ok_or_else(|| malformed(Some("channel".to_owned()), FieldProblem::NotAChannel))
}

pub(crate) fn language(tag: &str) -> Result<LanguageTag, Fault> {
    let why = "must be the tag of a language, such as fr-FR";
    LanguageTag::parse(tag).ok_or_else(|| bad("language", why))
}

/// Reads the template that is asked for: a text or a vendor's template.
pub(crate) fn template(asked: &SmsTemplateDto) -> Result<Template, Fault> {
    match (&asked.text, &asked.vendor_template) {
        (Some(text), None) => Ok(Template::Text(
            text.parse().map_err(|error| bad("text", error))?,
        )),
        (None, Some(vendor)) => {
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

/// Shows a finding.
pub(crate) fn finding(finding: Finding) -> TemplateFinding {
    TemplateFinding {
        severity: finding.severity().as_str().to_owned(),
        rule: finding.rule.as_str().to_owned(),
        message: finding.sentence,
    }
}

/// Shows a template to an operator.
pub(crate) fn dto(scope: &TemplateScope, template: &Versioned<Template>) -> SmsTemplateDto {
    let (text, vendor) = match &**template {
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
        language: scope
            .language
            .as_ref()
            .map(|language| language.as_str().to_owned()),
        text,
        vendor_template: vendor,
        version: Some(template.version.number()),
        if_version: None,
    }
}
