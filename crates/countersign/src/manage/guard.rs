//! The guard against SMS pumping: blocks, and the safe list.

use std::time::Duration;

use countersign_core::audit::Author;
use countersign_core::entropy::random_hex;
use countersign_core::guard::{
    Area, Block, GuardSettings, GuardState, LONGEST, MOST, REMEMBERED, Reason, Safe, SafeEntry,
};
use countersign_core::limit::{LimitChange, Mode};
use countersign_core::phone::PhoneNumber;
use countersign_core::ports::setup::{
    Change, LimitRecord, Setting, SettingKey, Setup, SetupVersion,
};
use countersign_core::time::Timestamp;

use super::{Manage, ManageError, Note, Rule, check_version, known_application};

/// The bounds on the length of an operator's block.
const SHORTEST_BLOCK: Duration = Duration::from_secs(60);
const LONGEST_BLOCK: Duration = Duration::from_secs(365 * 24 * 3600);

/// The largest number of blocks in the setup. The guard begins no more than attackers can pay for, and those that do not
/// stand go first.
const MOST_BLOCKS: usize = 5_000;

impl Manage {
    /// Returns the guard as it is now.
    #[must_use]
    pub fn guard(&self) -> GuardState {
        self.parts.messenger.guard().state(self.parts.clock.now())
    }

    /// Returns the settings of the guard, as the settings file has them.
    #[must_use]
    pub fn guard_settings(&self) -> GuardSettings {
        self.parts.messenger.guard().settings()
    }

    /// Returns how many messages have gone to an area that an operator watches, as far as this node knows.
    #[must_use]
    pub fn watched(&self, area: &Area) -> u64 {
        self.parts.messenger.guard().watched(area)
    }

    /// Returns the time by which blocks and entries of the safe list end.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    /// Sets the consequence of a low conversion, if the setting has the version `if_version` or that is `None`; without a mode, that of
    /// the settings holds again.
    ///
    /// # Errors
    /// [`ManageError::Changed`].
    pub async fn set_guard_mode(
        &self,
        by: Author,
        mode: Option<Mode>,
        if_version: Option<SetupVersion>,
    ) -> Result<(), ManageError> {
        let settings = self.parts.messenger.guard().settings().mode;
        let key = SettingKey::Limit(GuardSettings::NAME.to_owned());
        self.change(by, move |setup| {
            check_version(setup, &key, if_version)?;
            Ok(match mode {
                Some(mode) => Change::Put(Setting::Limit(mode_record(mode, settings))),
                None => Change::Remove(key.clone()),
            })
        })
        .await?;
        Ok(())
    }

    /// Blocks an area for this long, or until an operator lifts the block. In mode [`Mode::Monitor`] sends pass, and are counted and
    /// told as watched. A block that stands there already is replaced.
    ///
    /// # Errors
    /// [`ManageError::UnknownApplication`]; [`ManageError::Fields`] for a length out of bounds.
    pub async fn block_area(
        &self,
        by: Author,
        area: Area,
        mode: Mode,
        length: Option<Duration>,
        note: Note,
    ) -> Result<Block, ManageError> {
        if length.is_some_and(|length| !(SHORTEST_BLOCK..=LONGEST_BLOCK).contains(&length)) {
            let (least, most) = (SHORTEST_BLOCK.as_secs(), LONGEST_BLOCK.as_secs());
            return Err(ManageError::rule("seconds", Rule::Between(least, most)));
        }
        let now = self.now();
        let block = Block {
            area,
            reason: Reason::Operator,
            mode,
            since: now,
            until: length.map(|length| now.after(length)),
            step: 0,
            lifted_at: None,
            note: note.as_str().to_owned(),
        };
        let put = block.clone();
        self.change(by, move |setup| {
            if let Some(app) = &put.area.app {
                known_application(setup, app)?;
            }
            Ok(Change::Put(Setting::Block(put.clone())))
        })
        .await?;
        Ok(block)
    }

    /// Keeps a block that the guard began, and forgets those that make no difference any more. Does nothing where an
    /// operator has decided on the area meanwhile.
    ///
    /// # Errors
    /// [`ManageError::Unavailable`].
    pub async fn keep_block(&self, block: Block) -> Result<(), ManageError> {
        let known = self.setup();
        let decided = known.blocks.get(&block.area);
        if decided.is_some_and(|decided| decided.since > block.since) {
            return Ok(());
        }
        let put = Change::Put(Setting::Block(block));
        self.change(Author::service(), move |_| Ok(put.clone()))
            .await?;
        self.forget_what_ended().await
    }

    /// Removes the blocks and the entries of the safe list that make no difference any more.
    async fn forget_what_ended(&self) -> Result<(), ManageError> {
        let now = self.now();
        for key in ended(&self.setup(), now) {
            self.change(Author::service(), move |_| Ok(Change::Remove(key.clone())))
                .await?;
        }
        Ok(())
    }

