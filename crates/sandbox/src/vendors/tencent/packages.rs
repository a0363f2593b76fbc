//! `SmsPackagesStatistics` of Tencent Cloud: the packages of messages that the account has bought. It sends nothing.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::accounts::TENCENT_APP_ID;
use crate::times::beijing;

pub(super) const ACTION: &str = "SmsPackagesStatistics";

/// The most packages of one page.
const MOST: u64 = 500;

/// A refusal: the vendor's code, and words.
type Refused = (&'static str, &'static str);

/// The one package of the account, where the span that is asked for is well formed and over.
pub(super) fn packages(body: &Map<String, Value>, now: Timestamp) -> Result<Vec<Value>, Refused> {
    match body.get("SmsSdkAppId").and_then(Value::as_str) {
        None => return Err(("MissingParameter", "SmsSdkAppId is missing")),
        Some(TENCENT_APP_ID) => {}
        Some(_) => {
            return Err((
                "UnauthorizedOperation.SmsSdkAppIdVerifyFail",
                "no such SmsSdkAppId",
            ));
        }
    }
    let number = |name: &str| body.get(name).and_then(Value::as_u64);
    let (Some(limit), Some(_)) = (number("Limit"), number("Offset")) else {
        return Err(("MissingParameter", "Limit and Offset are numbers"));
    };
    if limit > MOST {
        return Err(("InvalidParameterValue", "Limit is at most 500"));
    }
    let (begin, end) = (hour(body, "BeginTime")?, hour(body, "EndTime")?);
    if begin >= end || end > beijing(now, "%Y%m%d%H").as_str() {
        let why = "EndTime is after BeginTime, and not in the future";
        return Err(("InvalidParameterValue.EndTimeVerifyFail", why));
    }
    Ok(vec![json!({
        "PackageCreateTime": "2026-01-01 00:00:00",
        "PackageEffectiveTime": "2026-01-01 00:00:00",
        "PackageExpiredTime": "2027-12-31 23:59:59",
        "PackageAmount": 100_000,
        "PackageType": 0,
        "PackageId": 1,
        "CurrentUsage": 0,
    })])
}

/// An hour in Beijing: ten digits, whose order is that of time.
fn hour<'a>(body: &'a Map<String, Value>, name: &str) -> Result<&'a str, Refused> {
    let text = body.get(name).and_then(Value::as_str).unwrap_or_default();
    let digits = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit());
    match digits {
        true => Ok(text),
        false => Err(("InvalidParameterValue", "a time is written yyyymmddhh")),
    }
}
