//! Percent-encoded text, as an operator writes it into a URL or a web form.

use percent_encoding::percent_decode_str;

use crate::account::InvalidSetup;

/// The meaning of a `+` in a web form and in the query of a URL, where most vendors read it as a space.
const PLUS: &str = "a + stands for a space here: write %2B for a plus and %20 for a space";

/// Refuses the text of a web form in the setting `field` that says something else than it seems to.
pub(super) fn check_form(field: &str, text: &str) -> Result<(), InvalidSetup> {
    let refused = |why| Err(InvalidSetup::setting(field, why));
    if text.contains(char::is_control) {
        return refused("a form is one line: write %0A for a line break");
    }
    check_query(field, text)?;
    match percent_decode_str(text).decode_utf8() {
        Ok(_) => Ok(()),
        Err(_) => refused("the escapes of a form are UTF-8, such as %E7%A0%81"),
    }
}

/// Refuses the query of a URL in the setting `field` that says something else than it seems to.
pub(super) fn check_query(field: &str, query: &str) -> Result<(), InvalidSetup> {
    if query.contains('+') {
        return Err(InvalidSetup::setting(field, PLUS));
    }
    check_escapes(field, query)
}

/// Refuses a percent sign that begins no escape: together with the value after it, it would become one.
pub(super) fn check_escapes(field: &str, text: &str) -> Result<(), InvalidSetup> {
    let mut after = text.split('%').skip(1);
    let is_escape = |rest: &str| {
        let mut digits = rest.bytes().take(2);
        digits.len() == 2 && digits.all(|digit| digit.is_ascii_hexdigit())
    };
    if after.all(is_escape) {
        return Ok(());
    }
    let why = "a % begins an escape such as %2B: write %25 for a percent sign";
    Err(InvalidSetup::setting(field, why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percent_sign_begins_an_escape() {
        for good in ["", "to={to}", "%2B{to}", "%2b%25", "100%25{code}"] {
            assert_eq!(check_escapes("body", good), Ok(()), "{good}");
        }
        for bad in [
            "%",
            "100%",
            "100%{code}",
            "%2",
            "%2{code}",
            "%zz",
            "%25%",
            "% 20",
        ] {
            let refused = check_escapes("body", bad).unwrap_err();
            assert_eq!(refused.first().path, "settings.body", "{bad}");
        }
    }
}
