//! A form that waits in its session while the person proves who it is.
//!
//! The store seals sessions, so that the form comes back on every node, and after a restart. Secrets and whole numbers do not
//! wait: a person types them again.

use std::time::Duration;

use axum::http::HeaderMap;
use countersign_core::ports::StoreError;
use countersign_core::staff::session::Session as Kept;
use countersign_core::time::Timestamp;

use super::form::Form;
use super::session::{Session, Sessions};

/// The first word of what a session keeps for a form.
const KIND: &str = "form";

/// The time for which a form waits.
const LIFE: Duration = Duration::from_secs(10 * 60);

/// The most bytes of a form that waits. A larger one has to be filled again.
const MOST: usize = 16 * 1024;

/// The session in which `form` waits for the page at this address.
pub(super) fn put(kept: Kept, form: &Form, address: &str, now: Timestamp) -> Kept {
    let fields = form.waiting();
    let flash = (!fields.is_empty() && fields.len() <= MOST)
        .then(|| format!("{KIND} {} {address}\n{fields}", now.as_millis()));
    Kept { flash, ..kept }
}

/// Takes the form that waits for the page at this address, where a person opens it.
///
/// # Errors
/// [`StoreError`].
pub(super) async fn take(
    sessions: &Sessions,
    session: &mut Session,
    headers: &HeaderMap,
    address: &str,
) -> Result<Option<Form>, StoreError> {
    let mode = headers.get("sec-fetch-mode");
    let is_opened = mode.is_none_or(|mode| mode == "navigate");
    let flash = session.kept.flash.as_deref();
    let Some((at, form)) = flash.and_then(|flash| read(flash, address)) else {
        return Ok(None);
    };
    if !is_opened {
        return Ok(None);
    }
    session.kept.flash = None;
    sessions.keep(session.kept.clone()).await?;
    Ok(Some(form).filter(|_| sessions.now() < at.after(LIFE)))
}

/// The form that waits for the page at this address, and since when.
fn read(flash: &str, address: &str) -> Option<(Timestamp, Form)> {
    let (head, fields) = flash.split_once('\n')?;
    let head = head.strip_prefix(KIND)?.strip_prefix(' ')?;
    let (millis, waits_at) = head.split_once(' ')?;
    let at = Timestamp::from_millis(millis.parse().ok()?);
    let form = Form::parse(fields.as_bytes()).ok()?;
    (waits_at == address).then_some((at, form))
}

#[cfg(test)]
mod tests {
    use countersign_core::staff::person::PersonId;
    use countersign_core::staff::session::Stage;
    use countersign_core::staff::token::TokenHash;

    use super::*;

    fn waiting(fields: &str, address: &str) -> Option<String> {
        let kept = Kept {
            id: TokenHash::of("token"),
            person: PersonId::parse("0123456789abcdef").unwrap(),
            epoch: 0,
            stage: Stage::CodeAwaited { wrong: 0 },
            begun: Timestamp::default(),
            seen: Timestamp::default(),
            from: None,
            browser: String::new(),
            flash: None,
        };
        let form = Form::parse(fields.as_bytes()).unwrap();
        put(kept, &form, address, Timestamp::default()).flash
    }

    #[test]
    fn a_form_waits_for_its_own_page_without_secrets_and_whole_numbers() {
        let fields = "name=acme&secrets.token=t0p&number=%2B8618800008888&note=a+b%0Ac";
        let flash = waiting(fields, "/console/x?y=z").unwrap();
        assert!(!flash.contains("t0p") && !flash.contains("8888"), "{flash}");
        let (_, form) = read(&flash, "/console/x?y=z").unwrap();
        assert_eq!((form.get("name"), form.whole("note")), ("acme", "a b\nc"));
        assert!(read(&flash, "/console/x").is_none());
        let range = waiting("kind=prefix&value=%2B1415", "/console/x").unwrap();
        let number = waiting("kind=number&value=%2B1415", "/console/x").unwrap();
        assert!(range.contains("1415") && !number.contains("1415"));
        assert!(read("recovery-codes\na", "/console/x").is_none());
    }

    #[test]
    fn a_form_that_is_too_large_does_not_wait() {
        let fields = format!("note={}", "a".repeat(MOST));
        assert_eq!(waiting(&fields, "/console/x"), None);
    }
}
