//! A body with placeholders. Values are encoded, so that none changes the structure of the document.

use serde_json::Value;
use url::form_urlencoded;

use super::encoded::check_form;
use super::placeholders::{MessageValues, Pattern, Placeholder};
use crate::account::InvalidSetup;

/// The language of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Format {
    /// A JSON document.
    Json,
    /// A web form (`application/x-www-form-urlencoded`).
    Form,
    /// Plain text.
    Raw,
}

impl Format {
    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Format::Json => "application/json",
            Format::Form => "application/x-www-form-urlencoded",
            Format::Raw => "text/plain; charset=utf-8",
        }
    }

    /// Whether a body of this language may have this content type: another language would need other escapes.
    pub(super) fn may_be_called(self, content_type: &str) -> bool {
        let essence = |text: &str| {
            let essence = text.split(';').next().unwrap_or_default().trim();
            essence.to_ascii_lowercase()
        };
        let called = essence(content_type);
        let json = called.starts_with("application/") && called.ends_with("+json");
        called == essence(self.content_type()) || (self == Format::Json && json)
    }
}

/// A body with placeholders.
pub(super) enum Body {
    Json(Json),
    Form(Vec<(String, Pattern)>),
    Raw(Pattern),
}

/// A JSON document with placeholders in its strings.
pub(super) enum Json {
    Text(Pattern),
    List(Vec<Json>),
    Map(Vec<(String, Json)>),
    Plain(Value),
}

impl Body {
    pub(super) fn parse(format: Format, body: &Value) -> Result<Self, InvalidSetup> {
        match (format, body) {
            (Format::Json, Value::String(text)) => {
                let parsed = serde_json::from_str(text);
                let parsed =
                    parsed.map_err(|_| InvalidSetup::setting("body", "not a JSON document"))?;
                Json::parse(parsed).map(Body::Json)
            }
            (Format::Json, body) => Json::parse(body.clone()).map(Body::Json),
            (Format::Form, Value::String(text)) => {
                check_form("body", text)?;
                let pairs = form_urlencoded::parse(text.as_bytes());
                pairs
                    .map(|(name, value)| field(&name, &value))
                    .collect::<Result<_, _>>()
                    .map(Body::Form)
            }
            (Format::Form, Value::Object(fields)) => fields
                .iter()
                .map(|(name, value)| {
                    let why = "a form has texts only";
                    let value = value
                        .as_str()
                        .ok_or_else(|| InvalidSetup::setting("body", why))?;
                    field(name, value)
                })
                .collect::<Result<_, _>>()
                .map(Body::Form),
            (Format::Raw, Value::String(text)) => Pattern::of("body", text).map(Body::Raw),
            (Format::Form | Format::Raw, _) => Err(InvalidSetup::setting("body", "not a text")),
        }
    }

    pub(super) fn placeholders(&self) -> Vec<Placeholder> {
        match self {
            Body::Json(json) => json.placeholders(),
            Body::Form(fields) => fields
                .iter()
                .flat_map(|(_, value)| value.placeholders())
                .collect(),
            Body::Raw(text) => text.placeholders().collect(),
        }
    }

    pub(super) fn fill(&self, values: MessageValues<'_>) -> Vec<u8> {
        match self {
            Body::Json(json) => json.fill(values).to_string().into_bytes(),
            Body::Form(fields) => {
                let mut form = form_urlencoded::Serializer::new(String::new());
                for (name, value) in fields {
                    form.append_pair(name, &value.with(|placeholder| values.value(placeholder)));
                }
                form.finish().into_bytes()
            }
            Body::Raw(text) => text
                .with(|placeholder| values.value(placeholder))
                .into_bytes(),
        }
    }
}

fn field(name: &str, value: &str) -> Result<(String, Pattern), InvalidSetup> {
    no_gap(name)?;
    Ok((name.to_owned(), Pattern::of("body", value)?))
}

fn no_gap(name: &str) -> Result<(), InvalidSetup> {
    if name.contains(['{', '}']) {
        return Err(InvalidSetup::setting(
            "body",
            "placeholders may stand in values only, not in names",
        ));
    }
    Ok(())
}

impl Json {
    fn parse(value: Value) -> Result<Self, InvalidSetup> {
        Ok(match value {
            Value::String(text) => Json::Text(Pattern::of("body", &text)?),
            Value::Array(values) => Json::List(
                values
                    .into_iter()
                    .map(Json::parse)
                    .collect::<Result<_, _>>()?,
            ),
            Value::Object(fields) => {
                let fields = fields.into_iter().map(|(name, value)| {
                    no_gap(&name)?;
                    Ok((name, Json::parse(value)?))
                });
                Json::Map(fields.collect::<Result<_, InvalidSetup>>()?)
            }
            plain => Json::Plain(plain),
        })
    }

    fn placeholders(&self) -> Vec<Placeholder> {
        match self {
            Json::Text(text) => text.placeholders().collect(),
            Json::List(values) => values.iter().flat_map(Json::placeholders).collect(),
            Json::Map(fields) => fields
                .iter()
                .flat_map(|(_, value)| value.placeholders())
                .collect(),
            Json::Plain(_) => Vec::new(),
        }
    }

    fn fill(&self, values: MessageValues<'_>) -> Value {
        match self {
            Json::Text(text) => Value::String(text.with(|placeholder| values.value(placeholder))),
            Json::List(items) => items.iter().map(|item| item.fill(values)).collect(),
            Json::Map(fields) => fields
                .iter()
                .map(|(name, value)| (name.clone(), value.fill(values)))
                .collect(),
            Json::Plain(value) => value.clone(),
        }
    }
}
