//! The meaning of vendors' answers: what a code says about a message.

pub mod answer;
mod sentence;

use std::collections::BTreeMap;

use countersign_core::send::outcome::RefusalKind;

pub use self::sentence::with_sentence;

/// An operator's own table of a vendor's codes: from a code to the name of an outcome ([`RefusalKind::as_str`],
/// `accepted` or `unknown`). It is the setting `errors` of an account.
///
/// A code that ends in `*` stands for all codes that begin so. The longest entry that fits a code holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "BTreeMap<String, String>")]
pub struct ErrorMap(Vec<(String, Meaning)>);

/// The meaning of a vendor's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// The vendor took the message.
    Accepted,
    /// The vendor certainly did not take the message.
    Refused(RefusalKind),
    /// The message may have been sent.
    Unknown,
}

impl TryFrom<BTreeMap<String, String>> for ErrorMap {
    type Error = String;

    fn try_from(map: BTreeMap<String, String>) -> Result<Self, String> {
        let meaning = |name: &str| match name {
            "accepted" => Some(Meaning::Accepted),
            "unknown" => Some(Meaning::Unknown),
            _ => RefusalKind::parse(name)
                .filter(|kind| kind.is_of_a_call())
                .map(Meaning::Refused),
        };
        let mut all = Vec::with_capacity(map.len());
        for (code, name) in map {
            let meaning = meaning(&name)
                .ok_or_else(|| format!("{name:?} is no outcome such as config_error"))?;
            all.push((code, meaning));
        }
        Ok(Self(all))
    }
}

impl ErrorMap {
    /// The meaning of `code` by this table, or else by the vendor's table `known`.
    #[must_use]
    pub fn meaning(&self, code: &str, known: &[(&str, Meaning)]) -> Option<Meaning> {
        let ours = self
            .0
            .iter()
            .map(|(pattern, meaning)| (pattern.as_str(), *meaning));
        longest(code, ours).or_else(|| longest(code, known.iter().copied()))
    }
}

fn longest<'a>(code: &str, table: impl Iterator<Item = (&'a str, Meaning)>) -> Option<Meaning> {
    table
        .filter(|(pattern, _)| match pattern.strip_suffix('*') {
            Some(start) => code.starts_with(start),
            None => code == *pattern,
        })
        // The star itself counts for nothing: a code in full is nearer than all that begin so.
        .max_by_key(|(pattern, _)| {
            let start = pattern.strip_suffix('*');
            (start.unwrap_or(pattern).len(), start.is_none())
        })
        .map(|(_, meaning)| meaning)
}

#[cfg(test)]
mod tests;
