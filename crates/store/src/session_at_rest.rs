//! The session of a person as a store keeps it: sealed under its id, with the person and the end beside it.

use countersign_core::staff::person::PersonId;
use countersign_core::staff::session::{Session, Stage};
use countersign_core::staff::token::TokenHash;
use countersign_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::seal::{Generation, Sealer};

/// The row of a session.
#[derive(Debug, Clone)]
pub(crate) struct SessionRow {
    pub(crate) id: TokenHash,
    /// The id of the person.
    pub(crate) person: String,
    /// The time from which on the row may go.
    pub(crate) ends: Timestamp,
    pub(crate) sealed: Vec<u8>,
}

/// The sealed part. Times are in Unix milliseconds.
#[derive(Serialize, Deserialize)]
struct SessionValue {
    person: String,
    epoch: u32,
    stage: StageValue,
    begun: i64,
    seen: i64,
    from: Option<String>,
    browser: String,
    flash: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StageValue {
    CodeAwaited { wrong: u8 },
    SignedIn { fresh: i64 },
}

impl SessionRow {
    /// Makes the row of a session; `None` if it cannot be sealed.
    pub(crate) fn of(session: &Session, sealer: &Generation) -> Option<Self> {
        let value = SessionValue {
            person: session.person.to_string(),
            epoch: session.epoch,
            stage: match session.stage {
                Stage::CodeAwaited { wrong } => StageValue::CodeAwaited { wrong },
                Stage::SignedIn { fresh } => StageValue::SignedIn {
                    fresh: fresh.as_millis(),
                },
            },
            begun: session.begun.as_millis(),
            seen: session.seen.as_millis(),
            from: session.from.map(|from| from.to_string()),
            browser: session.browser.clone(),
            flash: session.flash.clone(),
        };
        Some(Self {
            id: session.id,
            person: value.person.clone(),
            ends: session.ends(),
            sealed: sealer.seal_session(&session.id, &serde_json::to_vec(&value).ok()?)?,
        })
    }
}

/// Reads a session from its row; `None` if it was sealed for another row, or a part is unknown to this release.
pub(crate) fn read(id: TokenHash, sealed: &[u8], sealer: &Sealer) -> Option<Session> {
    let value: SessionValue = serde_json::from_slice(&sealer.open_session(&id, sealed)?).ok()?;
    let from = match value.from {
        None => None,
        Some(from) => Some(from.parse().ok()?),
    };
    Some(Session {
        id,
        person: PersonId::parse(&value.person)?,
        epoch: value.epoch,
        stage: match value.stage {
            StageValue::CodeAwaited { wrong } => Stage::CodeAwaited { wrong },
            StageValue::SignedIn { fresh } => Stage::SignedIn {
                fresh: Timestamp::from_millis(fresh),
            },
        },
        begun: Timestamp::from_millis(value.begun),
        seen: Timestamp::from_millis(value.seen),
        from,
        browser: value.browser,
        flash: value.flash,
    })
}
