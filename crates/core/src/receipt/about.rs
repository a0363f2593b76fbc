//! Which message a vendor's report is about, and which reports count.
//!
//! A report names a message by our id, or by the vendor's id and the number. The vendor's id may not be on record: the
//! report overtook the vendor's answer, the answer had no id or never came, or a crash lost it. A report that claims such a
//! message is kept with it, together with the id that it names, and counts once the record bears it out.

use super::{Delivery, Receipt, ReceiptRecord};
use crate::send::attempt::Attempt;
use crate::send::outcome::Outcome;
use crate::time::Timestamp;

/// The number of newest messages to a number among which the one of a report is looked for.
pub const LOOKED_AT: u16 = 16;

/// The most reports that are kept of one message.
const MOST: usize = 16;

/// The most reports of one provider that claim a message, and the most reports of all providers beside which one may claim
/// it: the other half of the places is for reports that name the message as it is on record.
const CLAIMS: usize = 4;
const ALL_CLAIMS: usize = 8;

/// A message that a report is about, and how certain that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About<M> {
    /// The record shows that the report is about this message, as far as it ever will.
    OnRecord(M),
    /// The message has no outcome yet: its vendor's answer will show whether the report is about it.
    UnderWay(M),
}

/// A report as it is kept with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptReport {
    /// The provider that it came from.
    pub provider: String,
    /// The reported state of the message.
    pub status: Delivery,
    /// The vendor's word for the state.
    pub vendor_code: Option<String>,
    /// The vendor's id for the message, where that of the message itself was not on record.
    pub claims: Option<String>,
}

/// Returns whether a report of `provider` that names our id may be about the message with these attempts. One that a crash
/// interrupted may be any provider's.
#[must_use]
pub fn may_be_through(provider: &str, attempts: &[Attempt]) -> bool {
    let of = |attempt: &Attempt| {
        attempt
            .provider
            .as_deref()
            .is_none_or(|name| name == provider)
    };
    attempts.is_empty() || attempts.iter().any(of)
}

/// Returns the messages that a report of `provider` may be about which names the vendor's id `id`: the one that has this id,
/// or else each one that is on its way, and the newest one for which the vendor's id is not on record. `newest` are the
/// newest [messages](LOOKED_AT) to its number with their attempts, newest first.
#[must_use]
pub fn with_vendors_id<M: Copy>(
    provider: &str,
    id: &str,
    newest: &[(M, Vec<Attempt>)],
) -> Vec<About<M>> {
    let has_id = |attempts: &[Attempt]| {
        let mut ours = attempts.iter().filter(|of| is_of(provider, of));
        ours.any(|attempt| vendors_id(attempt) == Some(id))
    };
    let named = newest.iter().find(|(_, attempts)| has_id(attempts));
    if let Some((message, _)) = named {
        return vec![About::OnRecord(*message)];
    }
    let (mut found, mut is_nameless_found) = (Vec::new(), false);
    for (message, attempts) in newest {
        if attempts.is_empty() {
            found.push(About::UnderWay(*message));
        } else if !is_nameless_found && attempts.iter().any(|of| is_nameless(provider, of)) {
            is_nameless_found = true;
            found.push(About::OnRecord(*message));
        }
    }
    found
}

fn is_of(provider: &str, attempt: &Attempt) -> bool {
    attempt.provider.as_deref() == Some(provider)
}

fn vendors_id(attempt: &Attempt) -> Option<&str> {
    match &attempt.outcome {
        Outcome::Accepted {
            provider_message_id,
        } => provider_message_id.as_deref(),
        Outcome::NotAccepted(_) | Outcome::Unknown { .. } => None,
    }
}

/// Returns whether `provider` may have the message although the attempt has no id of it; a crash may have lost whose it was.
fn is_nameless(provider: &str, attempt: &Attempt) -> bool {
    let is_taken = !matches!(attempt.outcome, Outcome::NotAccepted(_));
    attempt.provider.is_none()
        || is_of(provider, attempt) && is_taken && vendors_id(attempt).is_none()
}

impl KeptReport {
    /// Returns `receipt` of `provider` as it is kept with the message that it is `about`.
    #[must_use]
    pub fn of<M>(about: &About<M>, provider: &str, receipt: &Receipt) -> Self {
        let claims = match about {
            About::OnRecord(_) => None,
            About::UnderWay(_) => receipt.provider_message_id.clone(),
        };
        Self {
            provider: provider.to_owned(),
            status: receipt.status,
            vendor_code: receipt.vendor_code.clone(),
            claims,
        }
    }

    /// Returns whether a message that has the reports `known` has room for this one, which none of them repeats.
    #[must_use]
    pub fn fits_beside(&self, known: &[KeptReport]) -> bool {
        let of_provider = known.iter().filter(|of| of.provider == self.provider);
        let may_claim = || known.len() < ALL_CLAIMS && of_provider.count() < CLAIMS;
        known.len() < MOST && !known.contains(self) && (self.claims.is_none() || may_claim())
    }

