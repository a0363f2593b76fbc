//! The load generator: closed loop, or open loop at a constant rate.
//!
//! Everything runs on one thread. In the open loop, request `n` is due at `n / rate`. The first free connection
//! takes it, busy-waiting without sleeping, and its latency counts from the due time. A stalled service is
//! therefore charged for every request that should have been sent during the stall.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use hdrhistogram::Histogram;
use tokio::task::LocalSet;

use crate::clock::now;
use crate::connection::Connection;
use crate::meter::{Snapshot, Usage};
use crate::source::{Meaning, Source};

/// The longest run, and the most connections, which keep the bench from loading other people's services.
const LONGEST: Duration = Duration::from_secs(600);
const MOST_CONNECTIONS: usize = 1024;

#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) connections: usize,
    /// The warm-up. Its answers are checked and counted, but not measured.
    pub(crate) warm_up: Duration,
    pub(crate) length: Duration,
    /// Requests per second; `None`: each request follows the answer before.
    pub(crate) rate: Option<f64>,
    /// Whether requests that are still due at the end are given up, instead of asked late.
    pub(crate) gives_up: bool,
}

impl Plan {
    /// Makes a plan that sends as fast as possible, until there are no more requests.
    pub(crate) fn until_done(connections: usize) -> Self {
        Self {
            connections,
            warm_up: Duration::ZERO,
            length: LONGEST,
            rate: None,
            gives_up: false,
        }
    }
}

/// The number of answers of each kind, the warm-up's included.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Counts {
    pub(crate) sent: u64,
    pub(crate) refused: u64,
    pub(crate) valid: u64,
    pub(crate) invalid: u64,
    pub(crate) shed: u64,
}

impl Counts {
    pub(crate) fn all(&self) -> u64 {
        self.sent + self.refused + self.valid + self.invalid + self.shed
    }

    fn add(&mut self, seen: Meaning) {
        match seen {
            Meaning::Sent => self.sent += 1,
            Meaning::Refused => self.refused += 1,
            Meaning::Valid => self.valid += 1,
            Meaning::Invalid => self.invalid += 1,
            Meaning::Shed => self.shed += 1,
        }
    }
}

/// The results of a run.
pub(crate) struct Run {
    /// The latencies in microseconds.
    pub(crate) latencies: Histogram<u64>,
    pub(crate) counts: Counts,
    /// The answers within the measured time.
    pub(crate) measured: u64,
    pub(crate) elapsed: Duration,
    pub(crate) usage: Usage,
    failure: Option<String>,
}

impl Run {
    pub(crate) fn rate(&self) -> f64 {
        let seconds = self.elapsed.as_secs_f64().max(1e-6);
        f64::from(u32::try_from(self.measured).unwrap_or(u32::MAX)) / seconds
    }

    /// Fails if any answer was wrong.
    pub(crate) fn verdict(&self) -> anyhow::Result<()> {
        match &self.failure {
            Some(failure) => bail!("{failure}"),
            None => Ok(()),
        }
    }
}

struct Shared {
    source: Box<dyn Source>,
    latencies: Histogram<u64>,
    counts: Counts,
    measured: u64,
    slots: u32,
    last: Instant,
    failure: Option<String>,
}

/// The schedule of a run.
#[derive(Clone, Copy)]
struct Times {
    started: Instant,
    begins: Instant,
    ends: Instant,
    interval: Option<Duration>,
    gives_up: bool,
}

/// Loads the service at `address`, and accounts for the resources that `pids` use.
pub(crate) async fn run(
    address: SocketAddr,
    source: Box<dyn Source>,
    plan: &Plan,
    pids: &[u32],
) -> anyhow::Result<Run> {
    ensure!(
        address.ip().is_loopback(),
        "the bench loads this machine only"
    );
    ensure!(
        plan.length <= LONGEST,
        "a run lasts {} s at most",
        LONGEST.as_secs()
    );
    ensure!(
        (1..=MOST_CONNECTIONS).contains(&plan.connections),
        "1 to {MOST_CONNECTIONS} connections"
    );
    let mut connections = Vec::new();
    for _ in 0..plan.connections {
        let connection = Connection::open(address).await;
        connections.push(connection.with_context(|| format!("cannot connect to {address}"))?);
    }
    let started = now();
    let begins = started + plan.warm_up;
    let times = Times {
        started,
        begins,
        ends: begins + plan.length,
        interval: plan.rate.map(|rate| Duration::from_secs_f64(1.0 / rate)),
        gives_up: plan.gives_up,
    };
    let shared = Rc::new(RefCell::new(Shared {
        source,
        latencies: Histogram::new_with_bounds(1, 60_000_000, 3)?,
        counts: Counts::default(),
        measured: 0,
        slots: 0,
        last: begins,
        failure: None,
    }));
    let before = drive(connections, &shared, times, pids).await?;
    let usage = Snapshot::take(pids)?.since(&before);
    let shared = Rc::try_unwrap(shared).map_err(|_| anyhow::anyhow!("a connection lives on"))?;
    let shared = shared.into_inner();
    Ok(Run {
        latencies: shared.latencies,
        counts: shared.counts,
        measured: shared.measured,
        elapsed: shared.last.saturating_duration_since(begins),
        usage,
        failure: shared.failure,
    })
}

