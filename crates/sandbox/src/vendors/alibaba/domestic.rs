//! Alibaba Cloud SMS at home: version 2017-05-25.

use axum::http::request::Parts;
use serde_json::json;

use super::details::details;
use super::gateway::{self, THROTTLED, action, no_such_action, throttled};
use super::product::{heard, number, refusal, text, variables};
use super::signature::authenticate;
use super::signatures::signatures;
use crate::accounts::{
    self, ALIBABA_KEY_ID, ALIBABA_KEY_SECRET, ALIBABA_SIGN, ALIBABA_TEMPLATES, Template,
};
use crate::call::{Answer, Call, Judgement, Refusal};
use crate::faults::RefusalReason;
use crate::message::{Message, Params};
use crate::numbers;
use crate::report::{News, Report};
use crate::shared::Shared;
use crate::times::beijing_time;
use crate::vendor::Vendor;
use crate::vendors::desk::{Desk, Role};

const VERSION: &str = "2017-05-25";

/// How many numbers one request may have.
const MOST: usize = 1_000;

/// The role of the product.
pub(crate) const ROLE: Role = Role {
    account: || format!("{ALIBABA_KEY_ID} / {ALIBABA_KEY_SECRET}"),
    approved: || accounts::approved(ALIBABA_SIGN, ALIBABA_TEMPLATES),
    desks: &[&AlibabaCloud],
    report,
    heard,
};

struct AlibabaCloud;

impl Desk for AlibabaCloud {
    fn takes(&self, head: &Parts) -> bool {
        gateway::is_addressed(head) && !gateway::names_international(head)
    }

    fn authenticate(&self, call: &Call, shared: &Shared) -> Result<(), Refusal> {
        authenticate(call, shared)
    }

    fn judge(&self, call: &Call, shared: &Shared) -> Result<Judgement, Refusal> {
        let params = call.params();
        match action(call, shared, &params, VERSION)?.as_str() {
            "SendSms" => send(call, shared, &params),
            "QuerySendDetails" => details(call, shared, &params),
            "QuerySmsSignList" => signatures(call, shared, &params),
            other => Err(no_such_action(call, shared, other)),
        }
    }

    fn code(&self, why: RefusalReason) -> &'static str {
        match why {
            RefusalReason::Throttle => THROTTLED,
            RefusalReason::BadNumber => "isv.MOBILE_NUMBER_ILLEGAL",
            RefusalReason::ConfigError => "isv.SMS_SIGNATURE_ILLEGAL",
            RefusalReason::Content => "isv.BLACK_KEY_CONTROL_LIMIT",
            RefusalReason::SystemBusy => "isp.SYSTEM_ERROR",
        }
    }

    fn scripted(&self, call: &Call, shared: &Shared, why: RefusalReason) -> Refusal {
        match why {
            RefusalReason::Throttle => throttled(call, shared),
            why => refusal(call, shared, self.code(why), why.sentence()),
        }
    }
}

fn send(call: &Call, shared: &Shared, params: &Params) -> Result<Judgement, Refusal> {
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
        vendor: Vendor::AlibabaCloud,
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
    Ok(Judgement::taken(messages, Answer::json(200, &body)))
}

/// Messages that may be sent.
struct Draft {
    numbers: Vec<String>,
    template: &'static Template,
    variables: Params,
}

impl Draft {
    /// Reads the parameters of a `SendSms`. The error is the code of the refusal.
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

/// Takes the minute of each number under the one signature there is; says whether all were free.
fn minute_is_free(call: &Call, shared: &Shared, numbers: &[String]) -> bool {
    !shared.minute_rule
        || numbers
            .iter()
            .all(|number| shared.minutes.earlier(call.now, number, "").is_none())
}

/// A report of SmsReport: a list of one.
fn report(message: &Message, news: News) -> Report {
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
