//! The vendors, each as its documents describe it.
//!
//! A [`Desk`] reads requests by one protocol. Which request is for whom is told by its path and its headers.

mod alibaba_cloud;
mod alibaba_cloud_international;
mod alibaba_details;
mod alibaba_signature;
mod chuanglan;
mod chuanglan_international;
mod chuanglan_templates;
mod digest;
mod http;
mod standard_webhooks;
mod tencent_cloud;
mod tencent_signature;
#[cfg(test)]
mod vectors;

use std::time::Duration;

use axum::http::request::Parts;

use crate::Shared;
use crate::call::{Call, Done, Refusal};
use crate::faults::Scripted;
use crate::inbox::Message;
use crate::kind::Kind;
use crate::reports::{Heard, News, Report};

/// How long a nonce of Alibaba Cloud is remembered: as long as its date can be good, from one end to the other.
pub(crate) const NONCES: Duration = Duration::from_secs(2 * 15 * 60 + 1);

/// How long the id of a webhook is remembered: as long as its time can be good.
pub(crate) const WEBHOOKS: Duration = Duration::from_secs(2 * 5 * 60 + 1);

/// A vendor's reading of requests.
pub(crate) trait Desk: Send + Sync {
    fn kind(&self) -> Kind;

    /// Whether the request comes from whom it says, now, and for the first time.
    fn authenticate(&self, call: &Call, shared: &Shared) -> Result<(), Refusal>;

    /// What is to be sent, and the answer to it.
    fn judge(&self, call: &Call, shared: &Shared) -> Result<Done, Refusal>;

    /// This vendor's way to refuse for that reason.
    fn scripted(&self, call: &Call, shared: &Shared, why: Scripted) -> Refusal;
}

/// Whose request this is, by its head.
pub(crate) fn desk(head: &Parts) -> Option<&'static dyn Desk> {
    let international = || {
        let version = head.headers.get("x-acs-version");
        version.is_some_and(|version| version == alibaba_cloud_international::VERSION)
            || head
                .uri
                .query()
                .is_some_and(|query| query.contains("Version=2018-05-01"))
    };
    Some(match head.uri.path() {
        "/" if head.headers.contains_key("x-tc-action") => &tencent_cloud::TencentCloud,
        "/" if international() => &alibaba_cloud_international::International,
        "/" => &alibaba_cloud::AlibabaCloud,
        "/msg/v1/send/json" | "/msg/send/json" => &chuanglan::Chuanglan,
        "/msg/sms/v2/tpl/send" => &chuanglan_templates::Templates,
        "/send/sms" => &chuanglan_international::International,
        "/http/send" => &http::Http,
        _ => return None,
    })
}

/// What a vendor reports about a message.
pub(crate) fn report(message: &Message, news: News) -> Report {
    match message.vendor {
        Kind::AlibabaCloud => alibaba_cloud::report(message, news),
        Kind::AlibabaCloudInternational => alibaba_cloud_international::report(message, news),
        Kind::TencentCloud => tencent_cloud::report(message, news),
        Kind::Chuanglan => chuanglan::report(message, news),
        Kind::ChuanglanInternational => chuanglan_international::report(message, news),
        Kind::Http => http::report(message, news),
    }
}

/// What a vendor makes of the answer to its report. Whoever says nothing, or not 200, hears it again.
pub(crate) fn heard(vendor: Kind, status: Option<u16>, body: &str) -> Heard {
    let json = serde_json::from_str::<serde_json::Value>(body).unwrap_or_default();
    let (wanted, again) = match vendor {
        Kind::AlibabaCloud | Kind::AlibabaCloudInternational => {
            (json.get("code").is_some_and(|code| code.is_number()), false)
        }
        Kind::TencentCloud => (json.get("result").is_some_and(|result| result == 0), false),
        Kind::Chuanglan => {
            let code = json.get("clcode").and_then(|code| code.as_str());
            (code == Some("000000"), code == Some("111111"))
        }
        Kind::ChuanglanInternational => (body.trim() == "OK", false),
        Kind::Http => {
            let fine = status.is_some_and(|status| (200..300).contains(&status));
            return Heard {
                wanted: fine,
                again: !fine,
            };
        }
    };
    let fine = status == Some(200);
    Heard {
        wanted: fine && wanted,
        again: !fine || again,
    }
}
