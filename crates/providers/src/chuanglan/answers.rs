//! The answers of Chuanglan 253. The products spell the fields differently and mean the same.

use countersign_core::send::outcome::{NotAccepted, Outcome, RefusalKind};
use serde_json::{Map, Value};

use crate::egress::Answer;
use crate::meaning::answer;
use crate::meaning::{self, ErrorMap, Meaning};

/// A product's way to answer.
#[derive(Clone, Copy)]
pub(crate) struct Dialect {
    /// The documented codes. Any other code is about the account.
    pub(crate) known: &'static [(&'static str, Meaning)],
    /// Whether the product also answers how many numbers it accepted. Then its code alone proves nothing.
    pub(crate) counts: bool,
}

impl Dialect {
    /// The outcome that the answer to a message for one number means.
    pub(crate) fn read(self, answer: &Answer, errors: &ErrorMap) -> Outcome {
        let understood = (200..300).contains(&answer.status);
        let bare = || answer::bare(answer.status, errors);
        let Some(body) = answer::object(&answer.body) else {
            return bare();
        };
        let Some(code) = word(&body, "code").as_deref().and_then(answer::code) else {
            return bare();
        };
        // Success is `0` or `000000`, as a text or as a number.
        if code.bytes().all(|digit| digit == b'0') {
            return match understood {
                true => self.accepted(&body, &code),
                false => answer::outcome(Meaning::Unknown, &code),
            };
        }
        match errors.meaning(&code, self.known) {
            Some(meaning) => answer::outcome(meaning, &code),
            // A proxy may answer with codes of its own.
            None if !understood => bare(),
            None => answer::outcome(Meaning::Refused(RefusalKind::ConfigError), &code),
        }
    }

    fn accepted(self, body: &Map<String, Value>, code: &str) -> Outcome {
        let count = word(body, "successNum").and_then(|count| count.parse::<u32>().ok());
        if count == Some(0) {
            return Outcome::NotAccepted(NotAccepted {
                kind: RefusalKind::Other,
                vendor_code: Some("successNum=0".to_owned()),
                retry_after: None,
            });
        }
        if self.counts && count.is_none() {
            return answer::outcome(Meaning::Unknown, code);
        }
        let id = word(body, "msgId").or_else(|| word(body, "msgid"));
        answer::accepted(id.as_deref())
    }
}

/// `outcome` with the vendor's own sentence from `answer`.
pub(crate) fn with_sentence(outcome: Outcome, answer: &Answer) -> Outcome {
    let body = answer::object(&answer.body).unwrap_or_default();
    let fields = ["errorMsg", "error", "message", "msg"];
    let sentence = fields
        .into_iter()
        .find_map(|field| answer::text(&body, field));
    meaning::with_sentence(outcome, sentence)
}

/// The value of a field that is a text or a whole number.
fn word(body: &Map<String, Value>, field: &str) -> Option<String> {
    match body.get(field)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if !number.is_f64() => Some(number.to_string()),
        _ => None,
    }
}
