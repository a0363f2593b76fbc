//! Requests, templates and reports of both products.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::accounts::Template;
use crate::call::{Answer, Call, Refusal};
use crate::message::Params;
use crate::numbers;
use crate::report::ReportReaction;
use crate::shared::Shared;

/// A refusal by the domestic product: HTTP 200, with another code than `OK`.
pub(super) fn refusal(call: &Call, shared: &Shared, code: &str, message: &str) -> Refusal {
    let body = json!({
        "Code": code,
        "Message": message,
        "RequestId": shared.inbox.request_id(call.now),
    });
    Refusal::new(code, Answer::json(200, &body))
}

/// A number of mainland China, with or without its country code, or one from abroad with it.
pub(super) fn number(text: &str) -> Option<String> {
    let mut bare = ["+86", "0086", "86"]
        .into_iter()
        .filter_map(|prefix| text.strip_prefix(prefix));
    numbers::mainland(text)
        .or_else(|| bare.find_map(numbers::mainland))
        .or_else(|| numbers::international(text))
}

/// Reads the values of a template's variables: all of them and no others, each a text. The error is the vendor's code.
pub(super) fn variables(template: &Template, json: &str) -> Result<Params, &'static str> {
    let given = if json.is_empty() { "{}" } else { json };
    let given: Map<String, Value> =
        serde_json::from_str(given).map_err(|_| "isv.INVALID_JSON_PARAM")?;
    let mut variables = BTreeMap::new();
    for name in template.variables {
        let value = given.get(*name).ok_or("isv.TEMPLATE_MISSING_PARAMETERS")?;
        let value = value.as_str().ok_or("isv.TEMPLATE_PARAMS_ILLEGAL")?;
        if value.is_empty() {
            return Err("isv.TEMPLATE_PARAMS_ILLEGAL");
        }
        variables.insert((*name).to_owned(), value.to_owned());
    }
    if given.len() > variables.len() {
        return Err("template_parameter_count_illegal");
    }
    Ok(variables)
}

/// The text on the phone.
pub(super) fn text(template: &Template, sign: &str, variables: &Params) -> String {
    let value = |name: &&str| variables.get(*name).map(String::as_str);
    let values: Vec<_> = template.variables.iter().filter_map(value).collect();
    template.fill(sign, &values)
}

/// The vendor reads only that `code` is a number.
pub(super) fn heard(status: Option<u16>, body: &str) -> ReportReaction {
    let json: Value = serde_json::from_str(body).unwrap_or_default();
    ReportReaction::at(status, json.get("code").is_some_and(Value::is_number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::ALIBABA_TEMPLATES;

    #[test]
    fn numbers_are_read_as_documented() {
        for same in [
            "13800138000",
            "+8613800138000",
            "008613800138000",
            "8613800138000",
        ] {
            assert_eq!(number(same).as_deref(), Some("+8613800138000"), "{same}");
        }
        assert_eq!(number("85260000000").as_deref(), Some("+85260000000"));
        for bad in ["", "1380013800", "+85260000000", "138 0013 8000"] {
            assert_eq!(number(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_template_takes_its_variables_and_no_others() {
        let template = Template::find(ALIBABA_TEMPLATES, "SMS_154950910").unwrap();
        let code = |json| variables(template, json).unwrap_err();
        assert!(variables(template, r#"{"code":"123456","min":"5"}"#).is_ok());
        assert_eq!(code(""), "isv.TEMPLATE_MISSING_PARAMETERS");
        assert_eq!(code("[1]"), "isv.INVALID_JSON_PARAM");
        let number = r#"{"code":123456,"min":"5"}"#;
        assert_eq!(code(number), "isv.TEMPLATE_PARAMS_ILLEGAL");
        let more = r#"{"code":"123456","min":"5","x":"y"}"#;
        assert_eq!(code(more), "template_parameter_count_illegal");
    }
}
