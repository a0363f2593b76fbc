//! The idempotency keys that calls of this process hold: one call has a key at a time, and the others wait in a line.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use countersign_core::idempotency::CallName;
use tokio::sync::{Mutex as Line, OwnedMutexGuard};

/// The keys that are held now. Clones share them. Its size is bounded by the calls under way.
#[derive(Clone, Default)]
pub(crate) struct HeldKeys(Arc<Mutex<Lines>>);

/// The line in front of each key that is held or waited for.
type Lines = HashMap<CallName, Arc<Line<()>>>;

impl HeldKeys {
    /// Holds the key of this call; `None` where the calls before it have not come to their end within `patience`.
    pub(crate) async fn hold(&self, name: &CallName, patience: Duration) -> Option<Hold> {
        let (place, line) = self.stand_in_line(name);
        let turn = tokio::time::timeout(patience, line.lock_owned()).await;
        Some(Hold {
            _turn: turn.ok()?,
            _place: place,
        })
    }

    fn stand_in_line(&self, name: &CallName) -> (Place, Arc<Line<()>>) {
        let mut lines = self.lines();
        let line = lines.entry(name.clone()).or_default();
        let place = Place {
            keys: self.clone(),
            name: name.clone(),
            line: Some(Arc::clone(line)),
        };
        (place, Arc::clone(line))
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A key that is held until this is dropped.
pub(crate) struct Hold {
    // Dropped first: the next call has its turn, and the line is removed after the last one.
    _turn: OwnedMutexGuard<()>,
    _place: Place,
}

/// A place in the line in front of a key.
struct Place {
    keys: HeldKeys,
    name: CallName,
    line: Option<Arc<Line<()>>>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut lines = self.keys.lines();
        self.line = None;
        let line = lines.get(&self.name);
        if line.is_some_and(|line| Arc::strong_count(line) == 1) {
            lines.remove(&self.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use countersign_core::application::AppId;
    use countersign_core::idempotency::{IdempotencyKey, KeyedEndpoint};

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    fn name(key: &str) -> CallName {
        CallName {
            app: AppId::parse("shop").unwrap(),
            endpoint: KeyedEndpoint::SendSms,
            key: IdempotencyKey::parse(key.as_bytes()).unwrap(),
        }
    }

    #[tokio::test]
    async fn a_key_is_held_once_and_nothing_stays_of_it() {
        let keys = HeldKeys::default();
        let first = keys.hold(&name("a"), LONG).await.unwrap();
        let other = keys.hold(&name("b"), LONG).await.unwrap();
        assert!(keys.hold(&name("a"), Duration::ZERO).await.is_none());
        let waiting = {
            let keys = keys.clone();
            tokio::spawn(async move { keys.hold(&name("a"), LONG).await })
        };
        drop(first);
        let second = waiting.await.unwrap().unwrap();
        assert!(keys.hold(&name("a"), Duration::ZERO).await.is_none());
        drop((second, other));
        assert!(keys.lines().is_empty());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn of_many_calls_one_at_a_time_holds_a_key() {
        let (keys, inside) = (HeldKeys::default(), Arc::new(Mutex::new(())));
        let mut calls = tokio::task::JoinSet::new();
        for _ in 0..200 {
            let (keys, inside) = (keys.clone(), Arc::clone(&inside));
            calls.spawn(async move {
                let hold = keys.hold(&name("a"), LONG).await.unwrap();
                let alone = inside.try_lock().is_ok();
                drop(hold);
                alone
            });
        }
        assert_eq!(calls.join_all().await, [true; 200]);
        assert!(keys.lines().is_empty());
    }
}
