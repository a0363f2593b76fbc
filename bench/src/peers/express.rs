//! `bench/peers/express`.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{copy, installer, need};
use crate::process::pinned;

pub(super) fn install(root: &Path) -> anyhow::Result<PathBuf> {
    need("node", "--version")?;
    need("npm", "--version")?;
    let folder = root.join("express");
    copy(
        "express",
        &["package.json", "package-lock.json", "server.mjs"],
        &folder,
    )?;
    if !folder.join("node_modules/express").exists() {
        let mut npm = Command::new("npm");
        npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
            .current_dir(&folder);
        installer(&mut npm, &folder)?;
    }
    Ok(folder)
}

pub(super) fn command(folder: &Path) -> Command {
    let mut command = pinned(Path::new("node"));
    command
        .arg(folder.join("server.mjs"))
        .env("NODE_ENV", "production");
    command
}
