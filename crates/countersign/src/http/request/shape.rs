//! Checks the shape of a JSON body before its members are read: one object, no key twice in any object, nested
//! [`DEEPEST`] levels at most.
//!
//! Parsers disagree about which of two equal keys counts. A proxy that checked one of them must not be overruled
//! here.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use countersign_api::{Fault, FieldProblem};
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::malformed::{malformed, syntax};

/// The most levels of objects and lists within each other.
const DEEPEST: usize = 16;

/// Refuses a body of any other shape.
///
/// # Errors
/// [`Fault::Malformed`].
pub(crate) fn check(body: &[u8]) -> Result<(), Fault> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let mut found = None;
    let walk = Walk {
        level: 0,
        path: &Path::Body,
        found: &mut found,
    };
    let walked = walk.deserialize(&mut reader).and_then(|()| reader.end());
    match (found, walked) {
        (Some(fault), _) => Err(fault),
        (None, Err(error)) => Err(syntax(&error)),
        (None, Ok(())) => Ok(()),
    }
}

/// Walks one value at a level and a path, and leaves the first fault in `found`.
struct Walk<'a> {
    level: usize,
    path: &'a Path<'a>,
    found: &'a mut Option<Fault>,
}

/// The way to a value in the body, written out for a fault only.
enum Path<'a> {
    Body,
    Key(&'a Path<'a>, &'a str),
    Index(&'a Path<'a>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Body => Ok(()),
            Path::Key(Path::Body, key) => f.write_str(key),
            Path::Key(within, key) => write!(f, "{within}.{key}"),
            Path::Index(within, index) => write!(f, "{within}[{index}]"),
        }
    }
}

impl Walk<'_> {
    fn stop<E: Error>(&mut self, field: Option<String>, problem: FieldProblem) -> E {
        *self.found = Some(malformed(field, problem));
        E::custom("refused")
    }

    fn inside<'b>(&'b mut self, path: &'b Path<'b>) -> Walk<'b> {
        Walk {
            level: self.level + 1,
            path,
            found: self.found,
        }
    }

    /// Refuses a value that is no object as the whole body.
    fn scalar<E: Error>(mut self) -> Result<(), E> {
        if self.level == 0 {
            return Err(self.stop(None, FieldProblem::NotObject));
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        if self.level == DEEPEST {
            return Err(self.stop(None, FieldProblem::TooDeep));
        }
        let (mut keys, within) = (BTreeSet::new(), self.path);
        while let Some(Key(key)) = map.next_key()? {
            let path = Path::Key(within, &key);
            if keys.contains(&key) {
                return Err(self.stop(Some(shown(&path)), FieldProblem::Duplicate));
            }
            map.next_value_seed(self.inside(&path))?;
            keys.insert(key);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        if self.level == 0 {
            return Err(self.stop(None, FieldProblem::NotObject));
        }
        if self.level == DEEPEST {
            return Err(self.stop(None, FieldProblem::TooDeep));
        }
        let (mut index, within) = (0, self.path);
        while list
            .next_element_seed(self.inside(&Path::Index(within, index)))?
            .is_some()
        {
            index += 1;
        }
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.scalar()
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.scalar()
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.scalar()
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.scalar()
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.scalar()
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        self.scalar()
    }
}

/// A key, copied only where it is written with escapes.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// A path as an answer may show it: at most 100 characters, with `?` in place of any that is not plain.
fn shown(path: &Path<'_>) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '[' | ']');
    path.to_string()
        .chars()
        .map(|c| if plain(c) { c } else { '?' })
        .take(100)
        .collect()
}
