//! The meaning of the codes of Alibaba Cloud's international product.

use countersign_core::send::outcome::RefusalKind;

use crate::alibaba::gateway;
use crate::meaning::{ErrorMap, Meaning};

const CONFIG: Meaning = Meaning::Refused(RefusalKind::ConfigError);
const BAD_NUMBER: Meaning = Meaning::Refused(RefusalKind::BadNumber);
const CONTENT: Meaning = Meaning::Refused(RefusalKind::ContentRejected);
const LIMITED: Meaning = Meaning::Refused(RefusalKind::RecipientLimited);
const NO_ROUTE: Meaning = Meaning::Refused(RefusalKind::RouteUnavailable);
const TRANSIENT: Meaning = Meaning::Refused(RefusalKind::Transient);

/// The product's documented codes, without their prefix.
const KNOWN: &[(&str, Meaning)] = &[
    ("MOBILE_NUMBER_ILLEGAL", BAD_NUMBER),
    ("MOBILE_COUNT_OVER_LIMIT", BAD_NUMBER),
    ("NOT_SUPPORTED_COUNTRY", NO_ROUTE),
    ("COUNTRY_RESTRICTED", NO_ROUTE),
    // The cap of this recipient by the minute, the hour or the day, in several spellings. Any caller can provoke these
    // codes by asking often, so they must not count against the account.
    ("BUSINESS_LIMIT*", LIMITED),
    ("SENDERID_ERROR", CONFIG),
    ("FORBIDDEN_ACTION", CONFIG),
    ("OUT_OF_SERVICE", CONFIG),
    ("AMOUNT_NOT_ENOUGH", CONFIG),
    ("ACCOUNT_*", CONFIG),
    ("SMS_CONTENT_CODE_ILLEGAL", CONFIG),
    ("SMS_SIGN_NAME_ILLEGAL", CONFIG),
    ("CONTENT_MISSING_PARAMETERS", CONFIG),
    ("INVALID_*", CONFIG),
    ("PARAM_LENGTH_LIMIT", CONFIG),
    ("RAM_*", CONFIG),
    ("PRODUCT_UN_SUBSCRIPT", CONFIG),
    ("BLACK_KEY_CONTROL_LIMIT", CONTENT),
    ("SYSTEM_ERROR", TRANSIENT),
    ("GATEWAY_ERROR", TRANSIENT),
    ("UNKNOWN", TRANSIENT),
    ("BILLING_DEDUCTION_ERROR", TRANSIENT),
];

/// The meaning of a code: first by the operator's table, with its prefix or without; then by the product's table; then
/// by the gateway's.
pub(super) fn meaning(said: &str, status: u16, errors: &ErrorMap) -> Meaning {
    let name = said
        .strip_prefix("isv.")
        .or_else(|| said.strip_prefix("isp."));
    errors
        .meaning(said, &[])
        .or_else(|| errors.meaning(name.unwrap_or(said), KNOWN))
        .unwrap_or_else(|| gateway::meaning(said, status, errors))
}
