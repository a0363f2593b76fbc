//! The fields of a request, and the vendor's codes for those that are wrong.

use serde_json::{Map, Value};

use crate::call::Call;
use crate::faults::Scripted;
use crate::numbers;

/// The vendor's code for a refusal that the script asks for.
pub(super) const fn code_of(why: Scripted) -> &'static str {
    match why {
        Scripted::Throttle => "103",
        Scripted::BadNumber => "107",
        Scripted::ConfigError => "117",
        Scripted::Content => "105",
        Scripted::SystemBusy => "104",
    }
}

/// The body, or the code for one that is no JSON object.
pub(super) fn object(call: &Call) -> Result<Map<String, Value>, &'static str> {
    call.json().ok_or("128")
}

/// A parameter that must be there, or the code for one that is missing or no text.
pub(super) fn text<'a>(body: &'a Map<String, Value>, name: &str) -> Result<&'a str, &'static str> {
    match body.get(name) {
        None => Err("121"),
        Some(Value::String(text)) if text.is_empty() => Err("121"),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err("130"),
    }
}

/// The numbers of a list, or the code for one that is none of mainland China.
pub(super) fn phones(list: &str) -> Result<Vec<String>, &'static str> {
    let numbers = list.split(',').map(numbers::mainland);
    numbers.collect::<Option<_>>().ok_or("107")
}
