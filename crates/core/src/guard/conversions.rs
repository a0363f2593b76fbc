//! The conversions of all areas, in bounded memory.

use std::collections::HashMap;
use std::time::Duration;

use super::conversion::{Conversion, Reading, Threshold};
use super::range::{Area, RangeKind};
use crate::application::AppId;
use crate::phone::PhoneNumber;
use crate::time::Timestamp;

/// The largest number of areas that are counted. One area with a single send takes some 150 bytes.
const MOST: usize = 100_000;

/// The conversions of the areas that had sends lately.
#[derive(Debug, Default)]
pub(super) struct Conversions {
    areas: HashMap<Area, Conversion>,
}

impl Conversions {
    /// Counts a send in the area of each counted kind.
    pub(super) fn sent(&mut self, app: &AppId, phone: &PhoneNumber, made_at: Timestamp) {
        for kind in RangeKind::COUNTED {
            let area = Area::of(app, kind, phone);
            if !self.areas.contains_key(&area) {
                self.make_room(made_at);
            }
            let conversion = self.areas.entry(area).or_default();
            conversion.sent(made_at);
            conversion.prune(made_at);
        }
    }

    /// Counts that the code of a message that was made at `made_at` is used.
    pub(super) fn verified(&mut self, app: &AppId, phone: &PhoneNumber, made_at: Timestamp) {
        for kind in RangeKind::COUNTED {
            if let Some(conversion) = self.areas.get_mut(&Area::of(app, kind, phone)) {
                conversion.verified(made_at);
            }
        }
    }

    /// Returns the reading by which `threshold` trips in an area at `now`; `None` where it does not. Sends made before
    /// `from` do not count.
    pub(super) fn trips(
        &self,
        area: &Area,
        threshold: Threshold,
        from: Timestamp,
        life: Duration,
        now: Timestamp,
    ) -> Option<Reading> {
        let conversion = self.areas.get(area)?;
        let reading = conversion.newest(threshold.sends, from, life, now)?;
        threshold.trips(reading).then_some(reading)
    }

    /// Forgets the areas without a send that counts, and then the half with the fewest sends, where there are too many:
    /// an area of few sends is the furthest from every threshold.
    fn make_room(&mut self, now: Timestamp) {
        if self.areas.len() >= MOST {
            self.areas.retain(|_, conversion| {
                conversion.prune(now);
                conversion.kept() > 0
            });
        }
        if self.areas.len() >= MOST {
            self.forget_half();
        }
    }

    /// Forgets areas with at most as many sends as the median area has, until half of the largest number is left.
    fn forget_half(&mut self) {
        let mut sends: Vec<u64> = self.areas.values().map(Conversion::kept).collect();
        let middle = sends.len() / 2;
        let (_, median, _) = sends.select_nth_unstable(middle);
        let (median, mut too_many) = (*median, self.areas.len() - MOST / 2);
        self.areas.retain(|_, conversion| {
            let goes = conversion.kept() <= median && too_many > 0;
            too_many -= usize::from(goes);
            !goes
        });
    }
}

#[cfg(test)]
mod tests;
