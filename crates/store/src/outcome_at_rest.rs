//! The outcome of an attempt as a store keeps it: four columns.

use countersign_core::send::outcome::{NotAccepted, Outcome, RefusalKind};

/// The outcome, the kind of a refusal, what the vendor said, and the vendor's id for the message.
pub(crate) type OutcomeColumns<'a> = (&'a str, Option<&'a str>, Option<&'a str>, Option<&'a str>);

/// Writes an outcome.
pub(crate) fn outcome_columns(outcome: &Outcome) -> OutcomeColumns<'_> {
    match outcome {
        Outcome::Accepted {
            provider_message_id,
        } => ("accepted", None, None, provider_message_id.as_deref()),
        Outcome::NotAccepted(why) => (
            "not_accepted",
            Some(why.kind.as_str()),
            why.vendor_code.as_deref(),
            None,
        ),
        Outcome::Unknown { cause } => ("unknown", None, Some(cause), None),
    }
}

/// Reads the outcome from the columns of an attempt. An unreadable one is unknown.
pub(crate) fn outcome_from_columns(
    outcome: &str,
    kind: Option<&str>,
    detail: Option<String>,
    provider_message_id: Option<String>,
) -> Outcome {
    match outcome {
        "accepted" => Outcome::Accepted {
            provider_message_id,
        },
        "not_accepted" => Outcome::NotAccepted(NotAccepted {
            kind: kind
                .and_then(RefusalKind::parse)
                .unwrap_or(RefusalKind::Other),
            vendor_code: detail,
            retry_after: None,
        }),
        _ => Outcome::Unknown {
            cause: detail.unwrap_or_default(),
        },
    }
}
