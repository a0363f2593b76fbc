//! The search for messages that an address names.

use countersign_core::application::AppId;
use countersign_core::channel::Channel;
use countersign_core::id::MessageId;
use countersign_core::message_filter::{MessageFilter, OutcomeFilter};
use countersign_core::phone::{Country, PhoneNumber};
use countersign_core::ports::records::{MessageSearch, TimelineQuery};
use url::form_urlencoded;

use super::filters::Field;
use crate::console::entry::Visit;
use crate::console::pages::refused::Why;
use crate::console::range::Range;

/// A search, as the address of the page holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::console) struct Search {
    /// The handle of the number that the messages went to; empty for all numbers.
    pub(super) number: String,
    pub(in crate::console) range: Range,
    pub(in crate::console) filter: MessageFilter,
    /// Only messages older than this one.
    pub(super) before: Option<MessageId>,
}

/// The parts of an address that no search can be read from: the field, and what is wrong with it.
pub(super) type Unread = Vec<Field>;

impl Search {
    /// Every message in `range`.
    pub(in crate::console) fn of(range: Range) -> Self {
        Self {
            number: String::new(),
            range,
            filter: MessageFilter::default(),
            before: None,
        }
    }

    /// Reads the address of a request.
    ///
    /// # Errors
    /// Every part that cannot be read.
    pub(super) fn read(visit: &Visit) -> Result<Self, Unread> {
        let mut unread = Vec::new();
        let mut search = Self::of(Range::All);
        search.number = visit.asked("number").to_owned();
        match Range::read(visit.asked("range"), visit.asked("from"), visit.asked("to")) {
            Ok(range) => search.range = range,
            Err("from") => unread.push(Field::From),
            Err(_) => unread.push(Field::To),
        }
        let part = |name, field| Part {
            value: visit.asked(name),
            field,
        };
        let filter = &mut search.filter;
        filter.app = part("app", Field::App).read(&mut unread, |id| AppId::parse(id).ok());
        filter.channel = part("channel", Field::Channel).read(&mut unread, Channel::parse);
        filter.country = part("country", Field::Country).read(&mut unread, country);
        filter.provider = part("provider", Field::Provider).read(&mut unread, provider);
        filter.outcome = part("outcome", Field::Outcome).read(&mut unread, OutcomeFilter::parse);
        // What is no id of a message is dropped, as any part is that has no meaning.
        search.before = MessageId::parse(visit.asked("before"));
        match unread.is_empty() {
            true => Ok(search),
            false => Err(unread),
        }
    }

    /// The parts of the address, in their order. The same search has the same address for everyone.
    pub(super) fn parts(&self) -> Vec<(&'static str, String)> {
        let mut parts = Vec::new();
        if !self.number.is_empty() {
            parts.push(("number", self.number.clone()));
        }
        parts.extend(self.range.parts());
        let filter = &self.filter;
        let named = [
            (
                "app",
                filter.app.as_ref().map(|app| app.as_str().to_owned()),
            ),
            (
                "channel",
                filter.channel.map(|channel| channel.as_str().to_owned()),
            ),
            ("country", filter.country.map(|country| country.to_string())),
            ("provider", filter.provider.clone()),
            (
                "outcome",
                filter.outcome.map(|outcome| outcome.as_str().to_owned()),
            ),
            ("before", self.before.map(|before| before.to_string())),
        ];
        parts.extend(
            named
                .into_iter()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        parts
    }

    /// The address of this search on the page `path`.
    pub(in crate::console) fn address(&self, path: &str) -> String {
        let parts = self.parts();
        if parts.is_empty() {
            return path.to_owned();
        }
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(parts)
            .finish();
        // A handle begins with this sign, which an address may hold.
        format!("{path}?{}", query.replace("%7E", "~"))
    }

    /// The same search, among messages older than this one.
    pub(super) fn before(&self, message: MessageId) -> Self {
        Self {
            before: Some(message),
            ..self.clone()
        }
    }

    /// The same search from its newest message on.
    pub(super) fn newest(&self) -> Self {
        Self {
            before: None,
            ..self.clone()
        }
    }

    /// Whether the search is for messages with something in common, or of a time.
    pub(super) fn is_filtered(&self) -> bool {
        self.range != Range::All || !self.filter.is_empty()
    }

    /// What a store is asked for: at most `limit` messages, to `phone` where it is given.
    ///
    /// # Errors
    /// [`Why::NotFound`] where the search names an application that the person does not work with.
    pub(super) fn asked(
        &self,
        visit: &Visit,
        phone: Option<PhoneNumber>,
        limit: u16,
    ) -> Result<MessageSearch, Why> {
        let mut filter = self.filter.clone();
        filter.within = visit.apps().clone();
        let app = filter.app.as_ref();
        if app.is_some_and(|app| !visit.apps().include(app)) {
            return Err(Why::NotFound);
        }
        let (from, to) = self.range.times(visit.zone(), visit.now);
        Ok(MessageSearch {
            among: TimelineQuery {
                phone,
                before: self.before,
                decided_before: to,
                limit,
                ..TimelineQuery::default()
            },
            decided_from: from,
            filter,
            looks_at: 0,
        })
    }
}

/// A part of the address.
struct Part<'a> {
    value: &'a str,
    field: Field,
}

impl Part<'_> {
    /// The value that `read` makes of the part; `None` where it is empty.
    fn read<T>(self, unread: &mut Unread, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        if self.value.is_empty() {
            return None;
        }
        let value = read(self.value);
        if value.is_none() {
            unread.push(self.field);
        }
        value
    }
}

/// The country of two letters, in either case, or the only one with a calling code such as `+86`.
fn country(text: &str) -> Option<Country> {
    let code = text.trim_start_matches('+');
    if let Some(country) = Country::parse(&text.to_ascii_uppercase()) {
        return Some(country).filter(|country| country.has_numbers());
    }
    let mut with_code = Country::all().filter(|country| {
        let known = country.calling_code();
        country.has_numbers() && known.is_some_and(|known| known.to_string() == code)
    });
    with_code.next().filter(|_| with_code.next().is_none())
}

fn provider(name: &str) -> Option<String> {
    (name.chars().count() <= 64).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_read_by_its_letters_or_its_own_calling_code() {
        for (text, code) in [("CN", "CN"), ("cn", "CN"), ("+86", "CN"), ("33", "FR")] {
            assert_eq!(country(text).unwrap().as_str(), code, "{text}");
        }
        for text in ["+1", "China", "XX", "+"] {
            assert_eq!(country(text), None, "{text}");
        }
    }

    #[test]
    fn the_address_of_a_search_has_its_parts_in_one_order() {
        let mut search = Search::of(Range::read("", "2026-11-01", "").unwrap());
        search.number = "~0f".to_owned();
        search.filter.outcome = OutcomeFilter::parse("not_sent");
        search.filter.app = AppId::parse("shop").ok();
        search.filter.provider = Some("a b".to_owned());
        assert_eq!(
            search.address("/m"),
            "/m?number=~0f&from=2026-11-01&app=shop&provider=a+b&outcome=not_sent"
        );
        assert_eq!(Search::of(Range::All).address("/m"), "/m");
    }
}
