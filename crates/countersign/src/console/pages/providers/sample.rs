//! A sample of the request that an account would send, for the kind whose requests an operator describes: secrets are dots.

use countersign_core::ports::setup::ProviderRecord;
use countersign_core::send::route::ProviderName;
use countersign_providers::kind::Kind;

use crate::console::entry::Visit;
use crate::console::vendor_form;
use crate::console::words::rules;
use crate::manage::ManageError;

/// The kind whose requests an operator describes.
pub(super) const KIND: &str = "http";

/// The request, or why there is none.
pub(super) enum Sample {
    Request(String),
    /// What is wrong with the account.
    None(Vec<String>),
}

/// The request of the account that the form describes, or of the one that is held; `None` for other kinds.
pub(super) fn of(visit: &Visit, kind: &Kind, held: Option<&ProviderRecord>) -> Option<Sample> {
    if kind.name != KIND {
        return None;
    }
    let name = held.map(|held| held.name.clone());
    let name = name.or_else(|| ProviderName::parse("new").ok())?;
    let manage = &visit.state.manage;
    let found = match (visit.form.is_empty(), held) {
        (true, None) => return Some(Sample::None(Vec::new())),
        (true, Some(held)) => manage.sample_of(held),
        (false, _) => match vendor_form::draft(&visit.form, kind, name) {
            Ok(draft) => manage.sample_request(&draft),
            Err(wrong) => {
                let sentence = visit.words().forms.not_json;
                let wrong = wrong.iter().map(|path| format!("{path}: {sentence}"));
                return Some(Sample::None(wrong.collect()));
            }
        },
    };
    Some(match found {
        Ok(request) => Sample::Request(request),
        Err(ManageError::Fields(broken)) => {
            let wrong = broken.iter().map(|field| {
                let sentence = rules::rule(visit.language, &field.rule);
                format!("{}: {sentence}", field.field)
            });
            Sample::None(wrong.collect())
        }
        Err(_) => Sample::None(Vec::new()),
    })
}
