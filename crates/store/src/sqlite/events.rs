//! What happens to codes after they were sent: guesses, uses, unlocks. One step each on the live state, one
//! row each in the log, and the way back where the row could not be written.

use std::sync::Arc;

use countersign_core::code::check::{
    self, CheckRecord, Checked, CodeCheck, Door, TokenUse, Unlock,
};
use countersign_core::id::{MessageId, RequestId};
use countersign_core::limit::{Bucket, Rules};
use countersign_core::message::CodeState;
use countersign_core::time::Timestamp;
use rusqlite::{Connection, Statement, params};

use super::codes::{self, Compared};
use super::guesses::Step;
use super::hits::{self, LoggedHit};
use super::live::Live;
use crate::seal::{Key, Sealer};

/// One row of the table `code_event`, and how to undo it.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) seq: i64,
    pub(super) id: RequestId,
    pub(super) at: Timestamp,
    pub(super) kind: Kind,
    pub(super) phone: Option<Key>,
    pub(super) messages: Vec<MessageId>,
    pub(super) hits: Arc<[LoggedHit]>,
    sealed: Option<Vec<u8>>,
    undo: Undo,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Wrong(Door),
    Right(Door),
    Unlocked,
    TokenUsed,
}

/// What it takes to undo an event, where the event itself does not say.
#[derive(Debug)]
struct Undo {
    scope: Key,
    step: Step,
}

impl Kind {
    pub(super) fn columns(self) -> (&'static str, Option<&'static str>) {
        match self {
            Kind::Wrong(door) => ("wrong", Some(door.as_str())),
            Kind::Right(door) => ("right", Some(door.as_str())),
            Kind::Unlocked => ("unlocked", None),
            Kind::TokenUsed => ("token_used", None),
        }
    }

    pub(super) fn from_columns(kind: &str, door: Option<&str>) -> Option<Self> {
        let door = Door::ALL
            .into_iter()
            .find(|known| Some(known.as_str()) == door);
        match (kind, door) {
            ("wrong", Some(door)) => Some(Kind::Wrong(door)),
            ("right", Some(door)) => Some(Kind::Right(door)),
            ("unlocked", None) => Some(Kind::Unlocked),
            ("token_used", None) => Some(Kind::TokenUsed),
            _ => None,
        }
    }
}

/// A check with everything that can be worked out before the lock is taken.
pub(super) struct Asked {
    check: CodeCheck,
    scope: Key,
    phone: Key,
    rules: Rules,
    hits: Arc<[LoggedHit]>,
}

impl Asked {
    pub(super) fn of(check: CodeCheck, sealer: &Sealer) -> Self {
        let guess = &check.guess;
        let rules = check::failure_rules(&guess.phone, check.door);
        Self {
            scope: sealer.code_scope(guess.app.as_str(), guess.channel.as_str(), &guess.phone),
            phone: sealer.phone(&guess.phone),
            hits: LoggedHit::all_of(&rules, sealer),
            rules,
            check,
        }
    }

    /// Counts, compares and uses up, in one step; what is to go on record, if anything does.
    pub(super) fn take(self, live: &mut Live, now: Timestamp) -> (Checked, Option<Event>) {
        if let Some(wait) = self.locked(live, now) {
            codes::idle(&self.check.guess);
            return (Checked::Locked { wait }, None);
        }
        match live.codes.compare(self.scope, &self.check.guess, now) {
            Compared::Right(messages) => self.right(messages, live, now),
            Compared::Wrong(messages) => {
                let tries_left = live.codes.count(self.scope, &messages);
                let found = Checked::Wrong { tries_left };
                (found, Some(self.wrong(messages, live, now)))
            }
            Compared::Used => (Checked::Used, None),
            // One guess at each of many numbers must not fill the memory.
            Compared::Nothing(None) if live.is_crowded() => (Checked::NotSent, None),
            Compared::Nothing(newest) => {
                let found = match newest {
                    Some(CodeState::Exhausted) => Checked::Exhausted,
                    Some(CodeState::Expired) => Checked::Expired,
                    _ => Checked::NotSent,
                };
                (found, Some(self.wrong(Vec::new(), live, now)))
            }
        }
    }

