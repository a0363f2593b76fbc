//! The result, as Markdown.

use crate::disk::Durable;
use crate::gate::Gate;
use crate::sample::{Sample, Spread};
use crate::say::say;

/// Pairs of runs, taken in turns.
pub(crate) struct Row {
    /// The measured workload and the two services.
    pub(crate) what: String,
    pub(crate) against: String,
    /// The two samples of each pair: the other service's, then ours.
    pub(crate) pairs: Vec<(Sample, Sample)>,
}

/// The most that other processes may use for a figure to mean anything, in per cent of one core.
pub(crate) const QUIET: f64 = 20.0;

impl Row {
    /// Returns the ratio of our requests per second to the other's, pair by pair.
    pub(crate) fn ratio(&self) -> Spread {
        let ratios = self
            .pairs
            .iter()
            .map(|(other, ours)| ours.rate / other.rate);
        Spread::of(ratios)
    }

    pub(crate) fn of_ours(&self, figure: impl Fn(&Sample) -> f64) -> f64 {
        Spread::of(self.pairs.iter().map(|(_, ours)| figure(ours))).median
    }

    fn of_other(&self, figure: impl Fn(&Sample) -> f64) -> f64 {
        Spread::of(self.pairs.iter().map(|(other, _)| figure(other))).median
    }

    /// Judges by how many per cent more processor time a request of ours takes than one of the other, in the median.
    pub(crate) fn gate_of_cost(&self, bounds: (f64, f64)) -> Gate {
        let what = format!("processor time of a {}, over {}", self.what, self.against);
        Gate::ceiling(what, bounds, self.more_cost().median, "%")
    }

    /// Returns by how many per cent more processor time a request of ours takes than one of the other, pair by pair.
    pub(crate) fn more_cost(&self) -> Spread {
        let cost = |sample: &Sample| sample.usage.servers / sample.rate;
        let pairs = self.pairs.iter();
        Spread::of(pairs.map(|(other, ours)| 100.0 * (cost(ours) / cost(other) - 1.0)))
    }

    /// Judges by how many per cent longer a request of ours takes than one of the other, in the median of both.
    pub(crate) fn gate_of_latency(&self, bounds: (f64, f64)) -> Gate {
        say(format!(
            "Latency of a {}: p50 {:.3}, p99 {:.3} ms; of {}: p50 {:.3}, p99 {:.3} ms.\n",
            self.what,
            self.of_ours(|sample| sample.p50),
            self.of_ours(|sample| sample.p99),
            self.against,
            self.of_other(|sample| sample.p50),
            self.of_other(|sample| sample.p99),
        ));
        let pairs = self.pairs.iter();
        let more = Spread::of(pairs.map(|(other, ours)| 100.0 * (ours.p50 / other.p50 - 1.0)));
        say(format!(
            "In its median it took {:+.0} % in the middle pair, {:+.0} % at least and {:+.0} % at most.\n",
            more.median, more.min, more.max
        ));
        let what = format!("median latency of a {}, over {}", self.what, self.against);
        Gate::ceiling(what, bounds, more.median, "%")
    }

    /// Judges by how many per cent longer the slowest hundredth of our requests takes than that of the other, in the middle pair.
    pub(crate) fn gate_of_tail(&self, bounds: (f64, f64)) -> Gate {
        let pairs = self.pairs.iter();
        let more = Spread::of(pairs.map(|(other, ours)| 100.0 * (ours.p99 / other.p99 - 1.0)));
        say(format!(
            "p99 of a {}: {:.2} ms; of {}: {:.2} ms; in the middle pair {:+.0} %, {:+.0} % at least and {:+.0} % at most.\n",
            self.what,
            self.of_ours(|sample| sample.p99),
            self.against,
            self.of_other(|sample| sample.p99),
            more.median,
            more.min,
            more.max
        ));
        let what = format!("p99 of a {}, over {}", self.what, self.against);
        Gate::ceiling(what, bounds, more.median, "%")
    }

    /// Counts the pairs that another process disturbed.
    fn noisy(&self) -> usize {
        let disturbed = |sample: &Sample| sample.usage.others >= QUIET;
        let pairs = self.pairs.iter();
        pairs
            .filter(|(other, ours)| disturbed(other) || disturbed(ours))
            .count()
    }
}

/// Describes the machine, and the cost of a durable write on it.
pub(crate) fn machine(durable: &Durable, pinned: bool) {
    say(format!(
        "Machine: {}; Linux {}; server and its database on {}.",
        from("/proc/cpuinfo", "model name"),
        std::fs::read_to_string("/proc/sys/kernel/osrelease")
            .unwrap_or_default()
            .trim(),
        if pinned {
            "core 0, client on core 1"
        } else {
            "the only core, with the client: ratios mean little"
        },
    ));
    say(format!(
        "A write of 4 KiB and its fdatasync: median {:.0} µs, p99 {:.0} µs.\n",
        durable.median.as_secs_f64() * 1e6,
        durable.slow.as_secs_f64() * 1e6,
    ));
}

fn from(path: &str, name: &str) -> String {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name));
    let value = line.and_then(|line| line.split_once(':'));
    value.map_or("unknown".to_owned(), |(_, value)| value.trim().to_owned())
}

/// Prints all pairs: medians, and the ratio with its extremes.
pub(crate) fn table(rows: &[Row]) {
    if rows.is_empty() {
        return;
    }
    say(
        "| workload | against | its req/s | ours req/s | ratio [min–max] | p50 / p99 / p99.9 ms | longest ms \
         | CPU % client / server / others | RSS MB | written B per request | pairs (noisy) |",
    );
    say("|---|---|---|---|---|---|---|---|---|---|---|");
    for row in rows {
        let ratio = row.ratio();
        say(format!(
            "| {} | {} | {:.0} | {:.0} | {:.3} [{:.3}–{:.3}] | {:.2} / {:.2} / {:.2} | {:.1} | {:.0} / {:.0} / {:.0} \
             | {:.1} | {:.0} | {} ({}) |",
            row.what,
            row.against,
            row.of_other(|sample| sample.rate),
            row.of_ours(|sample| sample.rate),
            ratio.median,
            ratio.min,
            ratio.max,
            row.of_ours(|sample| sample.p50),
            row.of_ours(|sample| sample.p99),
            row.of_ours(|sample| sample.p999),
            row.of_ours(|sample| sample.longest),
            row.of_ours(|sample| sample.usage.client),
            row.of_ours(|sample| sample.usage.servers),
            row.of_ours(|sample| sample.usage.others),
            row.of_ours(|sample| crate::sample::number(sample.resident) / 1e6),
            row.of_ours(|sample| sample.written),
            row.pairs.len(),
            row.noisy(),
        ));
    }
    say("");
}
