//! `/console/templates/edit`: the words of a message, as a person writes them and as a phone shows them.

use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use countersign_core::application::Application;
use countersign_core::channel::Channel;
use countersign_core::ports::setup::{SettingKey, Setup};
use countersign_core::template::lint::{self, Severity};
use countersign_core::template::{
    self as core_template, Language as BuiltIn, Preview, Sender, Template as Words, TemplateKind,
    VendorTemplate,
};

use super::delete;
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form_page::{Button, FormView, Input, Row};
use crate::console::mistakes;
use crate::console::pages::refused::Why;
use crate::console::pill::{self, Pill};
use crate::console::shell::{Area, Shell};
use crate::console::template_scope::Named;
use crate::console::told::Told;
use crate::console::words::{drafts, rules};
use crate::http::page;
use crate::manage::Rule;
use crate::operator::Permission;

const PATH: &str = "/console/templates/edit";

const TEXT: &str = "text";
const ID: &str = "vendorTemplate.id";
const SIGNATURE: &str = "vendorTemplate.signature";
/// The field of a vendor's template that rules name.
const VENDOR: &str = "vendorTemplate";
const VARIABLES: &str = "vendorTemplate.variables";
/// What the button says that shows a text without saving it.
const PREVIEW: &str = "preview";

/// The page.
#[derive(Template)]
#[template(path = "console/draft.html")]
struct DraftPage {
    shell: Shell,
    title: &'static str,
    lead: &'static str,
    facts: Vec<(&'static str, String)>,
    form: FormView,
    phone: Option<Phone>,
    /// What the linter says; `None` where nothing is written yet.
    findings: Option<Vec<(Pill, String)>>,
    delete: Option<String>,
}

/// A message as a phone shows it.
struct Phone {
    text: String,
    size: String,
    is_built_in: bool,
}

/// The address of the page about a template.
pub(super) fn address(named: &Named) -> String {
    named.address(PATH)
}

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadSetup, async |visit: Visit| {
        let named = Named::read(&visit, |field| visit.asked(field))?;
        let stored = stored(&visit.state.setup(), &named);
        Ok(page::found(&draft_page(&visit, &named, stored.as_ref())?))
    })
    .of_applications()
}

pub(in crate::console) fn save() -> Entry {
    Entry::act(
        PATH,
        Permission::ManageSetup,
        Some("set-sms-template"),
        keep,
    )
    .of_applications()
}

fn stored(setup: &Setup, named: &Named) -> Option<Words> {
    let held = setup.templates.get(&(named.scope.clone(), named.kind));
    held.map(|held| (**held).clone())
}

/// The page with a template, saved or not.
fn draft_page(visit: &Visit, named: &Named, shown: Option<&Words>) -> Result<DraftPage, Why> {
    let (words, setup) = (visit.words(), visit.state.setup());
    let of = &words.drafts;
    let key = SettingKey::Template(named.scope.clone(), named.kind);
    let version = setup.version_of(&key).number();
    let may_change = named.may_change(visit);
    let stored = stored(&setup, named);
    let mut buttons = vec![Button::new(words.forms.save)];
    buttons.push(match named.kind {
        TemplateKind::Text => Button::then(PREVIEW, of.preview_button),
        TemplateKind::Vendor => Button::then(PREVIEW, of.check_button),
    });
    let form = FormView {
        action: PATH.to_owned(),
        hidden: named.fields().to_vec(),
        rows: rows(visit, named, stored.as_ref()),
        buttons,
        is_readonly: !may_change,
        ..FormView::default()
    };
    let findings = shown.map(|template| findings(visit, named, template));
    let (title, lead) = match named.kind {
        TemplateKind::Text => (of.title_text, of.text_lead),
        TemplateKind::Vendor => (of.title_vendor, of.vendor_lead),
    };
    let can_delete = may_change && stored.is_some();
    Ok(DraftPage {
        shell: visit.shell(Area::Templates),
        title,
        lead,
        facts: named.facts(words),
        form: form.at(visit, version),
        phone: phone(visit, &setup, named, shown),
        findings: findings.transpose()?,
        delete: can_delete.then(|| named.address(delete::PATH)),
    })
}

/// What the linter says about a template.
fn findings(visit: &Visit, named: &Named, template: &Words) -> Result<Vec<(Pill, String)>, Why> {
    let found = visit.state.manage.lint_template(&named.scope, template)?;
    let found = found.iter().map(|found| {
        let word = drafts::severity(visit.language, found.severity());
        let pill = match found.severity() {
            Severity::Error => Pill::new("bad", pill::CROSS, word),
            Severity::Warning => Pill::new("warn", pill::TRIANGLE, word),
        };
        (pill, drafts::finding(visit.language, found))
    });
    Ok(found.collect())
}

