//! Tencent Cloud SMS: version 2021-01-11. Every answer is HTTP 200.

mod packages;
mod signature;

use axum::http::request::Parts;
use serde_json::{Map, Value, json};

use self::signature::verify;
use super::desk::{Desk, Role};
use crate::accounts::{
    self, TENCENT_APP_ID, TENCENT_SECRET_ID, TENCENT_SECRET_KEY, TENCENT_SIGN, TENCENT_TEMPLATES,
    Template,
};
use crate::call::{Answer, Call, Judgement, Refusal};
use crate::faults::RefusalReason;
use crate::message::Message;
use crate::numbers;
use crate::report::{News, Report, ReportReaction};
use crate::shared::Shared;
use crate::times::beijing_time;
use crate::vendor::Vendor;

/// How many numbers one request may have.
const MOST: usize = 200;

/// The role of the vendor.
pub(super) const ROLE: Role = Role {
    account: || format!("{TENCENT_SECRET_ID} / {TENCENT_SECRET_KEY}, SmsSdkAppId {TENCENT_APP_ID}"),
    approved: || accounts::approved(TENCENT_SIGN, TENCENT_TEMPLATES),
    desks: &[&TencentCloud],
    report,
    heard,
};

struct TencentCloud;

impl Desk for TencentCloud {
    fn takes(&self, head: &Parts) -> bool {
        head.uri.path() == "/" && head.headers.contains_key("x-tc-action")
    }

    fn authenticate(&self, call: &Call, shared: &Shared) -> Result<(), Refusal> {
        verify(call, "sms", TENCENT_SECRET_ID, TENCENT_SECRET_KEY)
            .map_err(|(code, message)| error(call, shared, code, message))
    }

    fn judge(&self, call: &Call, shared: &Shared) -> Result<Judgement, Refusal> {
        let refuse = |(code, message): (&str, &str)| error(call, shared, code, message);
        let action = call.header("x-tc-action").unwrap_or_default();
        if !["SendSms", packages::ACTION].contains(&action) {
            return Err(refuse(("InvalidAction", "no such action here")));
        }
        if call.header("x-tc-version") != Some("2021-01-11") {
            return Err(refuse(("NoSuchVersion", "no such version of this product")));
        }
        let body = call
            .json()
            .ok_or(("FailedOperation.JsonParseFail", "the body is no object"))
            .map_err(refuse)?;
        if action == packages::ACTION {
            let packages = packages::packages(&body, call.now).map_err(refuse)?;
            return Ok(Judgement::taken(Vec::new(), found(call, shared, packages)));
        }
        let request = SendSms::read(&body).map_err(refuse)?;
        Ok(request.done(call, shared))
    }

    fn code(&self, why: RefusalReason) -> &'static str {
        match why {
            RefusalReason::Throttle => "RequestLimitExceeded",
            RefusalReason::BadNumber => "InvalidParameterValue.IncorrectPhoneNumber",
            RefusalReason::ConfigError => "FailedOperation.SignatureIncorrectOrUnapproved",
            RefusalReason::Content => "FailedOperation.ContainSensitiveWord",
            RefusalReason::SystemBusy => "InternalError.OtherError",
        }
    }

    fn scripted(&self, call: &Call, shared: &Shared, why: RefusalReason) -> Refusal {
        let (code, message) = (self.code(why), why.sentence());
        match why {
            RefusalReason::Throttle | RefusalReason::SystemBusy => {
                error(call, shared, code, message)
            }
            RefusalReason::BadNumber | RefusalReason::ConfigError | RefusalReason::Content => {
                let body = call.json().unwrap_or_default();
                let numbers = texts(&body, "PhoneNumberSet").unwrap_or_default();
                let all = numbers.iter().map(|to| status(to, "", "", code, message));
                Refusal::new(code, set(call, shared, all.collect()))
            }
        }
    }
}

/// The refusal of a whole request.
fn error(call: &Call, shared: &Shared, code: &str, message: &str) -> Refusal {
    let body = json!({ "Response": {
        "Error": { "Code": code, "Message": message },
        "RequestId": shared.inbox.request_id(call.now).to_lowercase(),
    }});
    Refusal::new(code, Answer::json(200, &body))
}

/// The answer with the status of each number.
fn set(call: &Call, shared: &Shared, statuses: Vec<Value>) -> Answer {
    let body = json!({ "Response": {
        "SendStatusSet": statuses,
        "RequestId": shared.inbox.request_id(call.now).to_lowercase(),
    }});
    Answer::json(200, &body)
}

/// The answer to a query about packages.
fn found(call: &Call, shared: &Shared, packages: Vec<Value>) -> Answer {
    let body = json!({ "Response": {
        "SmsPackagesStatisticsSet": packages,
        "RequestId": shared.inbox.request_id(call.now).to_lowercase(),
    }});
    Answer::json(200, &body)
}

/// The status of one number. Without a serial number nothing was sent.
fn status(to: &str, serial: &str, context: &str, code: &str, message: &str) -> Value {
    let iso_code = if numbers::is_mainland(to) { "CN" } else { "" };
    json!({
        "SerialNo": serial,
        "PhoneNumber": to,
        "Fee": if serial.is_empty() { 0 } else { 1 },
        "SessionContext": context,
        "Code": code,
        "Message": message,
        "IsoCode": iso_code,
    })
}

/// A list of texts; `None` for anything else.
fn texts(body: &Map<String, Value>, name: &str) -> Option<Vec<String>> {
    let list = body.get(name)?.as_array()?.iter();
    list.map(|value| value.as_str().map(ToOwned::to_owned))
        .collect()
}