    /// `Some` if the budget of this door is spent: how long until time ends that, if it does.
    fn locked(&self, live: &Live, now: Timestamp) -> Option<Option<std::time::Duration>> {
        if live.in_a_row(self.phone) >= self.check.door.budget().in_a_row {
            return Some(None);
        }
        let refusals = live.guesses.judge_all(self.rules.set(), &self.hits, now);
        let until = refusals.into_iter().map(|(_, until)| until).max()?;
        Some(Some(now.until(until)))
    }

    fn right(
        self,
        messages: Vec<MessageId>,
        live: &mut Live,
        now: Timestamp,
    ) -> (Checked, Option<Event>) {
        let Some(&message) = messages.first() else {
            return (Checked::NotSent, None);
        };
        let found = Checked::Right { message, at: now };
        if self.check.door == Door::Public {
            return (found, None);
        }
        live.codes.set_used(self.scope, &messages, true);
        let step = live.forget_guesses(self.phone, &[]);
        let kind = Kind::Right(self.check.door);
        let event = self.event(kind, messages, Arc::new([]), step, live, now);
        (found, Some(event))
    }

    fn wrong(self, messages: Vec<MessageId>, live: &mut Live, now: Timestamp) -> Event {
        let step = live.guess(self.phone, &self.hits, !messages.is_empty(), now);
        let (kind, hits) = (Kind::Wrong(self.check.door), Arc::clone(&self.hits));
        self.event(kind, messages, hits, step, live, now)
    }

    fn event(
        self,
        kind: Kind,
        messages: Vec<MessageId>,
        hits: Arc<[LoggedHit]>,
        step: Step,
        live: &mut Live,
        at: Timestamp,
    ) -> Event {
        Event {
            seq: live.next_event(),
            id: self.check.request_id,
            at,
            kind,
            phone: Some(self.phone),
            messages,
            hits,
            sealed: None,
            undo: Undo {
                scope: self.scope,
                step,
            },
        }
    }
}

impl Event {
    /// Forgets the wrong guesses about a number. `None` if the number cannot be sealed.
    pub(super) fn unlock(
        unlock: Unlock,
        sealer: &Sealer,
        live: &mut Live,
        now: Timestamp,
    ) -> Option<Self> {
        let sealed = sealer.seal_unlock(&unlock)?;
        let rules = check::failure_rules(&unlock.phone, Door::Application);
        let hits = LoggedHit::all_of(&rules, sealer);
        let phone = sealer.phone(&unlock.phone);
        let step = live.forget_guesses(phone, &hits);
        Some(Self {
            seq: live.next_event(),
            id: unlock.request_id,
            at: now,
            kind: Kind::Unlocked,
            phone: Some(phone),
            messages: Vec::new(),
            hits,
            sealed: Some(sealed),
            undo: Undo { scope: phone, step },
        })
    }

    /// Uses a token; `None` if it was used before.
    pub(super) fn use_token(
        token: &TokenUse,
        sealer: &Sealer,
        live: &mut Live,
        now: Timestamp,
    ) -> Option<Self> {
        let hit = LoggedHit {
            bucket: sealer.bucket(&Bucket::named("token").part(&token.token)),
            window: token.life,
            weight: 1,
            refundable: false,
        };
        if live.guesses.has(hit.bucket, now) {
            return None;
        }
        live.guesses.add(&hit, now);
        Some(Self {
            seq: live.next_event(),
            id: token.request_id,
            at: now,
            kind: Kind::TokenUsed,
            phone: None,
            messages: Vec::new(),
            hits: Arc::new([hit]),
            sealed: None,
            undo: Undo {
                scope: hit.bucket,
                step: 0,
            },
        })
    }

    /// Undoes the step: it could not be made durable, so it never was.
    pub(super) fn withdraw(&self, live: &mut Live) {
        let Undo { scope, step } = self.undo;
        match (self.kind, self.phone) {
            (Kind::Wrong(_), Some(phone)) => {
                live.codes.uncount(scope, &self.messages);
                let compared = !self.messages.is_empty();
                live.withdraw_guess(step, phone, &self.hits, compared, self.at);
            }
            (Kind::Right(_), _) => {
                live.codes.set_used(scope, &self.messages, false);
                live.withdraw_forgetting(step);
            }
            (Kind::Unlocked, _) => live.withdraw_forgetting(step),
            (Kind::TokenUsed | Kind::Wrong(_), _) => {
                for hit in &*self.hits {
                    live.guesses.remove(hit, self.at);
                }
            }
        }
    }

