//! The meaning of Tencent Cloud's documented codes. An operator's table comes before this one.

use countersign_core::ports::provider::Sms;
use countersign_core::send::outcome::RefusalKind::{
    BadNumber, ConfigError, ContentRejected, NoTemplate, RecipientLimited, RouteUnavailable,
    Throttled, Transient,
};
use countersign_core::send::outcome::{NotAccepted, Outcome};

use crate::meaning::Meaning::{self, Refused, Unknown};

const MAINLAND_TEMPLATE_ABROAD: &str = "UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone";
const TEMPLATE_FOR_ABROAD_AT_HOME: &str =
    "UnsupportedOperation.GlobalTemplateToChineseMainlandPhone";

/// `outcome` with the template that is missing, where the vendor refused the template of `sms` for its country.
pub(super) fn with_template(outcome: Outcome, sms: &Sms) -> Outcome {
    match (outcome, &sms.template) {
        (Outcome::NotAccepted(why), Some(template)) if why.kind == NoTemplate => {
            let (id, country, language) = (&template.id, sms.to.country(), &sms.language);
            let wanted = format!(
                "template {id} does not serve {country}: set another for {}",
                language.as_str()
            );
            let said = why.vendor_code.unwrap_or_default();
            Outcome::NotAccepted(NotAccepted {
                vendor_code: Some(format!("{said}: {wanted}")),
                ..why
            })
        }
        (outcome, _) => outcome,
    }
}

/// The codes of a whole request and of the one number in it. Any other code is about the account, the signature or the
/// template.
pub(super) const KNOWN: &[(&str, Meaning)] = &[
    (
        "InvalidParameterValue.IncorrectPhoneNumber",
        Refused(BadNumber),
    ),
    ("FailedOperation.PhoneNumberParseFail", Refused(BadNumber)),
    ("FailedOperation.PhoneNumberInBlacklist", Refused(BadNumber)),
    ("FailedOperation.PhoneNumberOnBlacklist", Refused(BadNumber)),
    ("MissingParameter.EmptyPhoneNumberSet", Refused(BadNumber)),
    (
        "LimitExceeded.PhoneNumberThirtySecondLimit",
        Refused(RecipientLimited),
    ),
    (
        "LimitExceeded.PhoneNumberOneHourLimit",
        Refused(RecipientLimited),
    ),
    (
        "LimitExceeded.PhoneNumberDailyLimit",
        Refused(RecipientLimited),
    ),
    (
        "LimitExceeded.PhoneNumberSameContentDailyLimit",
        Refused(RecipientLimited),
    ),
    (
        "LimitExceeded.DeliveryFrequencyLimit",
        Refused(RecipientLimited),
    ),
    ("LimitExceeded", Refused(Throttled)),
    (
        "LimitExceeded.GlobalSmsSendingRateLimit",
        Refused(Throttled),
    ),
    ("RequestLimitExceeded*", Refused(Throttled)),
    // Quotas: the operator raises them.
    ("LimitExceeded.AppDailyLimit", Refused(ConfigError)),
    (
        "LimitExceeded.AppMainlandChinaDailyLimit",
        Refused(ConfigError),
    ),
    ("LimitExceeded.AppGlobalDailyLimit", Refused(ConfigError)),
    (
        "LimitExceeded.AppCountryOrRegionDailyLimit",
        Refused(ConfigError),
    ),
    ("LimitExceeded.DailyLimit", Refused(ConfigError)),
    (
        "LimitExceeded.AppCountryOrRegionInBlacklist",
        Refused(RouteUnavailable),
    ),
    (
        "UnsupportedOperation.UnsupportedRegion",
        Refused(RouteUnavailable),
    ),
    (MAINLAND_TEMPLATE_ABROAD, Refused(NoTemplate)),
    (TEMPLATE_FOR_ABROAD_AT_HOME, Refused(NoTemplate)),
    (
        "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber",
        Refused(RouteUnavailable),
    ),
    (
        "FailedOperation.ContainSensitiveWord",
        Refused(ContentRejected),
    ),
    (
        "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter",
        Refused(ContentRejected),
    ),
    ("InvalidParameter.DirtyWordFound", Refused(ContentRejected)),
    (
        "FailedOperation.SignatureIncorrectOrUnapproved",
        Refused(ConfigError),
    ),
    (
        "FailedOperation.TemplateIncorrectOrUnapproved",
        Refused(ConfigError),
    ),
    (
        "FailedOperation.TemplateUnapprovedOrNotExist",
        Refused(ConfigError),
    ),
    (
        "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
        Refused(ConfigError),
    ),
    (
        "FailedOperation.InsufficientBalanceInSmsPackage",
        Refused(ConfigError),
    ),
    ("FailedOperation.FailResolvePacket", Refused(ConfigError)),
    ("FailedOperation.JsonParseFail", Refused(ConfigError)),
    ("UnauthorizedOperation*", Refused(ConfigError)),
    ("AuthFailure*", Refused(ConfigError)),
    ("InvalidParameter*", Refused(ConfigError)),
    ("MissingParameter*", Refused(ConfigError)),
    // An internal error with a name tells whether the request got as far as sending. One without may have been sent.
    ("InternalError.RequestTimeException", Refused(ConfigError)),
    ("InternalError.SigVerificationFail", Refused(ConfigError)),
    ("InternalError.SigFieldMissing", Refused(ConfigError)),
    ("InternalError.JsonParseFail", Refused(ConfigError)),
    (
        "InternalError.RestApiInterfaceNotExist",
        Refused(ConfigError),
    ),
    ("InternalError", Refused(Transient)),
    ("InternalError.OtherError", Refused(Transient)),
    ("InternalError.UnknownError", Refused(Transient)),
    ("FailedOperation.OtherError", Refused(Transient)),
    ("InternalError.Timeout", Unknown),
    ("InternalError.SendAndRecvFail", Unknown),
    ("InternalError.*", Unknown),
];
