//! Alibaba Cloud SMS at home: version 2017-05-25.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Desk;
use super::alibaba_details::details;
use super::alibaba_signature::{authenticate, gateway};
use crate::Shared;
use crate::accounts::{ALIBABA_SIGN, ALIBABA_TEMPLATES, Template};
use crate::call::{Answer, Call, Done, Params, Refusal};
use crate::faults::Scripted;
use crate::inbox::Message;
use crate::kind::Kind;
use crate::numbers;
use crate::reports::{News, Report};
use crate::times::beijing_time;

const VERSION: &str = "2017-05-25";

/// How many numbers one request may have.
const MOST: usize = 1_000;

pub(crate) struct AlibabaCloud;

impl Desk for AlibabaCloud {
    fn kind(&self) -> Kind {
        Kind::AlibabaCloud
    }

    fn authenticate(&self, call: &Call, shared: &Shared) -> Result<(), Refusal> {
        authenticate(call, shared)
    }

    fn judge(&self, call: &Call, shared: &Shared) -> Result<Done, Refusal> {
        let params = call.params();
        match action(call, shared, &params, VERSION)?.as_str() {
            "SendSms" => send(call, shared, &params),
            "QuerySendDetails" => details(call, shared, &params),
            other => Err(no_such_action(call, shared, other)),
        }
    }

    fn scripted(&self, call: &Call, shared: &Shared, why: Scripted) -> Refusal {
        let refuse = |code, message| refusal(call, shared, code, message);
        match why {
            Scripted::Throttle => throttled(call, shared),
            Scripted::BadNumber => refuse("isv.MOBILE_NUMBER_ILLEGAL", "no such number"),
            Scripted::ConfigError => refuse("isv.SMS_SIGNATURE_ILLEGAL", "no such signature"),
            Scripted::Content => refuse("isv.BLACK_KEY_CONTROL_LIMIT", "a forbidden word"),
            Scripted::SystemBusy => refuse("isp.SYSTEM_ERROR", "the system is busy"),
        }
    }
}

/// Which action is asked for, of this version.
pub(super) fn action(
    call: &Call,
    shared: &Shared,
    params: &Params,
    version: &str,
) -> Result<String, Refusal> {
    let said = |header: &str, param: &str| {
        let header = call.header(header).map(ToOwned::to_owned);
        header.or_else(|| params.get(param).cloned())
    };
    if said("x-acs-version", "Version").as_deref() != Some(version) {
        let message = "no such version of this product";
        return Err(gateway(call, shared, 400, "InvalidVersion", message));
    }
    said("x-acs-action", "Action").ok_or_else(|| no_such_action(call, shared, ""))
}

pub(super) fn no_such_action(call: &Call, shared: &Shared, action: &str) -> Refusal {
    let message = format!("there is no action {action:?} here");
    gateway(call, shared, 404, "InvalidAction.NotFound", &message)
}

/// The gateway's word for too much at once.
pub(super) fn throttled(call: &Call, shared: &Shared) -> Refusal {
    let message = "the account sends too fast";
    let mut refusal = gateway(call, shared, 400, "Throttling.User", message);
    refusal.answer = refusal.answer.with("x-acs-retry-after", 1_000);
    refusal
}

/// A refusal by the product: HTTP 200, with another code than `OK`.
pub(super) fn refusal(call: &Call, shared: &Shared, code: &str, message: &str) -> Refusal {
    let body = json!({
        "Code": code,
        "Message": message,
        "RequestId": shared.inbox.request_id(call.now),
    });
    Refusal::new(code, Answer::json(200, &body))
}

