//! The arrows between crates and the homes of heavy dependencies (`ARCHITECTURE.md`, "The arrows").

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// The folder of all crates.
const CRATES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

fn metadata() -> Metadata {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml");
    MetadataCommand::new()
        .manifest_path(manifest)
        .other_options(vec!["--locked".to_owned()])
        .exec()
        .unwrap()
}

/// The dependencies of each crate of the workspace without those of tests, and with optional ones if `options`.
fn arrows(metadata: &Metadata, options: bool) -> BTreeMap<&str, BTreeSet<&str>> {
    let packages = metadata.workspace_packages();
    packages
        .iter()
        .map(|package| {
            let needs = package
                .dependencies
                .iter()
                .filter(|need| need.kind != DependencyKind::Development)
                .filter(|need| options || !need.optional);
            (
                package.name.as_str(),
                needs.map(|need| need.name.as_str()).collect(),
            )
        })
        .collect()
}

#[test]
fn a_crate_depends_only_on_crates_below_it() {
    let metadata = metadata();
    let may = BTreeMap::from([
        ("countersign-api", vec![]),
        (
            "countersign-bench",
            vec!["countersign-core", "countersign-store"],
        ),
        ("countersign-client", vec!["countersign-api"]),
        ("countersign-core", vec![]),
        // An example for programs outside this repository, which have nothing but the SDK.
        ("countersign-demo", vec!["countersign-client"]),
        (
            "countersign-fuzz",
            vec!["countersign-core", "countersign-providers"],
        ),
        ("countersign-store", vec!["countersign-core"]),
        ("countersign-providers", vec!["countersign-core"]),
        // The sandbox must notice a vendor's API that a provider has misread, so it knows no provider.
        ("countersign-sandbox", vec![]),
        // It judges what a service judges with, and neither HTTP nor vendors.
        (
            "countersign-simulation",
            vec!["countersign-core", "countersign-store"],
        ),
        (
            "countersign",
            vec![
                "countersign-api",
                "countersign-core",
                "countersign-demo",
                "countersign-providers",
                "countersign-sandbox",
                "countersign-simulation",
                "countersign-store",
            ],
        ),
    ]);
    let arrows = arrows(&metadata, true);
    assert_eq!(
        arrows.keys().collect::<Vec<_>>(),
        may.keys().collect::<Vec<_>>(),
        "a new crate needs its arrows here"
    );
    for (name, needs) in arrows {
        let known: Vec<_> = needs
            .into_iter()
            .filter(|need| need.starts_with("countersign"))
            .collect();
        assert_eq!(known, may[name], "{name}");
    }
}

#[test]
fn a_heavy_dependency_is_used_only_by_its_home_crates() {
    let metadata = metadata();
    let homes = BTreeMap::from([
        ("askama", vec!["countersign", "countersign-demo"]),
        (
            "aws-lc-rs",
            vec!["countersign", "countersign-client", "countersign-core"],
        ),
        (
            "axum",
            vec![
                "countersign",
                "countersign-bench",
                "countersign-demo",
                "countersign-sandbox",
            ],
        ),
        ("clap", vec!["countersign", "countersign-bench"]),
        ("h2", vec!["countersign-providers"]),
        ("hdrhistogram", vec!["countersign-bench"]),
        (
            "hyper",
            vec![
                "countersign",
                "countersign-bench",
                "countersign-client",
                "countersign-providers",
            ],
        ),
        ("icu_experimental", vec![]),
        ("libfuzzer-sys", vec!["countersign-fuzz"]),
        ("jsonwebtoken", vec!["countersign"]),
        (
            "reqwest",
            vec![
                "countersign",
                "countersign-providers",
                "countersign-sandbox",
            ],
        ),
        ("rlibphonenumber", vec!["countersign-core"]),
        ("rusqlite", vec!["countersign-store"]),
        // The tests of the program make databases with it.
        (
            "tokio-postgres",
            vec!["countersign", "countersign-bench", "countersign-store"],
        ),
        (
            "tokio-rustls",
            vec![
                "countersign",
                "countersign-bench",
                "countersign-client",
                "countersign-providers",
                "countersign-store",
            ],
        ),
        (
            "tokio",
            vec![
                "countersign",
                "countersign-bench",
                "countersign-client",
                "countersign-providers",
                "countersign-sandbox",
                "countersign-store",
            ],
        ),
    ]);
    let with_options = arrows(&metadata, true);
    for (dependency, homes) in homes {
        let found: Vec<_> = with_options
            .iter()
            .filter(|(_, needs)| needs.contains(dependency))
            .map(|(name, _)| *name)
            .collect();
        assert_eq!(found, homes, "{dependency}");
    }
    // The wire types are for anyone to take: they bring nothing along.
    let without = arrows(&metadata, false);
    assert_eq!(without["countersign-api"], BTreeSet::from(["serde"]));
}

