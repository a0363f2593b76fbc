//! XML as far as vendors' answers have it: elements, attributes, text, CDATA; and none of what a document type declares.

use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use serde_json::{Map, Value};

/// The most elements that are open at once: the root and 32 within it.
const DEEPEST: usize = 33;

/// Reads a document as a JSON value, so that JSON pointers lead into it: an element is the object of its children, or
/// its text where it has none; children of one name are a list; an attribute is a child whose name begins with `@`, and
/// the text beside children or attributes is `#text`. `None` where the text is no such document.
pub(super) fn read(text: &str) -> Option<Value> {
    let mut reader = Reader::from_str(text);
    let mut open = Vec::<Element>::new();
    loop {
        let closed = match reader.read_event().ok()? {
            Event::Start(tag) if open.len() < DEEPEST => {
                open.push(Element::open(&tag)?);
                continue;
            }
            Event::Empty(tag) if open.len() < DEEPEST => Element::open(&tag)?,
            Event::End(_) => open.pop()?,
            Event::Text(words) => {
                write(&mut open, &words.xml10_content())?;
                continue;
            }
            Event::CData(words) => {
                write(&mut open, &words.xml10_content())?;
                continue;
            }
            Event::GeneralRef(reference) => {
                write(&mut open, &referred(&reference)?)?;
                continue;
            }
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => continue,
            Event::Start(_) | Event::Empty(_) | Event::DocType(_) | Event::Eof => return None,
        };
        let (name, value) = closed.close();
        match open.last_mut() {
            Some(parent) => add(&mut parent.fields, name, value),
            None => return Some(Value::Object(Map::from_iter([(name, value)]))),
        }
    }
}

/// An element whose end has not been read yet.
struct Element {
    /// Its name without the prefix of a namespace.
    name: String,
    /// Its attributes and children so far.
    fields: Map<String, Value>,
    /// The text between its children so far.
    words: String,
}

impl Element {
    /// The element that `tag` opens; `None` where the tag is not well-formed.
    fn open(tag: &BytesStart<'_>) -> Option<Self> {
        let name = tag.local_name().as_ref().to_owned();
        let mut fields = Map::new();
        for attribute in tag.attributes() {
            let attribute = attribute.ok()?;
            let words = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
            let name = format!("@{}", attribute.key.local_name().as_ref());
            add(&mut fields, name, Value::from(words));
        }
        let words = String::new();
        (!name.is_empty()).then_some(Self {
            name,
            fields,
            words,
        })
    }

    /// Its name and its value.
    fn close(mut self) -> (String, Value) {
        let words = self.words.trim();
        if self.fields.is_empty() {
            return (self.name, Value::from(words));
        }
        if !words.is_empty() {
            add(&mut self.fields, "#text".to_owned(), Value::from(words));
        }
        (self.name, Value::Object(self.fields))
    }
}

/// Adds text to the innermost element; outside of the root only white space may stand.
fn write(open: &mut [Element], words: &str) -> Option<()> {
    match open.last_mut() {
        Some(element) => element.words.push_str(words),
        None => return words.trim().is_empty().then_some(()),
    }
    Some(())
}

/// The text that a reference stands for: one of the five entities of XML, or a character by its number. `None` for any
/// other entity.
fn referred(reference: &BytesRef<'_>) -> Option<String> {
    match reference.resolve_char_ref().ok()? {
        Some(character) => Some(character.to_string()),
        None => resolve_xml_entity(&reference.xml10_content()).map(str::to_owned),
    }
}

/// Adds a field; fields of one name become a list.
fn add(fields: &mut Map<String, Value>, name: String, value: Value) {
    match fields.get_mut(&name) {
        None => drop(fields.insert(name, value)),
        Some(Value::Array(list)) => list.push(value),
        Some(first) => *first = Value::from(vec![first.take(), value]),
    }
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
        let deep = "<a>".repeat(34) + &"</a>".repeat(34);
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
            "<a b='1' b='2'/>",
            "<a>&</a>",
            "</a>",
            &deep,
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        let deepest = "<a>".repeat(33) + &"</a>".repeat(33);
        assert!(read(&deepest).is_some());
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_to_an_end(text in "[<>/a&;=\"' !?#x0\\[\\]-]{0,96}") {
            let _ = read(&text);
            let _ = read(&format!("<a>{text}</a>"));
        }
    }
}
