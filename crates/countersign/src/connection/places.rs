//! The places for open connections: so many that file handles are left for everything else, and so shared that one
//! caller cannot take them all.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

use countersign_core::network::Networks;

use super::handles;
use super::usage::Usage;

/// The most places, where the process may have twice as many file handles.
const MOST: usize = 4_096;

/// The most places of one caller.
const MOST_PER_CALLER: usize = 64;

/// The places. When all are taken, or those of a caller, the connection that has idled longest makes room for a new one.
/// The share of a caller does not bind proxies in front of the service, which bring everybody's connections.
#[derive(Debug)]
pub(crate) struct Places {
    most: usize,
    most_per_caller: usize,
    proxies: Networks,
    moments: Arc<AtomicU64>,
    taken: Mutex<Taken>,
}

/// The taken places, by a number of their own, and how many each caller has.
#[derive(Debug, Default)]
struct Taken {
    next: u64,
    places: HashMap<u64, (IpAddr, Arc<Usage>)>,
    callers: HashMap<IpAddr, usize>,
}

/// The place of one connection; dropping it gives it back.
#[derive(Debug)]
pub(crate) struct Place {
    places: Arc<Places>,
    id: u64,
    pub(crate) usage: Arc<Usage>,
}

impl Places {
    /// As many places as this process has file handles for: half of its limit, which is raised as far as the system
    /// allows. The addresses of `proxies` have no share.
    pub(crate) fn of_this_process(proxies: Networks) -> Self {
        let most = handles::raise().map_or(MOST, |handles| MOST.min(handles / 2));
        Self::new(most, MOST_PER_CALLER, proxies)
    }

    fn new(most: usize, most_per_caller: usize, proxies: Networks) -> Self {
        Self {
            most,
            most_per_caller,
            proxies,
            moments: Arc::default(),
            taken: Mutex::default(),
        }
    }

    /// Takes a place for a connection from `peer`; `None` where there is none, and no connection idles that could make
    /// room.
    pub(crate) fn take(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        let caller = caller(peer);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.of(caller) >= self.most_per_caller && !self.proxies.contain(peer) {
            taken.make_room(|of| of == caller)?;
        }
        if taken.places.len() >= self.most {
            taken.make_room(|_| true)?;
        }
        let usage = Arc::new(Usage::new(Arc::clone(&self.moments)));
        let id = taken.add(caller, Arc::clone(&usage));
        Some(Place {
            places: Arc::clone(self),
            id,
            usage,
        })
    }
}

impl Place {
    /// Gives the place to `caller`, for whom a proxy has opened the connection; false where that one has its whole share,
    /// and none of it idles.
    pub(super) fn is_taken_by(&self, peer: IpAddr) -> bool {
        let (places, caller) = (&self.places, caller(peer));
        let mut taken = places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = taken.of(caller) >= places.most_per_caller && !places.proxies.contain(peer);
        if is_full && taken.make_room(|of| of == caller).is_none() {
            return false;
        }
        taken.give(self.id, caller)
    }
}

impl Taken {
    /// Returns the number of places of this caller.
    fn of(&self, caller: IpAddr) -> usize {
        self.callers.get(&caller).copied().unwrap_or(0)
    }

    fn add(&mut self, caller: IpAddr, usage: Arc<Usage>) -> u64 {
        self.next += 1;
        self.insert(self.next, caller, usage);
        self.next
    }

    fn insert(&mut self, id: u64, caller: IpAddr, usage: Arc<Usage>) {
        self.places.insert(id, (caller, usage));
        *self.callers.entry(caller).or_default() += 1;
    }

    /// Gives a place to another caller; false where it was lost meanwhile.
    fn give(&mut self, id: u64, caller: IpAddr) -> bool {
        let usage = self.remove(id);
        let is_kept = usage.is_some();
        if let Some(usage) = usage {
            self.insert(id, caller, usage);
        }
        is_kept
    }

