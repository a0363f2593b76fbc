//! The requests to a service, one after the other, and the answers that each may get.

use std::rc::Rc;

use crate::codes::Code;
use crate::numbers::{Zipf, number};
use crate::wire;

/// The meaning of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// A code was sent.
    Sent,
    /// It is too early for another code.
    Refused,
    /// The code was right.
    Valid,
    /// The code was wrong.
    Invalid,
    /// The service has too much to do.
    Shed,
}

/// A source of requests, with the answers that each may get.
pub(crate) trait Source {
    /// Writes the next request into `request` and returns the right answers; `None` when there are no more
    /// requests.
    fn next(&mut self, request: &mut Vec<u8>) -> Option<&'static [Meaning]>;

    /// Returns the meaning of an answer; `None` if it is unknown.
    fn read(&self, status: u16, body: &[u8]) -> Option<Meaning> {
        envelope(status, body)
    }
}

/// Reads the meaning of an envelope.
pub(crate) fn envelope(status: u16, body: &[u8]) -> Option<Meaning> {
    let code = after(body, br#""statusCode":"#)?.get(..3)?;
    match (status, code) {
        (200, b"429") => Some(Meaning::Refused),
        (200, b"503") => Some(Meaning::Shed),
        (200, b"200") => match after(body, br#""isValid":"#) {
            None => Some(Meaning::Sent),
            Some(rest) if rest.starts_with(b"true") => Some(Meaning::Valid),
            Some(_) => Some(Meaning::Invalid),
        },
        _ => None,
    }
}

fn after<'a>(body: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    let at = body.windows(key.len()).position(|window| window == key)?;
    body.get(at + key.len()..)
}

/// A code for a new number every time.
pub(crate) struct Unique(pub(crate) std::ops::Range<u64>);

impl Source for Unique {
    fn next(&mut self, request: &mut Vec<u8>) -> Option<&'static [Meaning]> {
        wire::send(request, number(self.0.next()?));
        Some(&[Meaning::Sent])
    }
}

/// A code for one number, again and again.
pub(crate) struct Repeated;

impl Source for Repeated {
    fn next(&mut self, request: &mut Vec<u8>) -> Option<&'static [Meaning]> {
        wire::send(request, number(1));
        Some(&[Meaning::Refused, Meaning::Sent])
    }
}

/// Codes for numbers, some of which are asked for far more often than others.
pub(crate) struct Popular {
    pub(crate) zipf: Zipf,
    /// The distinct numbers that were asked for.
    pub(crate) asked: Rc<std::cell::RefCell<std::collections::HashSet<u64>>>,
}

impl Source for Popular {
    fn next(&mut self, request: &mut Vec<u8>) -> Option<&'static [Meaning]> {
        let n = self.zipf.draw();
        self.asked.borrow_mut().insert(n);
        wire::send(request, number(n));
        Some(&[Meaning::Sent, Meaning::Refused])
    }
}

/// In turns a code for a new number, and one for the next of `crowd`: numbers that are asked for far too often. Either may
/// be shed.
pub(crate) struct Crowded {
    pub(crate) new: std::ops::Range<u64>,
    pub(crate) crowd: std::iter::Cycle<std::ops::Range<u64>>,
    pub(crate) is_new: bool,
}

impl Source for Crowded {
    fn next(&mut self, request: &mut Vec<u8>) -> Option<&'static [Meaning]> {
        self.is_new = !self.is_new;
        if self.is_new {
            wire::send(request, number(self.new.next()?));
            return Some(&[Meaning::Sent, Meaning::Shed]);
        }
        wire::send(request, number(self.crowd.next()?));
        Some(&[Meaning::Refused, Meaning::Sent, Meaning::Shed])
    }
}

/// Every code once, right.
pub(crate) struct Checks {
    pub(crate) codes: std::vec::IntoIter<Code>,
    pub(crate) token: bool,
}

impl Source for Checks {
    fn next(&mut self, request: &mut Vec<u8>) -> Option<&'static [Meaning]> {
        let code = self.codes.next()?;
        wire::check(request, code.number, code.text(), self.token);
        Some(&[Meaning::Valid])
    }
}

/// Nine sends, then a check.
pub(crate) struct Mix {
    pub(crate) sends: Unique,
    pub(crate) checks: Checks,
    pub(crate) turn: u8,
}

impl Source for Mix {
    fn next(&mut self, request: &mut Vec<u8>) -> Option<&'static [Meaning]> {
        self.turn = (self.turn + 1) % 10;
        match self.turn {
            0 => self.checks.next(request),
            _ => self.sends.next(request),
        }
    }
}

/// Every code three times, wrong, by the public.
pub(crate) struct Wrong {
    pub(crate) codes: Rc<Vec<Code>>,
    pub(crate) turn: usize,
}

impl Source for Wrong {
    fn next(&mut self, request: &mut Vec<u8>) -> Option<&'static [Meaning]> {
        let code = self.codes.get(self.turn % self.codes.len().max(1))?;
        if self.turn >= 3 * self.codes.len() {
            return None;
        }
        self.turn += 1;
        wire::guess(request, code.number, code.wrong().text());
        Some(&[Meaning::Invalid])
    }
}

/// Every code several times in a row, right. One check of each may win.
pub(crate) struct Race {
    pub(crate) codes: Rc<Vec<Code>>,
    pub(crate) times: usize,
    pub(crate) turn: usize,
}

impl Source for Race {
    fn next(&mut self, request: &mut Vec<u8>) -> Option<&'static [Meaning]> {
        let code = self.codes.get(self.turn / self.times)?;
        self.turn += 1;
        wire::check(request, code.number, code.text(), false);
        Some(&[Meaning::Valid, Meaning::Invalid])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_by_its_codes() {
        let read = |body: &str| envelope(200, body.as_bytes());
        assert_eq!(
            read(r#"{"statusCode":200,"message":""}"#),
            Some(Meaning::Sent)
        );
        assert_eq!(read(r#"{"statusCode":429}"#), Some(Meaning::Refused));
        let valid = r#"{"statusCode":200,"data":{"isValid":true}}"#;
        assert_eq!(read(valid), Some(Meaning::Valid));
        let invalid = r#"{"statusCode":200,"data":{"isValid":false,"reason":"used"}}"#;
        assert_eq!(read(invalid), Some(Meaning::Invalid));
        assert_eq!(read(r#"{"statusCode":503}"#), Some(Meaning::Shed));
        assert_eq!(read(r#"{"statusCode":500}"#), None);
        assert_eq!(envelope(500, valid.as_bytes()), None);
    }
}
