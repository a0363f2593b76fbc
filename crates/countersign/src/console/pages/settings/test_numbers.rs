//! `/console/settings/test-numbers`: numbers whose messages reach no vendor, for a while.

use std::time::Duration;

use countersign_core::phone::PhoneNumber;
use countersign_core::secret::Secret;
use countersign_core::test_number::TestNumber;

use super::PATH as SETTINGS;
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form::{NUMBER, SECRETS};
use crate::console::form_page::{Button, FormPage, FormView, Row};
use crate::console::listing::{Cell, Table};
use crate::console::mistakes;
use crate::console::pages::limits;
use crate::console::pages::refused::Why;
use crate::console::pill::{self, Pill};
use crate::console::shell::Area;
use crate::console::table_page::TablePage;
use crate::console::told::Told;
use crate::console::words::{rules, sentences};
use crate::manage::{ManageError, NewTestNumber};
use crate::operator::Permission;

pub(in crate::console) const PATH: &str = "/console/settings/test-numbers";
const REMOVE: &str = "/console/settings/test-numbers/{id}/remove";

const DAYS: &str = "days";
const EXEMPT: &str = "exempt";

/// The fixed code. Its name begins like those of other secrets, so it waits for no proof.
fn code_field() -> String {
    format!("{SECRETS}passCode")
}

/// How many days a number may be one for tests.
const LENGTHS: [u32; 4] = [1, 7, 30, 90];
const DAY: Duration = Duration::from_secs(24 * 3_600);

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadSetup, async |visit: Visit| {
        Ok(list(&visit).found())
    })
}

pub(in crate::console) fn add() -> Entry {
    Entry::act(PATH, Permission::ManageSetup, Some("add-test-number"), put)
}

pub(in crate::console) fn ask_removal() -> Entry {
    Entry::page(REMOVE, Permission::ManageSetup, async |visit: Visit| {
        Ok(removal(&visit)?.found())
    })
}

pub(in crate::console) fn remove() -> Entry {
    Entry::act(
        REMOVE,
        Permission::ManageSetup,
        Some("remove-test-number"),
        async |visit: Visit| {
            let (by, id) = (visit.by.clone(), visit.part("id").to_owned());
            visit.state.manage.remove_test_number(by, id).await?;
            Ok(Told::Deleted.at(PATH))
        },
    )
}

fn list(visit: &Visit) -> TablePage {
    let words = &visit.words().deployment;
    let setup = visit.state.setup();
    let may_change = visit.may(Permission::ManageSetup);
    let is_allowed = visit.state.vendors.allows_test_numbers();
    let yes_or_no = |is: bool| if is { words.yes } else { words.no };
    let row = |test: &TestNumber| {
        let pill = match test.is_good_at(visit.now) {
            true => Pill::new("ok", pill::TICK, words.for_tests),
            false => Pill::new("quiet", pill::BAR, words.over),
        };
        let mut row = vec![
            Cell::Id(test.phone.masked()),
            Cell::Pill(pill),
            visit.moment(test.expires_at).shown.into(),
            yes_or_no(test.code.is_some()).into(),
            yes_or_no(test.is_exempt).into(),
        ];
        if may_change {
            let address = format!("{PATH}/{}/remove", test.id);
            row.push(Cell::Link(address, words.remove.to_owned()));
        }
        row
    };
    let mut columns = vec![
        words.number,
        visit.words().settings.state,
        words.until,
        words.has_code,
        words.is_exempt,
    ];
    columns.extend(may_change.then_some(words.change));
    let mut lead = vec![words.test_lead.to_owned()];
    lead.extend((!is_allowed).then(|| words.not_allowed.to_owned()));
    let back = match visit.may_everywhere(Permission::ReadKeys) {
        true => (SETTINGS, visit.words().settings.title),
        false => (limits::PATH, visit.words().limits.title),
    };
    TablePage {
        shell: visit.shell(Area::Settings),
        title: words.test_numbers,
        back: (back.0.to_owned(), back.1),
        lead,
        facts: Vec::new(),
        tables: vec![Table {
            caption: words.test_numbers,
            columns,
            rows: setup.test_numbers.values().map(|test| row(test)).collect(),
            empty: words.no_test_number,
        }],
        form: (may_change && is_allowed).then(|| (words.add_title, form(visit))),
        begins_with_form: false,
    }
}

