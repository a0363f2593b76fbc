//! The text that a client signs for a management request, composed again from the request that arrived. Two official
//! SDKs compose it, each in its own way.

use std::collections::BTreeMap;

use axum::extract::Query;
use axum::http::{HeaderMap, Method, Uri};
use countersign_api::Fault;
use serde_json::value::RawValue;

use crate::http::request::malformed::syntax;
use crate::http::request::shape;

/// The parts of a request that a signature covers.
pub(crate) struct SignedRequest<'a> {
    method: &'a Method,
    path: &'a str,
    headers: &'a HeaderMap,
    members: Vec<Member>,
}

/// A member of the body, or a parameter of the query.
struct Member {
    name: String,
    /// The value as JavaScript writes it: a text as it is, any other value as JSON.
    value: String,
    is_null: bool,
}

impl<'a> SignedRequest<'a> {
    /// A request whose parameters are in its query; its body is not signed.
    pub(crate) fn without_body(method: &'a Method, uri: &'a Uri, headers: &'a HeaderMap) -> Self {
        Self {
            method,
            path: uri.path(),
            headers,
            members: sorted(of_query(uri)),
        }
    }

    /// A request whose parameters are in its body.
    ///
    /// # Errors
    /// [`Fault::Malformed`] when the body is no JSON object.
    pub(crate) fn with_body(
        method: &'a Method,
        uri: &'a Uri,
        headers: &'a HeaderMap,
        body: &[u8],
    ) -> Result<Self, Fault> {
        let members = match body.trim_ascii() {
            [] => vec![],
            body => of_body(body)?,
        };
        Ok(Self {
            method,
            path: uri.path(),
            headers,
            members: sorted(members),
        })
    }

    /// Every text that the client may have signed: as the Node SDK composes it and, where the time is in
    /// `x-authing-date`, as the C# SDK does. Each text covers all headers that a signature is judged by.
    pub(crate) fn compositions(&self) -> Vec<String> {
        let mut all = self.of_node();
        if !self.headers.contains_key("date") {
            all.push(self.of_c_sharp());
        }
        all
    }

    /// All headers that begin with `x-authing-` and `date`, by name. Where nothing follows the path, a question mark
    /// may: the SDK writes it before members that are then left out as undefined.
    fn of_node(&self) -> Vec<String> {
        let mut names: Vec<_> = self.headers.keys().map(|name| name.as_str()).collect();
        names.retain(|name| name.starts_with("x-authing-") || *name == "date");
        names.sort_unstable();
        let mut head = format!("{}\n", self.method);
        for name in names {
            head += &self.header(name);
            head.push('\n');
        }
        let pair = |member: &Member| format!("{}={}", member.name, member.value);
        let resource = self.resource(pair);
        let mut all = vec![format!("{head}{resource}")];
        if self.members.is_empty() {
            all.push(format!("{head}{resource}?"));
        }
        all
    }

    /// The values of five headers, in a fixed order.
    fn of_c_sharp(&self) -> String {
        let mut text = format!("{}\n", self.method);
        for name in C_SHARP {
            if self.headers.contains_key(name) {
                text += &self.header(name);
            }
            text.push('\n');
        }
        text + &self.resource(|member| match member.is_null {
            true => member.name.clone(),
            false => format!("{}={}", member.name, member.value),
        })
    }

    fn resource(&self, pair: impl Fn(&Member) -> String) -> String {
        if self.members.is_empty() {
            return self.path.to_owned();
        }
        let pairs: Vec<_> = self.members.iter().map(pair).collect();
        format!("{}?{}", self.path, pairs.join("&"))
    }

    /// `name:value`. A header that came more than once has all its values, which no client sends.
    fn header(&self, name: &str) -> String {
        let values = self.headers.get_all(name).iter().map(|value| {
            // Clients write each byte as a character.
            let text: String = value.as_bytes().iter().map(|b| char::from(*b)).collect();
            text.replace(['\t', '\n', '\r', '\x0c'], " ")
                .trim()
                .to_owned()
        });
        format!("{name}:{}", values.collect::<Vec<_>>().join(","))
    }
}

const C_SHARP: [&str; 5] = [
    "x-authing-date",
    "x-authing-sdk-version",
    "x-authing-signature-method",
    "x-authing-signature-nonce",
    "x-authing-signature-version",
];

/// Sorts by name, in the order of UTF-16 code units, as JavaScript and C# do.
fn sorted(mut members: Vec<Member>) -> Vec<Member> {
    members.sort_by(|a, b| a.name.encode_utf16().cmp(b.name.encode_utf16()));
    members
}

fn of_body(body: &[u8]) -> Result<Vec<Member>, Fault> {
    shape::check(body)?;
    let members: BTreeMap<String, &RawValue> =
        serde_json::from_slice(body).map_err(|error| syntax(&error))?;
    let member = |(name, value): (String, &RawValue)| {
        let json = canonical(value.get());
        Member {
            name,
            is_null: json == "null",
            value: serde_json::from_str(&json).unwrap_or(json),
        }
    };
    Ok(members.into_iter().map(member).collect())
}

/// Writes JSON as JavaScript does: without spaces, and with as few escapes as possible. The order of members and the
/// digits of numbers stay.
fn canonical(json: &str) -> String {
    let (mut text, mut rest) = (String::with_capacity(json.len()), json);
    while let Some(quote) = rest.find('"') {
        let (before, from) = rest.split_at(quote);
        let (string, after) = from.split_at(end_of_string(from));
        text.extend(before.chars().filter(|c| !c.is_ascii_whitespace()));
        let plain = serde_json::from_str::<String>(string).ok();
        let plain = plain.and_then(|plain| serde_json::to_string(&plain).ok());
        text.push_str(plain.as_deref().unwrap_or(string));
        rest = after;
    }
    text.extend(rest.chars().filter(|c| !c.is_ascii_whitespace()));
    text
}

/// The length of the string that `json` begins with: up to its second quote that is not escaped.
fn end_of_string(json: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in json.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    json.len()
}

/// The parameters of a query. The items of a list, each `name[]`, are one member: the list as JSON.
fn of_query(uri: &Uri) -> Vec<Member> {
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(uri);
    let pairs = pairs.map_or_else(|_| vec![], |Query(pairs)| pairs);
    let (mut members, mut lists) = (Vec::new(), BTreeMap::<String, Vec<String>>::new());
    for (name, value) in pairs {
        match name.strip_suffix("[]") {
            Some(list) => lists.entry(list.to_owned()).or_default().push(value),
            None => members.push(Member {
                name,
                value,
                is_null: false,
            }),
        }
    }
    members.extend(lists.into_iter().map(|(name, values)| Member {
        name,
        value: serde_json::json!(values).to_string(),
        is_null: false,
    }));
    members
}

#[cfg(test)]
mod tests;
