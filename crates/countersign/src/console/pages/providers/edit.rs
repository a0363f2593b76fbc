//! `/console/sms/kinds/{kind}` and `/console/sms/providers/{name}`: the form of an account, new or held.

use askama::Template;
use axum::http::StatusCode;
use countersign_core::ports::setup::{ProviderRecord, SetupVersion, Versioned};
use countersign_core::send::route::ProviderName;
use countersign_providers::kind::Kind;
use countersign_providers::kinds;

use super::{address, failures, held, routes};
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form_page::{Button, FormPage, FormView, Input, Row};
use crate::console::listing::{Cell, Table};
use crate::console::mistakes;
use crate::console::pages::refused::Why;
use crate::console::pages::{routes as route_pages, sms};
use crate::console::shell::{Area, Shell};
use crate::console::told::Told;
use crate::console::vendor_form;
use crate::console::words::providers::calls;
use crate::console::words::sentences;
use crate::http::page;
use crate::http::wire::provider::RECEIPTS;
use crate::operator::Permission;

const NEW: &str = "/console/sms/kinds/{kind}";
const HELD: &str = "/console/sms/providers/{name}";

/// The field with the name of a new account.
const NAME: &str = "name";
/// What the button says that leads to a test.
const TEST: &str = "test";

/// The form of an account that is held, and its last failures.
#[derive(Template)]
#[template(path = "console/account.html")]
struct AccountPage {
    shell: Shell,
    title: String,
    back: (String, &'static str),
    lead: Vec<String>,
    form: FormView,
    facts: Vec<(&'static str, String)>,
    links: Vec<(String, String)>,
    failures: Table,
}

impl AccountPage {
    fn of(page: FormPage, failures: Table) -> Self {
        let FormPage {
            shell,
            title,
            back,
            lead,
            form,
            facts,
            links,
        } = page;
        Self {
            shell,
            title,
            back,
            lead,
            form,
            facts,
            links,
            failures,
        }
    }
}

pub(in crate::console) fn new() -> Entry {
    Entry::page(NEW, Permission::ManageSetup, async |visit: Visit| {
        Ok(new_page(&visit, kind(visit.part("kind"))?).found())
    })
}

pub(in crate::console) fn create() -> Entry {
    Entry::act(NEW, Permission::ManageSetup, Some("set-sms-provider"), add)
}

pub(in crate::console) fn show() -> Entry {
    Entry::page(HELD, Permission::ReadSetup, async |visit: Visit| {
        let failures = failures::table(&visit, visit.part("name")).await?;
        let page = AccountPage::of(held_page(&visit)?, failures);
        Ok(page::found(&page))
    })
}

pub(in crate::console) fn save() -> Entry {
    Entry::act(
        HELD,
        Permission::ManageSetup,
        Some("set-sms-provider"),
        change,
    )
}

fn kind(name: &str) -> Result<&'static Kind, Why> {
    kinds::kind(name).map_err(|_| Why::NotFound)
}

fn new_page(visit: &Visit, kind: &'static Kind) -> FormPage {
    let words = &visit.words().providers;
    let name = Row::line(NAME, words.name, &visit.form, "").hint(words.name_hint);
    let fields = vendor_form::rows(visit, kind, None);
    let form = FormView {
        action: format!("/console/sms/kinds/{}", kind.name),
        rows: std::iter::once(name).chain(fields).collect(),
        buttons: buttons(visit),
        ..FormView::default()
    };
    FormPage {
        shell: visit.shell(Area::Sms),
        title: sentences::titled(visit.language, words.add, kind.name),
        back: (super::kinds::PATH.to_owned(), words.kinds_title),
        lead: vec![words.new_lead.to_owned()],
        form,
        facts: Vec::new(),
        links: Vec::new(),
    }
}

fn buttons(visit: &Visit) -> Vec<Button> {
    vec![
        Button::new(visit.words().forms.save),
        Button::then(TEST, visit.words().providers.save_and_test),
    ]
}

async fn add(visit: Visit) -> Answer {
    let kind = kind(visit.part("kind"))?;
    let words = &visit.words().providers;
    let mut page = new_page(&visit, kind);
    let sentence = match ProviderName::parse(visit.form.get(NAME)) {
        Ok(name) if !visit.state.setup().providers.contains_key(&name) => {
            return set(visit, kind, page, name, SetupVersion::NONE, Told::Created).await;
        }
        Ok(_) => words.name_taken,
        Err(_) => words.bad_name,
    };
    page.form.refuse(NAME, sentence.to_owned());
    // All that is wrong is told at once.
    let judged = ProviderName::parse("new").ok();
    let judged = judged.and_then(|name| vendor_form::draft(&visit.form, kind, name).ok());
    let judged = judged.map(|draft| visit.state.manage.check_provider(&draft));
    if let Some(Err(error)) = judged {
        mistakes::tell(&visit, &mut page.form, error)?;
    }
    Ok(page.answer(StatusCode::UNPROCESSABLE_ENTITY))
}

/// Sets the account that the form describes up, and leads on.
async fn set(
    visit: Visit,
    kind: &'static Kind,
    mut page: FormPage,
    name: ProviderName,
    version: SetupVersion,
    told: Told,
) -> Answer {
    let address = address(&name);
    let draft = match vendor_form::draft(&visit.form, kind, name) {
        Ok(draft) => draft,
        Err(wrong) => {
            for path in wrong {
                page.form
                    .refuse(&path, visit.words().forms.not_json.to_owned());
            }
            let status = mistakes::refused(&visit, &mut page.form);
            return Ok(page.answer(status));
        }
    };
    let manage = &visit.state.manage;
    let set = manage.set_provider(visit.by.clone(), draft, Some(version));
    match set.await {
        Ok(_) if visit.form.get("then") == TEST => Ok(told.at(&format!("{address}/test"))),
        Ok(_) => Ok(told.at(&address)),
        Err(error) => {
            let status = mistakes::tell(&visit, &mut page.form, error)?;
            Ok(page.answer(status))
        }
    }
}

fn held_page(visit: &Visit) -> Result<FormPage, Why> {
    let words = &visit.words().providers;
    let (setup, held) = held(visit)?;
    let kind = kind(&held.kind)?;
    let may_change = visit.may(Permission::ManageSetup);
    let form = FormView {
        action: address(&held.name),
        rows: vendor_form::rows(visit, kind, Some(&held)),
        buttons: buttons(visit),
        is_readonly: !may_change,
        ..FormView::default()
    };
    let routes: Vec<_> = routes(&setup, held.name.as_str())
        .map(|scope| route_pages::name(visit, scope))
        .collect();
    let routes = match routes.is_empty() {
        true => words.no_route.to_owned(),
        false => routes.join("; "),
    };
    let mut facts = vec![
        (words.kind, held.kind.clone()),
        (words.state, state(visit, &held)),
        (words.routes, routes),
    ];
    if may_change {
        let path = held.receipts.reveal();
        let address = format!("{}{RECEIPTS}{path}", visit.state.url);
        facts.push((words.reports, address));
    }
    let page = address(&held.name);
    let links = match may_change {
        true => vec![
            (format!("{page}/test"), words.test.to_owned()),
            (format!("{page}/delete"), words.delete.to_owned()),
        ],
        false => Vec::new(),
    };
    Ok(FormPage {
        shell: visit.shell(Area::Sms),
        title: held.name.to_string(),
        back: (sms::PATH.to_owned(), visit.words().sms.title),
        lead: vec![words.edit_lead.to_owned(), words.reports_about.to_owned()],
        form: form.at(visit, held.version.number()),
        facts,
        links,
    })
}

/// How the account does on this node.
fn state(visit: &Visit, held: &Versioned<ProviderRecord>) -> String {
    let words = visit.words();
    let provider = visit.state.vendors.provider(&held.name);
    let Some(health) = provider.and_then(|provider| provider.health()) else {
        return words.providers.unusable.to_owned();
    };
    let resting = visit.state.vendors.resting();
    let state = match resting.contains(&held.name.to_string()) {
        true => words.sms.rests,
        false if health.calls == 0 => return words.providers.never_used.to_owned(),
        false => words.sms.works,
    };
    format!(
        "{state} ({})",
        calls(visit.language, health.calls, health.failed)
    )
}

async fn change(visit: Visit) -> Answer {
    let (_, held) = held(&visit)?;
    let kind = kind(&held.kind)?;
    let page = held_page(&visit)?;
    let seen = visit.seen_version();
    set(visit, kind, page, held.name.clone(), seen, Told::Saved).await
}
