//! Alibaba Cloud SMS abroad: version 2018-05-01.

use axum::http::request::Parts;
use serde_json::json;

use super::gateway::{self, THROTTLED, action, no_such_action, throttled};
use super::product::{heard, text, variables};
use super::signature::authenticate;
use crate::accounts::{ALIBABA_SIGN, ALIBABA_TEMPLATES, Template};
use crate::call::{Answer, Call, Judgement, Refusal};
use crate::faults::RefusalReason;
use crate::message::{Message, Params};
use crate::numbers;
use crate::report::{News, Report};
use crate::shared::Shared;
use crate::times::beijing;
use crate::vendor::Vendor;
use crate::vendors::desk::{Desk, Role};

/// The role of the product.
pub(crate) const ROLE: Role = Role {
    account: || "the same".to_owned(),
    approved: || "any text; to mainland China the same templates".to_owned(),
    desks: &[&International],
    report,
    heard,
};

struct International;

impl Desk for International {
    fn takes(&self, head: &Parts) -> bool {
        gateway::is_addressed(head) && gateway::names_international(head)
    }

    fn authenticate(&self, call: &Call, shared: &Shared) -> Result<(), Refusal> {
        authenticate(call, shared)
    }

    fn judge(&self, call: &Call, shared: &Shared) -> Result<Judgement, Refusal> {
        let params = call.params();
        let message = match action(call, shared, &params, gateway::INTERNATIONAL)?.as_str() {
            "SendMessageToGlobe" => to_globe(&params),
            "SendMessageWithTemplate" => with_template(&params),
            other => return Err(no_such_action(call, shared, other)),
        };
        let draft = message.map_err(|code| refusal(call, shared, code, "see the code"))?;
        Ok(taken(call, shared, &params, draft))
    }

    fn code(&self, why: RefusalReason) -> &'static str {
        match why {
            RefusalReason::Throttle => THROTTLED,
            RefusalReason::BadNumber => "MOBILE_NUMBER_ILLEGAL",
            RefusalReason::ConfigError => "INVALID_SENDERID",
            RefusalReason::Content => "BLACK_KEY_CONTROL_LIMIT",
            RefusalReason::SystemBusy => "SYSTEM_ERROR",
        }
    }

    fn scripted(&self, call: &Call, shared: &Shared, why: RefusalReason) -> Refusal {
        match why {
            RefusalReason::Throttle => throttled(call, shared),
            why => refusal(call, shared, self.code(why), why.sentence()),
        }
    }
}

/// HTTP 200, with another code than `OK`.
fn refusal(call: &Call, shared: &Shared, code: &str, message: &str) -> Refusal {
    let body = json!({
        "ResponseCode": code,
        "ResponseDescription": message,
        "RequestId": shared.inbox.request_id(call.now),
    });
    Refusal::new(code, Answer::json(200, &body))
}

/// A message that may be sent.
struct Draft {
    to: String,
    text: String,
    template: Option<&'static str>,
    variables: Params,
    code: Option<String>,
}

fn param<'a>(params: &'a Params, name: &str) -> &'a str {
    params.get(name).map(String::as_str).unwrap_or_default()
}

/// Any text, to any country but mainland China.
fn to_globe(params: &Params) -> Result<Draft, &'static str> {
    let to = numbers::international(param(params, "To")).ok_or("MOBILE_NUMBER_ILLEGAL")?;
    if numbers::is_mainland(&to) {
        return Err("NOT_SUPPORTED_COUNTRY");
    }
    if !params.get("From").is_none_or(|from| is_sender(from)) {
        return Err("INVALID_SENDERID");
    }
    let kind = params.get("Type").map(String::as_str);
    if kind.is_some_and(|kind| !["OTP", "NOTIFY", "MKT"].contains(&kind)) {
        return Err("INVALID_PARAMETERS");
    }
    if params
        .get("TaskId")
        .is_some_and(|id| !(1..=255).contains(&id.len()))
    {
        return Err("PARAM_LENGTH_LIMIT");
    }
    let text = param(params, "Message").to_owned();
    if text.is_empty() {
        return Err("CONTENT_MISSING_PARAMETERS");
    }
    Ok(Draft {
        to,
        template: None,
        variables: Params::new(),
        code: numbers::code_in(&text),
        text,
    })
}

