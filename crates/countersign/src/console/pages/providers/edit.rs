//! `/console/sms/kinds/{kind}` and `/console/sms/providers/{name}`: the form of an account, new or held.

use std::time::Duration;

use axum::http::StatusCode;
use countersign_core::ports::setup::{ProviderRecord, SetupVersion, Versioned};
use countersign_core::ports::tallies::{By, TallyQuery};
use countersign_core::send::route::ProviderName;
use countersign_core::tally::Tally;
use countersign_providers::kind::Kind;
use countersign_providers::kinds;

use super::account_page::AccountPage;
use super::{address, failures, held, routes, sample, test};
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form::NUMBER;
use crate::console::form_page::{Button, FormView, Row};
use crate::console::mistakes;
use crate::console::pages::refused::Why;
use crate::console::pages::{routes as route_pages, sms};
use crate::console::shell::Area;
use crate::console::told::Told;
use crate::console::vendor_form;
use crate::console::words::providers::calls;
use crate::console::words::{guides, sentences};
use crate::http::wire::provider::RECEIPTS;
use crate::operator::Permission;

const NEW: &str = "/console/sms/kinds/{kind}";
const HELD: &str = "/console/sms/providers/{name}";

/// The field with the name of a new account.
const NAME: &str = "name";
/// What the button says that sends a test too.
const TEST: &str = "test";
/// What the button says that shows the request of a message, and saves nothing.
pub(in crate::console) const PREVIEW: &str = "preview";

pub(in crate::console) fn new() -> Entry {
    Entry::page(NEW, Permission::ManageSetup, async |visit: Visit| {
        Ok(new_page(&visit, kind(visit.part("kind"))?).answer(StatusCode::OK))
    })
}

pub(in crate::console) fn create() -> Entry {
    Entry::act(NEW, Permission::ManageSetup, Some("set-sms-provider"), add)
}

