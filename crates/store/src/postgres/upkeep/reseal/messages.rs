//! Seals messages anew. The key of a number follows from the number, which stands in its messages alone, so with a message go its
//! checks, and the consecutive wrong guesses about its number.

use std::collections::BTreeMap;

use countersign_core::code::check::Effect;
use countersign_core::id::MessageId;
use countersign_core::phone::PhoneNumber;
use countersign_core::time::Timestamp;
use uuid::Uuid;

use super::{PIECE, Piece, last_of};
use crate::postgres::clock::time;
use crate::postgres::records::ask;
use crate::postgres::records::find::{APART, first_id};
use crate::postgres::row::number::{self, NumberRows};
use crate::postgres::words::Failure;
use crate::seal::{Key, Keys};
use crate::tallies::counted::CHECKED;

/// Also those whose numbers were erased: they tell how far the work has come.
const MESSAGES: &str = "
    SELECT id, decided_at, phone FROM message WHERE id >= $1 ORDER BY id LIMIT $2 FOR UPDATE";

const SEALED: &str = "
    UPDATE message SET phone = new.phone, number = new.number
    FROM unnest($1::uuid[], $2::bytea[], $3::bigint[]) AS new (id, phone, number) WHERE message.id = new.id";

const EVENTS: &str = "
    WITH found AS MATERIALIZED (
        SELECT event.id, wanted.older, wanted.newest
        FROM unnest($1::bigint[], $2::bigint[], $3::uuid[], $4::uuid[]) AS wanted (older, newest, since, until)
        CROSS JOIN LATERAL (
            SELECT id FROM code_event WHERE number = wanted.older AND id >= wanted.since AND id < wanted.until
            ORDER BY id LIMIT 100000
        ) AS event
    )
    UPDATE code_event SET number = found.newest FROM found
    WHERE code_event.id = found.id AND code_event.number = found.older";

const COUNTED: &str = "SELECT key FROM number WHERE key = ANY ($1) AND in_a_row > 0";
const LOCK: &str = "SELECT lock_places('{}', '{}', $1, '{}', '{}', false)";

/// The keys of a number, and the time of its messages: that of the first one's id, and the newest decision.
struct Number {
    keys: Keys,
    since: Timestamp,
    until: Timestamp,
}

/// The messages of a piece that older keys sealed.
#[derive(Default)]
struct Found {
    ids: Vec<Uuid>,
    phones: Vec<Vec<u8>>,
    keys: Vec<i64>,
    numbers: BTreeMap<Key, Number>,
}

/// Seals some messages anew.
pub(super) async fn seal_some(piece: &Piece<'_>, now: Timestamp) -> Result<Option<Uuid>, Failure> {
    let (mut all, mut found) = (Vec::new(), Found::default());
    for row in ask(piece.session, MESSAGES, &[&piece.next, &PIECE]).await? {
        let id: Uuid = row.try_get("id")?;
        all.push(id);
        let message = MessageId::from_bytes(id.into_bytes());
        let opened = piece.sealer.open_with_age(row.try_get("phone")?, message);
        if let Some((phone, true)) = opened {
            found.add(piece, message, &phone, time(&row, "decided_at")?)?;
        }
    }
    let Found {
        ids, phones, keys, ..
    } = &found;
    piece.write(SEALED, &[ids, phones, keys]).await?;
    found.take_events_along(piece).await?;
    found.count_on(piece, now).await?;
    Ok(last_of(&all))
}

impl Found {
    fn add(
        &mut self,
        piece: &Piece<'_>,
        message: MessageId,
        phone: &PhoneNumber,
        decided_at: Timestamp,
    ) -> Result<(), Failure> {
        let sealed = piece.sealer.seal(phone, message);
        let keys = piece.sealer.keys(|each| each.phone(phone));
        self.ids.push(Uuid::from_bytes(*message.as_bytes()));
        self.phones.push(sealed.ok_or(Failure::Unreadable)?);
        self.keys.push(keys.newest.column());
        let number = self.numbers.entry(keys.newest).or_insert(Number {
            keys,
            since: message.made_at(),
            until: decided_at,
        });
        number.since = number.since.min(message.made_at());
        number.until = number.until.max(decided_at);
        Ok(())
    }

    /// Lets the checks of the messages be found by the newest keys of their numbers.
    async fn take_events_along(&self, piece: &Piece<'_>) -> Result<(), Failure> {
        let (mut older, mut newest) = (Vec::new(), Vec::new());
        let (mut since, mut until) = (Vec::new(), Vec::new());
        for number in self.numbers.values() {
            for key in &number.keys.older {
                older.push(key.column());
                newest.push(number.keys.newest.column());
                since.push(first_id(number.since.before(APART)));
                until.push(first_id(number.until.after(CHECKED).after(APART)));
            }
        }
        piece
            .write(EVENTS, &[&older, &newest, &since, &until])
            .await
    }

    /// Lets consecutive wrong guesses about the numbers go on under their newest keys: a guess alone leaves nothing that a new key
    /// could be made from.
    async fn count_on(&self, piece: &Piece<'_>, now: Timestamp) -> Result<(), Failure> {
        let older = self.numbers.values().flat_map(|number| &number.keys.older);
        let older: Vec<_> = older.map(|key| key.column()).collect();
        let mut counted = Vec::new();
        for row in ask(piece.session, COUNTED, &[&older]).await? {
            counted.push(Key::of_column(row.try_get("key")?));
        }
        let is_counted = |keys: &&Keys| keys.older.iter().any(|key| counted.contains(key));
        let numbers = self.numbers.values().map(|number| &number.keys);
        let numbers: Vec<_> = numbers.filter(is_counted).collect();
        if numbers.is_empty() {
            return Ok(());
        }
        let mut keys: Vec<_> = numbers.iter().flat_map(|keys| keys.all()).collect();
        keys.sort_unstable();
        let keys: Vec<_> = keys.into_iter().map(Key::column).collect();
        piece.write(LOCK, &[&keys]).await?;
        let mut rows = NumberRows::default();
        for row in ask(piece.session, number::READ, &[&keys]).await? {
            let key = Key::of_column(row.try_get("key")?);
            let read = rows.read(key, time(&row, "at")?, row.try_get("in_a_row")?);
            read.ok_or(Failure::Unreadable)?;
        }
        for keys in numbers {
            let newest = keys.all().filter_map(|key| rows.newest(key)).max();
            let now = now.max(newest.unwrap_or_default());
            rows.change(keys, Effect::Rekeyed.consecutive(), now);
        }
        let changed = rows.changed();
        let keys: Vec<_> = changed.iter().map(|row| row.0).collect();
        let times: Vec<_> = changed.iter().map(|row| row.1).collect();
        let counts: Vec<_> = changed.iter().map(|row| row.2).collect();
        piece.write(number::WRITE, &[&keys, &times, &counts]).await
    }
}
