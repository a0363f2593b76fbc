//! `/console/limits/safe`: the numbers, ranges and networks that the guard leaves alone for a while.

use std::time::Duration;

use countersign_core::guard::{Range, RangeKind, Safe, SafeEntry};
use countersign_core::id::RequestId;
use countersign_core::network::Network;
use countersign_core::phone::PhoneNumber;

use super::{PATH as LIST, ranges, refusal};
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form::{KIND, NUMBER, VALUE};
use crate::console::form_page::{Button, FormPage, FormView, Row};
use crate::console::listing::{Cell, Table};
use crate::console::mistakes;
use crate::console::pages::refused::Why;
use crate::console::pill::{self, Pill};
use crate::console::shell::Area;
use crate::console::table_page::TablePage;
use crate::console::told::Told;
use crate::console::words::sentences;
use crate::manage::Note;
use crate::operator::Permission;

pub(in crate::console) const PATH: &str = "/console/limits/safe";
const REMOVE: &str = "/console/limits/safe/{id}/remove";

const DAYS: &str = "days";
const NOTE: &str = "note";
/// The field with the request of a refused send, whose number the entry is about.
const REFUSAL: &str = "refusal";

/// The kind of an entry about a network of addresses.
const NETWORK: &str = "network";

/// How many days an entry may count.
const LENGTHS: [u32; 4] = [1, 7, 30, 90];
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// The address of the page, with a form about the number of a refused send.
pub(super) fn address_for(request: RequestId) -> String {
    format!("{PATH}?{REFUSAL}={request}")
}

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadService, async |visit: Visit| {
        let of = number_of(&visit, visit.asked(REFUSAL)).await?;
        Ok(safe_page(&visit, of.as_ref()).found())
    })
}

pub(in crate::console) fn add() -> Entry {
    Entry::act(PATH, Permission::ManageSetup, Some("add-safe-entry"), put)
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
        Some("remove-safe-entry"),
        async |visit: Visit| {
            removal(&visit)?;
            let (by, id) = (visit.by.clone(), visit.part("id").to_owned());
            visit.state.manage.remove_safe_entry(by, id).await?;
            Ok(Told::Deleted.at(PATH))
        },
    )
}

/// The number of the refused send of this request; `None` where no request is named.
async fn number_of(visit: &Visit, request: &str) -> Result<Option<(String, PhoneNumber)>, Why> {
    if request.is_empty() {
        return Ok(None);
    }
    let send = refusal::found(visit, request).await?;
    Ok(Some((request.to_owned(), send.phone)))
}

/// The kind and the value of an entry, its number masked.
fn shown(visit: &Visit, entry: &SafeEntry) -> [String; 2] {
    let words = &visit.words().guard;
    let (kind, value) = match &entry.who {
        Safe::Number(phone) => (words.number, phone.masked()),
        Safe::Range(range) => (ranges::name(range.kind(), words), range.value().to_owned()),
        Safe::Network(network) => (words.network, network.to_string()),
    };
    [kind.to_owned(), value]
}

fn safe_page(visit: &Visit, of: Option<&(String, PhoneNumber)>) -> TablePage {
    let words = &visit.words().guard;
    let setup = visit.state.setup();
    let may_change = visit.may(Permission::ManageSetup);
    let row = |entry: &SafeEntry| {
        let [kind, value] = shown(visit, entry);
        let pill = match visit.now < entry.until {
            true => Pill::new("ok", pill::TICK, words.counts),
            false => Pill::new("quiet", pill::BAR, words.over),
        };
        let mut row = vec![
            kind.into(),
            Cell::Id(value),
            visit.moment(entry.until).shown.into(),
            Cell::Pill(pill),
            entry.note.as_str().into(),
        ];
        if may_change {
            let address = format!("{PATH}/{}/remove", entry.id);
            row.push(Cell::Link(address, words.remove.to_owned()));
        }
        row
    };
    let mut columns = vec![
        words.kind,
        words.value,
        words.until,
        words.state,
        words.note,
    ];
    columns.extend(may_change.then_some(words.change));
    TablePage {
        shell: visit.shell(Area::Limits),
        title: words.safe,
        back: (LIST.to_owned(), visit.words().limits.title),
        lead: vec![words.safe_lead.to_owned()],
        facts: of
            .map(|(_, phone)| (words.number, phone.masked()))
            .into_iter()
            .collect(),
        tables: vec![Table {
            caption: words.safe_caption,
            columns,
            rows: setup.safe.values().map(|entry| row(entry)).collect(),
            empty: words.none_safe,
        }],
        form: may_change.then(|| (words.add_title, form(visit, of))),
        begins_with_form: false,
    }
}

