//! The filters of the list of messages: the form that sets them, and those that hold, each with a way to drop it.

use countersign_core::channel::Channel;
use countersign_core::message_filter::{MessageFilter, OutcomeFilter};

use super::search::{Search, Unread};
use crate::console::countries;
use crate::console::entry::Visit;
use crate::console::form::Form;
use crate::console::form_page::{FormView, Row};
use crate::console::range::{Last, Range};
use crate::console::words::search::{days_hint, filter};

/// A field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    From,
    To,
    App,
    Channel,
    Country,
    Provider,
    Outcome,
}

impl Field {
    /// The name in addresses.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Field::From => "from",
            Field::To => "to",
            Field::App => "app",
            Field::Channel => "channel",
            Field::Country => "country",
            Field::Provider => "provider",
            Field::Outcome => "outcome",
        }
    }
}

/// A filter that holds.
pub(super) struct Chip {
    pub(super) sentence: String,
    /// The address of the page without it.
    pub(super) address: String,
}

/// The form, filled with what the address of the page names.
pub(super) fn form(visit: &Visit, unread: &Unread) -> FormView {
    let (words, terms) = (&visit.words().search, &visit.words().terms);
    let none = Form::default();
    let setup = visit.state.setup();
    let every = || (String::new(), words.every.to_owned());
    let choice = |field: Field, label, choices: Vec<(String, String)>| {
        let choices = std::iter::once(every()).chain(choices);
        Row::choice(
            field.as_str(),
            label,
            choices,
            &none,
            visit.asked(field.as_str()),
        )
    };
    let ranges = Last::ALL.map(|last| (last.as_str().to_owned(), words.last(last).to_owned()));
    let ranges = [(String::new(), words.all_time.to_owned())]
        .into_iter()
        .chain(ranges);
    let day = |field: Field, label| Row::day(field.as_str(), label, visit.asked(field.as_str()));
    let apps = setup.applications.values();
    let apps = apps.filter(|record| visit.apps().include(&record.application.id));
    let apps = apps.map(|record| {
        let app = &record.application;
        (app.id.as_str().to_owned(), app.name.as_str().to_owned())
    });
    let purposes = Channel::ALL.map(|of| (of.as_str().to_owned(), terms.purpose(of).to_owned()));
    let outcomes = OutcomeFilter::NAMED.map(|(name, outcome)| {
        let shown = words.outcome_name(terms, outcome);
        (name.to_owned(), shown.to_owned())
    });
    let line =
        |field: Field, label| Row::line(field.as_str(), label, &none, visit.asked(field.as_str()));
    let mut form = FormView {
        rows: vec![
            Row::choice("range", words.range, ranges, &none, visit.asked("range")),
            day(Field::From, words.from),
            day(Field::To, words.to).hint(days_hint(visit.language, visit.zone().name())),
            choice(Field::App, words.application, apps.collect()),
            choice(Field::Channel, words.purpose, purposes.to_vec()),
            line(Field::Country, words.country)
                .hint(words.country_hint)
                .example("CN"),
            line(Field::Provider, words.provider),
            choice(Field::Outcome, words.outcome, outcomes.to_vec()),
        ],
        ..FormView::default()
    };
    let number = visit.asked("number");
    if !number.is_empty() {
        form.hidden.push(("number", number.to_owned()));
    }
    for field in unread {
        let sentence = match field {
            Field::From | Field::To => words.bad_day,
            Field::Country => words.bad_country,
            _ => words.bad_value,
        };
        form.refuse(field.as_str(), sentence.to_owned());
    }
    form
}

/// The filters that hold.
pub(super) fn chips(visit: &Visit, search: &Search) -> Vec<Chip> {
    let (words, terms) = (&visit.words().search, &visit.words().terms);
    let newest = search.newest();
    let mut chips = Vec::new();
    let mut chip = |name, value: Option<String>, without: Search| {
        chips.extend(value.map(|value| Chip {
            sentence: filter(visit.language, name, &value),
            address: without.address(super::PATH),
        }));
    };
    let range = Some(search.range).filter(|range| *range != Range::All);
    let without = Search {
        range: Range::All,
        ..newest.clone()
    };
    let name = match range {
        Some(Range::Days { .. }) => words.days,
        _ => words.range,
    };
    chip(name, range.map(|range| words.range_name(range)), without);
    let held = &search.filter;
    let without = |drop: fn(&mut MessageFilter)| {
        let mut search = newest.clone();
        drop(&mut search.filter);
        search
    };
    let app = held.app.as_ref().map(|app| app.as_str().to_owned());
    chip(words.application, app, without(|held| held.app = None));
    let purpose = held.channel.map(|of| terms.purpose(of).to_owned());
    chip(words.purpose, purpose, without(|held| held.channel = None));
    let country = held.country.map(|of| countries::name(visit.language, of));
    chip(words.country, country, without(|held| held.country = None));
    let provider = held.provider.clone();
    chip(
        words.provider,
        provider,
        without(|held| held.provider = None),
    );
    let outcome = held.outcome;
    let outcome = outcome.map(|outcome| words.outcome_name(terms, outcome).to_owned());
    chip(words.outcome, outcome, without(|held| held.outcome = None));
    chips
}
