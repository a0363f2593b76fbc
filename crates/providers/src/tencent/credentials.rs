//! Whether the vendor takes the credentials of an account: `SmsPackagesStatistics`, which sends nothing and names the
//! application of the SMS console too.

use std::time::Duration;

use countersign_core::ports::provider::Credentials;
use countersign_core::time::Timestamp;
use serde::Serialize;

use super::TencentCloud;
use crate::egress::{Answer, Request};
use crate::meaning::answer;

/// How far the vendor's times are ahead of UTC.
const BEIJING: Duration = Duration::from_secs(8 * 3_600);

/// The span of the packages that are asked for, and its end before now: the vendor takes no span that ends later.
const SPAN: Duration = Duration::from_secs(24 * 3_600);
const ENDED: Duration = Duration::from_secs(3_600);

/// The body of a request.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SmsPackagesStatistics<'a> {
    sms_sdk_app_id: &'a str,
    limit: u32,
    offset: u32,
    begin_time: String,
    end_time: String,
}

/// The request at `now`; `None` where it cannot be written.
pub(super) fn request(vendor: &TencentCloud, now: Timestamp) -> Option<Request> {
    let end = now.before(ENDED);
    let body = serde_json::to_vec(&SmsPackagesStatistics {
        sms_sdk_app_id: &vendor.account.settings.sdk_app_id,
        limit: 1,
        offset: 0,
        begin_time: hour(end.before(SPAN)),
        end_time: hour(end),
    });
    Some(vendor.signed("SmsPackagesStatistics", body.ok()?, now))
}

/// An hour as the vendor writes it: `yyyymmddhh` in Beijing.
fn hour(at: Timestamp) -> String {
    let text = at.after(BEIJING).to_string();
    text.chars().filter(char::is_ascii_digit).take(10).collect()
}

/// What an answer says. An account that may send and not look at statistics is refused with
/// `UnauthorizedOperation` after its signature was checked, so its credentials are taken.
pub(super) fn read(answer: &Answer) -> Credentials {
    let body = answer::object(&answer.body).unwrap_or_default();
    let Some(response) = body.get("Response").and_then(|body| body.as_object()) else {
        return Credentials::Unclear(format!("HTTP {}", answer.status));
    };
    let error = response.get("Error").and_then(|error| error.as_object());
    let Some(error) = error else {
        return Credentials::Taken;
    };
    let code = answer::text(error, "Code").and_then(answer::code);
    match code.unwrap_or_default().as_str() {
        code @ ("UnauthorizedOperation.SmsSdkAppIdVerifyFail"
        | "InvalidParameterValue.SdkAppIdNotExist") => Credentials::Refused(code.to_owned()),
        code if code.contains("UnauthorizedOperation") => Credentials::Taken,
        code if code.starts_with("AuthFailure") => Credentials::Refused(code.to_owned()),
        code => Credentials::Unclear(code.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(body: &str) -> Credentials {
        read(&Answer::new(200, None, body.as_bytes().to_vec()))
    }

    fn refused(code: &str) -> Credentials {
        said(&format!(
            r#"{{"Response": {{"Error": {{"Code": "{code}", "Message": "no"}}}}}}"#
        ))
    }

    #[test]
    fn an_account_that_may_only_send_is_one_whose_credentials_are_taken() {
        let taken = r#"{"Response": {"SmsPackagesStatisticsSet": [], "RequestId": "x"}}"#;
        assert_eq!(said(taken), Credentials::Taken);
        for code in ["UnauthorizedOperation", "AuthFailure.UnauthorizedOperation"] {
            assert_eq!(refused(code), Credentials::Taken, "{code}");
        }
        for code in [
            "AuthFailure.SignatureFailure",
            "AuthFailure.SecretIdNotFound",
            "UnauthorizedOperation.SmsSdkAppIdVerifyFail",
        ] {
            assert_eq!(refused(code), Credentials::Refused(code.to_owned()));
        }
        assert_eq!(
            refused("InternalError"),
            Credentials::Unclear("InternalError".to_owned())
        );
        assert_eq!(said("<html>"), Credentials::Unclear("HTTP 200".to_owned()));
    }

    #[test]
    fn an_hour_is_that_of_beijing() {
        assert_eq!(
            hour(Timestamp::from_millis(1_767_323_045_000)),
            "2026010211"
        );
    }
}
