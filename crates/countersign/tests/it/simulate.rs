//! `countersign simulate`: the rules that ship, against played traffic.

use std::process::{Command, Output};
use std::thread;

use serde_json::Value;

use crate::server::{BINARY, folder, thorough};

/// Seeds that were not used while the traffic and the rules were chosen.
const SEEDS: [u64; 10] = [
    1_009, 2_003, 3_001, 4_001, 5_003, 6_007, 7_001, 8_009, 9_001, 10_007,
];

fn simulate(args: &[&str]) -> Output {
    let mut command = Command::new(BINARY);
    command.arg("simulate").args(args).env("LC_ALL", "C");
    command.output().unwrap()
}

/// The report of a simulation with this seed, and whether the program says that it meets every figure.
fn report(args: &[&str], seed: u64) -> (Value, bool) {
    let seed = seed.to_string();
    let output = simulate(&[args, &["--seed", &seed, "--json"]].concat());
    let report = serde_json::from_slice(&output.stdout);
    let report = report.unwrap_or_else(|_| panic!("{output:?}"));
    (report, output.status.success())
}

/// The figures of a report that are missed, in words.
fn missed(report: &Value) -> Vec<String> {
    let figures = report["figures"].as_array().unwrap().iter();
    let missed = figures.filter(|figure| figure["met"] == false);
    missed.map(ToString::to_string).collect()
}

/// Runs a simulation for each seed, or for four of them in the usual tests, two at a time, and asserts that it meets every figure.
fn every_seed_meets(args: &[&str], look: impl Fn(&Value) + Sync) {
    let seeds = if thorough() { &SEEDS[..] } else { &SEEDS[..4] };
    thread::scope(|scope| {
        for seeds in seeds.chunks(seeds.len() / 2) {
            let look = &look;
            scope.spawn(move || {
                for seed in seeds {
                    let (report, is_met) = report(args, *seed);
                    assert_eq!(missed(&report), [""; 0], "seed {seed}: {report:#}");
                    assert!(is_met, "seed {seed}");
                    look(&report);
                }
            });
        }
    });
}

fn attack<'a>(report: &'a Value, name: &str) -> &'a Value {
    let mut attacks = report["attacks"].as_array().unwrap().iter();
    attacks.find(|attack| attack["name"] == name).expect(name)
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

// shows: D1, D2, D4, D5, D7
#[test]
fn attackers_are_stopped_within_the_figures_for_seeds_that_nothing_was_chosen_by() {
    every_seed_meets(&["attack"], |report| {
        let sent = |name| number(&attack(report, name)["sent"]);
        for (name, most) in [
            ("carrier abroad", 50),
            ("self-verified, a quarter", 50),
            ("slow drip abroad", 30),
        ] {
            assert!((1..=most).contains(&sent(name)), "{name}: {report:#}");
        }
        let foreign = attack(report, "country not allowed");
        assert_eq!(
            (&foreign["sent"], &foreign["stoppedBy"]),
            (&0.into(), &"countries".into())
        );
        let among = attack(report, "random abroad, among people");
        assert!(number(&among["peopleAsked"]) > 5_000, "{report:#}");
    });
}

// shows: D8
#[test]
fn hardly_anyone_is_refused_on_an_ordinary_day_for_seeds_that_nothing_was_chosen_by() {
    let scale: &[&str] = if thorough() { &[] } else { &["--tenth"] };
    every_seed_meets(&[&["day"], scale].concat(), |report| {
        let total = &report["total"];
        let least = if thorough() { 60_000 } else { 6_000 };
        assert!(number(&total["sent"]) > least, "{report:#}");
        assert!(
            number(&total["verified"]) * 100 > number(&total["people"]) * 99,
            "{report:#}"
        );
        for rule in report["rules"].as_array().unwrap() {
            assert_ne!(rule["reason"], "", "every refusal has a reason: {rule}");
        }
    });
}

#[test]
fn a_deployment_without_the_rule_about_blocks_misses_a_figure_and_exits_1() {
    let data = folder();
    let settings = data.path().join("loose.toml");
    let text = "[[limits]]\nname = \"block-numbers\"\nby = [\"block\"]\nwindow_seconds = 600\nmax = 5\nmode = \"monitor\"\n";
    std::fs::write(&settings, text).unwrap();
    let output = simulate(&["attack", "--config", settings.to_str().unwrap()]);
    let table = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{table}");
    let missed: Vec<_> = table
        .lines()
        .filter(|line| line.contains("MISSED"))
        .collect();
    assert!(missed.iter().all(|line| line.starts_with("D4")), "{table}");
    assert!(!missed.is_empty(), "{table}");
}
