//! Whether the vendor takes the credentials of an account, as a call that lists something tells.

use countersign_core::ports::provider::Credentials;

use super::{Call, Gateway, xml_code};
use crate::egress::Answer;
use crate::meaning::answer;

/// The beginnings of codes by which the gateway refuses a key, its signature or the time of the request.
const REFUSED: [&str; 7] = [
    "InvalidAccessKeyId",
    "InactiveAccessKey",
    "Forbidden.AccessKey",
    "SignatureDoesNotMatch",
    "IncompleteSignature",
    "InvalidSecurityToken",
    "InvalidTimeStamp",
];

/// The beginnings of codes for a key that may do less than the call asks for. Its signature was checked before.
const NOT_ALLOWED: [&str; 3] = ["Forbidden", "NoPermission", "isv.PRODUCT_UN_SUBSCRIPT"];

impl Gateway {
    /// Asks for the first page of a list, by an action of a version of the product.
    pub(crate) async fn credentials(&self, list: &(&'static str, &'static str)) -> Credentials {
        let (action, version) = *list;
        let params = vec![("PageIndex", "1".to_owned()), ("PageSize", "1".to_owned())];
        let call = Call {
            action,
            version,
            params,
        };
        match self.ask_once(&call).await {
            None => Credentials::NotAsked,
            Some(Ok(answer)) => read(&answer),
            Some(Err(lost)) => lost.credentials(),
        }
    }
}

/// What an answer says.
fn read(answer: &Answer) -> Credentials {
    let object = answer::object(&answer.body).unwrap_or_default();
    let said = answer::text(&object, "Code").or_else(|| xml_code(&answer.body));
    let Some(code) = said.and_then(answer::code) else {
        return Credentials::Unclear(format!("HTTP {}", answer.status));
    };
    let begins = |beginnings: &[&str]| beginnings.iter().any(|begin| code.starts_with(begin));
    if code == "OK" {
        Credentials::Taken
    } else if begins(&REFUSED) {
        Credentials::Refused(code)
    } else if begins(&NOT_ALLOWED) {
        Credentials::Taken
    } else {
        Credentials::Unclear(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_may_only_send_is_taken() {
        for (status, code, says) in [
            (200, "OK", Credentials::Taken),
            (403, "Forbidden.RAM", Credentials::Taken),
            (403, "NoPermission", Credentials::Taken),
        ] {
            let body = format!(r#"{{"Code": "{code}", "Message": "x"}}"#);
            assert_eq!(
                read(&Answer::new(status, None, body.into_bytes())),
                says,
                "{code}"
            );
        }
        for code in [
            "InvalidAccessKeyId.NotFound",
            "SignatureDoesNotMatch",
            "Forbidden.AccessKeyDisabled",
        ] {
            let body = format!("<Error><Code>{code}</Code></Error>");
            let said = read(&Answer::new(404, None, body.into_bytes()));
            assert_eq!(said, Credentials::Refused(code.to_owned()));
        }
        let odd = read(&Answer::new(502, None, b"bad gateway".to_vec()));
        assert_eq!(odd, Credentials::Unclear("HTTP 502".to_owned()));
    }
}
