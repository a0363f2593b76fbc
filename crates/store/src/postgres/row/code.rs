//! Codes: those of a scope (application, channel and number) that can be checked, packed in one column.

use std::collections::HashMap;
use std::time::Duration;

use countersign_core::code::check::Effect;
use countersign_core::code::passcode::SealedPasscode;
use countersign_core::code::{self, Code, CodeState, resend};
use countersign_core::id::MessageId;
use countersign_core::message::LiveCode;
use countersign_core::time::Timestamp;

use super::packed::Packed;
use crate::seal::{Key, Keys};

/// A code, and its sealed form where it is to be sent again.
#[derive(Debug, Clone)]
pub(crate) struct KeptCode {
    pub(crate) code: Code,
    pub(crate) sealed: Option<SealedPasscode>,
}

/// The codes of one scope in order of age, oldest first.
#[derive(Debug, Clone, Default)]
struct CodeRow {
    at: Timestamp,
    codes: Vec<KeptCode>,
    is_changed: bool,
}

/// The scopes of a batch. One that no row was read of has no code.
#[derive(Debug, Default)]
pub(crate) struct CodeRows(HashMap<Key, CodeRow>);

/// A scope as it is written.
pub(crate) struct PackedCodes {
    pub(crate) key: i64,
    pub(crate) at: i64,
    pub(crate) codes: Vec<u8>,
}

impl CodeRows {
    /// Takes a row that was read; `None` if its codes are not what [`pack`] wrote.
    pub(crate) fn read(&mut self, key: Key, at: Timestamp, packed: &[u8]) -> Option<()> {
        let row = CodeRow {
            at,
            codes: unpack(packed)?,
            is_changed: false,
        };
        self.0.insert(key, row);
        Some(())
    }

    /// Returns the time of the newest event about a scope.
    pub(crate) fn newest(&self, key: Key) -> Option<Timestamp> {
        self.0.get(&key).map(|row| row.at)
    }

    /// Returns the codes of a scope under all of its keys, in order of age, oldest first.
    pub(crate) fn of(&self, scope: &Keys) -> Vec<Code> {
        let rows = scope.all().filter_map(|key| self.0.get(&key));
        let mut codes: Vec<_> = rows
            .flat_map(|row| &row.codes)
            .map(|kept| kept.code)
            .collect();
        codes.sort_by_key(Code::age);
        codes
    }

    /// Returns the state of the code of `message` at `now`, where the code is kept and no newer one has replaced it.
    pub(crate) fn state(
        &self,
        scope: &Keys,
        message: MessageId,
        now: Timestamp,
        dead_before: Timestamp,
    ) -> Option<CodeState> {
        let codes = self.of(scope);
        let mut kept = resend::kept(&codes, now).iter();
        let code = kept.find(|code| code.message == message)?;
        Some(code.state(now, dead_before))
    }

    /// Returns the first moment from `now` on at which the code of `message` is newer than every other code of the scope. Where
    /// the clock of the database was set back, codes of one moment would be in the order of their ids, which nodes make by
    /// clocks of their own.
    pub(crate) fn newer_than_all(
        &self,
        scope: &Keys,
        message: MessageId,
        now: Timestamp,
    ) -> Timestamp {
        let rows = scope.all().filter_map(|key| self.0.get(&key));
        let ages = rows.filter_map(|row| row.codes.last());
        let newest = ages.map(|kept| kept.code.age()).max();
        match newest.filter(|newest| *newest >= (now, message)) {
            Some((at, _)) => at.after(Duration::from_millis(1)),
            None => now,
        }
    }

    /// Adds the code of an admitted message.
    pub(crate) fn add(&mut self, scope: Key, code: Code, sealed: Option<SealedPasscode>) {
        self.change(scope, code.decided_at(), |codes| {
            codes.push(KeptCode { code, sealed });
            codes.sort_by_key(|kept| kept.code.age());
        });
    }

    /// Drops the code of a message that was certainly not sent.
    pub(crate) fn remove(&mut self, scope: Key, message: MessageId, now: Timestamp) {
        self.change(scope, now, |codes| {
            codes.retain(|kept| kept.code.message != message);
        });
    }

    /// Marks the code of `message` as sent. Of the codes that are replaced at `now`, drops those that no check tells from
    /// wrong guesses any more, and the sealed form of all.
    pub(crate) fn mark_sent(&mut self, scope: Key, message: MessageId, now: Timestamp) {
        self.change(scope, now, |codes| {
            for kept in codes.iter_mut() {
                kept.code.sent |= kept.code.message == message;
            }
            let plain: Vec<_> = codes.iter().map(|kept| kept.code).collect();
            let replaced = resend::split(&plain, now).0.len();
            let (mut place, mut newer) = (0, replaced);
            codes.retain_mut(|kept| {
                let is_replaced = place < replaced;
                place += 1;
                if !is_replaced {
                    return true;
                }
                newer -= 1;
                kept.sealed = None;
                !resend::may_drop(&kept.code, newer, now)
            });
        });
    }