    /// Ends the connection that has idled longest, of callers that `is_among`.
    fn make_room(&mut self, is_among: impl Fn(IpAddr) -> bool) -> Option<()> {
        let idle = self.places.iter().filter(|(_, (of, _))| is_among(*of));
        let idle = idle.filter_map(|(id, (_, usage))| Some((usage.idle_since()?, *id)));
        let (_, longest) = idle.min()?;
        let usage = self.remove(longest)?;
        usage.end();
        Some(())
    }

    fn remove(&mut self, id: u64) -> Option<Arc<Usage>> {
        let (caller, usage) = self.places.remove(&id)?;
        if let Some(count) = self.callers.get_mut(&caller) {
            *count -= 1;
            if *count == 0 {
                self.callers.remove(&caller);
            }
        }
        Some(usage)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let taken = self.places.taken.lock();
        taken
            .unwrap_or_else(PoisonError::into_inner)
            .remove(self.id);
    }
}

/// The caller that an address belongs to: an IPv4 address, also where it is mapped to IPv6, or an IPv6 /64 network.
fn caller(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) if !address.is_loopback() => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)))
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn places(most: usize, most_per_caller: usize) -> Arc<Places> {
        Arc::new(Places::new(most, most_per_caller, Networks::loopback()))
    }

    #[test]
    fn a_caller_that_is_busy_in_its_whole_share_gets_no_further_place() {
        let places = places(3, 2);
        let first = places.take(ip("192.0.2.1")).unwrap();
        let second = places.take(ip("::ffff:192.0.2.1")).unwrap();
        let requests = [first.usage.begin(), second.usage.begin()];
        assert!(places.take(ip("192.0.2.1")).is_none(), "a third of one");
        let other = places.take(ip("2001:db8::1")).unwrap();
        let request = other.usage.begin();
        assert!(places.take(ip("192.0.2.2")).is_none(), "a fourth of all");
        drop((first, requests, request));
        assert!(places.take(ip("192.0.2.1")).is_some());
    }

    #[test]
    fn a_new_connection_ends_the_one_that_has_idled_longest() {
        let places = places(2, 2);
        let [first, second] = ["192.0.2.1", "192.0.2.2"].map(|of| places.take(ip(of)).unwrap());
        // The first was used last.
        drop(first.usage.begin());
        first.usage.rests();
        assert!(places.take(ip("192.0.2.3")).is_some());
        let taken = places.taken.lock().unwrap();
        let held = [first.id, second.id].map(|id| taken.places.contains_key(&id));
        assert_eq!(held, [true, false]);
    }

    // shows: B8
    #[test]
    fn an_ipv6_network_is_one_caller() {
        let places = places(9, 1);
        let first = places.take(ip("2001:db8::1")).unwrap();
        let _request = first.usage.begin();
        assert!(places.take(ip("2001:db8::ffff:1")).is_none());
        assert!(places.take(ip("2001:db8:0:1::1")).is_some());
    }

    #[test]
    fn a_proxy_has_no_share() {
        let places = places(9, 0);
        for peer in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
            assert!(places.take(ip(peer)).is_some(), "{peer}");
        }
        assert!(places.take(ip("192.0.2.1")).is_none());
    }

    #[test]
    fn a_caller_behind_a_proxy_has_a_share_once_the_proxy_has_named_it() {
        let places = places(9, 1);
        let [first, second, third] = [(); 3].map(|()| places.take(ip("127.0.0.1")).unwrap());
        let busy = first.usage.begin();
        assert!(first.is_taken_by(ip("192.0.2.1")));
        assert!(!second.is_taken_by(ip("192.0.2.1")), "a second of one");
        assert!(third.is_taken_by(ip("192.0.2.2")));
        drop((busy, first, second, third));
        let taken = places.taken.lock().unwrap();
        assert!(taken.callers.is_empty() && taken.places.is_empty());
    }

    #[test]
    fn a_caller_that_left_leaves_nothing_behind() {
        let places = places(1, 1);
        let first = places.take(ip("192.0.2.1"));
        let second = places.take(ip("192.0.2.1"));
        drop((first, second));
        let taken = places.taken.lock().unwrap();
        assert!(taken.callers.is_empty() && taken.places.is_empty());
    }
}
