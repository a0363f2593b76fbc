//! `bench/peers/fastapi`.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{copy, installer, need};
use crate::process::pinned;

pub(super) fn install(root: &Path) -> anyhow::Result<PathBuf> {
    need("python3", "--version")?;
    let folder = root.join("fastapi");
    copy("fastapi", &["requirements.txt", "server.py"], &folder)?;
    if !folder.join("venv/bin/uvicorn").exists() {
        let mut venv = Command::new("python3");
        venv.args(["-m", "venv", "venv"]).current_dir(&folder);
        installer(&mut venv, &folder)?;
        let mut pip = Command::new(folder.join("venv/bin/python"));
        pip.args(["-m", "pip", "install", "--quiet", "-r", "requirements.txt"])
            .current_dir(&folder);
        installer(&mut pip, &folder)?;
    }
    Ok(folder)
}

pub(super) fn command(folder: &Path) -> Command {
    let mut command = pinned(&folder.join("venv/bin/python"));
    command.arg(folder.join("server.py"));
    command
}
