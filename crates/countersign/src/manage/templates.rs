//! Templates: judge, set, delete, preview.

use countersign_core::application::AppId;
use countersign_core::audit::Author;
use countersign_core::channel::Channel;
use countersign_core::code::passcode::Passcode;
use countersign_core::language::LanguageTag;
use countersign_core::ports::setup::{Change, Setting, SettingKey, Setup, SetupVersion};
use countersign_core::send::route::ProviderName;
use countersign_core::template::lint::{self, Finding, Severity};
use countersign_core::template::{
    FilledTemplate, Preview, SAMPLE_CODE, SAMPLE_LIFE, Sender, Template, TemplateKind,
    TemplateQuery, TemplateScope,
};

use super::error::{BrokenField, BrokenFields};
use super::{Manage, ManageError, Rule, check_version, known_application, known_provider};

/// A template that was just saved.
#[derive(Debug, Clone)]
pub struct SavedTemplate {
    /// Its version.
    pub version: SetupVersion,
    /// Its weaknesses: warnings only.
    pub findings: Vec<Finding>,
}

/// A message as it would be, with the code 123456.
#[derive(Debug)]
pub struct PreviewedTemplate {
    /// The text for vendors that send texts.
    pub preview: Preview,
    /// The filled template for a vendor that has templates of its own.
    pub vendor: Option<FilledTemplate>,
}

impl Manage {
    /// Sets a template of a scope, if that has the version `if_version` or `if_version` is `None`.
    ///
    /// # Errors
    /// [`ManageError::UnknownApplication`]; [`ManageError::Changed`]; [`ManageError::Fields`] when the provider does not
    /// exist, or the template has a finding that is an error.
    pub async fn set_template(
        &self,
        by: Author,
        scope: TemplateScope,
        template: Template,
        if_version: Option<SetupVersion>,
    ) -> Result<SavedTemplate, ManageError> {
        let key = SettingKey::Template(scope.clone(), template.kind());
        let (judged, judged_scope) = (template.clone(), scope.clone());
        let key_of_change = key.clone();
        let setup = self
            .change(by, move |setup| {
                let findings = findings(setup, &scope, &template)?;
                refuse_errors(&findings, &template)?;
                check_version(setup, &key_of_change, if_version)?;
                let setting = Setting::Template(scope.clone(), template.clone());
                Ok(Change::Put(setting))
            })
            .await?;
        Ok(SavedTemplate {
            version: setup.version_of(&key),
            findings: weaknesses(&setup, &judged_scope, &judged),
        })
    }

    /// Judges a template without saving it.
    ///
    /// # Errors
    /// [`ManageError::UnknownApplication`]; [`ManageError::Fields`] when the provider does not exist.
    pub fn lint_template(
        &self,
        scope: &TemplateScope,
        template: &Template,
    ) -> Result<Vec<Finding>, ManageError> {
        findings(&self.setup(), scope, template)
    }

    /// Deletes the template of that kind of exactly this scope. The provider of the scope may be deleted already.
    ///
    /// # Errors
    /// [`ManageError::UnknownApplication`]; [`ManageError::Unknown`].
    pub async fn delete_template(
        &self,
        by: Author,
        scope: TemplateScope,
        kind: TemplateKind,
    ) -> Result<(), ManageError> {
        let key = SettingKey::Template(scope.clone(), kind);
        self.change(by, move |setup| {
            if let Some(app) = &scope.app {
                known_application(setup, app)?;
            }
            if setup.version_of(&key) == SetupVersion::NONE {
                let what = "a template of exactly this application, channel, provider and language";
                return Err(ManageError::Unknown(what.to_owned()));
            }
            Ok(Change::Remove(key.clone()))
        })
        .await?;
        Ok(())
    }

    /// Returns the message that an application would send. `provider` is `None` for one that has no template of its
    /// own.
    ///
    /// # Errors
    /// [`ManageError::UnknownApplication`].
    pub fn preview_template(
        &self,
        app: &AppId,
        channel: Channel,
        provider: Option<&ProviderName>,
        language: &LanguageTag,
    ) -> Result<PreviewedTemplate, ManageError> {
        let setup = self.setup();
        let wanted = TemplateQuery {
            app: known_application(&setup, app)?,
            channel,
            provider: provider.map(ProviderName::as_str).unwrap_or_default(),
            language,
        };
        let templates = &self.parts.messenger.plan().templates;
        let sample = Passcode::parse(SAMPLE_CODE).ok_or(ManageError::Internal)?;
        Ok(PreviewedTemplate {
            preview: templates.preview(&wanted),
            vendor: templates
                .filled(&wanted, &sample, SAMPLE_LIFE)
                .map(|filled| filled.words),
        })
    }
}

/// Judges a template for its scope.
fn findings(
    setup: &Setup,
    scope: &TemplateScope,
    template: &Template,
) -> Result<Vec<Finding>, ManageError> {
    if let Some(app) = &scope.app {
        known_application(setup, app)?;
    }
    match (&scope.provider, template) {
        (Some(name), _) => known_provider(setup, name, "provider")?,
        (None, Template::Vendor(_)) => {
            return Err(ManageError::rule("provider", Rule::VendorTemplate));
        }
        (None, Template::Text(_)) => {}
    }
    Ok(weaknesses(setup, scope, template))
}

/// Returns the findings about a template: about itself, with the application that it is for, or with all; and about its
/// scope, beside the other templates of its kind.
fn weaknesses(setup: &Setup, scope: &TemplateScope, template: &Template) -> Vec<Finding> {
    let all = setup.applications.iter();
    let of_scope = all.filter(|(id, _)| scope.app.as_ref().is_none_or(|app| app == *id));
    let senders: Vec<_> = of_scope
        .map(|(_, held)| Sender::from(&*held.application))
        .collect();
    let stored = setup.templates.keys();
    let others: Vec<_> = stored
        .filter(|(_, kind)| *kind == template.kind())
        .map(|(other, _)| other)
        .collect();
    let mut findings = lint::template(template, &senders);
    findings.extend(lint::scope(template, scope, &others));
    findings
}

fn refuse_errors(findings: &[Finding], template: &Template) -> Result<(), ManageError> {
    let field = match template {
        Template::Text(_) => "text",
        Template::Vendor(_) => "vendorTemplate",
    };
    let findings = findings.iter();
    let errors = findings.filter(|finding| finding.severity() == Severity::Error);
    let errors = errors.map(|error| BrokenField::new(field, Rule::Template(error.clone())));
    BrokenFields::of(errors).map_or(Ok(()), |broken| Err(ManageError::Fields(broken)))
}