    /// Returns the newest live code of `scope`, if it is kept sealed to be sent again.
    pub(crate) fn to_send_again(
        &self,
        scope: &Keys,
        now: Timestamp,
        dead_before: Timestamp,
    ) -> Option<LiveCode> {
        let codes = self.of(scope);
        let code = resend::newest_live(&codes, now, dead_before)?;
        let rows = scope.all().filter_map(|key| self.0.get(&key));
        let mut kept = rows.flat_map(|row| &row.codes);
        let kept = kept.find(|kept| kept.code.message == code.message)?;
        Some(LiveCode {
            message: code.message,
            sealed: kept.sealed.clone()?,
            expires_at: code.expires_at(),
        })
    }

    /// Applies the effect of a check at `now` to the codes of a scope, under all of its keys.
    pub(crate) fn apply(&mut self, scope: &Keys, effect: &Effect, now: Timestamp) {
        if effect.codes().is_empty() {
            return;
        }
        for key in scope.all() {
            self.change(key, now, |codes| {
                codes
                    .iter_mut()
                    .for_each(|kept| effect.on_code(&mut kept.code));
            });
        }
    }

    fn change(&mut self, scope: Key, at: Timestamp, change: impl FnOnce(&mut Vec<KeptCode>)) {
        let row = self.0.entry(scope).or_default();
        (row.at, row.is_changed) = (row.at.max(at), true);
        change(&mut row.codes);
    }

    /// Returns the scopes that were changed, as they are written at `now`: without codes that nobody remembers any more.
    pub(crate) fn changed(&mut self, now: Timestamp) -> Vec<PackedCodes> {
        let changed = self.0.iter_mut().filter(|(_, row)| row.is_changed);
        let packed = changed.map(|(key, row)| {
            let plain: Vec<_> = row.codes.iter().map(|kept| kept.code).collect();
            if code::are_forgotten(&plain, now) {
                row.codes.clear();
            }
            PackedCodes {
                key: key.column(),
                at: row.at.as_millis(),
                codes: pack(&row.codes),
            }
        });
        let mut packed: Vec<_> = packed.collect();
        packed.sort_by_key(|row| Key::of_column(row.key));
        packed
    }
}

const SENT: u8 = 1;
const USED: u8 = 2;

/// Packs codes, one after the other.
pub(crate) fn pack(codes: &[KeptCode]) -> Vec<u8> {
    let mut packed = Vec::new();
    for KeptCode { code, sealed } in codes {
        packed.extend(code.message.as_bytes());
        packed.extend(code.mac);
        packed.extend(code.decided_at().as_millis().to_be_bytes());
        packed.extend(code.expires_at().as_millis().to_be_bytes());
        let flags = (SENT * u8::from(code.sent)) | (USED * u8::from(code.used));
        let sealed = sealed.as_ref().map_or(&[][..], SealedPasscode::as_bytes);
        let length = u8::try_from(sealed.len()).unwrap_or_default();
        packed.extend([code.tries_left, code.keeps, flags, length]);
        packed.extend(sealed.iter().take(length.into()));
    }
    packed
}

/// Reads what [`pack`] wrote; `None` for anything else.
pub(crate) fn unpack(column: &[u8]) -> Option<Vec<KeptCode>> {
    let (mut packed, mut codes) = (Packed(column), Vec::new());
    while !packed.is_empty() {
        let message = MessageId::from_bytes(packed.bytes()?);
        let mac = packed.bytes()?;
        let decided_at = Timestamp::from_millis(packed.long()?);
        let expires_at = Timestamp::from_millis(packed.long()?);
        let [tries, keeps, flags, length] = packed.bytes()?;
        let sealed = packed.slice(length.into())?;
        codes.push(KeptCode {
            code: Code::recorded(message, decided_at, expires_at, mac)
                .with_tries(tries)
                .with_keeps(keeps)
                .with_sent(flags & SENT != 0)
                .with_used(flags & USED != 0),
            sealed: SealedPasscode::from_bytes(sealed.to_vec()),
        });
    }
    Some(codes)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_millis(1_790_000_000_000 + second * 1_000)
    }

    fn code(second: i64) -> Code {
        let ends = at(second).after(Duration::from_secs(300));
        Code::recorded(MessageId::first_at(at(second)), at(second), ends, [7; 16]).with_tries(5)
    }

    #[test]
    fn codes_read_back_as_written() {
        let used = code(1).with_sent(true).with_used(true).with_keeps(3);
        let codes = [used, code(2)].map(|code| KeptCode { code, sealed: None });
        let read = unpack(&pack(&codes)).unwrap();
        let read: Vec<_> = read.iter().map(|kept| kept.code).collect();
        assert_eq!(read, [used, code(2)]);
        assert!(unpack(&[0; 9]).is_none());
    }

    #[test]
    fn of_replaced_codes_the_newest_nine_are_remembered() {
        let (mut rows, scope) = (CodeRows::default(), Keys::from(Key(1)));
        for n in 0..12 {
            rows.add(Key(1), code(n), None);
            rows.mark_sent(Key(1), code(n).message, at(n));
        }
        let kept: Vec<_> = rows.of(&scope).iter().map(Code::decided_at).collect();
        assert_eq!(kept, (2..12).map(at).collect::<Vec<_>>());
        assert_eq!(rows.changed(at(400))[0].codes, [0_u8; 0], "forgotten");
    }
}
