//! Buckets and codes: packed in columns here, and spelled out on the way.

use countersign_core::code::passcode::SealedPasscode;
use countersign_core::code::{self, Code};
use countersign_core::id::MessageId;
use countersign_core::limit::{Hit, Hits};
use countersign_core::time::Timestamp;

use crate::moving::MoveError;
use crate::moving::row::{self, Bucket, Codes, Counts};
use crate::postgres::row::bucket;
use crate::postgres::row::code::{self as packed, KeptCode};

/// Unpacks a bucket; `None` in place of one in which nothing counts at `now`.
pub(super) fn bucket(
    key: i64,
    span: i64,
    hits: &[u8],
    counts: Counts,
    now: Timestamp,
) -> Result<Option<Bucket>, MoveError> {
    let hits = bucket::unpack(hits).ok_or_else(MoveError::unreadable)?;
    let hits = hits
        .as_slice()
        .iter()
        .map(|hit| (hit.at.as_millis(), hit.weight));
    let hits: Vec<_> = hits
        .filter(|(at, _)| at.saturating_add(span) > now.as_millis())
        .collect();
    let bucket = Bucket {
        key,
        span,
        hits,
        counts,
    };
    Ok(Some(bucket).filter(|bucket| !bucket.hits.is_empty()))
}

/// Packs the hits of a bucket.
pub(super) fn hits(bucket: &Bucket) -> Vec<u8> {
    let hits = bucket.hits.iter().map(|(at, weight)| Hit {
        at: Timestamp::from_millis(*at),
        weight: *weight,
    });
    bucket::pack(&Hits::from_ordered(hits.collect()))
}

/// Unpacks the codes of a scope; `None` in place of those that nobody remembers at `now`.
pub(super) fn codes(scope: i64, column: &[u8], now: Timestamp) -> Result<Option<Codes>, MoveError> {
    let kept = packed::unpack(column).ok_or_else(MoveError::unreadable)?;
    let plain: Vec<Code> = kept.iter().map(|kept| kept.code).collect();
    if kept.is_empty() || code::are_forgotten(&plain, now) {
        return Ok(None);
    }
    let codes = kept.into_iter().map(|KeptCode { code, sealed }| row::Code {
        message: code.message.as_bytes()[..].into(),
        mac: code.mac[..].into(),
        decided_at: code.decided_at().as_millis(),
        ends: code.expires_at().as_millis(),
        tries_left: code.tries_left,
        keeps: code.keeps,
        used: code.used,
        sealed: sealed.map(|sealed| sealed.as_bytes().into()),
    });
    let codes = codes.collect();
    Ok(Some(Codes { scope, codes }))
}

/// Packs the codes of a scope. Their messages have outcomes by which they may have been sent.
pub(super) fn column(codes: &Codes) -> Result<Vec<u8>, MoveError> {
    let kept = codes.codes.iter().map(kept).collect::<Option<Vec<_>>>();
    Ok(packed::pack(&kept.ok_or_else(MoveError::unreadable)?))
}

fn kept(row: &row::Code) -> Option<KeptCode> {
    let (decided_at, ends) = (row.decided_at, row.ends);
    let code = Code::recorded(
        MessageId::from_bytes(row.message.array()?),
        Timestamp::from_millis(decided_at),
        Timestamp::from_millis(ends),
        row.mac.array()?,
    );
    let sealed = row.sealed.clone();
    Some(KeptCode {
        code: code
            .with_tries(row.tries_left)
            .with_keeps(row.keeps)
            .with_sent(true)
            .with_used(row.used),
        sealed: sealed.and_then(|sealed| SealedPasscode::from_bytes(sealed.0)),
    })
}
