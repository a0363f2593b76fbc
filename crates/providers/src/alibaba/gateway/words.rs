//! Numbers and templates as Alibaba Cloud writes them.

use countersign_core::phone::PhoneNumber;
use countersign_core::send::outcome::{NotAccepted, Outcome, RefusalKind};
use countersign_core::template::FilledTemplate;
use serde_json::{Map, Value};

/// The parameters of a request that name a template and fill it.
pub(crate) struct TemplateParams<'a> {
    /// `SignName`, or `From` abroad.
    pub(crate) signature: &'a str,
    /// `TemplateCode`.
    pub(crate) code: &'a str,
    /// `TemplateParam`: a JSON object, every value a text.
    pub(crate) params: String,
}

/// The parameters for a template, or the outcome where the vendor cannot take it.
pub(crate) fn template_params(
    template: Option<&FilledTemplate>,
) -> Result<TemplateParams<'_>, Outcome> {
    let template = template.ok_or(Outcome::not_accepted(RefusalKind::NoTemplate))?;
    let signature = template
        .signature
        .as_deref()
        .filter(|name| !name.is_empty());
    let signature = signature.ok_or_else(|| unfit("the template has no signature"))?;
    let mut params = Map::new();
    for (name, value) in &template.variables {
        if name.is_empty() {
            return Err(unfit("a variable of the template has no name"));
        }
        params.insert(name.clone(), Value::from(value.reveal()));
    }
    Ok(TemplateParams {
        signature,
        code: &template.id,
        params: Value::Object(params).to_string(),
    })
}

/// The outcome of a message that is not sent, because the vendor would refuse its template.
fn unfit(why: &str) -> Outcome {
    Outcome::NotAccepted(NotAccepted {
        kind: RefusalKind::ConfigError,
        vendor_code: Some(why.to_owned()),
        retry_after: None,
    })
}

/// A number with its country code, in digits only, as the vendor writes numbers of other countries.
pub(crate) fn digits(phone: &PhoneNumber) -> &str {
    phone.e164().trim_start_matches('+')
}
