//! A short run of everything for CI: full checks of correctness, and floors of speed that only a mistake
//! misses.

use std::time::Duration;

use clap::Args;

use crate::crash;
use crate::durable;
use crate::gate::{self, Gate};
use crate::power;
use crate::report::{self, Row};
use crate::say::say;
use crate::series::{Bench, Workload};
use crate::{disk, process, vendor};

/// Per cent of limit A that even a debug build on a busy machine reaches.
const FLOOR: f64 = 1.0;

#[derive(Args)]
pub(crate) struct Smoke {
    #[command(flatten)]
    setup: crate::Setup,
}

impl Smoke {
    pub(crate) async fn run(self) -> anyhow::Result<bool> {
        let pinned = process::pin_client();
        let mut bench = self.setup.bench(0.5)?;
        bench.codes = bench.codes.min(1_500);
        drop(bench.folder()?);
        report::machine(&disk::measure(&bench.root)?, pinned);
        let limit = bench.limit("limit-a", Workload::Send).await?;
        let (mut rows, mut gates) = (Vec::new(), Vec::new());
        for workload in [
            Workload::Send,
            Workload::Zipf,
            Workload::Throttled,
            Workload::Check,
            Workload::Mix,
            Workload::Wrong,
            Workload::Race,
        ] {
            let row = Row {
                what: workload.name(),
                against: "limit A, send".to_owned(),
                pairs: vec![(limit, bench.ours(workload, &short(&bench)).await?)],
            };
            let ratio = 100.0 * row.ratio().median;
            gates.push(Gate::floor(row.what.as_str(), (FLOOR, FLOOR), ratio, "%"));
            rows.push(row);
        }
        if let Some(sample) = vendor::everything(&bench, &short(&bench)).await? {
            rows.push(Row {
                what: "send through a vendor, with delivery reports".to_owned(),
                against: "limit A, send".to_owned(),
                pairs: vec![(limit, sample)],
            });
        }
        report::table(&rows);
        say(crash::survives(&bench, Duration::from_millis(500)).await?);
        say("");
        durable::count(&bench).await?;
        power::survives(&bench, power::Size::SMALL).await?;
        Ok(gate::judge(&gates))
    }
}

/// A plan with hardly any warm-up, so that few codes suffice.
fn short(bench: &Bench) -> crate::load::Plan {
    crate::load::Plan {
        warm_up: Duration::ZERO,
        ..bench.plan.clone()
    }
}
