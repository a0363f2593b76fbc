//! The results of a comparison so far.

use crate::gate::Gate;
use crate::load::Plan;
use crate::report::Row;
use crate::series::{Bench, Workload};

/// The results so far.
#[derive(Default)]
pub(super) struct Results {
    pub(super) rows: Vec<Row>,
    pub(super) gates: Vec<Gate>,
    /// The peak of sends, in requests per second.
    peak: Option<f64>,
}

impl Results {
    /// Returns the plan of sends at half the rate of the peak. Measures the peak first, if it has not been
    /// measured.
    pub(super) async fn half(&mut self, bench: &Bench) -> anyhow::Result<Plan> {
        let peak = match self.peak {
            Some(peak) => peak,
            None => bench.ours(Workload::Send, &bench.plan).await?.rate,
        };
        self.peak = Some(peak);
        Ok(Plan {
            rate: Some(peak / 2.0),
            ..bench.plan.clone()
        })
    }

    pub(super) fn judge(&mut self, workload: Workload, row: &Row) {
        let bounds = match workload {
            Workload::Send => (30.0, 40.0),
            Workload::Check => (38.0, 45.0),
            Workload::Throttled => (55.0, 65.0),
            _ => return,
        };
        let what = format!("{} against limit A", row.what);
        let ratio = 100.0 * row.ratio().median;
        self.gates.push(Gate::floor(what, bounds, ratio, "%"));
        if workload == Workload::Send {
            self.peak = Some(row.of_ours(|sample| sample.rate));
            let written = row.of_ours(|sample| sample.written) / 1000.0;
            let what = "written to disk per send";
            self.gates
                .push(Gate::ceiling(what, (3.0, 1.5), written, "KB"));
        }
    }
}
