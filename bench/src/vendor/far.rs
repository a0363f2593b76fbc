//! The time of a send to a vendor that is 50 ms away, at one send in three seconds.

use std::time::Duration;

use anyhow::ensure;
use tempfile::TempDir;
use tokio::task::JoinSet;

use super::{NO_HTTP2, Over, account, network, service};
use crate::clock::now;
use crate::connection::Connection;
use crate::gate::Gate;
use crate::growth::milliseconds;
use crate::numbers::number;
use crate::process::Service;
use crate::sample::Spread;
use crate::say::say;
use crate::series::{Bench, FIRST_SEND};
use crate::source::{Meaning, envelope};
use crate::wire;

/// The sends to each vendor, and the time from one to the next.
const SENDS: u64 = 7;
const EVERY: Duration = Duration::from_secs(3);

/// A service with a vendor of its own, far away.
struct Far {
    over: Over,
    vendor: Service,
    service: Service,
    connection: Connection,
    /// The times of the sends so far, in milliseconds.
    times: Vec<f64>,
    _folder: TempDir,
}

/// Measures all ways at the same time: the services take turns, a second after each other.
pub(crate) async fn measure(bench: &Bench, gates: &mut Vec<Gate>) -> anyhow::Result<()> {
    let mut networks = JoinSet::new();
    let mut all = Vec::new();
    for over in Over::ALL {
        all.push(Far::start(bench, over, &mut networks).await?);
    }
    let begun = now();
    let ways = u32::try_from(all.len())?;
    for nth in 0..SENDS {
        for (turn, far) in (0..).zip(&mut all) {
            let due = EVERY * u32::try_from(nth)? + EVERY * turn / ways;
            tokio::time::sleep_until((begun + due).into()).await;
            far.send(nth).await?;
        }
    }
    say(format!(
        "One send every {} s, the vendor {} ms away; the whole answer, of {SENDS}:\n",
        EVERY.as_secs(),
        network::ONE_WAY.as_millis()
    ));
    say("| vendor | first ms | median ms | least ms | most ms |");
    say("|---|---|---|---|---|");
    let mut left_out = Vec::new();
    for far in all {
        left_out.extend(far.end(gates)?);
    }
    say("");
    for over in left_out {
        say(format!("{} is left out: {NO_HTTP2}.\n", over.name()));
    }
    Ok(())
}

impl Far {
    async fn start(bench: &Bench, over: Over, networks: &mut JoinSet<()>) -> anyhow::Result<Self> {
        let folder = bench.folder()?;
        let (data, roots) = (folder.path().join("data"), folder.path().join("roots.pem"));
        let vendor = over.start(&bench.me, &roots, Duration::ZERO)?;
        let service = Service::start(service(bench, &data, &roots))?;
        let address = network::to(vendor.address, networks).await?;
        account::set_up(&bench.countersign, &data, (over, address), 1)?;
        Ok(Self {
            over,
            vendor,
            connection: Connection::open(service.address).await?,
            service,
            times: Vec::new(),
            _folder: folder,
        })
    }

    async fn send(&mut self, nth: u64) -> anyhow::Result<()> {
        let mut request = Vec::new();
        wire::send(&mut request, number(FIRST_SEND + nth));
        let begun = now();
        let answer = self.connection.exchange(&request).await?;
        self.times.push(milliseconds(begun.elapsed()));
        let meaning = envelope(answer.status, answer.body);
        let body = String::from_utf8_lossy(answer.body);
        ensure!(meaning == Some(Meaning::Sent), "got {body}");
        Ok(())
    }

    /// Prints and judges the times. Returns the way if the service did not go it.
    fn end(self, gates: &mut Vec<Gate>) -> anyhow::Result<Option<Over>> {
        self.service.stop()?;
        if !self.over.end(self.vendor)? {
            return Ok(Some(self.over));
        }
        let times = Spread::of(self.times.iter().copied());
        let name = self.over.name();
        say(format!(
            "| {name} | {:.1} | {:.1} | {:.1} | {:.1} |",
            self.times.first().copied().unwrap_or_default(),
            times.median,
            times.min,
            times.max
        ));
        if self.over != Over::Http {
            let what = format!("a send every three seconds over {name}, 50 ms away, median");
            gates.push(Gate::ceiling(what, (215.0, 110.0), times.median, "ms"));
        }
        Ok(None)
    }
}
