//! The guard against SMS pumping: it notices sends whose codes nobody types, and blocks where they go.
//!
//! Pumping is fraud: somebody makes a service send codes to numbers whose carrier pays a share of the price. Nobody types
//! those codes. So the guard counts, for each application and each range of numbers ([`RangeKind::COUNTED`]), how many of
//! the newest sends were verified ([`Threshold`]), and asks for a challenge or begins a [`Block`] where hardly any were.
//! A limit that is set to block tells the guard too ([`Guard::block_by_limit`]), and an operator may block any [`Area`].
//!
//! # What the guard promises
//!
//! - **A fold over history.** The verdict about a send follows from the sends and verified codes that the guard was told
//!   of, from the setup, and from the time of the call: nothing else. A start tells it the record of the last day, in any
//!   order ([`Guard::sent`], [`Guard::verified`]), and the blocks are settings, so both survive a restart.
//! - **Evidence counts once.** Sends that led to a block, and those before an operator lifted one, lead to no other block.
//! - **Bounded memory.** At most 100,000 areas are counted, by the minute; those with the fewest sends go first.
//! - **Pure.** The guard reads no clock and does no I/O. A block that it begins is in force at once, and goes to the
//!   [`BlockKeeper`], which makes it durable.

mod block;
mod conversion;
mod conversions;
mod country;
mod range;
pub mod replay;
mod safe;
mod settings;
mod verdict;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::application::AppId;
use crate::limit::{Mode, Part, SendFacts};
use crate::phone::PhoneNumber;
use crate::ports::setup::Setup;
use crate::time::Timestamp;

pub use block::{Block, REMEMBERED, Reason, STEPS};
pub use conversion::{Reading, Threshold, WINDOW};
pub use country::CountryState;
pub use range::{Area, InvalidRange, Range, RangeKind};
pub use safe::{Exemption, LONGEST, MOST, Safe, SafeEntry};
pub use settings::GuardSettings;
pub use verdict::{Judgement, Verdict};

use conversions::Conversions;
use safe::SafeList;

/// Makes the blocks durable that the guard begins.
pub trait BlockKeeper: Send + Sync + 'static {
    /// Takes a block to put into the setup. Does not wait, and may drop the block: it is in force on this node already.
    fn keep(&self, block: Block);
}

/// A keeper for guards whose blocks need not survive the process.
struct Forgetful;

impl BlockKeeper for Forgetful {
    fn keep(&self, _: Block) {}
}

/// The guard of a deployment. By default it monitors, and its blocks end with the process.
pub struct Guard {
    settings: GuardSettings,
    keeper: Arc<dyn BlockKeeper>,
    state: Mutex<State>,
}

/// Everything that the guard knows.
#[derive(Default)]
struct State {
    conversions: Conversions,
    /// The blocks of the setup.
    known: HashMap<Area, Block>,
    /// The blocks that are not in the setup yet.
    fresh: HashMap<Area, Block>,
    safe: SafeList,
    /// The mode that an operator has set at run time.
    mode: Option<Mode>,
    /// How many messages went to each area that an operator watches.
    watched: HashMap<Area, u64>,
    /// The end of the time in which the guard only monitors.
    watches_until: Timestamp,
    /// The number of sends that the guard would have refused, or challenged, had it not only monitored.
    noted: u64,
}

/// The guard at one moment, for those who watch it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuardState {
    /// The consequence of a low conversion now.
    pub mode: Mode,
    /// The same once the guard [has watched](GuardSettings::watches) for long enough.
    pub later: Mode,
    /// The end of the time in which the guard only monitors.
    pub watches_until: Timestamp,
    /// The number of blocks that stand and refuse sends.
    pub blocks: usize,
    /// The number of sends that the guard noted and let pass since the process began.
    pub noted: u64,
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guard")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl Default for Guard {
    fn default() -> Self {
        let settings = GuardSettings {
            mode: Mode::Monitor,
            ..GuardSettings::default()
        };
        Self::of_one_process(settings)
    }
}

impl Guard {
    /// Makes a guard that has counted nothing and knows no setup.
    #[must_use]
    pub fn new(settings: GuardSettings, keeper: Arc<dyn BlockKeeper>) -> Self {
        Self {
            settings,
            keeper,
            state: Mutex::default(),
        }
    }

    /// Makes a guard whose blocks end with the process.
    #[must_use]
    pub fn of_one_process(settings: GuardSettings) -> Self {
        Self::new(settings, Arc::new(Forgetful))
    }

    /// Returns the settings.
    #[must_use]
    pub const fn settings(&self) -> GuardSettings {
        self.settings
    }

    /// Goes by the blocks and the safe list of `setup` from now on. A block that the setup does not have yet stays.
    pub fn plan(&self, setup: &Setup) {
        let blocks = setup.blocks.values();
        let known: HashMap<_, _> = blocks
            .map(|block| (block.area.clone(), (**block).clone()))
            .collect();
        let safe = SafeList::new(setup.safe.values().map(|entry| &**entry));
        let applications = setup.applications.values();
        let begun = applications
            .map(|held| held.application.created_at)
            .min()
            .unwrap_or_default();
        let mut state = self.lock();
        state.fresh.retain(|area, fresh| {
            let kept = known.get(area);
            kept.is_none_or(|kept| kept.since < fresh.since)
        });
        state.mode = setup.guard_mode();
        state.watched.retain(|area, _| {
            let block = known.get(area);
            block.is_some_and(Block::is_watch)
        });
        state.known = known;
        state.safe = safe;
        state.watches_until = begun.after(self.settings.watches);
    }