/// Letters and digits, eleven at most; or digits alone, fifteen at most.
fn is_sender(from: &str) -> bool {
    let plain = !from.is_empty() && from.bytes().all(|byte| byte.is_ascii_alphanumeric());
    plain && (from.len() <= 11 || from.len() <= 15 && numbers::is_digits(from))
}

/// A template, to mainland China.
fn with_template(params: &Params) -> Result<Draft, &'static str> {
    let to = numbers::international(param(params, "To")).ok_or("MOBILE_NUMBER_ILLEGAL")?;
    if !numbers::is_mainland(&to) {
        return Err("NOT_SUPPORTED_COUNTRY");
    }
    let sign = param(params, "From");
    if sign != ALIBABA_SIGN {
        return Err("SMS_SIGN_NAME_ILLEGAL");
    }
    let template = Template::find(ALIBABA_TEMPLATES, param(params, "TemplateCode"))
        .filter(|template| !template.abroad)
        .ok_or("SMS_CONTENT_CODE_ILLEGAL")?;
    let variables = variables(template, param(params, "TemplateParam"));
    let variables = variables.map_err(|code| match code {
        "isv.INVALID_JSON_PARAM" => "INVALID_JSON_PARAM",
        _ => "CONTENT_MISSING_PARAMETERS",
    })?;
    Ok(Draft {
        to,
        text: text(template, sign, &variables),
        template: Some(template.id),
        code: variables.get("code").cloned(),
        variables,
    })
}

fn taken(call: &Call, shared: &Shared, params: &Params, draft: Draft) -> Judgement {
    let message = Message {
        id: shared.inbox.next_id(call.now, 5),
        vendor: Vendor::AlibabaCloudInternational,
        at: call.now,
        to: draft.to,
        sender: params.get("From").cloned(),
        template: draft.template.map(ToOwned::to_owned),
        text: draft.text,
        variables: draft.variables,
        code: draft.code,
        reference: params.get("TaskId").cloned(),
    };
    let body = json!({
        "ResponseCode": "OK",
        "ResponseDescription": "OK",
        "MessageId": message.id,
        "To": param(params, "To"),
        "From": message.sender,
        "Segments": segments(&message.text).to_string(),
        "NumberDetail": { "Region": "", "Country": "", "Carrier": "" },
        "RequestId": shared.inbox.request_id(call.now),
    });
    Judgement::taken(vec![message], Answer::json(200, &body))
}

/// How many messages a text is billed as: of 160 letters of ASCII, or 70 of others; 153 and 67 where there
/// are several.
fn segments(text: &str) -> usize {
    let length = text.encode_utf16().count();
    let (one, each) = if text.is_ascii() {
        (160, 153)
    } else {
        (70, 67)
    };
    if length <= one {
        1
    } else {
        length.div_ceil(each)
    }
}

/// A report: a list of one.
fn report(message: &Message, news: News) -> Report {
    let date = |at| beijing(at, "%a, %d %b %Y %H:%M:%S %z");
    let (status, code) = match news.delivered {
        true => ("1", "success"),
        false => ("2", "UNDELIVERED"),
    };
    let mut body = json!({
        "To": message.to.trim_start_matches('+'),
        "SendDate": date(message.at),
        "ReceiveDate": date(news.at),
        "Status": status,
        "ErrorCode": code,
        "ErrorDescription": code,
        "SmsSize": segments(&message.text).to_string(),
        "MessageId": message.id,
    });
    if let (Some(reference), Some(body)) = (&message.reference, body.as_object_mut()) {
        body.insert("TaskId".to_owned(), json!(reference));
    }
    Report::post(&json!([body]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn senders_are_words_or_numbers() {
        for good in ["Countersign", "Shop1", "123456789012345"] {
            assert!(is_sender(good), "{good}");
        }
        for bad in ["", "Countersign1", "my shop", "阿里云", "1234567890123456"] {
            assert!(!is_sender(bad), "{bad}");
        }
    }

    #[test]
    fn texts_are_billed_by_segments() {
        assert_eq!(segments("Your code is 123456"), 1);
        assert_eq!(segments(&"a".repeat(161)), 2);
        assert_eq!(segments(&"码".repeat(71)), 2);
    }
}
