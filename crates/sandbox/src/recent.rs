//! A memory of keys that were seen within a span of time.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

/// Keys that were seen within a span of time, each with a word that was noted with it.
pub(crate) struct Recent {
    millis: i64,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    by_key: HashMap<String, String>,
    in_order: VecDeque<(i64, String)>,
}

impl Recent {
    pub(crate) fn within(span: Duration) -> Self {
        Self {
            millis: i64::try_from(span.as_millis()).unwrap_or(i64::MAX),
            seen: Mutex::default(),
        }
    }

    /// Notes `key` with `word` and returns `None`, or returns the word that was noted earlier. It is one atomic step.
    pub(crate) fn earlier(&self, now: Timestamp, key: &str, word: &str) -> Option<String> {
        let now = now.as_millisecond();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some((_, key)) = seen
            .in_order
            .pop_front_if(|(at, _)| now.saturating_sub(*at) >= self.millis)
        {
            seen.by_key.remove(&key);
        }
        if let Some(word) = seen.by_key.get(key) {
            return Some(word.clone());
        }
        seen.by_key.insert(key.to_owned(), word.to_owned());
        seen.in_order.push_back((now, key.to_owned()));
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_forgotten_when_its_span_is_over() {
        let recent = Recent::within(Duration::from_secs(60));
        let at = |second| Timestamp::from_second(second).unwrap();
        assert_eq!(recent.earlier(at(0), "a", "1"), None);
        assert_eq!(recent.earlier(at(30), "b", "2"), None);
        assert_eq!(recent.earlier(at(59), "a", "3").unwrap(), "1");
        assert_eq!(recent.earlier(at(60), "a", "4"), None);
        assert_eq!(recent.earlier(at(60), "b", "5").unwrap(), "2");
    }
}
