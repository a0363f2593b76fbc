//! The meaning of the codes of Alibaba Cloud's domestic product.

use countersign_core::send::outcome::RefusalKind;

use crate::meaning::Meaning;

const CONFIG: Meaning = Meaning::Refused(RefusalKind::ConfigError);
const BAD_NUMBER: Meaning = Meaning::Refused(RefusalKind::BadNumber);
const CONTENT: Meaning = Meaning::Refused(RefusalKind::ContentRejected);
const LIMITED: Meaning = Meaning::Refused(RefusalKind::RecipientLimited);
const TRANSIENT: Meaning = Meaning::Refused(RefusalKind::Transient);

/// The product's documented codes.
pub(super) const KNOWN: &[(&str, Meaning)] = &[
    ("isv.MOBILE_NUMBER_ILLEGAL", BAD_NUMBER),
    ("isv.MOBILE_COUNT_OVER_LIMIT", BAD_NUMBER),
    // The cap of this recipient: by the minute, the hour or the day.
    ("isv.BUSINESS_LIMIT*", LIMITED),
    // The caps of the account.
    ("isv.DAY_LIMIT_CONTROL", CONFIG),
    ("isv.MONTH_LIMIT_CONTROL", CONFIG),
    // An international template for a number of the mainland.
    ("isv.DOMESTIC_NUMBER_NOT_SUPPORTED", CONFIG),
    ("isv.SMS_SIGNATURE_ILLEGAL", CONFIG),
    ("isv.SMS_SIGN_ILLEGAL", CONFIG),
    ("isv.SIGN_STATE_ILLEGAL", CONFIG),
    ("isv.SIGN_NAME_ILLEGAL", CONFIG),
    ("isv.SIGNATURE_BLACKLIST", CONFIG),
    ("isv.SMS_SIGNATURE_SCENE_ILLEGAL", CONFIG),
    ("isv.SMS_TEMPLATE_ILLEGAL", CONFIG),
    ("isv.TEMPLATE_MISSING_PARAMETERS", CONFIG),
    ("isv.TEMPLATE_PARAMS_ILLEGAL", CONFIG),
    ("template_parameter_count_illegal", CONFIG),
    ("isv.INVALID_JSON_PARAM", CONFIG),
    ("isv.INVALID_PARAMETERS", CONFIG),
    ("isv.PARAM_LENGTH_LIMIT", CONFIG),
    ("isv.PARAM_NOT_SUPPORT_URL", CONFIG),
    ("isv.EXTEND_CODE_ERROR", CONFIG),
    ("isv.CODE_EXCEED_LIMIT", CONFIG),
    ("isv.CODE_ERROR", CONFIG),
    ("isv.SMS_TEST_*", CONFIG),
    ("isv.SMS_CONTENT_ILLEGAL", CONTENT),
    ("isv.BLACK_KEY_CONTROL_LIMIT", CONTENT),
    ("isv.OUT_OF_SERVICE", CONFIG),
    ("isv.AMOUNT_NOT_ENOUGH", CONFIG),
    ("isv.ACCOUNT_NOT_EXISTS", CONFIG),
    ("isv.ACCOUNT_ABNORMAL", CONFIG),
    ("isv.SECURITY_FROZEN_ACCOUNT", CONFIG),
    ("isv.PRODUCT_UN_SUBSCRIPT", CONFIG),
    ("isv.PRODUCT_UNSUBSCRIBE", CONFIG),
    ("isp.RAM_PERMISSION_DENY", CONFIG),
    ("isv.DENY_IP_RANGE", CONFIG),
    ("isv.CUSTOMER_REFUSED", CONFIG),
    ("isp.SYSTEM_ERROR", TRANSIENT),
    ("isp.UNKNOWN", TRANSIENT),
    ("isp.GATEWAY_ERROR", TRANSIENT),
];
