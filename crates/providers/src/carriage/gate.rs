//! The gate for the words of vendors: every outcome and every report passes it before anything keeps or shows them.
//!
//! A vendor may answer with the message that it was sent, its headers among them, and an operator's pointers may point
//! at such an echo. The gate lets words through that are printable and short, and that repeat neither the code, nor the
//! number, nor a secret of the account.

use countersign_core::ports::provider::{Credentials, Sms};
use countersign_core::printable::is_printable;
use countersign_core::receipt::Receipt;
use countersign_core::secret::Secret;
use countersign_core::send::outcome::{NotAccepted, Outcome};

use super::echo::{Echo, SecretParts};
use crate::meaning::answer;

/// The most characters of a vendor's words that are kept.
const MOST: usize = 200;

/// The words in place of those that repeat what must not be kept.
const WITHHELD: &str = "withheld: the vendor repeated a code, a number or a secret";

/// Judges the words of one account's vendor.
#[derive(Default)]
pub(crate) struct Gate {
    secrets: SecretParts,
}

impl Gate {
    /// The gate of an account with these secrets.
    pub(crate) fn new(secrets: &[Secret]) -> Self {
        Self {
            secrets: SecretParts::of(secrets),
        }
    }

    /// The outcome of `sms` without words that must not be kept.
    pub(crate) fn outcome(&self, outcome: Outcome, sms: &Sms) -> Outcome {
        let echo = self.echo(&[sms.passcode.reveal(), sms.to.national()]);
        match outcome {
            Outcome::Accepted {
                provider_message_id,
            } => Outcome::Accepted {
                provider_message_id: id(provider_message_id, &echo),
            },
            Outcome::NotAccepted(why) => Outcome::NotAccepted(NotAccepted {
                kind: why.kind,
                vendor_code: why.vendor_code.map(|words| kept(&words, &echo)),
                retry_after: why.retry_after,
            }),
            Outcome::Unknown { cause } => Outcome::Unknown {
                cause: kept(&cause, &echo),
            },
        }
    }

    /// `receipt` without words that must not be kept. The code of its message is not known here.
    pub(crate) fn receipt(&self, receipt: Receipt) -> Receipt {
        let echo = self.echo(&[receipt.phone.national()]);
        Receipt {
            provider_message_id: id(receipt.provider_message_id, &echo),
            vendor_code: receipt.vendor_code.map(|words| kept(&words, &echo)),
            ..receipt
        }
    }

    /// What a vendor says about credentials, without words that must not be kept.
    pub(crate) fn credentials(&self, said: Credentials) -> Credentials {
        let echo = self.echo(&[]);
        match said {
            Credentials::Refused(code) => Credentials::Refused(kept(&code, &echo)),
            Credentials::Unclear(words) => Credentials::Unclear(kept(&words, &echo)),
            said => said,
        }
    }

    fn echo(&self, values: &[&str]) -> Echo<'_> {
        Echo::of(values, &self.secrets)
    }
}

/// The vendor's id, if it looks like one and repeats nothing.
fn id(id: Option<String>, echo: &Echo<'_>) -> Option<String> {
    id.and_then(|id| answer::id(&id))
        .filter(|id| !echo.is_in(id))
}

/// The first characters of `words`, with blanks for those that are not printable. A code stays where only the sentence
/// after it repeats something.
fn kept(words: &str, echo: &Echo<'_>) -> String {
    if echo.is_in(words) {
        return match words.split_once(": ") {
            Some((code, _)) if !echo.is_in(code) => format!("{}: {WITHHELD}", kept(code, echo)),
            _ => WITHHELD.to_owned(),
        };
    }
    let blank = |c: char| if is_printable(c) { c } else { ' ' };
    let words: String = words.chars().map(blank).take(MOST).collect();
    words.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use countersign_core::phone::PhoneNumber;
    use countersign_core::receipt::Delivery;
    use countersign_core::send::outcome::RefusalKind;

    use super::*;
    use crate::testing::sample;

    const TOKEN: &str = "sk_live_4eC39HqLyjWDarjtT1";

    fn gate() -> Gate {
        let secrets = [TOKEN, "p"].map(|secret| Secret::new(secret.to_owned()));
        Gate::new(&secrets)
    }

    /// The words of every kind of outcome after the gate. The message has the code 123456.
    fn through(words: &str) -> [Option<String>; 3] {
        let sms = sample::sms("+8613800138000", "{code}", None);
        let outcomes = [
            Outcome::Accepted {
                provider_message_id: Some(words.to_owned()),
            },
            Outcome::NotAccepted(NotAccepted {
                kind: RefusalKind::Other,
                vendor_code: Some(words.to_owned()),
                retry_after: None,
            }),
            Outcome::Unknown {
                cause: words.to_owned(),
            },
        ];
        outcomes.map(|outcome| match gate().outcome(outcome, &sms) {
            Outcome::Accepted {
                provider_message_id,
            } => provider_message_id,
            Outcome::NotAccepted(why) => why.vendor_code,
            Outcome::Unknown { cause } => Some(cause),
        })
    }

    #[test]
    fn words_that_repeat_nothing_pass() {
        let id = "900619746936498440^0".to_owned();
        assert_eq!(through(&id), [Some(id.clone()), Some(id.clone()), Some(id)]);
        let sentence = "账户余额不足".to_owned();
        assert_eq!(
            through(&sentence),
            [None, Some(sentence.clone()), Some(sentence)]
        );
    }

    #[test]
    fn words_that_repeat_the_code_the_number_or_a_secret_are_withheld() {
        for echo in ["id-123456", "8613800138000", TOKEN] {
            let withheld = Some(WITHHELD.to_owned());
            assert_eq!(through(echo), [None, withheld.clone(), withheld], "{echo}");
            let [_, code, _] = through(&format!("isv.X: to {echo}"));
            assert_eq!(code.unwrap(), format!("isv.X: {WITHHELD}"), "{echo}");
        }
    }

    #[test]
    fn words_that_do_not_show_are_blanked_and_long_words_are_cut() {
        let [id, code, cause] = through("\u{1b}[2Jgone\u{202e}");
        assert_eq!(id, None);
        assert_eq!(code.as_deref(), Some("[2Jgone"));
        assert_eq!(cause, code);
        let [id, code, _] = through(&"x".repeat(9_999));
        assert_eq!((id, code.unwrap().len()), (None, MOST));
    }

    #[test]
    fn a_report_passes_the_gate_too() {
        let receipt = |id: &str, code: &str| Receipt {
            provider_message_id: Some(id.to_owned()),
            message: None,
            phone: PhoneNumber::parse("+8613800138000", None).unwrap(),
            status: Delivery::Failed,
            vendor_code: Some(code.to_owned()),
        };
        let good = receipt("v-1", "UNDELIV");
        assert_eq!(gate().receipt(good.clone()), good);
        let bad = gate().receipt(receipt(TOKEN, "13800138000"));
        assert_eq!(bad.provider_message_id, None);
        assert_eq!(bad.vendor_code.as_deref(), Some(WITHHELD));
    }
}
