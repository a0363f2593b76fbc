//! JSON laid out for a reader: members in the order of the wire, short values on one line.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::names;

/// The most characters of a line, where JSON can be broken.
const WIDTH: usize = 100;

/// Lays out `text` with an item or member of the outermost value on each line, and names its secrets and changing
/// values. Text that is no JSON stays as it is.
pub(super) fn json(text: &str) -> String {
    match serde_json::from_str::<Json>(text) {
        Ok(json) => json.broken("", 0),
        Err(_) => text.to_owned(),
    }
}

/// JSON in the order of its text.
enum Json {
    /// `true`, `false`, `null`, or a number with a sign or a fraction, as JSON writes it.
    Bare(String),
    Number(u64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// This value of the member `member` on one line.
    fn flat(&self, member: &str) -> String {
        match self {
            Self::Bare(text) => text.clone(),
            Self::Number(number) => names::number(member, *number),
            Self::Text(text) => {
                let text = names::named(member, text);
                serde_json::to_string(&text).expect("text is JSON")
            }
            Self::List(items) => {
                let items: Vec<_> = items.iter().map(|item| item.flat(member)).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Object(members) => {
                let members = members.iter();
                let members =
                    members.map(|(name, value)| format!("{name:?}: {}", value.flat(name)));
                format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// This value on one line where it fits behind `before` characters, else broken.
    fn fitted(&self, member: &str, before: usize, indent: usize) -> String {
        let flat = self.flat(member);
        if before + flat.chars().count() <= WIDTH {
            flat
        } else {
            self.broken(member, indent)
        }
    }

    /// This value with an item or member on each line, which begin behind `indent` spaces.
    fn broken(&self, member: &str, indent: usize) -> String {
        let inside = indent + 2;
        let (lines, open, close): (Vec<_>, _, _) = match self {
            Self::List(items) if !items.is_empty() => {
                let items = items.iter();
                let items = items.map(|item| item.fitted(member, inside, inside));
                (items.collect(), '[', ']')
            }
            Self::Object(members) if !members.is_empty() => {
                let members = members.iter().map(|(name, value)| {
                    let before = inside + name.len() + 4;
                    format!("{name:?}: {}", value.fitted(name, before, inside))
                });
                (members.collect(), '{', '}')
            }
            _ => return self.flat(member),
        };
        let margin = " ".repeat(inside);
        let lines = lines.join(&format!(",\n{margin}"));
        format!("{open}\n{margin}{lines}\n{}{close}", " ".repeat(indent))
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(InOrder)
    }
}

struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Json;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Bare("null".to_owned()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bare(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Bare(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Bare(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut object = Vec::new();
        while let Some(member) = members.next_entry()? {
            object.push(member);
        }
        Ok(Json::Object(object))
    }
}