fn rows(visit: &Visit, named: &Named, stored: Option<&Words>) -> Vec<Row> {
    let (of, optional) = (&visit.words().drafts, visit.words().forms.optional);
    if named.kind == TemplateKind::Text {
        let stored = match stored {
            Some(Words::Text(text)) => text.to_string(),
            _ => String::new(),
        };
        let row = Row::lines(TEXT, of.text, &visit.form, &stored);
        return vec![row.hint(of.text_hint).example("[{app}] {code}")];
    }
    let held = match stored {
        Some(Words::Vendor(held)) => held.clone(),
        _ => VendorTemplate {
            id: String::new(),
            signature: None,
            variables: Vec::new(),
        },
    };
    let variables: Vec<_> = held.variables.iter().map(ToString::to_string).collect();
    let signature = format!("{}{optional}", of.signature);
    vec![
        Row::line(ID, of.vendor_id, &visit.form, &held.id)
            .hint(of.vendor_id_hint)
            .example("SMS_154950909"),
        Row::line(
            SIGNATURE,
            signature,
            &visit.form,
            held.signature.as_deref().unwrap_or_default(),
        )
        .hint(of.signature_hint),
        Row::lines(VARIABLES, of.variables, &visit.form, &variables.join("\n"))
            .hint(of.variables_hint)
            .example("code={code}"),
    ]
}

/// The message as a phone shows it, of the application or of the first there is.
fn phone(visit: &Visit, setup: &Setup, named: &Named, shown: Option<&Words>) -> Option<Phone> {
    if named.kind == TemplateKind::Vendor {
        return None;
    }
    let app = match &named.scope.app {
        Some(id) => setup.application(id)?,
        None => {
            let mut apps = setup.applications.values().map(|held| &held.application);
            apps.find(|app| visit.apps().include(&app.id))?
        }
    };
    let preview = preview(visit, app, named, shown)?;
    Some(Phone {
        size: drafts::size(visit.language, &preview),
        text: preview.text,
        is_built_in: preview.is_built_in,
    })
}

fn preview(
    visit: &Visit,
    app: &Arc<Application>,
    named: &Named,
    shown: Option<&Words>,
) -> Option<Preview> {
    let channel = named.scope.channel.unwrap_or(Channel::Login);
    let tag = named.scope.language.as_ref();
    let built_in = tag.and_then(BuiltIn::serving).unwrap_or(BuiltIn::EnUs);
    if let Some(Words::Text(text)) = shown {
        let sender = Sender::from(&**app);
        return Some(core_template::preview(
            Some(text),
            built_in,
            channel,
            sender,
        ));
    }
    let language = tag.cloned().unwrap_or_else(|| built_in.tag());
    let provider = named.scope.provider.as_ref();
    let manage = &visit.state.manage;
    let previewed = manage.preview_template(&app.id, channel, provider, &language);
    previewed.ok().map(|previewed| previewed.preview)
}

async fn keep(visit: Visit) -> Answer {
    let named = Named::read(&visit, |field| visit.form.get(field))?;
    let named = named.check_change(&visit)?;
    let stored = stored(&visit.state.setup(), &named);
    let template = match read(&visit, &named) {
        Ok(template) => template,
        Err((field, sentence)) => {
            let mut page = draft_page(&visit, &named, stored.as_ref())?;
            page.form.refuse(field, sentence);
            let status = mistakes::refused(&visit, &mut page.form);
            return Ok(page::answer(status, &page));
        }
    };
    let mut page = draft_page(&visit, &named, Some(&template))?;
    if visit.form.get("then") == PREVIEW {
        page.form.keep_version(&visit.form);
        return Ok(page::answer(StatusCode::OK, &page));
    }
    let manage = &visit.state.manage;
    let findings = manage.lint_template(&named.scope, &template)?;
    if lint::is_refused(&findings) {
        let field = match named.kind {
            TemplateKind::Text => TEXT,
            TemplateKind::Vendor => ID,
        };
        let errors = findings
            .iter()
            .filter(|found| found.severity() == Severity::Error);
        for found in errors {
            let sentence = drafts::finding(visit.language, found);
            page.form.refuse(field, sentence);
        }
        let status = mistakes::refused(&visit, &mut page.form);
        return Ok(page::answer(status, &page));
    }
    let version = Some(visit.seen_version());
    let set = manage.set_template(visit.by.clone(), named.scope.clone(), template, version);
    match set.await {
        Ok(_) => Ok(Told::Saved.at(&address(&named))),
        Err(error) => {
            let status = mistakes::tell(&visit, &mut page.form, error)?;
            Ok(page::answer(status, &page))
        }
    }
}

/// The template that the person sent, or the field that is wrong.
fn read(visit: &Visit, named: &Named) -> Result<Words, (&'static str, String)> {
    let (form, words) = (&visit.form, visit.words());
    let wrong = |rule| rules::rule(visit.language, &rule);
    if named.kind == TemplateKind::Text {
        let text = form.get(TEXT);
        if text.is_empty() {
            return Err((TEXT, words.drafts.text_missing.to_owned()));
        }
        let text = text.parse();
        return text
            .map(Words::Text)
            .map_err(|why: core_template::InvalidText| (TEXT, wrong(Rule::Text(why))));
    }
    let lines = form.get(VARIABLES).lines().map(str::trim);
    let variables = lines.filter(|line| !line.is_empty()).map(str::parse);
    let variables: Result<_, core_template::InvalidVariable> = variables.collect();
    let signature = form.get(SIGNATURE);
    if form.get(ID).is_empty() {
        return Err((ID, words.forms.missing.to_owned()));
    }
    if named.scope.provider.is_none() {
        return Err((VENDOR, wrong(Rule::VendorTemplate)));
    }
    Ok(Words::Vendor(VendorTemplate {
        id: form.get(ID).to_owned(),
        signature: (!signature.is_empty()).then(|| signature.to_owned()),
        variables: variables.map_err(|why| (VARIABLES, wrong(Rule::Variable(why))))?,
    }))
}
