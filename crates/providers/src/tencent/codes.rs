//! The meaning of Tencent Cloud's documented codes. An operator's table comes before this one.

use countersign_core::send::outcome::RefusalKind::{
    BadNumber, ConfigError, ContentRejected, RecipientLimited, RouteUnavailable, Throttled,
    Transient,
};

use crate::meaning::Meaning::{self, Refused, Unknown};

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
    (
        "UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone",
        Refused(RouteUnavailable),
    ),
    (
        "UnsupportedOperation.GlobalTemplateToChineseMainlandPhone",
        Refused(RouteUnavailable),
    ),
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