fn form(visit: &Visit) -> FormView {
    let words = &visit.words().deployment;
    let length = |days| sentences::length(visit.language, DAY * days);
    let days = LENGTHS.map(|days| (days.to_string(), length(days)));
    FormView {
        action: PATH.to_owned(),
        rows: vec![
            Row::line(NUMBER, words.number, &visit.form, "")
                .hint(visit.words().providers.number_hint)
                .example("+86 188 0000 8888"),
            Row::choice(DAYS, words.for_days, days, &visit.form, "7"),
            Row::secret(&code_field(), words.code).hint(words.code_hint),
            Row::check(EXEMPT, words.exempt_label, &visit.form, false),
        ],
        buttons: vec![Button::new(words.add)],
        ..FormView::default()
    }
}

async fn put(visit: Visit) -> Answer {
    let mut page = list(&visit);
    let Some((_, form)) = &mut page.form else {
        return Err(Why::NotPermitted);
    };
    let typed = visit.form.get(NUMBER);
    let phone = match typed {
        "" => Err(visit.words().forms.missing.to_owned()),
        typed => {
            PhoneNumber::parse(typed, None).map_err(|why| rules::bad_number(visit.language, &why))
        }
    };
    let mut days = LENGTHS.into_iter();
    let days = days.find(|days| days.to_string() == visit.form.get(DAYS));
    let (phone, days) = match (phone, days) {
        (Ok(phone), Some(days)) => (phone, days),
        (phone, days) => {
            if let Err(sentence) = phone {
                form.refuse(NUMBER, sentence);
            }
            if days.is_none() {
                form.refuse(DAYS, visit.words().forms.missing.to_owned());
            }
            let status = mistakes::refused(&visit, form);
            return Ok(page.again(status));
        }
    };
    let (manage, code) = (&visit.state.manage, code_field());
    let code = visit.form.get(&code);
    let new = NewTestNumber {
        phone,
        code: (!code.is_empty()).then(|| Secret::new(code.to_owned())),
        is_exempt: !visit.form.get(EXEMPT).is_empty(),
        expires_at: manage.now().after(DAY * days),
    };
    match manage.add_test_number(visit.by.clone(), new).await {
        Ok(_) => Ok(Told::Created.at(PATH)),
        Err(ManageError::Fields(broken)) => {
            for broken in broken.iter() {
                let sentence = rules::rule(visit.language, &broken.rule);
                match broken.field.as_str() {
                    "passCode" => form.refuse(&code_field(), sentence),
                    "expires" => form.refuse(DAYS, sentence),
                    _ => form.refuse(NUMBER, sentence),
                }
            }
            let status = mistakes::refused(&visit, form);
            Ok(page.again(status))
        }
        Err(error) => Err(error.into()),
    }
}

fn removal(visit: &Visit) -> Result<FormPage, Why> {
    let words = &visit.words().deployment;
    let setup = visit.state.setup();
    let test = setup.test_numbers.get(visit.part("id"));
    let test = test.ok_or(Why::NotFound)?;
    Ok(FormPage {
        shell: visit.shell(Area::Settings),
        title: words.remove_title.to_owned(),
        back: (PATH.to_owned(), visit.words().forms.cancel),
        lead: vec![words.remove_about.to_owned()],
        form: FormView {
            action: format!("{PATH}/{}/remove", test.id),
            buttons: vec![Button::danger(words.remove)],
            ..FormView::default()
        },
        facts: vec![
            (words.number, test.phone.masked()),
            (words.until, visit.moment(test.expires_at).shown),
        ],
        links: Vec::new(),
    })
}
