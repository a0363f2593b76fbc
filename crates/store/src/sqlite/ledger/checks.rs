//! The acts on codes: checks, unlocks, and uses of tokens.

use std::sync::Arc;

use countersign_core::audit::Act;
use countersign_core::code::check::{Checked, CodeCheck, Effect, HitChange, TokenUse, Unlock};
use countersign_core::limit::{Counts, HitKind};
use countersign_core::ports::StoreError;
#[cfg(doc)]
use countersign_core::ports::ledger::Ledger;

use super::act::{NewEvent, Step};
use crate::call_at_rest::DecidedCall;
use crate::hit::Touched;
use crate::seal::Sealer;
use crate::sqlite::log::event::OlderKeys;
use crate::sqlite::memory::CheckKeys;
use crate::sqlite::{SqliteStore, unsealed};

impl SqliteStore {
    /// Checks a code ([`Ledger::check`]).
    pub(super) async fn take_guess(&self, check: CodeCheck) -> Result<Checked, StoreError> {
        let guess = &check.guess;
        let keys = |sealer: &Sealer| Ok(CheckKeys::of(&check, sealer));
        self.act(check.request_id, keys, |live, keys, now| {
            let (found, effect) = live.check(&check, &keys, now);
            if let (Some(Effect::Used { .. }), Some(source)) = (&effect, &keys.source) {
                live.count_right(source, now);
            }
            let event = effect.map(|effect| NewEvent {
                hits: match effect.hits() {
                    HitChange::EndSends => Arc::clone(&keys.ends),
                    _ => keys.wrong_hits(),
                },
                effect,
                caller: Some(check.caller),
                phone: Some(keys.phone.newest),
                scope: Some(keys.scope.newest),
                older: OlderKeys::of(&keys.phone, Some(&keys.scope)),
                sealed: None,
                act: None,
                keyed: None,
            });
            let keyed = check.claim.clone().and_then(|claim| {
                DecidedCall::on_check(claim, &guess.phone, &found, now, &self.sealer.get())
            });
            (found, Step::of(event, keyed))
        })
        .await
    }

    /// Forgets the wrong guesses about a number ([`Ledger::unlock`]).
    pub(super) async fn forget_guesses(&self, unlock: Unlock) -> Result<(), StoreError> {
        let event = |sealer: &Sealer| {
            let phone = sealer.keys(|each| each.phone(&unlock.phone));
            let sealed = sealer.seal_unlock(&unlock.phone, &unlock.note, unlock.request_id);
            Ok(NewEvent {
                effect: Effect::Unlocked,
                caller: None,
                phone: Some(phone.newest),
                scope: None,
                older: OlderKeys::of(&phone, None),
                hits: Touched::of(&unlock.rules(), sealer).under_every_key(),
                sealed: Some(sealed.ok_or_else(unsealed)?),
                act: Some(self.act_now(Act::of_unlock(&unlock))),
                keyed: None,
            })
        };
        self.act(unlock.request_id, event, |_, event, _| {
            ((), Step::from(Some(event)))
        })
        .await
    }

    /// Records the use of a token ([`Ledger::use_token`]).
    pub(super) async fn take_token(&self, token: TokenUse) -> Result<bool, StoreError> {
        let kind = HitKind {
            counts: Counts::Messages,
            window: token.life,
            refundable: false,
            until_verified: false,
            of_number: None,
        };
        let touched = |sealer: &Sealer| Ok(Touched::one(&kind, &token.bucket(), sealer));
        self.act(token.request_id, touched, |live, touched, now| {
            let bucket = touched.bucket(0);
            let is_new = !bucket.is_some_and(|bucket| live.token_is_used(bucket, now));
            let event = is_new.then(|| NewEvent {
                effect: Effect::TokenUsed,
                caller: None,
                phone: None,
                scope: None,
                older: Vec::new(),
                hits: touched.hits,
                sealed: None,
                act: None,
                keyed: None,
            });
            (is_new, Step::from(event))
        })
        .await
    }
}
