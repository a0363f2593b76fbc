//! Alibaba Cloud SMS at home: version 2017-05-25.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::Desk;
use super::alibaba_signature::{authenticate, gateway};
use crate::Shared;
use crate::accounts::{ALIBABA_SIGN, ALIBABA_TEMPLATES, Template};
use crate::call::{Answer, Call, Done, Params, Refusal};
use crate::faults::Scripted;
use crate::inbox::Message;
use crate::kind::Kind;
use crate::numbers;
use crate::reports::{Manner, News, Report};
use crate::times::{beijing, beijing_time};

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
            "QuerySendDetails" => query(call, shared, &params),
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
fn refusal(call: &Call, shared: &Shared, code: &str, message: &str) -> Refusal {
    let body = json!({
        "Code": code,
        "Message": message,
        "RequestId": shared.inbox.request_id(call.now),
    });
    Refusal::new(code, Answer::json(200, &body))
}

fn send(call: &Call, shared: &Shared, params: &Params) -> Result<Done, Refusal> {
    let refuse = |code: &str| refusal(call, shared, code, "see the code");
    let param = |name: &str| params.get(name).map(String::as_str).unwrap_or_default();
    let numbers: Vec<_> = param("PhoneNumbers").split(',').collect();
    if numbers.len() > MOST {
        return Err(refuse("isv.MOBILE_COUNT_OVER_LIMIT"));
    }
    let numbers: Option<Vec<_>> = numbers.into_iter().map(number).collect();
    let numbers = numbers.ok_or_else(|| refuse("isv.MOBILE_NUMBER_ILLEGAL"))?;
    let sign = param("SignName");
    if sign != ALIBABA_SIGN {
        return Err(refuse("isv.SMS_SIGNATURE_ILLEGAL"));
    }
    let template = Template::find(ALIBABA_TEMPLATES, param("TemplateCode"))
        .ok_or_else(|| refuse("isv.SMS_TEMPLATE_ILLEGAL"))?;
    if numbers
        .iter()
        .any(|number| numbers::is_mainland(number) == template.abroad)
    {
        return Err(refuse(match template.abroad {
            true => "isv.DOMESTIC_NUMBER_NOT_SUPPORTED",
            false => "isv.MOBILE_NUMBER_ILLEGAL",
        }));
    }
    let variables = variables(template, param("TemplateParam")).map_err(refuse)?;
    if !minute_is_free(call, shared, sign, &numbers) {
        let message = "触发分钟级流控Permits:1";
        return Err(refusal(call, shared, "isv.BUSINESS_LIMIT_CONTROL", message));
    }
    let id = format!("{}^0", shared.inbox.next_id(call.now, 5));
    let message = |to| Message {
        id: id.clone(),
        vendor: Kind::AlibabaCloud,
        at: call.now,
        to,
        sender: Some(sign.to_owned()),
        template: Some(template.id.to_owned()),
        text: text(template, sign, &variables),
        code: variables.get("code").cloned(),
        variables: variables.clone(),
        reference: params.get("OutId").cloned(),
    };
    let body = json!({
        "Code": "OK",
        "Message": "OK",
        "BizId": id,
        "RequestId": shared.inbox.request_id(call.now),
    });
    let messages = numbers.into_iter().map(message).collect();
    Ok(Done::taken(messages, Answer::json(200, &body)))
}

/// A number of mainland China, with or without its country code, or one from abroad with it.
fn number(text: &str) -> Option<String> {
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

/// Takes the minute of each number under this signature; says whether all were free.
fn minute_is_free(call: &Call, shared: &Shared, sign: &str, numbers: &[String]) -> bool {
    !shared.minute_rule
        || numbers.iter().all(|number| {
            let key = format!("{sign} {number}");
            shared.minutes.earlier(call.now, &key, "").is_none()
        })
}

fn query(call: &Call, shared: &Shared, params: &Params) -> Result<Done, Refusal> {
    let param = |name: &str| params.get(name).map(String::as_str).unwrap_or_default();
    let page = |name: &str, most: usize| {
        let page: usize = param(name).parse().ok()?;
        (1..=most).contains(&page).then_some(page)
    };
    let asked = (
        number(param("PhoneNumber")),
        page("PageSize", 50),
        page("CurrentPage", 1_000),
    );
    let (Some(number), Some(size), Some(current)) = asked else {
        let message = "PhoneNumber, PageSize (1 to 50) and CurrentPage are required";
        return Err(refusal(call, shared, "isv.INVALID_PARAMETERS", message));
    };
    let date = param("SendDate");
    let found = shared.inbox.find(usize::MAX, |message| {
        message.vendor == Kind::AlibabaCloud
            && message.to == number
            && beijing(message.at, "%Y%m%d") == date
            && params.get("BizId").is_none_or(|id| *id == message.id)
    });
    let manner = shared.reports.manner(Kind::AlibabaCloud);
    let shown = found.iter().skip((current - 1) * size).take(size);
    let details: Vec<_> = shown.map(|message| detail(message, manner)).collect();
    let body = json!({
        "Code": "OK",
        "Message": "OK",
        "TotalCount": found.len().to_string(),
        "SmsSendDetailDTOs": { "SmsSendDetailDTO": details },
        "RequestId": shared.inbox.request_id(call.now),
    });
    Ok(Done::taken(Vec::new(), Answer::json(200, &body)))
}

fn detail(message: &Message, manner: Manner) -> Value {
    let (status, code) = match manner {
        Manner::Failed => (2, "MK:0001"),
        _ => (3, "DELIVERED"),
    };
    json!({
        "PhoneNum": numbers::local(&message.to),
        "SendStatus": status,
        "ErrCode": code,
        "TemplateCode": message.template,
        "Content": message.text,
        "SendDate": beijing_time(message.at),
        "ReceiveDate": beijing_time(message.at),
        "OutId": message.reference,
    })
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
    json_report(&body)
}

/// `POST` of this JSON.
pub(super) fn json_report(body: &Value) -> Report {
    Report {
        method: Method::POST,
        query: Vec::new(),
        headers: vec![("content-type", "application/json;charset=utf-8".to_owned())],
        body: body.to_string(),
    }
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
