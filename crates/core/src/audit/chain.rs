//! The chain of the audit record: its encoding, and its verification.
//!
//! An entry is one line of JSON. Its members come in this order, without white space between them: `seq`, `at`, `who`,
//! `door`, `from`, `request`, `act`, `target`, `before`, `after`, `result`, `prev`, `hash`. A member that an act does not
//! have is null. `hash` is the SHA-256 of the line without its last member, that is of the line in which
//! `,"hash":"…"}` is replaced by `}`, in UTF-8. `prev` is the hash of the entry before, or 64 zeros in the first. So
//! whoever has an export can verify it with any tool that knows SHA-256, and needs no key.
//!
//! The chain shows every change but one: its tail can be cut off. A [`Head`] that was kept elsewhere shows that too.

use std::fmt;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Act, Actor};
use crate::time::Timestamp;

/// The SHA-256 of an entry.
type Hash = [u8; 32];

/// The newest entry of a chain: its number and its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Head {
    /// The number of the entry; 0 where the chain is empty.
    pub seq: u64,
    /// Its hash; zeros where the chain is empty.
    pub hash: Hash,
}

impl Head {
    /// Reads the form of `Display`; `None` for anything else.
    ///
    /// ```
    /// # use countersign_core::audit::chain::Head;
    /// let text = format!("7:{}", "0f".repeat(32));
    /// assert_eq!(Head::parse(&text).unwrap().to_string(), text);
    /// assert_eq!(Head::parse("7"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (seq, hash) = text.split_once(':')?;
        Some(Self {
            seq: seq.parse().ok()?,
            hash: from_hex(hash)?,
        })
    }
}

/// Writes the number, a colon, and the hash in 64 hexadecimal digits.
impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, hex(&self.hash))
    }
}

/// An entry of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number: 1 for the first.
    pub seq: u64,
    /// The line without its last member: the text that is hashed.
    pub text: String,
    /// The hash of that text.
    pub hash: Hash,
}

impl Entry {
    /// Makes the entry of an act that was done at `at` by the wall clock, after the entry `head`.
    #[must_use]
    pub fn after(head: &Head, at: Timestamp, act: &Act) -> Self {
        let seq = head.seq.saturating_add(1);
        let who = match &act.by.who {
            Actor::Owner => json!({"kind": "owner"}),
            Actor::AccessKey(id) => json!({"kind": "access_key", "id": id}),
            Actor::Person(name) => json!({"kind": "person", "id": name}),
            Actor::Service => json!({"kind": "service"}),
        };
        let Act { by, target, .. } = act;
        let members = [
            ("seq", json!(seq)),
            ("at", json!(at.to_string())),
            ("who", who),
            ("door", json!(by.door.as_str())),
            ("from", json!(by.from.map(|from| from.to_string()))),
            ("request", json!(by.request.map(|id| id.to_string()))),
            ("act", json!(act.verb.as_str())),
            ("target", json!({"kind": target.kind, "name": target.name})),
            ("before", act.before.clone().unwrap_or_default()),
            ("after", act.after.clone().unwrap_or_default()),
            ("result", json!(act.ending.as_str())),
            ("prev", json!(hex(&head.hash))),
        ];
        let text = object(&members);
        let hash = hash(&text);
        Self { seq, text, hash }
    }

    /// Returns the whole line.
    #[must_use]
    pub fn line(&self) -> String {
        let text = self.text.strip_suffix('}').unwrap_or(&self.text);
        format!("{text},\"hash\":\"{}\"}}", hex(&self.hash))
    }

    /// Reads a line of an export; `None` where it is none.
    #[must_use]
    pub fn read(line: &str) -> Option<Self> {
        let (text, hash) = line.rsplit_once(",\"hash\":\"")?;
        let seq = text.strip_prefix("{\"seq\":")?.split_once(',')?.0;
        Some(Self {
            seq: seq.parse().ok()?,
            text: format!("{text}}}"),
            hash: from_hex(hash.strip_suffix("\"}")?)?,
        })
    }

