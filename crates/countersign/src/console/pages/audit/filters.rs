//! The filters of the audit log: the form that sets them, and those that hold, each with a way to drop it.

use countersign_core::audit::{Door, Ending, Verb};
use url::form_urlencoded;

use crate::console::entry::Visit;
use crate::console::form::Form;
use crate::console::form_page::{FormView, Row};
use crate::console::range::Range;
use crate::console::words::search::{days_hint, filter};
use crate::console::words::{AuditWords, acts};

const DOORS: [Door; 4] = [Door::Console, Door::CommandLine, Door::Api, Door::Service];
const ENDINGS: [Ending; 3] = [Ending::Done, Ending::Refused, Ending::Failed];

/// The most characters of a name that acts are filtered by.
const NAME: usize = 64;

/// A filter that holds.
pub(super) struct Chip {
    pub(super) sentence: String,
    /// The address of the page without it.
    pub(super) address: String,
}

/// What the address of the page asks for.
#[derive(Clone)]
pub(super) struct Search {
    pub(super) range: Range,
    pub(super) who: String,
    pub(super) act: Option<Verb>,
    pub(super) door: Option<Door>,
    pub(super) result: Option<Ending>,
    pub(super) before: Option<u64>,
}

impl Default for Search {
    fn default() -> Self {
        Self {
            range: Range::All,
            who: String::new(),
            act: None,
            door: None,
            result: None,
            before: None,
        }
    }
}

impl Search {
    /// Reads the address. What nothing is called is dropped.
    ///
    /// # Errors
    /// The field that is no day.
    pub(super) fn read(visit: &Visit) -> Result<Self, &'static str> {
        let (door, result) = (visit.asked("door"), visit.asked("result"));
        Ok(Self {
            range: Range::read("", visit.asked("from"), visit.asked("to"))?,
            who: visit.asked("who").chars().take(NAME).collect(),
            act: Verb::parse(visit.asked("act")),
            door: DOORS.into_iter().find(|held| held.as_str() == door),
            result: ENDINGS.into_iter().find(|held| held.as_str() == result),
            before: visit.asked("before").parse().ok(),
        })
    }

    /// The parts of the address.
    pub(super) fn parts(&self) -> Vec<(&'static str, String)> {
        let mut parts = self.range.parts();
        let mut part = |name, value: Option<String>| parts.extend(value.map(|value| (name, value)));
        part("who", Some(self.who.clone()).filter(|who| !who.is_empty()));
        part("act", self.act.map(|act| act.as_str().to_owned()));
        part("door", self.door.map(|door| door.as_str().to_owned()));
        let result = self.result.map(|result| result.as_str().to_owned());
        part("result", result);
        part("before", self.before.map(|before| before.to_string()));
        parts
    }

    /// The address of the page at `path` that shows this.
    pub(super) fn address(&self, path: &str) -> String {
        let parts = self.parts();
        if parts.is_empty() {
            return path.to_owned();
        }
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(parts)
            .finish();
        format!("{path}?{query}")
    }

    /// The same acts before the one of this number.
    pub(super) fn before(&self, seq: u64) -> Self {
        Self {
            before: Some(seq),
            ..self.clone()
        }
    }
}

/// The name of an end.
const fn ending(words: &AuditWords, ending: Ending) -> &'static str {
    match ending {
        Ending::Done => words.done,
        Ending::Refused => words.refused,
        Ending::Failed => words.failed,
    }
}

/// The form, filled with what the address of the page names. About one's own acts it does not ask who.
pub(super) fn form(visit: &Visit, is_own: bool) -> FormView {
    let (words, of, search) = (
        &visit.words().audit,
        &visit.words().record,
        &visit.words().search,
    );
    let (none, language) = (Form::default(), visit.language);
    let choice = |name: &'static str, label, choices: Vec<(String, String)>| {
        let every = (String::new(), search.every.to_owned());
        let choices = std::iter::once(every).chain(choices);
        Row::choice(name, label, choices, &none, visit.asked(name))
    };
    let verbs = Verb::ALL.map(|verb| {
        let name = verb.as_str();
        (name.to_owned(), acts::act(language, name).to_owned())
    });
    let doors = DOORS.map(|door| {
        let name = door.as_str();
        (name.to_owned(), acts::door(language, name).to_owned())
    });
    let endings = ENDINGS.map(|held| (held.as_str().to_owned(), ending(words, held).to_owned()));
    let day = |name: &'static str, label| Row::day(name, label, visit.asked(name));
    let who =
        (!is_own).then(|| Row::line("who", words.who, &none, visit.asked("who")).hint(of.who_hint));
    let others = [
        choice("act", words.act, verbs.to_vec()),
        choice("door", words.door, doors.to_vec()),
        choice("result", words.result, endings.to_vec()),
        day("from", search.from),
        day("to", search.to).hint(days_hint(language, visit.zone().name())),
    ];
    FormView {
        rows: who.into_iter().chain(others).collect(),
        ..FormView::default()
    }
}

/// The filters that hold.
pub(super) fn chips(visit: &Visit, search: &Search, path: &str) -> Vec<Chip> {
    let (words, language) = (&visit.words().audit, visit.language);
    let newest = Search {
        before: None,
        ..search.clone()
    };
    let mut chips = Vec::new();
    let mut chip = |name: &str, value: Option<String>, drop: fn(&mut Search)| {
        let mut without = newest.clone();
        drop(&mut without);
        chips.extend(value.map(|value| Chip {
            sentence: filter(language, name, &value),
            address: without.address(path),
        }));
    };
    let range = Some(search.range).filter(|range| *range != Range::All);
    let range = range.map(|range| visit.words().search.range_name(range));
    chip(visit.words().search.days, range, |held| {
        held.range = Range::All;
    });
    let who = Some(search.who.clone()).filter(|who| !who.is_empty());
    chip(words.who, who, |held| held.who.clear());
    let act = search
        .act
        .map(|act| acts::act(language, act.as_str()).to_owned());
    chip(words.act, act, |held| held.act = None);
    let door = search
        .door
        .map(|door| acts::door(language, door.as_str()).to_owned());
    chip(words.door, door, |held| held.door = None);
    let result = search.result.map(|held| ending(words, held).to_owned());
    chip(words.result, result, |held| held.result = None);
    chips
}
