//! The vendors, each as its documents describe it.
//!
//! [`role`] is the table of them. A request finds its desk by its path and its headers ([`desk()`]).
//!
//! A new vendor is a line in `vendor.rs`, a [`Role`] in a file of its own here, and an arm of [`role`]; its account
//! goes into `accounts.rs`.

mod alibaba;
mod chuanglan;
mod desk;
mod digest;
mod http;
mod standard_webhooks;
mod tencent;
#[cfg(test)]
mod vectors;

use std::time::Duration;

use axum::http::request::Parts;

pub(crate) use self::desk::{Desk, Role};
use crate::faults::RefusalReason;
use crate::vendor::Vendor;

/// How long a nonce of Alibaba Cloud is remembered: as long as its date can be good, from one end to the other.
pub(crate) const NONCES: Duration = Duration::from_secs(2 * 15 * 60 + 1);

/// How long the id of a webhook is remembered: as long as its time can be good.
pub(crate) const WEBHOOKS: Duration = Duration::from_secs(2 * 5 * 60 + 1);

/// The role of a vendor.
pub(crate) const fn role(vendor: Vendor) -> &'static Role {
    match vendor {
        Vendor::AlibabaCloud => &alibaba::domestic::ROLE,
        Vendor::AlibabaCloudInternational => &alibaba::international::ROLE,
        Vendor::TencentCloud => &tencent::ROLE,
        Vendor::Chuanglan => &chuanglan::ROLE,
        Vendor::ChuanglanInternational => &chuanglan::international::ROLE,
        Vendor::Http => &http::ROLE,
    }
}

/// The vendor that a request is for, by its head, and the desk that reads it.
pub(crate) fn desk(head: &Parts) -> Option<(Vendor, &'static dyn Desk)> {
    let all = Vendor::ALL.iter();
    let mut desks = all.flat_map(|vendor| role(*vendor).desks.iter().map(|desk| (*vendor, *desk)));
    desks.find(|(_, desk)| desk.takes(head))
}

/// The codes by which a vendor refuses a message for the reason `why`: one of each protocol.
pub(crate) fn refusal_codes(vendor: Vendor, why: RefusalReason) -> Vec<&'static str> {
    let desks = role(vendor).desks.iter();
    let mut codes: Vec<_> = desks.map(|desk| desk.code(why)).collect();
    codes.dedup();
    codes
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    #[test]
    fn each_request_is_for_one_desk() {
        for (path, header, vendor) in [
            ("/", None, Vendor::AlibabaCloud),
            (
                "/",
                Some(("x-acs-version", "2017-05-25")),
                Vendor::AlibabaCloud,
            ),
            (
                "/",
                Some(("x-acs-version", "2018-05-01")),
                Vendor::AlibabaCloudInternational,
            ),
            (
                "/?Version=2018-05-01",
                None,
                Vendor::AlibabaCloudInternational,
            ),
            ("/", Some(("x-tc-action", "SendSms")), Vendor::TencentCloud),
            ("/msg/v1/send/json", None, Vendor::Chuanglan),
            ("/msg/send/json", None, Vendor::Chuanglan),
            ("/msg/sms/v2/tpl/send", None, Vendor::Chuanglan),
            ("/send/sms", None, Vendor::ChuanglanInternational),
            ("/http/send", None, Vendor::Http),
        ] {
            let mut request = Request::builder().uri(path);
            if let Some((name, value)) = header {
                request = request.header(name, value);
            }
            let (head, ()) = request.body(()).unwrap().into_parts();
            let desks = Vendor::ALL.iter().flat_map(|vendor| role(*vendor).desks);
            assert_eq!(desks.filter(|desk| desk.takes(&head)).count(), 1, "{path}");
            assert_eq!(
                desk(&head).map(|(vendor, _)| vendor),
                Some(vendor),
                "{path}"
            );
        }
    }
}