    /// Counts a message that may have been sent, by the time at which its id was made.
    pub fn sent(&self, app: &AppId, phone: &PhoneNumber, made_at: Timestamp) {
        let mut state = self.lock();
        state.conversions.sent(app, phone, made_at);
        state.count_watched(app, phone, made_at);
    }

    /// Counts that the code of a message is used, by the time at which the message's id was made.
    pub fn verified(&self, app: &AppId, phone: &PhoneNumber, made_at: Timestamp) {
        self.lock().conversions.verified(app, phone, made_at);
    }

    /// Judges a send at `now`, and begins a block where the newest sends ask for one.
    #[must_use]
    pub fn judge(&self, send: &SendFacts<'_>, now: Timestamp) -> Judgement {
        let mut state = self.lock();
        let exempt = state.safe.exempts(send.phone, send.address, now);
        if exempt.is_any() {
            return Judgement {
                exempt,
                verdict: Verdict::Allows,
            };
        }
        self.begin_blocks(&mut state, send, now);
        let verdict = state.verdict(send, self.mode(&state, now), self.settings.life, now);
        if matches!(verdict, Verdict::Notes(_)) {
            state.noted = state.noted.saturating_add(1);
        }
        Judgement { exempt, verdict }
    }

    /// Begins a block of each area of a send whose conversion trips [`Threshold::BLOCK`].
    fn begin_blocks(&self, state: &mut State, send: &SendFacts<'_>, now: Timestamp) {
        for kind in RangeKind::COUNTED {
            let area = Area::of(send.app, kind, send.phone);
            let before = state.block_of(&area);
            if before.is_some_and(|before| before.is_in_place(now)) {
                continue;
            }
            let from = before.map(Block::evidence_from).unwrap_or_default();
            let (threshold, life) = (Threshold::BLOCK, self.settings.life);
            let tripped = state.conversions.trips(&area, threshold, from, life, now);
            if let Some(reading) = tripped {
                let mode = self.mode(state, now);
                self.begin(state, area, Reason::Conversion(reading), mode, now);
            }
        }
    }

    /// Blocks the area of a send that the limit `name` refused, which counts sends by these parts. Does nothing where the
    /// parts name no range of numbers, or the area is blocked already.
    pub fn block_by_limit(
        &self,
        name: &str,
        by: &BTreeSet<Part>,
        send: &SendFacts<'_>,
        now: Timestamp,
    ) {
        let Some(range) = narrowest(by).map(|kind| Range::of(kind, send.phone)) else {
            return;
        };
        let app = by.contains(&Part::Application).then(|| send.app.clone());
        let area = Area { app, range };
        let mut state = self.lock();
        let before = state.block_of(&area);
        if !before.is_some_and(|before| before.is_in_place(now)) {
            let reason = Reason::Limit(name.to_owned());
            self.begin(&mut state, area, reason, Mode::Enforce, now);
        }
    }

    fn begin(&self, state: &mut State, area: Area, reason: Reason, mode: Mode, now: Timestamp) {
        let before = state.block_of(&area);
        let block = Block::begun(area.clone(), reason, mode, before, now);
        // A store that keeps nothing must not fill the memory for good.
        state.fresh.retain(|_, fresh| !fresh.is_forgotten(now));
        state.fresh.insert(area, block.clone());
        self.keeper.keep(block);
    }

    /// Returns the guard as it is at `now`.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> GuardState {
        let state = self.lock();
        let mode = self.mode(&state, now);
        let known = state.known.values();
        let known = known.filter(|block| !state.fresh.contains_key(&block.area));
        let blocks = known.chain(state.fresh.values());
        let refuse = |block: &&Block| block.stands(now) && block.mode_now(mode) != Mode::Monitor;
        GuardState {
            mode,
            later: self.later(&state),
            watches_until: state.watches_until,
            blocks: blocks.filter(refuse).count(),
            noted: state.noted,
        }
    }

    /// Returns the consequence of a low conversion at `now`.
    fn mode(&self, state: &State, now: Timestamp) -> Mode {
        match now < state.watches_until {
            true => Mode::Monitor,
            false => self.later(state),
        }
    }

    /// Returns the consequence of a low conversion once the guard has watched for long enough.
    fn later(&self, state: &State) -> Mode {
        state.mode.unwrap_or(self.settings.mode)
    }

    /// Returns how many messages have gone to an area that an operator watches, of those that the guard was told of since it knows of the
    /// watch.
    #[must_use]
    pub fn watched(&self, area: &Area) -> u64 {
        self.lock().watched.get(area).copied().unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Returns the newest block of an area, whether it stands or not.
    fn block_of(&self, area: &Area) -> Option<&Block> {
        self.fresh.get(area).or_else(|| self.known.get(area))
    }
}

/// Returns the kind of the narrowest range of numbers that sends with these parts share.
fn narrowest(by: &BTreeSet<Part>) -> Option<RangeKind> {
    let kind = |part: &Part| match part {
        Part::Block => Some(RangeKind::Block),
        Part::Prefix => Some(RangeKind::Prefix),
        Part::Carrier => Some(RangeKind::Carrier),
        Part::CallingCode => Some(RangeKind::CallingCode),
        Part::Country => Some(RangeKind::Country),
        _ => None,
    };
    by.iter().filter_map(kind).max()
}

#[cfg(test)]
mod tests;
