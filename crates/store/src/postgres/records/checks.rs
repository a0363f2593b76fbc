//! The checks of the codes of messages that were found.

use std::collections::{BTreeMap, HashMap};

use countersign_core::code::check::{Caller, CheckRecord};
use countersign_core::id::MessageId;
use countersign_core::time::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use super::ask;
use super::find::{APART, first_id, uuid};
use super::parts::{message_id, request_id};
use crate::message_record::MessageRecord;
use crate::postgres::clock::time;
use crate::postgres::connect::Connected;
use crate::postgres::words::Failure;
use crate::seal::{Key, Sealer};
use crate::tallies::counted::CHECKED;

/// At most 64 checks of one code: its tries and successes cannot exceed that.
const CHECKS: &str = "
    SELECT wanted.code, event.* FROM unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::uuid[]) AS wanted (number, code, since, until)
    CROSS JOIN LATERAL (
        SELECT id, at, kind, caller FROM code_event
        WHERE number = wanted.number AND id >= wanted.since AND id < wanted.until AND caller IS NOT NULL
              AND messages @> ARRAY[wanted.code]
        ORDER BY id LIMIT 64
    ) AS event
    ORDER BY at, id";

/// Adds the checks of its code to every timeline.
pub(super) async fn add(
    session: &Connected,
    records: &mut [MessageRecord],
    sealer: &Sealer,
) -> Result<(), Failure> {
    let mut wanted = WantedChecks::default();
    for ((code, number), until) in codes(records, sealer) {
        let until = until.after(CHECKED).after(APART);
        wanted.numbers.push(number.column());
        wanted.codes.push(uuid(code));
        wanted.since.push(first_id(code.made_at().before(APART)));
        wanted.until.push(first_id(until));
    }
    let mut by_code: HashMap<MessageId, Vec<CheckRecord>> = HashMap::new();
    for row in wanted.ask(session).await? {
        let code = message_id(&row, "code")?;
        by_code.entry(code).or_default().extend(check(&row)?);
    }
    for record in records {
        let checks = by_code.get(&record.code_of).cloned();
        record.timeline.checks = checks.unwrap_or_default();
    }
    Ok(())
}

/// Returns the codes of these messages with the keys of their numbers, and when the newest message was decided on that brought
/// each.
fn codes(records: &[MessageRecord], sealer: &Sealer) -> BTreeMap<(MessageId, Key), Timestamp> {
    let mut codes = BTreeMap::new();
    for record in records {
        let timeline = &record.timeline;
        for number in sealer.keys(|each| each.phone(&timeline.phone)).all() {
            let newest = codes.entry((record.code_of, number)).or_default();
            *newest = timeline.decided_at.max(*newest);
        }
    }
    codes
}

/// The columns of a search for checks: the key of the number, the code, and the ids between which its checks are.
#[derive(Default)]
struct WantedChecks {
    numbers: Vec<i64>,
    codes: Vec<Uuid>,
    since: Vec<Uuid>,
    until: Vec<Uuid>,
}

impl WantedChecks {
    async fn ask(&self, session: &Connected) -> Result<Vec<Row>, tokio_postgres::Error> {
        let columns = (&self.numbers, &self.codes, &self.since, &self.until);
        ask(
            session,
            CHECKS,
            &[columns.0, columns.1, columns.2, columns.3],
        )
        .await
    }
}

fn check(row: &Row) -> Result<Option<CheckRecord>, Failure> {
    let (caller, kind): (&str, &str) = (row.try_get("caller")?, row.try_get("kind")?);
    let caller = Caller::ALL
        .into_iter()
        .find(|known| known.as_str() == caller);
    let (at, request_id) = (time(row, "at")?, request_id(row, "id")?);
    Ok(caller.map(|caller| CheckRecord {
        at,
        request_id,
        caller,
        right: kind == "right",
    }))
}
