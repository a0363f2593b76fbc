//! The request for a message to the domestic product: with text, or with a template.

use countersign_core::phone::Country;
use countersign_core::ports::provider::Sms;
use countersign_core::send::outcome::{NotAccepted, Outcome, RefusalKind};
use countersign_core::template::FilledTemplate;
use countersign_core::time::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::chuanglan::account::ChuanglanAccount;
use crate::chuanglan::signature;
use crate::egress::Request;

/// The body of a request with text.
#[derive(Serialize)]
struct TextMessage<'a> {
    account: &'a str,
    password: &'a str,
    phone: &'a str,
    msg: &'a str,
    report: &'a str,
    uid: &'a str,
}

/// The body of a request with a template.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TemplateMessage<'a> {
    account: &'a str,
    timestamp: &'a str,
    nonce: &'a str,
    phone_numbers: &'a str,
    template_id: &'a str,
    template_param_json: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<&'a str>,
    report: &'a str,
    uid: &'a str,
}

/// The request for a message with text, or the outcome where there is none.
pub(super) fn text(account: &ChuanglanAccount, sms: &Sms) -> Result<Request, Outcome> {
    let phone = mainland(sms)?;
    let text = sms.text.reveal();
    if !is_signed(text) {
        return Err(Outcome::NotAccepted(NotAccepted {
            kind: RefusalKind::NoTemplate,
            vendor_code: Some("the text does not begin with a signature".to_owned()),
            retry_after: None,
        }));
    }
    let body = TextMessage {
        account: &account.id,
        password: account.password.reveal(),
        phone,
        msg: text,
        report: "true",
        uid: &sms.message_id.to_string(),
    };
    account.post(&body, &[])
}

/// The request for a message with a template, or the outcome where there is none. `nonce` has 32 characters.
pub(super) fn template(
    account: &ChuanglanAccount,
    sms: &Sms,
    now: Timestamp,
    nonce: &str,
) -> Result<Request, Outcome> {
    let phone = mainland(sms)?;
    let none = || Outcome::not_accepted(RefusalKind::NoTemplate);
    let template = sms.template.as_ref().ok_or_else(none)?;
    let timestamp = now.as_millis().div_euclid(1_000).to_string();
    let signature = template.signature.as_deref().map(bracketed);
    let body = TemplateMessage {
        account: &account.id,
        timestamp: &timestamp,
        nonce,
        phone_numbers: phone,
        template_id: &template.id,
        template_param_json: &params(template),
        signature: signature.as_deref(),
        report: "true",
        uid: &sms.message_id.to_string(),
    };
    let signed = signature::domestic(account.password.reveal(), &timestamp, nonce);
    account.post(&body, &[("x-qa-hmac-signature", &signed)])
}

/// The eleven digits of a number of mainland China. The product serves no other.
fn mainland(sms: &Sms) -> Result<&str, Outcome> {
    let national = sms.to.e164().strip_prefix("+86");
    let national = national.filter(|_| sms.to.country() == Country::CHINA);
    national.ok_or_else(|| Outcome::not_accepted(RefusalKind::RouteUnavailable))
}

/// Whether a text begins with a signature.
fn is_signed(text: &str) -> bool {
    let rest = text.strip_prefix('【').unwrap_or_default();
    rest.find('】').is_some_and(|length| length > 0)
}

/// A signature in the vendor's brackets.
fn bracketed(signature: &str) -> String {
    let name = signature.trim_start_matches('【').trim_end_matches('】');
    format!("【{name}】")
}

/// The values of a template: JSON in a string, with an object for each number.
fn params(template: &FilledTemplate) -> String {
    let variables = template.variables.iter().zip(1..);
    let params = variables.map(|((name, value), nth)| {
        let name = match name.as_str() {
            "" => format!("param{nth}"),
            name => name.to_owned(),
        };
        (name, Value::from(value.reveal()))
    });
    Value::from(vec![params.collect::<Map<_, _>>()]).to_string()
}
