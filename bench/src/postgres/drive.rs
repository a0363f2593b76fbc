//! A closed loop of callers over work in this process.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use hdrhistogram::Histogram;
use tokio::task::JoinSet;

use super::server::Server;
use crate::clock::now;
use crate::load::Plan;
use crate::meter::{self, Snapshot};
use crate::sample::{Sample, number};

/// The moment of an answer, and how long it took.
type Answered = (Instant, Duration);

/// Lets callers ask for the work of ever new numbers through the warm-up and the length of the plan: each as soon as it was
/// answered, or at the rate of the plan, and then a latency counts from when the work was due. `ask` returns false when there is
/// no more work.
pub(super) async fn drive<F>(
    plan: &Plan,
    callers: usize,
    server: &Server,
    ask: impl Fn(u64) -> F + Clone + Send + 'static,
) -> anyhow::Result<Sample>
where
    F: Future<Output = anyhow::Result<bool>> + Send + 'static,
{
    let (is_over, next) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicU64::new(0)),
    );
    let mut loops = JoinSet::new();
    let (starts, rate) = (now(), plan.rate);
    let due = move |n: u64| Some(starts + Duration::from_secs_f64(number(n) / rate?));
    for _ in 0..callers {
        let (is_over, next, ask) = (Arc::clone(&is_over), Arc::clone(&next), ask.clone());
        loops.spawn(async move {
            let mut answers: Vec<Answered> = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                let n = next.fetch_add(1, Ordering::Relaxed);
                let due = due(n);
                if let Some(due) = due {
                    tokio::time::sleep_until(due.into()).await;
                }
                let began = due.unwrap_or_else(now);
                if !ask(n).await? {
                    break;
                }
                let ended = now();
                answers.push((ended, ended.duration_since(began)));
            }
            anyhow::Ok(answers)
        });
    }
    tokio::time::sleep(plan.warm_up).await;
    let pids = server.processes()?;
    let (begins, before) = (now(), Snapshot::take(&pids)?);
    tokio::time::sleep(plan.length).await;
    let (ends, usage) = (now(), Snapshot::take(&pids)?.since(&before));
    is_over.store(true, Ordering::Relaxed);
    let mut latencies = Histogram::<u64>::new(3)?;
    let mut last = begins;
    while let Some(answers) = loops.join_next().await {
        for (at, took) in answers.context("a caller")?? {
            if (begins..ends).contains(&at) {
                last = last.max(at);
                latencies.record(u64::try_from(took.as_micros())?)?;
            }
        }
    }
    ensure!(
        !latencies.is_empty(),
        "nothing was left to ask after the warm-up"
    );
    let at = |quantile| number(latencies.value_at_quantile(quantile)) / 1_000.0;
    let answers = number(latencies.len());
    Ok(Sample {
        rate: answers / last.duration_since(begins).as_secs_f64().max(1e-6),
        p50: at(0.5),
        p99: at(0.99),
        p999: at(0.999),
        longest: number(latencies.max()) / 1_000.0,
        usage,
        resident: meter::resident(&pids)?,
        written: number(usage.written) / answers,
    })
}
