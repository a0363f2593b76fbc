use serde::{Deserialize, Serialize};

/// The text of messages, or a vendor's template for them: the body of `POST /api/v3/set-sms-template`, and an
/// entry of `list-sms-templates`. An absent application, channel, provider or language stands for all.
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
    /// The application that the template is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_id: Option<String>,
    /// The channel of the codes that the template is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The provider that the template is for; a vendor's template always names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The language of the messages: `zh-CN`, `zh-TW`, `en-US` or `ja-JP`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// A text with the gaps `{code}`, `{minutes}`, `{seconds}`, `{app}`. Give either this or `vendorTemplate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// A template that a vendor has approved. Give either this or `text`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor_template: Option<VendorTemplateDto>,
    /// In an answer, the version of the template. A request need not give it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// In a request, the version that the caller has seen. If the template has another one, the service changes
    /// nothing. 0 for a template that must not exist yet; absent for any version.
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
    /// The id that the vendor gave the template.
    pub id: String,
    /// The approved signature of the template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// The values of the gaps, in order: `code={code}` where the vendor names gaps, `{code}` where it counts
    /// them.
    pub variables: Vec<String>,
}

/// The answer of `set-sms-template` and `lint-sms-template` about a template.
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
    /// The problems of the template, and possible improvements.
    pub findings: Vec<TemplateFinding>,
    /// The version of the template, if it was saved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
}

/// One rule that a template breaks.
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
    /// `error`: the template cannot be saved; `warning`: it can.
    pub severity: String,
    /// The rule, in snake case.
    pub rule: String,
    /// The problem, in English.
    pub message: String,
}

/// The body of `POST /api/v3/preview-sms-template`: the message to preview.
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
    /// The application that would send the message.
    pub app_id: String,
    /// The purpose of the code.
    pub channel: String,
    /// The provider that would carry the message (default: one without a template of its own).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The language of the message.
    pub language: String,
}

/// A message as a phone would show it, with the code 123456.
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
    /// The encoding: `GSM-7` or `UCS-2`.
    pub encoding: String,
    /// The length in that encoding: of 160 or 70 places.
    pub units: u64,
    /// The number of SMS segments, and so the cost, with the longest code and life.
    pub segments: u64,
    /// The template that a template vendor would be given, if there is one.
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
    /// The id that the vendor gave the template.
    pub id: String,
    /// The signature of the template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// The values of the gaps: `name=value`, or the value alone.
    pub variables: Vec<String>,
}
