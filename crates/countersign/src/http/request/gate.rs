//! A bound on open connections, in all and for each caller, so that one caller cannot take them all.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// Counts open connections. Connections from loopback are neither counted nor refused: a proxy in front of the
/// service, and the people who look after it, must always get in.
#[derive(Debug)]
pub struct Gate {
    most: usize,
    most_per_caller: usize,
    inside: Mutex<Inside>,
}

/// The counts of open connections.
#[derive(Debug, Default)]
struct Inside {
    all: usize,
    callers: HashMap<IpAddr, usize>,
}

/// A counted connection; dropping it lowers the counts.
#[derive(Debug)]
pub struct Pass(Option<(Arc<Gate>, IpAddr)>);

impl Default for Gate {
    fn default() -> Self {
        Self::new(4_096, 64)
    }
}

impl Gate {
    /// A gate for `most` connections, at most `most_per_caller` of them from one caller.
    #[must_use]
    pub fn new(most: usize, most_per_caller: usize) -> Self {
        Self {
            most,
            most_per_caller,
            inside: Mutex::default(),
        }
    }

    /// Counts a connection from `peer`; `None` where a bound is reached.
    pub fn enter(self: &Arc<Self>, peer: IpAddr) -> Option<Pass> {
        let caller = caller(peer);
        if caller.is_loopback() {
            return Some(Pass(None));
        }
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        let mine = inside.callers.get(&caller).copied().unwrap_or(0);
        if inside.all >= self.most || mine >= self.most_per_caller {
            return None;
        }
        inside.callers.insert(caller, mine + 1);
        inside.all += 1;
        Some(Pass(Some((Arc::clone(self), caller))))
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let Some((gate, caller)) = &self.0 else {
            return;
        };
        let mut inside = gate.inside.lock().unwrap_or_else(PoisonError::into_inner);
        inside.all -= 1;
        if let Some(count) = inside.callers.get_mut(caller) {
            *count -= 1;
            if *count == 0 {
                inside.callers.remove(caller);
            }
        }
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

    #[test]
    fn one_caller_cannot_take_all_places() {
        let gate = Arc::new(Gate::new(3, 2));
        let first = gate.enter(ip("192.0.2.1"));
        let second = gate.enter(ip("::ffff:192.0.2.1"));
        assert!(first.is_some() && second.is_some());
        assert!(
            gate.enter(ip("192.0.2.1")).is_none(),
            "a third of one caller"
        );
        let other = gate.enter(ip("2001:db8::1"));
        assert!(other.is_some());
        assert!(gate.enter(ip("192.0.2.2")).is_none(), "a fourth of all");
        drop(first);
        assert!(gate.enter(ip("192.0.2.1")).is_some());
    }

    #[test]
    fn an_ipv6_network_is_one_caller() {
        let gate = Arc::new(Gate::new(9, 1));
        let _pass = gate.enter(ip("2001:db8::1")).unwrap();
        assert!(gate.enter(ip("2001:db8::ffff:1")).is_none());
        assert!(gate.enter(ip("2001:db8:0:1::1")).is_some());
    }

    #[test]
    fn this_machine_always_gets_in() {
        let gate = Arc::new(Gate::new(0, 0));
        for peer in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
            assert!(gate.enter(ip(peer)).is_some(), "{peer}");
        }
        assert!(gate.enter(ip("192.0.2.1")).is_none());
    }

    #[test]
    fn nothing_is_kept_of_those_who_left_or_never_got_in() {
        let gate = Arc::new(Gate::new(1, 1));
        let pass = gate.enter(ip("192.0.2.1"));
        assert!(gate.enter(ip("192.0.2.2")).is_none());
        drop(pass);
        let inside = gate.inside.lock().unwrap();
        assert!(inside.callers.is_empty() && inside.all == 0);
    }
}
