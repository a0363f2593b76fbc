use serde::{Deserialize, Serialize};

/// The words of messages, or a vendor's name for them: the body of `POST /api/v3/set-sms-template`, and what
/// `list-sms-templates` shows. What is not named, it is for all of.
///
/// ```
/// use countersign_api::SmsTemplateDto;
/// let text = r#"{"provider":"aliyun","vendorTemplate":{"id":"SMS_154950909","signature":"阿里云","variables":["code={code}"]}}"#;
/// let template: SmsTemplateDto = serde_json::from_str(text).unwrap();
/// assert_eq!(template.text, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SmsTemplateDto {
    /// Of that application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_id: Option<String>,
    /// For codes of that channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// For that provider; a vendor's template always names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// In that language: `zh-CN`, `zh-TW`, `en-US` or `ja-JP`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// A text with the gaps `{code}`, `{minutes}`, `{seconds}`, `{app}`; this or `vendorTemplate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// A template that a vendor has approved; this or `text`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor_template: Option<VendorTemplateDto>,
    /// The version, as it is shown; a request need not give it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// In a request, the version that the caller has seen: with another one nothing is changed. 0 for a template that must
    /// not exist yet; absent for any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_version: Option<u64>,
}

/// A template that a vendor has approved.
///
/// ```
/// use countersign_api::VendorTemplateDto;
/// let template: VendorTemplateDto =
///     serde_json::from_str(r#"{"id":"449739","variables":["{code}","{minutes}"]}"#).unwrap();
/// assert_eq!(template.signature, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct VendorTemplateDto {
    /// The id that the vendor gave it.
    pub id: String,
    /// The approved signature that goes with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// What fills its gaps, in order: `code={code}` where the vendor names them, `{code}` where it counts them.
    pub variables: Vec<String>,
}

/// What `set-sms-template` and `lint-sms-template` say of a template.
///
/// ```
/// use countersign_api::LintedSmsTemplate;
/// let linted: LintedSmsTemplate = serde_json::from_str(r#"{"findings":[]}"#).unwrap();
/// assert!(linted.findings.is_empty());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct LintedSmsTemplate {
    /// What is wrong with it, and what could be better.
    pub findings: Vec<TemplateFinding>,
    /// The version of the template, where it was saved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
}

/// Something about a template.
///
/// ```
/// use countersign_api::TemplateFinding;
/// let finding: TemplateFinding =
///     serde_json::from_str(r#"{"severity":"error","rule":"two_segments","message":"takes 84 of 70 places"}"#).unwrap();
/// assert_eq!(finding.severity, "error");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct TemplateFinding {
    /// `error`: it cannot be saved; `warning`: it can.
    pub severity: String,
    /// The rule, in snake case.
    pub rule: String,
    /// What is the matter, in English.
    pub message: String,
}

/// The body of `POST /api/v3/preview-sms-template`: which message.
///
/// ```
/// use countersign_api::PreviewSmsTemplateRequest;
/// let body: PreviewSmsTemplateRequest =
///     serde_json::from_str(r#"{"appId":"shop","channel":"CHANNEL_LOGIN","provider":"aliyun","language":"zh-CN"}"#).unwrap();
/// assert_eq!(body.app_id, "shop");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PreviewSmsTemplateRequest {
    /// In whose name.
    pub app_id: String,
    /// What the code is for.
    pub channel: String,
    /// Through which provider (default: one that has no template of its own).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// In which language.
    pub language: String,
}

/// A message as it would be, with the code 123456.
///
/// ```
/// use countersign_api::PreviewedSms;
/// let text = r#"{"text":"[Shop] 123456 is your code.","encoding":"GSM-7","units":27,"segments":1}"#;
/// let preview: PreviewedSms = serde_json::from_str(text).unwrap();
/// assert_eq!(preview.segments, 1);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PreviewedSms {
    /// The text that a text vendor would send.
    pub text: String,
    /// How it goes out: `GSM-7` or `UCS-2`.
    pub encoding: String,
    /// Its length in that encoding: of 160 or 70 places.
    pub units: u64,
    /// How many SMS it takes, and costs, with the longest code and life.
    pub segments: u64,
    /// What a template vendor would be given, where it has a template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor_template: Option<FilledTemplateDto>,
}

/// A vendor's template with its gaps filled.
///
/// ```
/// use countersign_api::FilledTemplateDto;
/// let filled: FilledTemplateDto =
///     serde_json::from_str(r#"{"id":"449739","variables":["123456","5"]}"#).unwrap();
/// assert_eq!(filled.variables.len(), 2);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct FilledTemplateDto {
    /// The id that the vendor gave it.
    pub id: String,
    /// The signature that goes with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// What fills its gaps: `name=value`, or the value alone.
    pub variables: Vec<String>,
}