    /// Its step, where that forgets wrong guesses.
    pub(super) fn forgets(&self) -> Option<Step> {
        matches!(self.kind, Kind::Right(_) | Kind::Unlocked).then_some(self.undo.step)
    }

    pub(super) const INSERT: &str = "INSERT INTO code_event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

    /// Runs [`Event::INSERT`].
    pub(super) fn insert(&self, insert: &mut Statement<'_>) -> rusqlite::Result<()> {
        let (kind, door) = self.kind.columns();
        let messages: Vec<u8> = self
            .messages
            .iter()
            .flat_map(|message| *message.as_bytes())
            .collect();
        insert.execute(params![
            self.seq,
            self.id.as_bytes(),
            self.at.as_millis(),
            kind,
            door,
            self.phone.map(Key::column),
            self.undo.scope.column(),
            (!messages.is_empty()).then_some(messages),
            hits::encode(&self.hits),
            self.sealed,
        ])?;
        Ok(())
    }

    /// Takes it off the record.
    pub(super) fn delete(&self, log: &Connection) -> rusqlite::Result<()> {
        log.prepare_cached("DELETE FROM code_event WHERE seq = ?")?
            .execute([self.seq])?;
        Ok(())
    }
}

/// The ids in the column `messages`.
pub(super) fn messages(column: Option<&[u8]>) -> Vec<MessageId> {
    let (ids, _) = column.unwrap_or_default().as_chunks::<16>();
    ids.iter().map(|id| MessageId::from_bytes(*id)).collect()
}

/// A check as timelines show it; `None` for other events.
pub(super) fn record(id: RequestId, at: Timestamp, kind: Kind) -> Option<CheckRecord> {
    let (door, right) = match kind {
        Kind::Wrong(door) => (door, false),
        Kind::Right(door) => (door, true),
        Kind::Unlocked | Kind::TokenUsed => return None,
    };
    Some(CheckRecord {
        at,
        request_id: id,
        door,
        right,
    })
}

#[cfg(test)]
mod tests {
    use countersign_core::application::AppId;
    use countersign_core::channel::Channel;
    use countersign_core::code::guess::Guess;
    use countersign_core::code::passcode::{Passcode, PasscodeKey};
    use countersign_core::phone::PhoneNumber;

    use super::*;
    use crate::seal::StoreKeys;
    use crate::sqlite::codes::Code;

    #[test]
    fn in_a_crowd_only_guesses_at_numbers_with_codes_are_counted() {
        let keys = StoreKeys {
            index: [1; 32],
            seal: [2; 32],
        };
        let sealer = Sealer::new(&keys).unwrap();
        let (mut live, now) = (Live::default(), Timestamp::from_millis(1_000_000));
        let asked = |number: &str| {
            let guess = Guess::new(
                PasscodeKey::new([3; 32]),
                Passcode::parse("123456").unwrap(),
                AppId::parse("app").unwrap(),
                Channel::Login,
                PhoneNumber::parse(number, None).unwrap(),
            );
            let check = CodeCheck {
                request_id: RequestId::from_bytes([9; 16]),
                door: Door::Public,
                guess,
            };
            Asked::of(check, &sealer)
        };
        let (with_code, without) = ("13800138000", "13800138001");
        let message = MessageId::first_at(now);
        let code = Code {
            message,
            decided_after: 0,
            life: 600_000,
            mac: [0; 16],
            tries_left: 5,
            keeps: 1,
            sent: true,
            used: false,
        };
        live.codes.admit(asked(with_code).scope, code, None);
        let (_, event) = asked(without).take(&mut live, now);
        assert!(event.is_some());
        let hit = asked(without).hits[0];
        for n in 1..500_000_u64 {
            assert!(n % 1_000 != 0 || !live.is_crowded(), "{n}");
            let bucket = Key(n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            live.guesses.add(&LoggedHit { bucket, ..hit }, now);
        }
        assert!(live.is_crowded());
        let (found, event) = asked(without).take(&mut live, now);
        assert!(found == Checked::NotSent && event.is_none());
        let (found, event) = asked(with_code).take(&mut live, now);
        assert!(matches!(found, Checked::Wrong { tries_left: 4 }) && event.is_some());
    }
}