/// A request that is well formed.
struct SendSms {
    numbers: Vec<String>,
    sign: String,
    template: String,
    params: Vec<String>,
    context: String,
}

impl SendSms {
    fn read(body: &Map<String, Value>) -> Result<Self, (&'static str, &'static str)> {
        let text = |name: &str| match body.get(name) {
            None => Ok(String::new()),
            Some(Value::String(text)) => Ok(text.clone()),
            Some(_) => Err(("InvalidParameter", "a text is not a text")),
        };
        let list = |name: &str| match body.get(name) {
            None => Ok(Vec::new()),
            Some(_) => texts(body, name).ok_or(("InvalidParameter", "a list is not of texts")),
        };
        let request = Self {
            numbers: list("PhoneNumberSet")?,
            sign: text("SignName")?,
            template: text("TemplateId")?,
            params: list("TemplateParamSet")?,
            context: text("SessionContext")?,
        };
        if request.numbers.is_empty() {
            return Err(("MissingParameter.EmptyPhoneNumberSet", "no numbers"));
        }
        if request.numbers.len() > MOST {
            return Err((
                "LimitExceeded.PhoneNumberCountLimit",
                "more than 200 numbers",
            ));
        }
        match text("SmsSdkAppId")?.as_str() {
            "" => return Err(("MissingParameter", "SmsSdkAppId is missing")),
            TENCENT_APP_ID => {}
            _ => {
                return Err((
                    "InvalidParameterValue.SdkAppIdNotExist",
                    "no such SmsSdkAppId",
                ));
            }
        }
        if request.template.is_empty() {
            return Err(("MissingParameter", "TemplateId is missing"));
        }
        let mainland = |number: &String| numbers::is_mainland(number);
        if request.numbers.iter().any(mainland) && !request.numbers.iter().all(mainland) {
            return Err((
                "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber",
                "numbers of mainland China and others do not go together",
            ));
        }
        Ok(request)
    }

    fn done(&self, call: &Call, shared: &Shared) -> Judgement {
        let (mut messages, mut refused, mut statuses) = (Vec::new(), Vec::new(), Vec::new());
        for to in &self.numbers {
            match self.message(to, call, shared) {
                Ok(message) => {
                    let status = status(to, &message.id, &self.context, "Ok", "send success");
                    statuses.push(status);
                    messages.push(message);
                }
                Err(code) => {
                    statuses.push(status(to, "", &self.context, code, "see the code"));
                    refused.push(code.to_owned());
                }
            }
        }
        Judgement {
            messages,
            refused,
            answer: set(call, shared, statuses),
        }
    }

    /// The message to one number, or why there is none.
    fn message(&self, to: &str, call: &Call, shared: &Shared) -> Result<Message, &'static str> {
        let number = numbers::e164(to).ok_or("InvalidParameterValue.IncorrectPhoneNumber")?;
        let mainland = numbers::is_mainland(&number);
        if self.sign != TENCENT_SIGN && (mainland || !self.sign.is_empty()) {
            return Err("FailedOperation.SignatureIncorrectOrUnapproved");
        }
        let template = Template::find(TENCENT_TEMPLATES, &self.template)
            .ok_or("FailedOperation.TemplateIncorrectOrUnapproved")?;
        match (template.abroad, mainland) {
            (true, true) => {
                return Err("UnsupportedOperation.GlobalTemplateToChineseMainlandPhone");
            }
            (false, false) => {
                return Err("UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone");
            }
            _ => {}
        }
        if self.params.len() != template.variables.len() {
            return Err("FailedOperation.TemplateParamSetNotMatchApprovedTemplate");
        }
        // At home the values of a template for codes have six digits at most.
        let short = |value: &String| numbers::is_digits(value) && value.len() <= 6;
        if mainland && !self.params.iter().all(short) {
            return Err("InvalidParameterValue.TemplateParameterFormatError");
        }
        let values: Vec<_> = self.params.iter().map(String::as_str).collect();
        let names = template.variables.iter().map(|name| (*name).to_owned());
        Ok(Message {
            id: format!("5000:{}", shared.inbox.next_id(call.now, 15)),
            vendor: Vendor::TencentCloud,
            at: call.now,
            to: number,
            sender: Some(self.sign.clone()).filter(|sign| !sign.is_empty()),
            template: Some(template.id.to_owned()),
            text: template.fill(&self.sign, &values),
            variables: names.zip(self.params.clone()).collect(),
            code: self.params.first().cloned(),
            reference: Some(self.context.clone()).filter(|context| !context.is_empty()),
        })
    }
}

/// A report: a list of one.
fn report(message: &Message, news: News) -> Report {
    let (nation, mobile) = numbers::split(&message.to);
    let (status, code, words) = match news.delivered {
        true => ("SUCCESS", "DELIVRD", "用户短信送达成功"),
        false => ("FAIL", "UNDELIV", "用户短信送达失败"),
    };
    Report::post(&json!([{
        "user_receive_time": beijing_time(news.at),
        "nationcode": nation,
        "mobile": mobile,
        "report_status": status,
        "errmsg": code,
        "description": words,
        "sid": message.id,
    }]))
}

/// The vendor's documents ask for the result 0.
fn heard(status: Option<u16>, body: &str) -> ReportReaction {
    let json: Value = serde_json::from_str(body).unwrap_or_default();
    ReportReaction::at(status, json.get("result").is_some_and(|result| result == 0))
}
