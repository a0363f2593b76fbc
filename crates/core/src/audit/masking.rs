//! Texts as an act tells them: phone numbers masked, URLs without what may be a secret.

use url::Url;

use crate::phone::PhoneNumber;

/// Returns a text with phone numbers in it masked, and without the user, the password and the query of a URL, where a
/// secret may stand.
pub(super) fn told(text: &str) -> String {
    let text = without_credentials(text);
    let mut told = String::with_capacity(text.len());
    for piece in text.split_inclusive(|c: char| !(c == '+' || c.is_ascii_digit())) {
        let (run, rest) = match piece.find(|c: char| !(c == '+' || c.is_ascii_digit())) {
            Some(end) => piece.split_at(end),
            None => (piece, ""),
        };
        told += &number(run).unwrap_or_else(|| run.to_owned());
        told += rest;
    }
    told
}

/// Returns the phone number that these digits are, masked.
fn number(run: &str) -> Option<String> {
    let is_long = run.len() >= 8;
    let phone = is_long.then(|| PhoneNumber::parse(run, None))?;
    Some(phone.ok()?.masked())
}

fn without_credentials(text: &str) -> String {
    let Ok(mut url) = Url::parse(text) else {
        return text.to_owned();
    };
    let is_clear = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    if is_clear || url.cannot_be_a_base() {
        return text.to_owned();
    }
    if url.query().is_some() {
        url.set_query(Some("..."));
    }
    // A URL with a host takes both.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.to_string()
}
