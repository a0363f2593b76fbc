use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Any JSON value but null, where only the kind of a vendor account knows the right shape.
///
/// ```
/// use countersign_api::Json;
/// let json: Json = serde_json::from_str(r#"{"endpoint":"https://sms.example","errors":{"7":"transient"}}"#).unwrap();
/// assert_eq!(serde_json::to_string(&json).unwrap(), r#"{"endpoint":"https://sms.example","errors":{"7":"transient"}}"#);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Json {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Number(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// An object.
    Object(BTreeMap<String, Json>),
}
