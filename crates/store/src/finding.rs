//! The finding of a check as the record of a keyed call has it, before it is sealed.

use countersign_core::code::check::Checked;
use countersign_core::id::MessageId;
use countersign_core::time::Timestamp;

/// Writes a finding; `None` for one that is kept under no key
/// ([`keeps_check`](countersign_core::idempotency::keeps_check)).
pub(crate) fn to_text(found: &Checked) -> Option<String> {
    Some(match found {
        Checked::Malformed | Checked::Locked { .. } | Checked::Refused(_) => return None,
        Checked::Right { message, at } => format!("right {message} {}", at.as_millis()),
        Checked::Wrong { tries_left } => format!("wrong {tries_left}"),
        Checked::Replaced { tries_left } => format!("replaced {tries_left}"),
        Checked::Exhausted => "exhausted".to_owned(),
        Checked::Expired => "expired".to_owned(),
        Checked::Used => "used".to_owned(),
        Checked::NotSent => "not_sent".to_owned(),
    })
}

/// Reads what [`to_text`] wrote.
pub(crate) fn of_text(text: &str) -> Option<Checked> {
    let words: Vec<_> = text.split(' ').collect();
    Some(match words.as_slice() {
        ["right", message, at] => Checked::Right {
            message: MessageId::parse(message)?,
            at: Timestamp::from_millis(at.parse().ok()?),
        },
        ["wrong", tries] => Checked::Wrong {
            tries_left: tries.parse().ok()?,
        },
        ["replaced", tries] => Checked::Replaced {
            tries_left: tries.parse().ok()?,
        },
        ["exhausted"] => Checked::Exhausted,
        ["expired"] => Checked::Expired,
        ["used"] => Checked::Used,
        ["not_sent"] => Checked::NotSent,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finding_that_is_kept_is_read_as_it_was_written() {
        let at = Timestamp::from_millis(1_790_000_000_123);
        let message = MessageId::first_at(at);
        for found in [
            Checked::Right { message, at },
            Checked::Wrong { tries_left: 4 },
            Checked::Replaced { tries_left: 0 },
            Checked::Exhausted,
            Checked::Expired,
            Checked::Used,
            Checked::NotSent,
        ] {
            let text = to_text(&found).unwrap();
            assert_eq!(of_text(&text), Some(found), "{text}");
        }
        assert_eq!(to_text(&Checked::Malformed), None);
        assert_eq!(of_text("wrong 256"), None);
        assert_eq!(of_text("right"), None);
    }
}
