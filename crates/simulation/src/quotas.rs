//! The quotas that the operator of the simulated deployment sets.
//!
//! The quotas that ship are those of a small deployment, for its operator to raise. The simulated operator knows how many
//! codes each application needs on the day, launch included, and sets three times as many.

use std::time::Duration;

use countersign_core::application::AppId;
use countersign_core::limit::{Bound, Counts, Override, Part, SendLimit};

use crate::traffic::day::Forecast;

/// The quota in terms of the codes that are foreseen.
const ROOM: u64 = 3;

/// Raises the quotas among `limits`: those on all messages of an application, and of the deployment.
pub(crate) fn raised(mut limits: Vec<SendLimit>, foreseen: &[Forecast]) -> Vec<SendLimit> {
    for limit in &mut limits {
        let by: Vec<_> = limit.by.iter().copied().collect();
        match (limit.counts, by.as_slice()) {
            (Counts::Messages, [Part::Application]) => raise_each(limit, foreseen),
            (Counts::Messages, []) => raise(limit, foreseen),
            _ => {}
        }
    }
    limits
}

fn raise_each(limit: &mut SendLimit, foreseen: &[Forecast]) {
    let Bound::Max(shipped) = limit.bound else {
        return;
    };
    for forecast in foreseen {
        let max = quota(forecast, limit.window);
        if let (true, Ok(application)) = (max > shipped, AppId::parse(forecast.app.id())) {
            limit.overrides.push(Override {
                application: Some(application),
                max,
                ..Override::default()
            });
        }
    }
}

fn raise(limit: &mut SendLimit, foreseen: &[Forecast]) {
    let quotas = foreseen
        .iter()
        .map(|forecast| quota(forecast, limit.window));
    let all = quotas.fold(0, u64::saturating_add);
    if let Bound::Max(shipped) = limit.bound {
        limit.bound = Bound::Max(shipped.max(all));
    }
}

/// Returns the quota of an application in a window.
fn quota(forecast: &Forecast, window: Duration) -> u64 {
    let tens = window.as_secs().div_ceil(600);
    let codes = forecast.day.min(forecast.ten_minutes.saturating_mul(tens));
    ROOM.saturating_mul(codes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::traffic::App;

    fn bounds(by: &[Part], seconds: u64, max: u64) -> (Bound, Vec<u64>) {
        let foreseen = [(App::Shop, 9_000, 500), (App::Bank, 40, 4)];
        let foreseen = foreseen.map(|(app, day, ten_minutes)| Forecast {
            app,
            day,
            ten_minutes,
        });
        let limit = SendLimit::new("quota", by, Duration::from_secs(seconds), max);
        let limits = raised(vec![limit], &foreseen);
        let maxima = limits[0].overrides.iter().map(|other| other.max);
        (limits[0].bound.clone(), maxima.collect())
    }

    #[test]
    fn quotas_become_three_times_the_codes_of_an_application_and_never_smaller() {
        assert_eq!(
            bounds(&[Part::Application], 86_400, 1_000),
            (Bound::Max(1_000), vec![27_000])
        );
        assert_eq!(
            bounds(&[Part::Application], 600, 100),
            (Bound::Max(100), vec![1_500])
        );
        assert_eq!(bounds(&[], 86_400, 5_000).0, Bound::Max(27_120));
        assert_eq!(bounds(&[], 86_400, 90_000).0, Bound::Max(90_000));
    }

    #[test]
    fn limits_that_are_no_quotas_stay() {
        for by in [&[Part::Number][..], &[Part::Application, Part::Number]] {
            assert_eq!(bounds(by, 86_400, 20), (Bound::Max(20), vec![]));
        }
    }
}
