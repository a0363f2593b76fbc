//! The schemas of the wire types, for the OpenAPI document.

use countersign_api::VerificationClaims;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// Schemas of wire types, by name.
#[derive(Default)]
pub(crate) struct Schemas(Map<String, Value>);

impl Schemas {
    /// Adds the schema of `T`, and those that it refers to.
    pub(crate) fn add<T: ToSchema>(&mut self) {
        let mut found = vec![(T::name().into_owned(), T::schema())];
        T::schemas(&mut found);
        for (name, schema) in found {
            let mut schema = json!(schema);
            plain(&mut schema);
            unsigned(&mut schema);
            self.0.insert(name, schema);
        }
    }

    /// Adds the schema of `IntrospectedToken`: an active token has claims and no other has, which a derived schema cannot say.
    pub(crate) fn add_introspected_token(&mut self) {
        self.add::<VerificationClaims>();
        let active = |value: bool| {
            json!({
                "type": "object",
                "properties": {"active": {"type": "boolean", "const": value}},
                "required": ["active"],
            })
        };
        let schema = json!({
            "description": "Whether the token is good, this first time, and what it says.",
            "oneOf": [
                {"allOf": [active(true), {"$ref": "#/components/schemas/VerificationClaims"}]},
                active(false),
            ],
        });
        self.0.insert("IntrospectedToken".to_owned(), schema);
    }
}

impl From<Schemas> for Value {
    fn from(schemas: Schemas) -> Self {
        Self::Object(schemas.0)
    }
}

/// Gives an unsigned 64-bit integer its own maximum in place of the format `int64`, which is signed.
fn unsigned(schema: &mut Value) {
    if schema["format"] == "int64" && schema["minimum"] == 0 {
        schema["maximum"] = u64::MAX.into();
        if let Some(members) = schema.as_object_mut() {
            members.remove("format");
        }
    }
    match schema {
        Value::Object(members) => members.values_mut().for_each(unsigned),
        Value::Array(items) => items.iter_mut().for_each(unsigned),
        _ => {}
    }
}

/// Leaves examples and links of the Rust documentation out of descriptions.
fn plain(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text) if name == "description" => *text = prose(text),
                    member => plain(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(plain),
        _ => {}
    }
}

fn prose(text: &str) -> String {
    let text = text.split("```").next().unwrap_or_default().trim_end();
    let mut plain = String::new();
    for (n, part) in text.split("](crate::").enumerate() {
        // The target of a link follows its name, up to the parenthesis.
        let rest = match n {
            0 => part,
            _ => part.split_once(')').map_or("", |(_, rest)| rest),
        };
        match rest.rsplit_once('[') {
            Some((before, name)) if text.contains(&format!("[{name}](crate::")) => {
                plain += before;
                plain += name;
            }
            _ => plain += rest,
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_are_prose() {
        for (text, plain) in [
            ("A number.", "A number."),
            ("A code.\n\n```\nassert!(true);\n```", "A code."),
            (
                "As [`Fault`](crate::Fault) has it [1].",
                "As `Fault` has it [1].",
            ),
            ("[a](crate::A) and [b](crate::B)", "a and b"),
        ] {
            assert_eq!(prose(text), plain);
        }
    }
}
