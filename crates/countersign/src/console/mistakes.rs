//! From the reason for which an act is refused to sentences beside the fields of its form.

use axum::http::StatusCode;

use super::entry::Visit;
use super::form_page::FormView;
use super::pages::refused::Why;
use super::words::rules;
use crate::manage::ManageError;

/// Puts the reason into the form, and returns the status of the page with it. What a person typed stays.
///
/// # Errors
/// A reason that is not about the form.
pub(super) fn tell(
    visit: &Visit,
    form: &mut FormView,
    error: ManageError,
) -> Result<StatusCode, Why> {
    let words = &visit.words().forms;
    match error {
        ManageError::Fields(broken) => {
            for field in broken.iter() {
                let sentence = rules::rule(visit.language, &field.rule);
                form.refuse(&field.field, sentence);
            }
            Ok(refused(visit, form))
        }
        ManageError::Changed { last, .. } => {
            // The form has the newest version now: who sends it again has seen what changed.
            let sentence = rules::changed(visit.language, &last, |at| visit.moment(at).shown);
            form.problems.push((None, sentence));
            form.tell_changes();
            Ok(StatusCode::CONFLICT)
        }
        ManageError::InUse { .. } => {
            form.problems.push((None, words.in_use.to_owned()));
            Ok(StatusCode::CONFLICT)
        }
        ManageError::ApplicationExists => {
            form.refuse("id", words.exists.to_owned());
            Ok(refused(visit, form))
        }
        ManageError::NotSent(error) => {
            let sentence = rules::not_sent(visit.language, &error);
            form.refuse("number", sentence);
            Ok(refused(visit, form))
        }
        error => Err(error.into()),
    }
}

/// The status of a form in which something is wrong. The version in it stays the one that the person saw.
pub(super) fn refused(visit: &Visit, form: &mut FormView) -> StatusCode {
    form.keep_version(&visit.form);
    StatusCode::UNPROCESSABLE_ENTITY
}
