//! The audit record: reading it, acts outside the database, and refused calls.

use std::sync::Arc;

use countersign_api::{AuditActDto, AuditActor};
use countersign_core::audit::chain::{Breach, Broken, Entry, Head, Verifier};
use countersign_core::audit::{Act, Author, Target, Verb};
use countersign_core::staff::Applications;
use countersign_core::time::Timestamp;

use super::{Manage, ManageError};

/// A backup that is about to be made, or could not be made after all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// The folder.
    pub dir: String,
    /// Whether it holds the files of keys.
    pub has_keys: bool,
    /// Whether the backup was recorded before, and could not be made.
    pub has_failed: bool,
}

impl Backup {
    /// Returns the backup as an act of `by`.
    #[must_use]
    pub fn act(&self, by: Author) -> Act {
        let keys = if self.has_keys { "with" } else { "without" };
        let target = Target::new("backup", self.dir.clone());
        let act = Act::outside(by, Verb::BackupMade, target, &[("keys", keys)]);
        match self.has_failed {
            true => act.failed(),
            false => act,
        }
    }
}

/// A filter for acts, which are read newest first.
#[derive(Debug, Clone, Default)]
pub struct ActQuery {
    /// Only acts before this number.
    pub before: Option<u64>,
    /// Only acts of this time and later.
    pub since: Option<Timestamp>,
    /// Only acts before this time.
    pub until: Option<Timestamp>,
    /// Only acts of the person of this name, of the access key with this id, or of authors of this kind.
    pub who: Option<String>,
    /// Only acts of the kind with this name.
    pub act: Option<String>,
    /// Only acts through the door of this name.
    pub door: Option<String>,
    /// Only acts with the end of this name.
    pub result: Option<String>,
    /// Only acts about these applications and what is theirs; where these are not all, also those of `by`.
    pub within: Applications,
    /// The person whose acts are shown whatever they were about.
    pub by: Option<Arc<str>>,
    /// The maximum number of acts.
    pub limit: usize,
    /// The maximum number of entries that are looked at; all where it is `None`.
    pub looks_at: Option<usize>,
}

/// Acts that were found.
#[derive(Debug, Clone, Default)]
pub struct FoundActs {
    /// The acts, newest first.
    pub acts: Vec<AuditActDto>,
    /// The number of the last entry that was looked at, where there are more and no more was looked at.
    pub looked_to: Option<u64>,
}

impl ActQuery {
    fn wants(&self, act: &AuditActDto) -> bool {
        let is = |wanted: &Option<String>, held: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted == held)
        };
        is(&self.act, &act.act)
            && is(&self.door, &act.door)
            && is(&self.result, &act.result)
            && self.is_in_time(act)
            && self.is_by(act)
            && self.is_within(act)
    }

    fn is_by(&self, act: &AuditActDto) -> bool {
        let id = act.who.id.as_deref().unwrap_or_default().to_lowercase();
        let who = self.who.as_ref();
        who.is_none_or(|who| who.to_lowercase() == id || *who == act.who.kind)
    }

    fn is_within(&self, act: &AuditActDto) -> bool {
        let person = self.by.as_deref().filter(|_| act.who.kind == "person");
        let app = Target::application_of(&act.target.kind, &act.target.name);
        self.within == Applications::All
            || app.is_some_and(|app| self.within.include_id(app))
            || person.is_some_and(|person| act.who.id.as_deref() == Some(person))
    }

    fn is_in_time(&self, act: &AuditActDto) -> bool {
        let at = Timestamp::parse(&act.at);
        let is_early = self
            .since
            .is_some_and(|since| at.is_some_and(|at| at < since));
        let is_late = self
            .until
            .is_some_and(|until| at.is_some_and(|at| at >= until));
        !is_early && !is_late
    }
}

/// How many entries are read at once.
const PAGE: u16 = 500;

impl Manage {
    /// Returns acts, newest first. An entry that was changed so that it is no act any more is left out and logged.
    ///
    /// # Errors
    /// [`ManageError::Unavailable`].
    pub async fn acts(&self, query: ActQuery) -> Result<FoundActs, ManageError> {
        let (mut found, mut before, mut seen) = (FoundActs::default(), query.before, 0);
        loop {
            let page = self.parts.audit.before(before, PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(found);
            };
            before = Some(last.seq);
            seen += page.len();
            for entry in page {
                match serde_json::from_str(&entry.line()) {
                    Ok(act) if query.wants(&act) => found.acts.push(act),
                    Ok(_) => {}
                    Err(_) => tracing::error!(seq = entry.seq, "an act on record cannot be read"),
                }
                if found.acts.len() >= query.limit {
                    return Ok(found);
                }
            }
            let is_enough = query.looks_at.is_some_and(|most| seen >= most);
            if is_enough {
                found.looked_to = before.filter(|seq| *seq > 1);
                return Ok(found);
            }
        }
    }

    /// Returns the number and the hash of the newest act.
    ///
    /// # Errors
    /// [`ManageError::Unavailable`].
    pub async fn audit_head(&self) -> Result<Head, ManageError> {
        Ok(self.parts.audit.head().await?)
    }

    /// Returns who changed a setting last, and when; `None` where the newest 500 acts do not tell.
    pub(super) async fn last_change(&self, target: &Target) -> Option<(AuditActor, Timestamp)> {
        let newest = self.parts.audit.before(None, PAGE).await.ok()?;
        let acts = newest.iter();
        let mut acts =
            acts.filter_map(|entry| serde_json::from_str::<AuditActDto>(&entry.line()).ok());
        let act = acts.find(|act| {
            let is_of = act.target.kind == target.kind && act.target.name == target.name;
            is_of && act.result == "done" && act.act != Verb::ProviderTested.as_str()
        })?;
        Some((act.who, Timestamp::parse(&act.at)?))
    }

    /// Verifies the record, with a head that was kept elsewhere where there is one. Returns its head, or the first act at
    /// which it is not what was written.
    pub async fn verify_acts(&self, known: Option<Head>) -> Result<Head, Broken> {
        let mut verifier = Verifier::new(known);
        loop {
            let unreadable = Broken {
                seq: verifier.next(),
                why: Breach::Unreadable,
            };
            let page = self.parts.audit.after(unreadable.seq - 1, PAGE).await;
            let page = page.map_err(|_| unreadable)?;
            if page.is_empty() {
                return verifier.finish();
            }
            for entry in &page {
                verifier.take(entry)?;
            }
        }
    }

    /// Returns the lines of the acts after the number `seq`, oldest first, at most `limit`, exactly as they were chained.
    ///
    /// # Errors
    /// [`ManageError::Unavailable`].
    pub async fn export_acts(&self, seq: u64, limit: u16) -> Result<Vec<String>, ManageError> {
        let page = self.parts.audit.after(seq, limit).await?;
        Ok(page.iter().map(Entry::line).collect())
    }

    /// Records a backup, before it is made.
    ///
    /// # Errors
    /// [`ManageError::Unavailable`].
    pub async fn record_backup(&self, by: Author, backup: &Backup) -> Result<(), ManageError> {
        Ok(self.parts.audit.record(backup.act(by)).await?)
    }

    /// Records that the call of a management endpoint was refused, since its author lacks the permission.
    pub async fn record_refusal(&self, by: Author, endpoint: &str) {
        if let Err(error) = self.parts.audit.record(Act::refused(by, endpoint)).await {
            tracing::error!(%error, endpoint, "a refused call of management could not be recorded");
        }
    }
}
