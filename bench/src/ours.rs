//! Countersign, as a service under test.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use serde::Deserialize;

use crate::process::{Service, pinned};
use crate::say::note;
use crate::wire;

/// The arguments that start the service, up to the data folder.
pub(crate) const ARGS: [&str; 5] = ["dev", "--quiet", "--listen", "127.0.0.1:0", "--data"];

/// Builds `countersign` beside the bench, in the same profile. Returns its path.
pub(crate) fn build() -> anyhow::Result<PathBuf> {
    let me = std::env::current_exe()?;
    let profile = me.parent().context("a folder")?;
    let target = profile.parent().context("a target folder")?;
    let mut cargo = Command::new("cargo");
    cargo
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["build", "--locked", "--quiet", "-p", "countersign"])
        .arg("--target-dir")
        .arg(target);
    if cfg!(feature = "postgres") {
        cargo.args(["--features", "postgres"]);
    }
    if profile.ends_with("debug") {
        note("a debug build: ratios mean little (cargo run --profile dist -p countersign-bench)");
    } else {
        let name = profile.file_name().context("a folder of a profile")?;
        cargo.arg("--profile").arg(name);
    }
    ensure!(cargo.status()?.success(), "countersign does not build");
    Ok(profile.join("countersign"))
}

/// The settings under measurement: each send is judged by twenty limits.
pub(crate) const SETTINGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/twenty-limits.toml");

/// Returns the text of the settings under measurement.
pub(crate) fn settings() -> anyhow::Result<String> {
    std::fs::read_to_string(SETTINGS).context(SETTINGS)
}

/// Starts the service on `data`, with `provider` to carry its messages.
pub(crate) fn start(binary: &Path, data: &Path, provider: &str) -> anyhow::Result<Service> {
    start_by(Path::new(SETTINGS), binary, data, provider)
}

/// Starts the service like [`start`], by other settings.
pub(crate) fn start_by(
    settings: &Path,
    binary: &Path,
    data: &Path,
    provider: &str,
) -> anyhow::Result<Service> {
    let settings = settings.to_str().context("a path in UTF-8")?;
    let args = ["--provider", provider, "--config", settings];
    start_with(binary, data, &args)
}

/// Starts the service on `data` with these arguments.
pub(crate) fn start_with(binary: &Path, data: &Path, args: &[&str]) -> anyhow::Result<Service> {
    let mut command = pinned(binary);
    command.args(ARGS).arg(data).args(args);
    Service::start(command)
}

/// Lets the application of `countersign dev` choose ES256 for its tokens.
pub(crate) fn choose_es256(binary: &Path, data: &Path) -> anyhow::Result<()> {
    let mut command = Command::new(binary);
    command
        .args(["app", "set", wire::APP, "--token-algorithm", "ES256"])
        .arg("--json")
        .arg("--data")
        .arg(data)
        .stdout(Stdio::null());
    ensure!(command.status()?.success(), "ES256 is not chosen");
    Ok(())
}

/// Returns the operator's token of a running service.
pub(crate) fn token(data: &Path) -> anyhow::Result<String> {
    #[derive(Deserialize)]
    struct Note {
        token: String,
    }
    let note = std::fs::read(data.join("owner.json"))?;
    Ok(serde_json::from_slice::<Note>(&note)?.token)
}
