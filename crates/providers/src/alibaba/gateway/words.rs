//! Numbers and templates in the words of Alibaba Cloud.

use countersign_core::phone::PhoneNumber;
use countersign_core::send::outcome::{NotAccepted, Outcome, RefusalKind};
use countersign_core::template::FilledTemplate;
use serde_json::{Map, Value};

/// A template in the vendor's words.
pub(crate) struct Filled<'a> {
    /// `SignName`, or `From` abroad.
    pub(crate) signature: &'a str,
    /// `TemplateCode`.
    pub(crate) code: &'a str,
    /// `TemplateParam`: a JSON object, every value a text.
    pub(crate) params: String,
}

/// A template in the vendor's words, or the outcome where it cannot be put so.
pub(crate) fn filled(template: Option<&FilledTemplate>) -> Result<Filled<'_>, Outcome> {
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
    Ok(Filled {
        signature,
        code: &template.id,
        params: Value::Object(params).to_string(),
    })
}

/// Not asked, because the operator has set up what the vendor would refuse.
fn unfit(why: &str) -> Outcome {
    Outcome::NotAccepted(NotAccepted {
        kind: RefusalKind::ConfigError,
        vendor_code: Some(why.to_owned()),
    })
}

/// A number as the vendor writes those abroad: country code and number, digits only.
pub(crate) fn digits(phone: &PhoneNumber) -> &str {
    phone.e164().trim_start_matches('+')
}
