//! `QuerySmsSignList` of Alibaba Cloud at home.

use serde_json::json;

use super::product::refusal;
use crate::accounts::ALIBABA_SIGN;
use crate::call::{Answer, Call, Judgement, Refusal};
use crate::message::Params;
use crate::shared::Shared;

/// The most signatures of one page.
const MOST: u64 = 50;

/// Answers the signatures of the account: there is one, and it is approved.
pub(super) fn signatures(
    call: &Call,
    shared: &Shared,
    params: &Params,
) -> Result<Judgement, Refusal> {
    let page = |name: &str, most: u64, otherwise: u64| match params.get(name) {
        None => Some(otherwise),
        Some(text) => text.parse().ok().filter(|page| (1..=most).contains(page)),
    };
    let (Some(current), Some(size)) = (page("PageIndex", u64::MAX, 1), page("PageSize", MOST, 10))
    else {
        let message = "PageIndex begins at 1, and PageSize is 1 to 50";
        return Err(refusal(call, shared, "isv.INVALID_PARAMETERS", message));
    };
    let signature = json!({
        "SignName": ALIBABA_SIGN,
        "AuditStatus": "AUDIT_STATE_PASS",
        "BusinessType": "验证码类型",
        "CreateDate": "2026-01-01 00:00:00",
        "OrderId": "1",
    });
    let shown = if current == 1 {
        vec![signature]
    } else {
        Vec::new()
    };
    let body = json!({
        "Code": "OK",
        "Message": "OK",
        "RequestId": shared.inbox.request_id(call.now),
        "SmsSignList": shown,
        "TotalCount": 1,
        "CurrentPage": current,
        "PageSize": size,
    });
    Ok(Judgement::taken(Vec::new(), Answer::json(200, &body)))
}