    /// Returns the head of a chain that ends here.
    #[must_use]
    pub const fn head(&self) -> Head {
        Head {
            seq: self.seq,
            hash: self.hash,
        }
    }
}

/// The first entry at which a chain is not what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("act {seq} {why}")]
pub struct Broken {
    /// The number of the entry.
    pub seq: u64,
    /// How it shows.
    pub why: Breach,
}

/// How it shows that a chain is not what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Breach {
    /// Another number is in its place.
    #[error("is missing")]
    Missing,
    /// Its text does not have its hash.
    #[error("was changed: its text does not have its hash")]
    Changed,
    /// It does not name the hash of the entry before.
    #[error("does not follow the act before it")]
    Detached,
    /// It is not the entry that the given head names.
    #[error("is not the one of the given head")]
    OtherHead,
    /// It cannot be read.
    #[error("cannot be read")]
    Unreadable,
}

/// Verifies a chain, entry by entry.
#[derive(Debug)]
pub struct Verifier {
    head: Head,
    /// A head that was kept elsewhere.
    known: Option<Head>,
}

impl Verifier {
    /// Starts before the first entry. With `known`, the chain must have that entry.
    #[must_use]
    pub fn new(known: Option<Head>) -> Self {
        Self {
            head: Head::default(),
            known: known.filter(|known| known.seq > 0),
        }
    }

    /// Takes the next entry.
    ///
    /// # Errors
    /// [`Broken`] when it is not the one that was written.
    pub fn take(&mut self, entry: &Entry) -> Result<(), Broken> {
        let seq = self.next();
        let is = |fact: bool, why| {
            if fact {
                Ok(())
            } else {
                Err(Broken { seq, why })
            }
        };
        is(entry.seq == seq, Breach::Missing)?;
        is(hash(&entry.text) == entry.hash, Breach::Changed)?;
        let starts = format!("{{\"seq\":{seq},");
        is(entry.text.starts_with(&starts), Breach::Changed)?;
        let ends = format!(",\"prev\":\"{}\"}}", hex(&self.head.hash));
        is(entry.text.ends_with(&ends), Breach::Detached)?;
        self.head = entry.head();
        let is_other = self
            .known
            .is_some_and(|known| known.seq == seq && known != self.head);
        is(!is_other, Breach::OtherHead)
    }

    /// Returns the number of the next entry.
    #[must_use]
    pub const fn next(&self) -> u64 {
        self.head.seq.saturating_add(1)
    }

    /// Returns the head of the chain, once every entry was taken.
    ///
    /// # Errors
    /// [`Broken`] when the chain ends before the known head.
    pub fn finish(self) -> Result<Head, Broken> {
        match self.known {
            Some(known) if known.seq > self.head.seq => Err(Broken {
                seq: self.next(),
                why: Breach::Missing,
            }),
            _ => Ok(self.head),
        }
    }
}

fn hash(text: &str) -> Hash {
    Sha256::digest(text).into()
}

/// Writes an object whose members come in this order.
fn object(members: &[(&str, Value)]) -> String {
    let members: Vec<_> = members
        .iter()
        .map(|(name, value)| format!("\"{name}\":{value}"))
        .collect();
    format!("{{{}}}", members.join(","))
}

fn hex(hash: &Hash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads 64 hexadecimal digits in lower case.
fn from_hex(text: &str) -> Option<Hash> {
    let (digits, rest) = text.as_bytes().as_chunks::<2>();
    let digits: &[[u8; 2]; 32] = digits.try_into().ok()?;
    let mut hash = [0; 32];
    for (byte, pair) in hash.iter_mut().zip(digits) {
        let value = |digit: u8| match digit {
            b'0'..=b'9' => Some(digit - b'0'),
            b'a'..=b'f' => Some(digit - b'a' + 10),
            _ => None,
        };
        let [high, low] = *pair;
        *byte = value(high)? << 4 | value(low)?;
    }
    rest.is_empty().then_some(hash)
}
