//! The changes by which [upkeep](crate::sqlite::upkeep) lets old rows go: each is one small commit of the writer.
//!
//! Rows go from the front of their tables. What they count for in a limit goes on counting: the hits of a message are
//! carried into a table of their own in the same commit, those of an event were when the horizon passed it.

use countersign_core::send::settle::GiveBack;
use countersign_core::tally::{Kind, Tally};
use countersign_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::attempt::{self, first_attempt};
use super::carried;
use super::gone::Gone;
use super::imported;
use super::keyed;
use super::mark;
use super::rule_set::{self, RuleSets};
use crate::erased::ERASED;
use crate::hit::{self, LoggedHit};
use crate::seal::Key;
use crate::sqlite::memory::Live;
use crate::tallies::{columns_of_kind, counts};

/// A change that lets old rows go, or that must come before.
#[derive(Debug)]
pub(crate) enum Pruning {
    /// Puts the counts of the day that starts at `day` on record. Days before it without messages have none.
    Day {
        day: Timestamp,
        end: Timestamp,
        counts: Vec<(Kind, Tally)>,
    },
    /// Lets messages before this one go.
    Messages { before: i64, now: Timestamp },
    /// Lets events before this one go.
    Events { before: i64, now: Timestamp },
    /// Forgets the sealed passcodes of messages before this one.
    Passcodes { before: i64 },
    /// Lets calls with idempotency keys go that are over, at most [`keyed::PIECE`] of them.
    Calls { now: Timestamp },
}

impl Pruning {
    pub(crate) fn write(&self, log: &Connection, rule_sets: &RuleSets) -> rusqlite::Result<()> {
        match self {
            Pruning::Day { day, end, counts } => put_day(log, *day, *end, counts),
            Pruning::Messages { before, now } => prune_messages(log, rule_sets, *before, *now),
            Pruning::Events { before, now } => prune_events(log, *before, *now),
            Pruning::Passcodes { before } => forget_passcodes(log, *before),
            Pruning::Calls { now } => keyed::prune(log, *now),
        }
    }
}

fn put_day(
    log: &Connection,
    day: Timestamp,
    end: Timestamp,
    counts: &[(Kind, Tally)],
) -> rusqlite::Result<()> {
    let mut insert = log.prepare_cached("INSERT INTO tally_day VALUES (?, ?, ?, ?, ?, ?)")?;
    for (kind, tally) in counts {
        let (country, provider) = columns_of_kind(kind);
        insert.execute(params![
            day.as_millis(),
            kind.app,
            kind.channel.as_str(),
            country,
            provider,
            counts::encode(tally),
        ])?;
    }
    log.execute("UPDATE gone SET days_until = ?", [end.as_millis()])?;
    Ok(())
}

fn prune_messages(
    log: &Connection,
    rule_sets: &RuleSets,
    to: i64,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let from = Gone::read(log)?.messages;
    let mut select = log.prepare_cached(
        "SELECT seq, decided_at, rule_set, buckets, scope, price FROM message WHERE seq >= ? AND seq < ?",
    )?;
    let mut rows = select.query([from, to])?;
    while let Some(row) = rows.next()? {
        carry(log, row, rule_sets, now)?;
    }
    let attempts = first_attempt(to);
    log.prepare_cached("DELETE FROM receipt WHERE id < ?")?
        .execute([attempts])?;
    log.prepare_cached("DELETE FROM attempt WHERE id < ?")?
        .execute([attempts])?;
    log.prepare_cached("DELETE FROM message WHERE seq < ?")?
        .execute([to])?;
    log.prepare_cached("UPDATE gone SET messages = ?1, passcodes = max(passcodes, ?1)")?
        .execute([to])?;
    log.prepare_cached("DELETE FROM carried_send WHERE until <= ?")?
        .execute([now.as_millis()])?;
    // The rows may have been the newest: the time and the numbers of what comes must not fall back behind theirs.
    mark::set_settled_until(log, to)?;
    mark::set_time(log, now)
}

fn prune_events(log: &Connection, before: i64, now: Timestamp) -> rusqlite::Result<()> {
    log.prepare_cached("DELETE FROM code_event WHERE seq < ?")?
        .execute([before])?;
    log.prepare_cached("UPDATE gone SET events = ?")?
        .execute([before])?;
    mark::set_time(log, now)
}