/// Runs all connections to their end. Returns the use of resources as of the end of the warm-up.
async fn drive(
    connections: Vec<Connection>,
    shared: &Rc<RefCell<Shared>>,
    times: Times,
    pids: &[u32],
) -> anyhow::Result<Snapshot> {
    let local = LocalSet::new();
    for connection in connections {
        local.spawn_local(work(connection, Rc::clone(shared), times));
    }
    let before = if times.begins > times.started {
        let warm = tokio::time::sleep_until(times.begins.into());
        local.run_until(warm).await;
        Snapshot::take(pids)?
    } else {
        Snapshot::take(pids)?
    };
    local.await;
    Ok(before)
}

async fn work(mut connection: Connection, shared: Rc<RefCell<Shared>>, times: Times) {
    let mut request = Vec::with_capacity(512);
    loop {
        let Some(intended) = turn(&shared, times).await else {
            return;
        };
        let next = shared.borrow_mut().source.next(&mut request);
        let Some(expected) = next else { return };
        let answer = connection.exchange(&request).await;
        let done = now();
        let mut shared = shared.borrow_mut();
        let seen = match &answer {
            Ok(answer) => shared.source.read(answer.status, answer.body),
            Err(_) => None,
        };
        match seen {
            Some(seen) if expected.contains(&seen) => {
                shared.counts.add(seen);
                shared.record(intended, done, times);
            }
            _ => {
                let what = match &answer {
                    Ok(answer) => {
                        let body = String::from_utf8_lossy(answer.body);
                        format!("HTTP {} {body}", answer.status)
                    }
                    Err(error) => format!("no answer ({error})"),
                };
                let failure = format!("expected {expected:?}, got {what}");
                shared.failure.get_or_insert(failure);
                return;
            }
        }
    }
}

/// Waits for the next due time; `None` when the run is over.
async fn turn(shared: &RefCell<Shared>, times: Times) -> Option<Instant> {
    let over = || shared.borrow().failure.is_some();
    let Some(interval) = times.interval else {
        let now = now();
        return (now < times.ends && !over()).then_some(now);
    };
    let slot = {
        let mut shared = shared.borrow_mut();
        shared.slots += 1;
        shared.slots - 1
    };
    let intended = times.started + interval.mul_f64(f64::from(slot));
    if times.gives_up && now() >= times.ends {
        return None;
    }
    while now() < intended {
        if over() {
            return None;
        }
        tokio::task::yield_now().await;
    }
    (intended < times.ends && !over()).then_some(intended)
}

impl Shared {
    fn record(&mut self, intended: Instant, done: Instant, times: Times) {
        // In the open loop, a request that was due in the warm-up belongs to it, however late its answer came.
        let counts_from = times.interval.map_or(done, |_| intended);
        if counts_from < times.begins {
            return;
        }
        self.measured += 1;
        self.last = self.last.max(done);
        let latency = done.saturating_duration_since(intended).as_micros();
        let latency = u64::try_from(latency).unwrap_or(u64::MAX);
        self.latencies.saturating_record(latency.max(1));
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;
    use crate::source::{Repeated, Unique};

    /// Serves this body to every request, and stalls once, at the 50th request.
    async fn service(body: &'static str, stall: Duration) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut buffer = [0; 4096];
            for n in 0.. {
                if stream.read(&mut buffer).await.unwrap_or(0) == 0 {
                    return;
                }
                if n == 50 {
                    tokio::time::sleep(stall).await;
                }
                let length = body.len();
                let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}");
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        address
    }

    fn plan(rate: Option<f64>) -> Plan {
        Plan {
            connections: 1,
            warm_up: Duration::ZERO,
            length: Duration::from_millis(400),
            rate,
            gives_up: false,
        }
    }

    #[tokio::test]
    async fn an_unexpected_answer_fails_the_run() {
        let address = service(r#"{"statusCode":429}"#, Duration::ZERO).await;
        let run = run(address, Box::new(Unique(0..1_000)), &plan(None), &[]).await;
        let error = run.unwrap().verdict().unwrap_err();
        assert!(error.to_string().contains("429"), "{error}");
    }

    #[tokio::test]
    async fn a_stall_is_charged_to_every_request_it_delayed() {
        let stall = Duration::from_millis(200);
        let address = service(r#"{"statusCode":200}"#, stall).await;
        let run = run(address, Box::new(Repeated), &plan(Some(1_000.0)), &[])
            .await
            .unwrap();
        run.verdict().unwrap();
        assert_eq!(run.counts.all(), 400, "every slot was taken");
        // Requests due in the first half of the stall waited for the other half at least.
        let late = run.latencies.count_between(100_000, 60_000_000);
        assert!(late >= 90, "{late}");
    }

    #[tokio::test]
    async fn other_machines_are_not_loaded() {
        let address = "192.0.2.1:80".parse().unwrap();
        let run = run(address, Box::new(Repeated), &plan(None), &[]).await;
        assert!(run.is_err());
    }
}
