//! The bucket of the model, which the database keeps.

/// The rolling window of the limit, in ticks, and its maximum.
const WINDOW: usize = 3;
pub(super) const MAX: u8 = 3;
/// The length of a lease, in ticks, and the units that one has at most.
const LENGTH: usize = 1;
pub(super) const UNITS: u8 = 2;

/// Moments are places in a bucket's row of ticks, so they age with each tick, and runs of any length have few states.
pub(super) const NOW: usize = WINDOW;
/// The moment of everything that is older than the window.
pub(super) const GONE: usize = 0;

/// Units that one node may spend until the end of that tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Lease {
    pub(super) units: u8,
    pub(super) end: usize,
}

impl Lease {
    /// Returns whether the lease has not ended.
    pub(super) fn is_running(self) -> bool {
        self.end >= NOW
    }

    /// Returns the lease one tick later.
    pub(super) fn aged(self) -> Self {
        let end = self.end.saturating_sub(1);
        Self { end, ..self }
    }

    /// Returns the rest of the lease after one unit; `None` where nothing is left.
    pub(super) fn after_one(self) -> Option<Self> {
        let units = self.units - 1;
        (units > 0).then_some(Self { units, ..self })
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Bucket {
    /// The units that the database charges at each moment. It counts all of them.
    charged: [u8; NOW + LENGTH + 1],
    /// The hits as they happened, at each moment up to now.
    spent: [u8; NOW + 1],
}

impl Bucket {
    pub(super) fn tick(&mut self) {
        for moments in [&mut self.charged[..], &mut self.spent[..]] {
            moments.rotate_left(1);
            moments[moments.len() - 1] = 0;
            moments[GONE] = 0;
        }
    }

    /// Returns the units that are left.
    pub(super) fn room(&self) -> u8 {
        MAX.saturating_sub(self.charged.iter().sum())
    }

    /// Charges units as of that moment.
    pub(super) fn charge(&mut self, moment: usize, units: u8) {
        self.charged[moment] += units;
    }

    /// Grants a lease from now on, on whatever is left. The units are charged at its end, or `charge_at`.
    pub(super) fn grant(&mut self, want: u8, charge_at: Option<usize>) -> Lease {
        let (units, end) = (want.min(self.room()), NOW + LENGTH);
        self.charge(charge_at.unwrap_or(end), units);
        Lease { units, end }
    }

    /// Takes units out again that a node did not spend.
    pub(super) fn take_back(&mut self, rest: Lease) {
        let charged = &mut self.charged[rest.end];
        *charged = charged.saturating_sub(rest.units);
    }

    /// Records a hit.
    pub(super) fn spend(&mut self) {
        self.spent[NOW] += 1;
    }

    /// Returns the hits of the window that ends now.
    pub(super) fn hits(&self) -> u8 {
        self.spent.iter().sum()
    }

    /// Returns whether the database counts units that no node can spend any more.
    pub(super) fn counts_what_nobody_spends(&self) -> bool {
        self.room() == 0 && self.hits() == 0
    }
}