fn forget_passcodes(log: &Connection, before: i64) -> rusqlite::Result<()> {
    let from = Gone::read(log)?.passcodes;
    log.prepare_cached(
        "UPDATE message SET code_sealed = NULL WHERE seq >= ? AND seq < ? AND code_sealed IS NOT NULL",
    )?
    .execute([from, before])?;
    log.prepare_cached("UPDATE gone SET passcodes = ?")?
        .execute([before])?;
    Ok(())
}

/// Carries the hits of the message in `row` that still count at `now`.
pub(crate) fn carry(
    log: &Connection,
    row: &Row<'_>,
    rule_sets: &RuleSets,
    now: Timestamp,
) -> rusqlite::Result<()> {
    if Key::of_column(row.get("scope")?) == ERASED {
        return Ok(()); // they were carried before
    }
    let decided_at = Timestamp::from_millis(row.get("decided_at")?);
    let set = rule_set::named(rule_sets, row.get_ref("rule_set")?)?;
    let seq: i64 = row.get("seq")?;
    if seq < imported::own_from(log)? {
        return Ok(()); // they came carried
    }
    let Ended {
        give_back,
        hits,
        at,
        cost,
    } = outcome(log, seq)?;
    let paid = match cost {
        Some(cost) => cost,
        None => hit::weight_of_column(row.get("price")?),
    };
    let (keys, _) = row.get_ref("buckets")?.as_blob()?.as_chunks::<8>();
    for (kind, key) in set.buckets().iter().zip(keys) {
        if !give_back.takes(kind.refundable) {
            let key = Key(u64::from_be_bytes(*key));
            let hit = LoggedHit::of(kind, key, hit::weight(kind, paid));
            carry_hit(log, seq, &hit, decided_at, now)?;
        }
    }
    for hit in &hits {
        carry_hit(log, seq, hit, at, now)?;
    }
    Ok(())
}

/// The effect of the outcome of a message on its hits.
#[derive(Default)]
struct Ended {
    give_back: GiveBack,
    /// The hits that count instead of those given back, and since when.
    hits: Vec<LoggedHit>,
    at: Timestamp,
    /// What the message costs; `None` for the reserved price.
    cost: Option<u64>,
}

/// Returns the effect of the outcome of the message `seq`.
fn outcome(log: &Connection, seq: i64) -> rusqlite::Result<Ended> {
    let found = log
        .prepare_cached(
            "SELECT give_back, ended_at, CASE outcome WHEN 'not_accepted' THEN 0 ELSE cost END FROM attempt
             WHERE id BETWEEN ?1 AND ?1 + 15 AND settles",
        )?
        .query_row([first_attempt(seq)], |row| {
            let (give_back, hits) = attempt::give_back(row.get_ref(0)?.as_blob_or_null()?)?;
            Ok(Ended {
                give_back,
                hits,
                at: Timestamp::from_millis(row.get(1)?),
                cost: row.get::<_, Option<i64>>(2)?.map(hit::weight_of_column),
            })
        })
        .optional()?;
    Ok(found.unwrap_or_default())
}

fn carry_hit(
    log: &Connection,
    message: i64,
    hit: &LoggedHit,
    at: Timestamp,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let until = at.after(hit.window);
    if until > now && hit.weight > 0 {
        log.prepare_cached("INSERT OR IGNORE INTO carried_send VALUES (?, ?, ?, ?, ?)")?
            .execute(params![
                until.as_millis(),
                message,
                hit.bucket.column(),
                at.as_millis(),
                hit::weight_column(hit.weight),
            ])?;
    }
    Ok(())
}

/// Restores the carried hits of messages.
pub(crate) fn restore_carried(
    log: &Connection,
    live: &mut Live,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let mut select = log.prepare(
        "SELECT until, bucket, at, weight FROM carried_send WHERE until > ? ORDER BY at",
    )?;
    let mut rows = select.query([now.as_millis()])?;
    while let Some(row) = rows.next()? {
        let (hit, at) = carried::read(row)?;
        live.add_send_hit(&hit, at);
    }
    Ok(())
}