fn send(call: &Call, shared: &Shared, params: &Params) -> Result<Done, Refusal> {
    let refuse = |code| refusal(call, shared, code, "see the code");
    let draft = Draft::read(params).map_err(refuse)?;
    if !minute_is_free(call, shared, &draft.numbers) {
        let message = "触发分钟级流控Permits:1";
        return Err(refusal(call, shared, "isv.BUSINESS_LIMIT_CONTROL", message));
    }
    let id = format!("{}^0", shared.inbox.next_id(call.now, 5));
    let body = json!({
        "Code": "OK",
        "Message": "OK",
        "BizId": id,
        "RequestId": shared.inbox.request_id(call.now),
    });
    let message = |to: &String| Message {
        id: id.clone(),
        vendor: Kind::AlibabaCloud,
        at: call.now,
        to: to.clone(),
        sender: Some(ALIBABA_SIGN.to_owned()),
        template: Some(draft.template.id.to_owned()),
        text: text(draft.template, ALIBABA_SIGN, &draft.variables),
        code: draft.variables.get("code").cloned(),
        variables: draft.variables.clone(),
        reference: params.get("OutId").cloned(),
    };
    let messages = draft.numbers.iter().map(message).collect();
    Ok(Done::taken(messages, Answer::json(200, &body)))
}

/// What is to be sent, and may be.
struct Draft {
    numbers: Vec<String>,
    template: &'static Template,
    variables: Params,
}

impl Draft {
    /// Reads the parameters of a `SendSms`, or says by which code it is refused.
    fn read(params: &Params) -> Result<Self, &'static str> {
        let param = |name: &str| params.get(name).map(String::as_str).unwrap_or_default();
        let numbers: Vec<_> = param("PhoneNumbers").split(',').collect();
        if numbers.len() > MOST {
            return Err("isv.MOBILE_COUNT_OVER_LIMIT");
        }
        let numbers: Option<Vec<_>> = numbers.into_iter().map(number).collect();
        let numbers = numbers.ok_or("isv.MOBILE_NUMBER_ILLEGAL")?;
        if param("SignName") != ALIBABA_SIGN {
            return Err("isv.SMS_SIGNATURE_ILLEGAL");
        }
        let template = Template::find(ALIBABA_TEMPLATES, param("TemplateCode"))
            .ok_or("isv.SMS_TEMPLATE_ILLEGAL")?;
        let served = |number: &String| numbers::is_mainland(number) != template.abroad;
        match (numbers.iter().all(served), template.abroad) {
            (true, _) => {}
            (false, true) => return Err("isv.DOMESTIC_NUMBER_NOT_SUPPORTED"),
            (false, false) => return Err("isv.MOBILE_NUMBER_ILLEGAL"),
        }
        Ok(Self {
            numbers,
            template,
            variables: variables(template, param("TemplateParam"))?,
        })
    }
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

/// The variables of a template: all of them and no more, each a text; or the code that says what is wrong.
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

/// The words on the phone.
pub(super) fn text(template: &Template, sign: &str, variables: &Params) -> String {
    let value = |name: &&str| variables.get(*name).map(String::as_str);
    let values: Vec<_> = template.variables.iter().filter_map(value).collect();
    template.fill(sign, &values)
}

/// Takes the minute of each number under the one signature there is; says whether all were free.
fn minute_is_free(call: &Call, shared: &Shared, numbers: &[String]) -> bool {
    !shared.minute_rule
        || numbers
            .iter()
            .all(|number| shared.minutes.earlier(call.now, number, "").is_none())
}

/// A report of SmsReport: a list of one.
pub(super) fn report(message: &Message, news: News) -> Report {
    let (code, words) = match news.delivered {
        true => ("DELIVERED", "用户接收成功"),
        false => ("MK:0001", "用户接收失败"),
    };
    let body = json!([{
        "phone_number": numbers::local(&message.to),
        "send_time": beijing_time(message.at),
        "report_time": beijing_time(news.at),
        "success": news.delivered,
        "err_code": code,
        "err_msg": words,
        "sms_size": "1",
        "biz_id": message.id,
        "out_id": message.reference,
    }]);
    Report::post(&body)
}

#[cfg(test)]
mod tests {
    use super::*;

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