pub(in crate::console) fn show() -> Entry {
    Entry::page(HELD, Permission::ReadSetup, async |visit: Visit| {
        Ok(held_page(&visit).await?.answer(StatusCode::OK))
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

fn new_page(visit: &Visit, kind: &'static Kind) -> AccountPage {
    let words = &visit.words().providers;
    let name = Row::line(NAME, words.name, &visit.form, "").hint(words.name_hint);
    let fields = vendor_form::rows(visit, kind, None);
    let mut rows: Vec<_> = std::iter::once(name).chain(fields).collect();
    rows.extend(test_rows(visit));
    AccountPage {
        shell: visit.shell(Area::Sms),
        title: sentences::titled(visit.language, words.add, kind.name),
        back: (super::kinds::PATH.to_owned(), words.kinds_title),
        lead: words.new_lead,
        form: FormView {
            action: format!("/console/sms/kinds/{}", kind.name),
            rows,
            buttons: buttons(visit, kind),
            ..FormView::default()
        },
        facts: Vec::new(),
        routes: None,
        reports: None,
        links: Vec::new(),
        guide: guides::guide(visit.language, kind.name),
        sample: sample::of(visit, kind, None),
        failures: None,
    }
}

/// The fields of the test that a person may send at once.
fn test_rows(visit: &Visit) -> impl Iterator<Item = Row> {
    let rows = test::rows(visit, &visit.state.setup()).into_iter();
    let hint = visit.words().providers.test_hint;
    rows.map(move |row| match row.name.as_str() {
        NUMBER => row.hint(hint),
        _ => row,
    })
}

fn buttons(visit: &Visit, kind: &Kind) -> Vec<Button> {
    let mut buttons = vec![
        Button::new(visit.words().forms.save),
        Button::then(TEST, visit.words().providers.save_and_test),
    ];
    if kind.name == sample::KIND {
        buttons.push(Button::then(PREVIEW, visit.words().providers.sample_button));
    }
    buttons
}

async fn add(visit: Visit) -> Answer {
    let kind = kind(visit.part("kind"))?;
    let words = &visit.words().providers;
    let mut page = new_page(&visit, kind);
    if visit.form.get("then") == PREVIEW {
        return Ok(page.answer(StatusCode::OK));
    }
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

/// Sets the account that the form describes up, and leads on. A test that is asked for is read first, so that nothing is saved where it
/// cannot be sent.
async fn set(
    visit: Visit,
    kind: &'static Kind,
    mut page: AccountPage,
    name: ProviderName,
    version: SetupVersion,
    told: Told,
) -> Answer {
    let address = address(&name);
    let draft = vendor_form::draft(&visit.form, kind, name.clone());
    let asked = (visit.form.get("then") == TEST).then(|| test::read(&visit));
    let (draft, asked) = match (draft, asked.transpose()) {
        (Ok(draft), Ok(asked)) => (draft, asked),
        (draft, asked) => {
            let of_test = asked.err().unwrap_or_default();
            for (field, sentence) in of_test {
                page.form.refuse(field, sentence);
            }
            for path in draft.err().unwrap_or_default() {
                let sentence = visit.words().forms.not_json;
                page.form.refuse(&path, sentence.to_owned());
            }
            let status = mistakes::refused(&visit, &mut page.form);
            return Ok(page.answer(status));
        }
    };
    let manage = &visit.state.manage;
    let set = manage.set_provider(visit.by.clone(), draft, Some(version));
    match (set.await, asked) {
        (Ok(_), Some(asked)) => test::through(&visit, &name, asked).await,
        (Ok(_), None) => Ok(told.at(&address)),
        (Err(error), _) => {
            let status = mistakes::tell(&visit, &mut page.form, error)?;
            Ok(page.answer(status))
        }
    }
}

async fn held_page(visit: &Visit) -> Result<AccountPage, Why> {
    let words = &visit.words().providers;
    let (setup, held) = held(visit)?;
    let kind = kind(&held.kind)?;
    let may_change = visit.may(Permission::ManageSetup);
    let mut rows = vendor_form::rows(visit, kind, Some(&held));
    rows.extend(may_change.then(|| test_rows(visit)).into_iter().flatten());
    let form = FormView {
        action: address(&held.name),
        rows,
        buttons: buttons(visit, kind),
        is_readonly: !may_change,
        ..FormView::default()
    };
    let routes = routes(&setup, held.name.as_str());
    let routes = routes.map(|scope| {
        (
            route_pages::edit::held(scope),
            route_pages::name(visit, scope),
        )
    });
    let page = address(&held.name);
    let links = match may_change {
        true => vec![
            (format!("{page}/test"), words.test),
            (format!("{page}/delete"), words.delete),
        ],
        false => Vec::new(),
    };
    let hour = last_hour(visit, &held.name).await?;
    let carried: Vec<_> = sms::account::carried(visit, hour).collect();
    let facts = vec![
        (words.kind, held.kind.clone()),
        (words.state, state(visit, &held, &hour)),
        (words.last_hour, carried.join(" · ")),
    ];
    let path = held.receipts.reveal();
    Ok(AccountPage {
        shell: visit.shell(Area::Sms),
        title: held.name.to_string(),
        back: (sms::PATH.to_owned(), visit.words().sms.title),
        lead: words.edit_lead,
        form: form.at(visit, held.version.number()),
        facts,
        routes: Some(routes.collect()),
        reports: may_change.then(|| format!("{}{RECEIPTS}{path}", visit.state.url)),
        links,
        guide: guides::guide(visit.language, kind.name),
        sample: sample::of(visit, kind, Some(&held)),
        failures: Some(failures::table(visit, held.name.as_str()).await?),
    })
}

/// What the account carried in the last hour.
async fn last_hour(visit: &Visit, name: &ProviderName) -> Result<Tally, Why> {
    let query = TallyQuery {
        provider: Some(name.to_string()),
        ..TallyQuery::of(
            (visit.now.before(Duration::from_secs(3_600)), visit.now),
            By::Provider,
            visit.apps().clone(),
        )
    };
    Ok(visit.state.manage.tallies(query).await?.total)
}

/// How the account does on this node, with what it carried in the last hour.
fn state(visit: &Visit, held: &Versioned<ProviderRecord>, hour: &Tally) -> String {
    let words = visit.words();
    let provider = visit.state.vendors.provider(&held.name);
    let Some(health) = provider.and_then(|provider| provider.health()) else {
        return words.providers.unusable.to_owned();
    };
    let resting = visit.state.vendors.resting();
    let state = match resting.contains(&held.name.to_string()) {
        true => words.sms.rests,
        false if health.calls == 0 && hour.admitted == 0 => {
            return words.providers.never_used.to_owned();
        }
        false => words.sms.works,
    };
    if health.calls == 0 {
        return state.to_owned();
    }
    format!(
        "{state} ({})",
        calls(visit.language, health.calls, health.failed)
    )
}

async fn change(visit: Visit) -> Answer {
    let (_, held) = held(&visit)?;
    let kind = kind(&held.kind)?;
    let page = held_page(&visit).await?;
    if visit.form.get("then") == PREVIEW {
        let mut page = page;
        page.form.keep_version(&visit.form);
        return Ok(page.answer(StatusCode::OK));
    }
    let seen = visit.seen_version();
    set(visit, kind, page, held.name.clone(), seen, Told::Saved).await
}
