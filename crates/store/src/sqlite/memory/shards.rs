//! A map in many small shards: it grows and is swept shard by shard, so that no caller waits for all of it.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::time::Duration;

use countersign_core::time::Timestamp;

use crate::seal::Key;

/// The number of shards: of ten million entries each holds ten thousand.
const SHARDS: usize = 1024;

/// The time in which every shard is swept once.
const ROUND: Duration = Duration::from_secs(10);

/// A map by key.
#[derive(Debug)]
pub(super) struct Shards<V> {
    shards: Vec<Shard<V>>,
    /// The next shard to sweep, and the time of the last sweep.
    hand: usize,
    swept_at: Option<Timestamp>,
}

type Shard<V> = HashMap<Key, V, BuildHasherDefault<AsItIs>>;

impl<V> Default for Shards<V> {
    fn default() -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Shard::default()).collect(),
            hand: 0,
            swept_at: None,
        }
    }
}

impl<V> Shards<V> {
    pub(super) fn get(&self, key: Key) -> Option<&V> {
        self.shards.get(place(key))?.get(&key)
    }

    pub(super) fn get_mut(&mut self, key: Key) -> Option<&mut V> {
        self.shards.get_mut(place(key))?.get_mut(&key)
    }

    /// Returns the value of `key`. Inserts `new` if there was none.
    pub(super) fn get_or_insert_with(
        &mut self,
        key: Key,
        new: impl FnOnce() -> V,
    ) -> Option<&mut V> {
        let shard = self.shards.get_mut(place(key))?;
        Some(shard.entry(key).or_insert_with(new))
    }

    pub(super) fn remove(&mut self, key: Key) -> Option<V> {
        self.shards.get_mut(place(key))?.remove(&key)
    }

    pub(super) fn len(&self) -> usize {
        self.shards.iter().map(HashMap::len).sum()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Key, &V)> {
        self.shards.iter().flatten()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.shards.iter().all(HashMap::is_empty)
    }

    /// Drops the entries that `keep` refuses, in as many shards as are due at `now`.
    pub(super) fn sweep(&mut self, now: Timestamp, mut keep: impl FnMut(Key, &mut V) -> bool) {
        let pause = ROUND / u32::try_from(SHARDS).unwrap_or(u32::MAX);
        let since = self.swept_at.get_or_insert(now.before(ROUND)).until(now);
        let due = since.as_millis() / pause.as_millis().max(1);
        let due = usize::try_from(due).map_or(SHARDS, |due| due.min(SHARDS));
        if due > 0 {
            self.swept_at = Some(now);
        }
        for _ in 0..due {
            if let Some(shard) = self.shards.get_mut(self.hand) {
                shard.retain(|key, value| keep(*key, value));
                // Free the memory that a flood has filled, once the flood is over.
                if shard.capacity() > 4 * shard.len() + 64 {
                    shard.shrink_to_fit();
                }
            }
            self.hand = (self.hand + 1) % SHARDS;
        }
    }
}

/// Returns the shard of a key. A map doubles when it is full; if all shards were of one size, all of them would
/// double at once. So the last shard is twice the size of the first, and the others are in between.
fn place(key: Key) -> usize {
    // The maps use the lowest and the highest bits of the key. For a number x from 0 to 1, as 31 bits, this
    // computes x + x(1 - x)/3, which is close to the logarithm of 1 + x to base 2.
    let (x, one) = ((key.0 >> 20) & 0x7fff_ffff, 1 << 31);
    let bent = x + ((x * (one - x)) >> 31) / 3;
    ((bent * SHARDS as u64) >> 31) as usize
}

/// A hasher that returns the key itself, since a key is already pseudorandom.
#[derive(Debug, Default)]
pub(super) struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 << 8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u64) -> Key {
        // Any good mixing will do; this is Murmur3's.
        let mut key = n ^ (n >> 33);
        for factor in [0xff51_afd7_ed55_8ccd, 0xc4ce_b9fe_1a85_ec53_u64] {
            key = key.wrapping_mul(factor);
            key ^= key >> 33;
        }
        Key(key)
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn every_key_has_a_place() {
        for n in [0, 1 << 20, u64::MAX, u64::MAX >> 12] {
            assert!(place(Key(n)) < SHARDS, "{n:x}");
        }
    }

    #[test]
    fn pieces_grow_one_after_the_other() {
        let mut map = Shards::default();
        for n in 0..1_000_000 {
            *map.get_or_insert_with(key(n), || 0).unwrap() = n;
        }
        assert_eq!(map.len(), 1_000_000);
        assert!((0..1_000_000).all(|n| map.get(key(n)) == Some(&n)));
        let sizes: Vec<_> = map.shards.iter().map(HashMap::capacity).collect();
        let larger = sizes.iter().filter(|size| **size > sizes[0]).count();
        assert!(
            (SHARDS / 5..SHARDS * 4 / 5).contains(&larger),
            "{larger} of {SHARDS} have doubled"
        );
    }

    #[test]
    fn a_round_of_sweeps_drops_every_past_entry() {
        let mut map = Shards::default();
        for n in 0..10_000 {
            map.get_or_insert_with(key(n), || n);
        }
        map.sweep(at(0), |_, _| true);
        for step in 1..=1_100 {
            map.sweep(at(step * 10), |_, n| *n % 2 == 0);
            if step == 500 {
                assert!((6_000..9_000).contains(&map.len()), "{}", map.len());
            }
        }
        assert_eq!(map.len(), 5_000);
        map.sweep(at(1_000_000), |_, _| false);
        assert!(map.is_empty());
    }
}