/// Every Rust source of the crates, with its path.
fn sources() -> Vec<(PathBuf, String)> {
    let mut pending = vec![PathBuf::from(CRATES)];
    let mut sources = Vec::new();
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).unwrap();
            pending.extend(entries.map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            sources.push((path, text));
        }
    }
    sources
}

#[test]
fn the_phone_library_is_imported_in_one_folder() {
    let mut users: Vec<_> = sources()
        .into_iter()
        .filter(|(path, text)| !path.ends_with("arrows.rs") && text.contains("rlibphonenumber"))
        .map(|(path, _)| path)
        .collect();
    users.sort();
    assert_eq!(users.len(), 2, "{users:?}");
    assert!(users[0].ends_with("core/src/phone/country.rs"), "{users:?}");
    assert!(users[1].ends_with("core/src/phone/plan.rs"), "{users:?}");
}

#[test]
fn a_store_that_waits_for_no_disk_is_opened_by_simulations_only() {
    let opens = |(path, text): (PathBuf, String)| {
        let named = text.contains("open_for_simulation") && !path.ends_with("arrows.rs");
        named.then(|| path.strip_prefix(CRATES).unwrap().to_owned())
    };
    let mut users: Vec<_> = sources().into_iter().filter_map(opens).collect();
    users.sort();
    let known = [
        "simulation/src/stage/mod.rs",
        "store/src/sqlite/start/simulation.rs",
    ];
    assert_eq!(users, known.map(PathBuf::from));
}

// shows: A9
#[test]
fn codes_and_ids_take_randomness_only_from_the_operating_system() {
    let mut implementations = Vec::new();
    for (path, text) in sources() {
        let inside = path.strip_prefix(CRATES).unwrap();
        // sample.rs and testing.rs are compiled for tests only.
        let tests = ["tests", "examples", "tests.rs", "sample.rs", "testing.rs"];
        if inside
            .iter()
            .any(|part| tests.iter().any(|test| part == *test))
        {
            continue;
        }
        let program = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        for line in program
            .lines()
            .map(str::trim)
            .filter(|line| !line.starts_with("//"))
        {
            // RSA keys are made by their library, which asks the same source.
            let known = path.ends_with("countersign/src/system.rs")
                || line == "use aws_lc_rs::rand::SystemRandom;";
            for generator in ["getrandom", "rand::", "rand_", "Rng"] {
                assert!(known || !line.contains(generator), "{path:?}: {line}");
            }
            if line.contains("Entropy for ") {
                implementations.push((path.clone(), line.to_owned()));
            }
        }
    }
    let [(path, implementation)] = implementations.as_slice() else {
        panic!("{implementations:?}");
    };
    assert!(path.ends_with("countersign/src/system.rs"), "{path:?}");
    assert_eq!(implementation, "impl Entropy for OsEntropy {");
}

// shows: I5
#[test]
fn every_crate_forbids_unsafe_code_and_no_profile_aborts_at_a_panic() {
    let root = std::fs::read_to_string(format!("{CRATES}/../Cargo.toml")).unwrap();
    assert!(root.contains("[workspace.lints.rust]\nunsafe_code = \"forbid\""));
    assert!(
        !root.contains("\npanic = \"abort\""),
        "a panic unwinds, and so ends one task only"
    );
    let metadata = metadata();
    for package in metadata.workspace_packages() {
        let manifest = std::fs::read_to_string(&package.manifest_path).unwrap();
        assert!(
            manifest.contains("[lints]\nworkspace = true"),
            "{}",
            package.name
        );
    }
}
