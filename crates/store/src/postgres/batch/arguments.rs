//! The rows of a batch as the arguments of the statements that write them, a column each.

use countersign_core::code::Code;
use countersign_core::time::Timestamp;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::place::Place;
use super::rows::Rows;
use super::rule_sets::RuleSets;
use crate::limits_at_rest;
use crate::outcome_at_rest::outcome_columns;
use crate::postgres::row::message::{NewMessage, Outcome};
use crate::seal::Key;

/// The arguments of a statement.
pub(super) type Values = Vec<Box<dyn ToSql + Sync + Send>>;

/// Returns the arguments of the statements that write the rows that were changed: those that were locked, and those that were missing.
pub(super) fn changed(rows: &mut Rows, now: Timestamp) -> Values {
    let mut values = Values::new();
    let place = |key| Place::Number(Key::of_column(key));
    let numbers = rows.numbers.changed().into_iter();
    let numbers: (Vec<_>, Vec<_>) = numbers.partition(|row| rows.found.contains(&place(row.0)));
    for rows in [numbers.0, numbers.1] {
        values.push(column(&rows, |row| row.0));
        values.push(column(&rows, |row| row.1));
        values.push(column(&rows, |row| row.2));
    }
    let place = |key| Place::Scope(Key::of_column(key));
    let codes = rows.codes.changed(now).into_iter();
    let codes: (Vec<_>, Vec<_>) = codes.partition(|row| rows.found.contains(&place(row.key)));
    for rows in [codes.0, codes.1] {
        values.push(column(&rows, |row| row.key));
        values.push(column(&rows, |row| row.at));
        let packed: Vec<_> = rows.into_iter().map(|row| row.codes).collect();
        values.push(Box::new(packed));
    }
    let place = |key| Place::Bucket(Key::of_column(key));
    let buckets = rows.buckets.changed(now).into_iter();
    let buckets: (Vec<_>, Vec<_>) = buckets.partition(|row| rows.found.contains(&place(row.key)));
    for rows in [buckets.0, buckets.1] {
        values.push(column(&rows, |row| row.key));
        values.push(column(&rows, |row| row.at));
        values.push(column(&rows, |row| row.span));
        let hits: Vec<_> = rows.into_iter().map(|row| row.hits).collect();
        values.push(Box::new(hits));
    }
    values
}

/// Returns the arguments of the statement that inserts messages.
pub(super) fn messages(messages: &[NewMessage], rule_sets: &mut RuleSets) -> Values {
    let sets: Vec<_> = messages
        .iter()
        .map(|message| rule_sets.id_of(&message.limits))
        .collect();
    let code = |message: &NewMessage| message.code;
    vec![
        column(messages, |message| uuid(message.id.as_bytes())),
        column(messages, |message| uuid(message.request_id.as_bytes())),
        column(messages, |message| message.facts.decided_at.as_millis()),
        column(messages, |message| message.app.as_str().to_owned()),
        column(messages, |message| message.channel),
        column(messages, |message| message.sealed_phone.clone()),
        column(messages, |message| message.number.column()),
        column(messages, |message| message.facts.scope.column()),
        column(messages, |message| {
            code(message).map_or(Vec::new(), |code| code.mac.to_vec())
        }),
        column(messages, |message| ends(message).as_millis()),
        column(messages, |message| {
            code(message).map_or(0, |code| i16::from(code.tries_left))
        }),
        column(messages, |message| {
            code(message).map_or(0, |code| i16::from(code.keeps))
        }),
        column(messages, |message| {
            let again = message.again.as_ref();
            again.map(|again| uuid(again.message.as_bytes()))
        }),
        Box::new(sets),
        column(messages, |message| message.facts.buckets()),
        column(messages, |message| message.facts.charges()),
        column(messages, |message| {
            limits_at_rest::refusals_to_column(&message.refusals)
        }),
        column(messages, |message| column_of(message.price)),
    ]
}

/// Returns one column of these rows.
pub(super) fn column<R, T>(rows: &[R], value: impl Fn(&R) -> T) -> Box<dyn ToSql + Sync + Send>
where
    Vec<T>: ToSql + Sync + Send + 'static,
{
    Box::new(rows.iter().map(value).collect::<Vec<T>>())
}

pub(super) fn uuid(bytes: &[u8; 16]) -> Uuid {
    Uuid::from_bytes(*bytes)
}

/// Returns an amount as it is kept; PostgreSQL has no unsigned numbers.
fn column_of(amount: u64) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX)
}

fn owned(text: Option<&str>) -> Option<String> {
    text.map(str::to_owned)
}

/// Returns the end of the life of the code that a message brings.
fn ends(message: &NewMessage) -> Timestamp {
    let own = message.code.as_ref().map(Code::expires_at);
    let again = message.again.as_ref().map(|again| again.expires_at);
    own.or(again).unwrap_or_default()
}

/// Returns the arguments of the statement that writes outcomes, of messages with these ids, and their attempts.
pub(super) fn outcomes(outcomes: &[Outcome], ids: Vec<Uuid>) -> Values {
    let attempts = outcomes.iter().flat_map(|outcome| {
        let places = outcome.attempts.iter().zip(0_i16..);
        places.map(|(attempt, place)| (outcome.message, place, attempt))
    });
    let attempts: Vec<_> = attempts.collect();
    let mut values: Values = vec![
        column(&attempts, |(message, ..)| uuid(message.as_bytes())),
        column(&attempts, |(_, place, _)| *place),
        column(&attempts, |(.., attempt)| attempt.provider.clone()),
        column(&attempts, |(.., attempt)| attempt.started_at.as_millis()),
        column(&attempts, |(.., attempt)| attempt.ended_at.as_millis()),
        column(&attempts, |(.., attempt)| {
            outcome_columns(&attempt.outcome).0.to_owned()
        }),
        column(&attempts, |(.., attempt)| {
            owned(outcome_columns(&attempt.outcome).1)
        }),
        column(&attempts, |(.., attempt)| {
            owned(outcome_columns(&attempt.outcome).2)
        }),
        column(&attempts, |(.., attempt)| {
            owned(outcome_columns(&attempt.outcome).3)
        }),
    ];
    let settled: Values = vec![
        Box::new(ids),
        column(outcomes, |outcome| outcome.at.as_millis()),
        column(outcomes, |outcome| outcome.gave_back),
        column(outcomes, |outcome| outcome.cost.map(column_of)),
    ];
    values.extend(settled);
    values
}
