//! `QuerySendDetails` of Alibaba Cloud at home.

use serde_json::{Value, json};

use super::product::{number, refusal};
use crate::call::{Answer, Call, Judgement, Refusal};
use crate::message::{Message, Params};
use crate::numbers;
use crate::reports::Manner;
use crate::shared::Shared;
use crate::times::{beijing, beijing_time};
use crate::vendor::Vendor;

/// Answers what became of the messages to a number on one day.
pub(super) fn details(call: &Call, shared: &Shared, params: &Params) -> Result<Judgement, Refusal> {
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
        message.vendor == Vendor::AlibabaCloud
            && message.to == number
            && beijing(message.at, "%Y%m%d") == date
            && params.get("BizId").is_none_or(|id| *id == message.id)
    });
    let manner = shared.reports.manner(Vendor::AlibabaCloud);
    let shown = found.iter().skip((current - 1) * size).take(size);
    let details: Vec<_> = shown.map(|message| detail(message, manner)).collect();
    let body = json!({
        "Code": "OK",
        "Message": "OK",
        "TotalCount": found.len().to_string(),
        "SmsSendDetailDTOs": { "SmsSendDetailDTO": details },
        "RequestId": shared.inbox.request_id(call.now),
    });
    Ok(Judgement::taken(Vec::new(), Answer::json(200, &body)))
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
