//! An outage of work that nobody waits for: told once, and told when it is over.

/// The failures in a row from which on work is out. One alone is none: what nobody waits for gives way to decisions.
const TOLD: u32 = 3;

/// The failures in a row of some work.
#[derive(Debug, Default)]
pub(super) struct Outage(u32);

impl Outage {
    /// Counts a failure. Returns whether the outage is to be told now.
    pub(super) fn failed(&mut self) -> bool {
        self.0 = self.0.saturating_add(1);
        self.0 == TOLD
    }

    /// Notes that the work succeeds. Returns whether the end of an outage is to be told.
    pub(super) fn ended(&mut self) -> bool {
        std::mem::take(&mut self.0) >= TOLD
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_told_once_and_so_is_its_end() {
        let mut outage = Outage::default();
        for _ in 0..2 {
            assert!(!outage.failed() && !outage.failed());
            assert!(!outage.ended(), "it was short");
            let told = [(); 9].map(|()| outage.failed());
            assert_eq!(told.iter().filter(|told| **told).count(), 1);
            assert!(outage.ended() && !outage.ended());
        }
    }
}
