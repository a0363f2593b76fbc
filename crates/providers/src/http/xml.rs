//! XML as far as vendors' answers have it: elements, attributes, text, CDATA; and none of what a document type declares.

use serde_json::{Map, Value};

/// The deepest element that is read.
const DEEPEST: usize = 32;

/// Reads a document as a JSON value, so that JSON pointers lead into it: an element is the object of its children, or
/// its text where it has none; children of one name are a list; an attribute is a child whose name begins with `@`, and
/// the text beside children or attributes is `#text`. `None` where the text is no such document.
pub(super) fn read(text: &str) -> Option<Value> {
    let mut reader = Reader { rest: text };
    reader.skip_misc()?;
    let (name, root) = reader.element(0)?;
    Some(Value::Object(Map::from_iter([(name, root)])))
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    /// Skips white space, declarations, instructions and comments before an element.
    fn skip_misc(&mut self) -> Option<()> {
        loop {
            self.rest = self.rest.trim_start();
            if self.rest.starts_with("<?") {
                self.until("?>")?;
            } else if self.rest.starts_with("<!--") {
                self.until("-->")?;
            } else {
                return Some(());
            }
        }
    }

    /// The text before `end`, which is skipped too.
    fn until(&mut self, end: &str) -> Option<&'a str> {
        let (before, after) = self.rest.split_once(end)?;
        self.rest = after;
        Some(before)
    }

    /// An element: its name without a prefix, and its value.
    fn element(&mut self, depth: usize) -> Option<(String, Value)> {
        if depth > DEEPEST {
            return None;
        }
        self.rest = self.rest.strip_prefix('<')?;
        let whole = self.name()?;
        let mut fields = self.attributes()?;
        if let Some(rest) = self.rest.strip_prefix("/>") {
            self.rest = rest;
            return Some((local(whole), value(fields, String::new())));
        }
        self.rest = self.rest.strip_prefix('>')?;
        let mut words = String::new();
        loop {
            if let Some(rest) = self.rest.strip_prefix("</") {
                self.rest = rest;
                let closed = self.until(">")?.trim_end();
                let element = (local(whole), value(fields, words));
                return (closed == whole).then_some(element);
            }
            if self.rest.starts_with("<!--") {
                self.until("-->")?;
            } else if let Some(rest) = self.rest.strip_prefix("<![CDATA[") {
                self.rest = rest;
                words.push_str(self.until("]]>")?);
            } else if self.rest.starts_with("<?") {
                self.until("?>")?;
            } else if self.rest.starts_with('<') {
                let (name, child) = self.element(depth + 1)?;
                add(&mut fields, name, child);
            } else {
                let end = self.rest.find('<')?;
                let (text, rest) = self.rest.split_at(end);
                words.push_str(&unescaped(text)?);
                self.rest = rest;
            }
        }
    }

    fn name(&mut self) -> Option<&'a str> {
        let ends = |c: char| c.is_whitespace() || matches!(c, '/' | '>' | '=' | '<' | '"' | '\'');
        let (name, rest) = self.rest.split_at(self.rest.find(ends)?);
        self.rest = rest;
        (!name.is_empty() && !name.starts_with('!')).then_some(name)
    }

    fn attributes(&mut self) -> Option<Map<String, Value>> {
        let mut attributes = Map::new();
        loop {
            self.rest = self.rest.trim_start();
            if self.rest.starts_with(['/', '>']) {
                return Some(attributes);
            }
            let name = self.name()?;
            self.rest = self.rest.trim_start().strip_prefix('=')?.trim_start();
            let quote = self
                .rest
                .chars()
                .next()
                .filter(|c| matches!(c, '"' | '\''))?;
            self.rest = self.rest.get(1..)?;
            let words = unescaped(self.until(quote.encode_utf8(&mut [0; 4]))?)?;
            add(
                &mut attributes,
                format!("@{}", local(name)),
                Value::from(words),
            );
        }
    }
}

/// A name without the prefix of its namespace.
fn local(name: &str) -> String {
    name.rsplit(':').next().unwrap_or(name).to_owned()
}

fn value(mut fields: Map<String, Value>, words: String) -> Value {
    let words = words.trim();
    if fields.is_empty() {
        return Value::from(words);
    }
    if !words.is_empty() {
        add(&mut fields, "#text".to_owned(), Value::from(words));
    }
    Value::Object(fields)
}

/// Adds a field; fields of one name become a list.
fn add(fields: &mut Map<String, Value>, name: String, value: Value) {
    match fields.get_mut(&name) {
        None => drop(fields.insert(name, value)),
        Some(Value::Array(list)) => list.push(value),
        Some(first) => *first = Value::from(vec![first.take(), value]),
    }
}

/// Text with its five entities and its character references in clear; `None` for any other entity.
fn unescaped(text: &str) -> Option<String> {
    let mut clear = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        clear.push_str(before);
        let (entity, after) = after.split_once(';')?;
        clear.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => reference(entity.strip_prefix('#')?)?,
        });
        rest = after;
    }
    clear.push_str(rest);
    Some(clear)
}

fn reference(number: &str) -> Option<char> {
    let code = match number.strip_prefix('x') {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => number.parse(),
    };
    char::from_u32(code.ok()?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn elements_attributes_and_text_are_read() {
        for (text, value) in [
            ("<a/>", json!({"a": ""})),
            (
                "\n<?xml version=\"1.0\"?><!-- x --><a> 7 </a>",
                json!({"a": "7"}),
            ),
            (
                "<r><code>0</code><id n='1'>x&amp;&#65;&#x42;</id><i>1</i><i>2</i></r>",
                json!({"r": {"code": "0", "id": {"@n": "1", "#text": "x&AB"}, "i": ["1", "2"]}}),
            ),
            (
                "<s:Envelope xmlns:s=\"u\"><s:Body><![CDATA[<ok>]]></s:Body></s:Envelope>",
                json!({"Envelope": {"@s": "u", "Body": "<ok>"}}),
            ),
        ] {
            assert_eq!(read(text), Some(value), "{text}");
        }
    }

    #[test]
    fn text_that_is_no_whole_document_is_none() {
        let deep = "<a>".repeat(99) + &"</a>".repeat(99);
        for text in [
            "",
            "OK",
            "<",
            "<a>",
            "<a></b>",
            "<a b></a>",
            "<a b=c/>",
            "<a>&nbsp;</a>",
            "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
            "<a>&#xFFFFFFFF;</a>",
            "<a><![CDATA[</a>",
            &deep,
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_to_an_end(text in "[<>/a&;=\"' !?#x0\\[\\]-]{0,96}") {
            let _ = read(&text);
            let _ = read(&format!("<a>{text}</a>"));
        }
    }
}