    /// Lifts the block of an area. Sends of before are no evidence for another block.
    ///
    /// # Errors
    /// [`ManageError::Unknown`] where no block stands.
    pub async fn lift_block(&self, by: Author, area: Area) -> Result<(), ManageError> {
        let now = self.now();
        self.change(by, move |setup| {
            let block = setup.blocks.get(&area).filter(|block| block.stands(now));
            let block =
                block.ok_or_else(|| ManageError::Unknown(format!("block of {}", area.range)))?;
            Ok(Change::Put(Setting::Block(Block {
                lifted_at: Some(now),
                ..(**block).clone()
            })))
        })
        .await?;
        Ok(())
    }

    /// Puts sends on the safe list until a time. An entry about the same sends is replaced.
    ///
    /// # Errors
    /// [`ManageError::Fields`] for a time that is over or too far away, or where the list is full.
    pub async fn add_safe_entry(
        &self,
        by: Author,
        who: Safe,
        until: Timestamp,
        note: Note,
    ) -> Result<SafeEntry, ManageError> {
        let now = self.now();
        if until <= now || until > now.after(LONGEST) {
            let days = LONGEST.as_secs() / (24 * 3600);
            return Err(ManageError::rule("expires", Rule::SafeEnd(days)));
        }
        let entry = SafeEntry {
            id: random_hex::<8>(&*self.parts.entropy)?,
            who,
            until,
            note: note.as_str().to_owned(),
            created_at: now,
        };
        let (who, id) = (entry.who.clone(), entry.id.clone());
        let setup = self
            .change(by, move |setup| {
                let same = setup.safe.values().find(|known| known.who == entry.who);
                if same.is_none() && setup.safe.len() >= MOST {
                    return Err(ManageError::rule("value", Rule::SafeListFull(MOST)));
                }
                let id = same.map_or(&entry.id, |same| &same.id).clone();
                Ok(Change::Put(Setting::Safe(SafeEntry {
                    id,
                    ..entry.clone()
                })))
            })
            .await?;
        let mut entries = setup.safe.values();
        let added = entries.find(|known| known.who == who || known.id == id);
        added
            .map(|entry| (**entry).clone())
            .ok_or(ManageError::Internal)
    }

    /// Takes an entry off the safe list.
    ///
    /// # Errors
    /// [`ManageError::Unknown`] where there is none of this id.
    pub async fn remove_safe_entry(&self, by: Author, id: String) -> Result<(), ManageError> {
        self.change(by, move |setup| {
            if !setup.safe.contains_key(&id) {
                return Err(ManageError::Unknown(
                    "entry of the safe list with this id".to_owned(),
                ));
            }
            Ok(Change::Remove(SettingKey::Safe(id.clone())))
        })
        .await?;
        Ok(())
    }

    /// Takes a number off the safe list, if it is there.
    ///
    /// # Errors
    /// [`ManageError::Unavailable`].
    pub(super) async fn erase_safe_number(
        &self,
        by: &Author,
        phone: &PhoneNumber,
    ) -> Result<(), ManageError> {
        let setup = self.setup();
        let about = |entry: &&SafeEntry| matches!(&entry.who, Safe::Number(of) if of == phone);
        let entries = setup.safe.values().map(|entry| &**entry).filter(about);
        for id in entries.map(|entry| entry.id.clone()) {
            self.change(by.clone(), move |_| {
                Ok(Change::Remove(SettingKey::Safe(id.clone())))
            })
            .await?;
        }
        Ok(())
    }
}

/// Returns the mode as the change of a limit, under the name under which the guard's refusals are shown.
fn mode_record(mode: Mode, settings: Mode) -> LimitRecord {
    let of = |mode| LimitChange {
        mode: Some(mode),
        ..LimitChange::default()
    };
    LimitRecord {
        name: GuardSettings::NAME.to_owned(),
        change: of(mode),
        settings: of(settings),
        currency: None,
    }
}

/// Returns the keys of the blocks and entries of the safe list that make no difference any more; where there are too many
/// blocks, also of those that do not stand, the oldest first.
fn ended(setup: &Setup, now: Timestamp) -> Vec<SettingKey> {
    let blocks = setup.blocks.values();
    let forgotten = blocks
        .filter(|block| block.is_forgotten(now))
        .map(|block| SettingKey::Block(block.area.clone()));
    let safe = setup.safe.values();
    let expired = safe
        .filter(|entry| now >= entry.until.after(REMEMBERED))
        .map(|entry| SettingKey::Safe(entry.id.clone()));
    let mut ended: Vec<_> = forgotten.chain(expired).collect();
    let too_many = setup.blocks.len().saturating_sub(MOST_BLOCKS);
    if ended.len() < too_many {
        let blocks = setup.blocks.values();
        let mut over: Vec<_> = blocks.filter(|block| !block.stands(now)).collect();
        over.sort_by_key(|block| block.since);
        ended = over
            .into_iter()
            .take(too_many)
            .map(|block| SettingKey::Block(block.area.clone()))
            .collect();
    }
    ended
}
