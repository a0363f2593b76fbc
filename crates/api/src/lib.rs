//! Wire types of the GenAuth V3 contract that Countersign serves.
//!
//! Every API answer but [`SystemInfo`] is HTTP 200 with an [`Envelope`]; success is `statusCode` 200 *inside*
//! it. One table, [`Fault`], holds every failure with its status code, business code and sentence.

#![deny(missing_docs)]

mod access_key;
mod application;
mod audit;
mod challenge;
mod channel;
mod check_app_id_secret;
mod country;
mod envelope;
mod erasure;
mod fault;
mod guard;
mod invalid_reason;
mod json;
mod lang;
mod master_key;
mod may_send_sms;
mod message;
mod node;
mod pre_check_code;
mod refusal;
mod renewal;
mod retention;
mod reveal;
mod send_sms;
mod signing_key;
mod sms_country;
mod sms_limit;
mod sms_provider;
mod sms_route;
mod sms_template;
mod staff;
mod statistics;
mod system;
mod test_number;
mod unlock;
mod verification_token;
mod verify_code;

pub use access_key::{
    AccessKeyDto, CreatedAccessKey, DeleteAccessKeyRequest, ManagementToken, ManagementTokenRequest,
};
pub use application::{
    ApplicationDto, CreateApplicationRequest, CreatedApplication, UpdateApplicationRequest,
};
pub use audit::{
    AuditActDto, AuditActor, AuditExport, AuditTarget, AuditVerification, RecordBackupRequest,
};
pub use challenge::{
    AltchaBinding, AltchaChallenge, AltchaParameters, ChallengeKind, ChallengeVerifier,
    DemandedChallenge,
};
pub use channel::Channel;
pub use check_app_id_secret::{CheckAppIdSecretRequest, CheckedSecret};
pub use country::{CountryDto, CountryName, CountryNames};
pub use envelope::{Envelope, SearchedTo};
pub use erasure::{ErasePhoneRequest, ErasedPhone};
pub use fault::{BadField, BadPhone, BadSignature, Fault, FieldProblem, NotSent, Throttle};
pub use guard::{
    AddSafeEntryRequest, GuardBlockDto, GuardDto, LiftGuardBlockRequest, MoneySum,
    RemoveSafeEntryRequest, ReplayGuardRequest, ReplayedGuard, ReplayedRule, SafeEntryDto,
    SetGuardBlockRequest, SetGuardModeRequest,
};
pub use json::Json;
pub use lang::Lang;
pub use master_key::{KeyGenerationDto, MasterKeyStatus, NeededForDto};
pub use may_send_sms::{MaySendSms, MaySendSmsRequest, SendRefusal, SendRule};
pub use message::{AttemptDto, CheckDto, FindMessagesRequest, MessageDto, ReceiptDto, VerdictDto};
pub use node::NodeDto;
pub use pre_check_code::{PreCheckCodeRequest, PreCheckedCode, SmsCodePayload};
pub use refusal::{FindRefusalsRequest, RefusalDto};
pub use renewal::{
    DisableApplicationRequest, EnableApplicationRequest, RenewApplicationSecretRequest,
    RenewReceiptsPathRequest, RenewedApplicationSecret,
};
pub use retention::RetentionDto;
pub use reveal::{RevealPhoneRequest, RevealedPhone};
pub use send_sms::SendSmsRequest;
pub use signing_key::{
    JsonWebKey, JsonWebKeySet, RotatedSigningKey, SigningKeyDto, SigningKeyState,
};
pub use sms_country::{SetSmsCountriesRequest, SmsCountriesSet, SmsCountryDto};
pub use sms_limit::{
    FullBucket, FullestBuckets, LimitNow, LimitOverride, LimitParts, LimitUse,
    ResetSmsLimitRequest, SetSmsLimitRequest, SharedPart, SmsLimitDto,
};
pub use sms_provider::{
    DeleteSmsProviderRequest, ProviderHealth, SetSmsProviderRequest, SmsProviderDto,
    TestSmsProviderRequest,
};
pub use sms_route::{DeleteSmsRouteRequest, RoutedProvider, SmsRouteDto};
pub use sms_template::{
    FilledTemplateDto, LintedSmsTemplate, PreviewSmsTemplateRequest, PreviewedSms, SmsTemplateDto,
    TemplateFinding, VendorTemplateDto,
};
pub use staff::{
    EndStaffSessionsRequest, InviteStaffRequest, InvitedPerson, PersonDto, PersonRequest,
    SetStaffRoleRequest, StaffSessionDto,
};
pub use statistics::{SmsCounts, SmsStatistics, SmsStatisticsRow, TimeStep};
pub use system::{PublicKey, SystemInfo, SystemVersion};
pub use test_number::{AddTestNumberRequest, RemoveTestNumberRequest, TestNumberDto};
pub use unlock::{UnlockDto, UnlockPhoneRequest};
pub use verification_token::{IntrospectTokenRequest, IntrospectedToken, VerificationClaims};
pub use verify_code::{InvalidReason, VerifiedCode, VerifyCodeRequest};

/// The header that names the application: the only identity on `send-sms`.
pub const APP_ID_HEADER: &str = "x-authing-app-id";

/// The header in which the command line says that an operator's request is its own: `command_line`.
pub const DOOR_HEADER: &str = "x-countersign-door";

/// The header that asks for a language of the sentence `message`.
pub const LANG_HEADER: &str = "x-authing-lang";
