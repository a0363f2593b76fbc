//! The gateway in front of both products.

use axum::http::request::Parts;

use super::signature::gateway;
use crate::call::{Call, Refusal};
use crate::faults::RefusalReason;
use crate::message::Params;
use crate::shared::Shared;

/// The version of the international product.
pub(super) const INTERNATIONAL: &str = "2018-05-01";

/// Whether a request is for the gateway: Tencent Cloud has the same path, and a header of its own.
pub(super) fn is_addressed(head: &Parts) -> bool {
    head.uri.path() == "/" && !head.headers.contains_key("x-tc-action")
}

/// Whether a request names the version of the international product, in a header or in its query.
pub(super) fn names_international(head: &Parts) -> bool {
    let header = head.headers.get("x-acs-version");
    let query = head.uri.query().unwrap_or_default();
    header.is_some_and(|version| version == INTERNATIONAL)
        || query.contains(&format!("Version={INTERNATIONAL}"))
}

/// The action that a request names, if it names this version of its product.
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

/// The gateway's code for an account that sends too fast.
pub(super) const THROTTLED: &str = "Throttling.User";

/// The gateway's refusal of an account that sends too fast.
pub(super) fn throttled(call: &Call, shared: &Shared) -> Refusal {
    let message = RefusalReason::Throttle.sentence();
    let mut refusal = gateway(call, shared, 400, THROTTLED, message);
    refusal.answer = refusal.answer.with("x-acs-retry-after", 1_000);
    refusal
}