    /// Returns whether the report counts for the message with these attempts. One that claims its message does as soon as an
    /// attempt of its provider has that id, or ended without one; or if a crash lost the attempt.
    #[must_use]
    pub fn counts(&self, attempts: &[Attempt]) -> bool {
        let Some(claimed) = self.claims.as_deref() else {
            return true;
        };
        attempts.iter().any(|attempt| {
            is_nameless(&self.provider, attempt)
                || is_of(&self.provider, attempt) && vendors_id(attempt) == Some(claimed)
        })
    }

    fn at(self, at: Timestamp) -> ReceiptRecord {
        ReceiptRecord {
            at,
            provider: self.provider,
            status: self.status,
            vendor_code: self.vendor_code,
        }
    }
}

/// Returns which of the `kept` reports [count](KeptReport::counts) for the message with these attempts, each once. They are
/// in the order in which they came, each with its time.
#[must_use]
pub fn counted(kept: Vec<(Timestamp, KeptReport)>, attempts: &[Attempt]) -> Vec<ReceiptRecord> {
    let mut counted: Vec<ReceiptRecord> = Vec::new();
    for (at, report) in kept {
        let is_repeated = |known: &ReceiptRecord| *known == report.clone().at(known.at);
        if report.counts(attempts) && !counted.iter().any(is_repeated) {
            counted.push(report.at(at));
        }
    }
    counted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::send::outcome::RefusalKind;

    fn attempt(provider: Option<&str>, outcome: Outcome) -> Attempt {
        Attempt {
            provider: provider.map(str::to_owned),
            started_at: Timestamp::default(),
            ended_at: Timestamp::default(),
            outcome,
        }
    }

    fn accepted(id: Option<&str>) -> Outcome {
        Outcome::Accepted {
            provider_message_id: id.map(str::to_owned),
        }
    }

    fn report(claims: Option<&str>, vendor_code: &str) -> KeptReport {
        KeptReport {
            provider: "a".to_owned(),
            status: Delivery::Delivered,
            vendor_code: Some(vendor_code.to_owned()),
            claims: claims.map(str::to_owned),
        }
    }

    #[test]
    fn the_message_that_has_the_vendors_id_is_meant_or_else_those_that_may_get_it() {
        let refused = attempt(Some("a"), Outcome::not_accepted(RefusalKind::BadNumber));
        let silent = || {
            attempt(
                Some("a"),
                Outcome::Unknown {
                    cause: String::new(),
                },
            )
        };
        let newest = [
            (5, vec![]),
            (4, vec![attempt(Some("a"), accepted(Some("x")))]),
            (3, vec![refused]),
            (2, vec![silent()]),
            (1, vec![silent()]),
        ];
        let found = |provider, id| with_vendors_id(provider, id, &newest);
        assert_eq!(found("a", "x"), [About::OnRecord(4)]);
        assert_eq!(found("a", "y"), [About::UnderWay(5), About::OnRecord(2)]);
        assert_eq!(found("b", "x"), [About::UnderWay(5)]);
    }

    #[test]
    fn a_claim_counts_once_the_record_bears_it_out() {
        let claim = report(Some("x"), "");
        let counts = |outcome| claim.counts(&[attempt(Some("a"), outcome)]);
        assert!(!claim.counts(&[]));
        assert!(counts(accepted(Some("x"))) && counts(accepted(None)));
        assert!(!counts(accepted(Some("y"))));
        assert!(!counts(Outcome::not_accepted(RefusalKind::BadNumber)));
        assert!(!claim.counts(&[attempt(Some("b"), accepted(None))]));
        assert!(claim.counts(&[attempt(None, accepted(None))]), "a crash");
        assert!(report(None, "").counts(&[]));
        let twice = vec![
            (Timestamp::from_millis(1), claim),
            (Timestamp::from_millis(2), report(None, "")),
            (Timestamp::from_millis(3), report(None, "")),
        ];
        let counted = counted(twice, &[]);
        let times: Vec<_> = counted.iter().map(|known| known.at.as_millis()).collect();
        assert_eq!(times, [2]);
    }

    #[test]
    fn a_message_has_room_for_a_few_claims_and_some_reports_each_once() {
        let mut known = Vec::new();
        for n in 0..20 {
            let claim = report(Some(&n.to_string()), "");
            if claim.fits_beside(&known) {
                known.push(claim);
            }
        }
        assert_eq!(known.len(), CLAIMS);
        for n in 0..20 {
            let named = report(None, &n.to_string());
            if named.fits_beside(&known) {
                known.push(named.clone());
                assert!(!named.fits_beside(&known), "once");
            }
        }
        assert_eq!(known.len(), MOST);
    }
}
