//! Statements as parts of one.
//!
//! PostgreSQL answers each statement of a session by a packet of its own. In small batches a third of its processor time went into
//! sending those, more than into finding and writing rows, so the statements of a batch are few.

use std::fmt::Write as _;

/// Returns one statement that does what `parts` and then `last` do. Its arguments are those of the parts, one after the other, and
/// then those of `last`. No part sees what another one writes, and PostgreSQL alone decides on their order.
pub(super) fn merged(parts: &[&str], last: &str) -> String {
    let mut arguments = 0;
    let mut merged = String::from("WITH ");
    for (place, part) in parts.iter().enumerate() {
        let comma = if place == 0 { "" } else { ", " };
        let part = renumbered(part, &mut arguments);
        // A `String` takes whatever is written.
        let _ = write!(merged, "{comma}part_{place} AS ({part})");
    }
    merged.push(' ');
    merged.push_str(&renumbered(last, &mut arguments));
    merged
}

/// Returns a statement whose first argument is the one after the first `arguments`, and adds its own to them.
fn renumbered(statement: &str, arguments: &mut usize) -> String {
    let mut pieces = statement.split('$');
    let mut renumbered = pieces.next().unwrap_or_default().to_owned();
    let mut most = 0;
    for piece in pieces {
        let end = piece.find(|letter: char| !letter.is_ascii_digit());
        let (number, rest) = piece.split_at(end.unwrap_or(piece.len()));
        let number: usize = number.parse().unwrap_or_default();
        most = most.max(number);
        let _ = write!(renumbered, "${}{rest}", *arguments + number);
    }
    *arguments += most;
    renumbered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_of_all_follow_one_another() {
        let parts = [
            "UPDATE a SET b = $2 WHERE c = $1",
            "DELETE FROM d WHERE e = $1::text[]",
        ];
        assert_eq!(
            merged(&parts, "SELECT f($1, $2)"),
            "WITH part_0 AS (UPDATE a SET b = $2 WHERE c = $1), part_1 AS (DELETE FROM d WHERE e = $3::text[]) SELECT f($4, $5)"
        );
    }
}