/// The form of a new entry; about this number of a refused send, where there is one.
fn form(visit: &Visit, of: Option<&(String, PhoneNumber)>) -> FormView {
    let words = &visit.words().guard;
    let length = |days| sentences::length(visit.language, DAY * days);
    let days = LENGTHS.map(|days| (days.to_string(), length(days)));
    let more = [
        Row::choice(DAYS, words.days_label, days, &visit.form, "7"),
        Row::line(NOTE, words.note, &visit.form, "").hint(words.note_hint),
    ];
    let who = match of {
        Some(_) => Vec::new(),
        None => {
            let ranges = Safe::RANGES.map(|kind| (kind.as_str(), ranges::name(kind, words)));
            let kinds = std::iter::once((NUMBER, words.number))
                .chain(ranges)
                .chain([(NETWORK, words.network)]);
            let kinds = kinds.map(|(kind, name)| (kind.to_owned(), name.to_owned()));
            vec![
                Row::choice(KIND, words.kind, kinds, &visit.form, NUMBER),
                Row::line(VALUE, words.value, &visit.form, "").hint(words.value_hint),
            ]
        }
    };
    let request = of.map(|(request, _)| request.clone());
    FormView {
        action: match &request {
            Some(request) => format!("{PATH}?{REFUSAL}={request}"),
            None => PATH.to_owned(),
        },
        hidden: request.into_iter().map(|of| (REFUSAL, of)).collect(),
        rows: who.into_iter().chain(more).collect(),
        buttons: vec![Button::new(words.add)],
        ..FormView::default()
    }
}

async fn put(visit: Visit) -> Answer {
    let of = number_of(&visit, visit.form.get(REFUSAL)).await?;
    let mut page = safe_page(&visit, of.as_ref());
    let Some((_, form)) = &mut page.form else {
        return Err(Why::NotPermitted);
    };
    let who = match of {
        Some((_, phone)) => Ok(Safe::Number(phone)),
        None => read(&visit),
    };
    let days = LENGTHS
        .into_iter()
        .find(|days| days.to_string() == visit.form.get(DAYS));
    let (who, days) = match (who, days) {
        (Ok(who), Some(days)) => (who, days),
        (who, days) => {
            if let Err((field, sentence)) = who {
                form.refuse(field, sentence);
            }
            if days.is_none() {
                form.refuse(DAYS, visit.words().forms.missing.to_owned());
            }
            let status = mistakes::refused(&visit, form);
            return Ok(page.again(status));
        }
    };
    let manage = &visit.state.manage;
    let until = manage.now().after(DAY * days);
    let added = async {
        let note = Note::new(NOTE, visit.form.get(NOTE).to_owned())?;
        manage
            .add_safe_entry(visit.by.clone(), who, until, note)
            .await
    };
    match added.await {
        Ok(_) => Ok(Told::Created.at(PATH)),
        Err(error) => {
            let status = mistakes::tell(&visit, form, error)?;
            Ok(page.again(status))
        }
    }
}

/// What the new entry is about, or the field that is wrong.
fn read(visit: &Visit) -> Result<Safe, (&'static str, String)> {
    let (kind, value) = (visit.form.get(KIND), visit.form.get(VALUE));
    if value.is_empty() {
        return Err((VALUE, visit.words().forms.missing.to_owned()));
    }
    if kind == NUMBER {
        let phone = PhoneNumber::parse(value, None);
        let phone = phone.map_err(|why| (VALUE, ranges::bad_number(visit, &why)))?;
        return Ok(Safe::Number(phone));
    }
    if kind == NETWORK {
        let network = Network::parse(value);
        let network = network.map_err(|why| (VALUE, ranges::bad_network(visit, why)))?;
        return Ok(Safe::Network(network));
    }
    let kind = RangeKind::parse(kind).filter(|kind| Safe::RANGES.contains(kind));
    let kind = kind.ok_or_else(|| (KIND, visit.words().forms.missing.to_owned()))?;
    let range = Range::parse(kind, value);
    let range = range.map_err(|why| (VALUE, ranges::bad_range(visit, why)))?;
    Ok(Safe::Range(range))
}

fn removal(visit: &Visit) -> Result<FormPage, Why> {
    let words = &visit.words().guard;
    let setup = visit.state.setup();
    let entry = setup.safe.get(visit.part("id")).ok_or(Why::NotFound)?;
    let [kind, value] = shown(visit, entry);
    Ok(FormPage {
        shell: visit.shell(Area::Limits),
        title: words.remove_title.to_owned(),
        back: (PATH.to_owned(), visit.words().forms.cancel),
        lead: vec![words.remove_about.to_owned()],
        form: FormView {
            action: format!("{PATH}/{}/remove", entry.id),
            buttons: vec![Button::danger(words.remove_button)],
            ..FormView::default()
        },
        facts: vec![
            (words.kind, kind),
            (words.value, value),
            (words.until, visit.moment(entry.until).shown),
        ],
        links: Vec::new(),
    })
}
