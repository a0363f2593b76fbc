//! The fields of a request, and the vendor's codes for fields that are wrong.

use serde_json::{Map, Value};

use crate::call::Call;
use crate::faults::RefusalReason;
use crate::numbers;

/// The vendor's code for a refusal that the script asks for.
pub(super) const fn code_of(why: RefusalReason) -> &'static str {
    match why {
        RefusalReason::Throttle => "103",
        RefusalReason::BadNumber => "107",
        RefusalReason::ConfigError => "117",
        RefusalReason::Content => "105",
        RefusalReason::SystemBusy => "104",
    }
}

/// The body as a JSON object. The error is the vendor's code.
pub(super) fn object(call: &Call) -> Result<Map<String, Value>, &'static str> {
    call.json().ok_or("128")
}

/// A required parameter. The error is the code for a parameter that is missing or no text.
pub(super) fn text<'a>(body: &'a Map<String, Value>, name: &str) -> Result<&'a str, &'static str> {
    match body.get(name) {
        None => Err("121"),
        Some(Value::String(text)) if text.is_empty() => Err("121"),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err("130"),
    }
}

/// The numbers in a list. The error is the code for a number that is not of mainland China.
pub(super) fn phones(list: &str) -> Result<Vec<String>, &'static str> {
    let numbers = list.split(',').map(numbers::mainland);
    numbers.collect::<Option<_>>().ok_or("107")
}
