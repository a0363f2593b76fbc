//! `countersign backup`, `countersign restore`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use countersign_api::{Lang, RecordBackupRequest};
use countersign_core::audit::Author;
use countersign_store::sqlite::StoppedAudit;
use countersign_store::sqlite::backup::Copied;
use countersign_store::{OwnedFolder, is_owned};
use serde_json::json;

use super::owner::{self, Owner};
use super::place::Place;
use super::say;
use crate::backup::{self, Kept};
use crate::manage;
use crate::system;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  countersign backup /backups/monday\n  countersign backup /backups/monday --without-keys\n\n\
        The folder holds the keys of the service too, and who can read it can read phone numbers. With --without-keys it\n\
        holds the database alone; keep keys.json elsewhere, since nobody can read the database without it."
)]
pub(super) struct Backup {
    /// Folder to make; it does not exist yet, or is empty
    dir: PathBuf,
    #[command(flatten)]
    place: Place,
    /// Leave out keys.json and signing-keys.json
    #[arg(long)]
    without_keys: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Args)]
#[command(
    after_help = "Examples:\n  countersign restore /backups/monday\n  countersign restore /backups/monday --data /srv/countersign"
)]
pub(super) struct Restore {
    /// Backup to put back
    dir: PathBuf,
    #[command(flatten)]
    place: Place,
    /// Replace a database that is newer than the backup, or another
    #[arg(long)]
    accept_restored: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub(super) json: bool,
}

impl Backup {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let kept = self.place.kept()?;
        backup::check(&kept, &self.dir)?;
        self.record(&kept, false).await?;
        let copied = match backup::make(&kept, &self.dir, !self.without_keys) {
            Ok(copied) => copied,
            Err(error) => {
                self.record(&kept, true).await?;
                return Err(error);
            }
        };
        if self.json {
            say(json!({
                "dir": self.dir, "messages": copied.messages, "newest": copied.newest.to_string(),
                "keys": !self.without_keys, "audit": copied.head.to_string(),
            }));
            return Ok(ExitCode::SUCCESS);
        }
        let keys = if self.without_keys {
            "none: without keys.json nobody can read the database"
        } else {
            "in it: who can read the folder can read phone numbers"
        };
        say(summary("backup", &self.dir, copied));
        say(format!("keys      {keys}"));
        say(format!("audit     {}", copied.head));
        Ok(ExitCode::SUCCESS)
    }

    /// Puts the backup on the audit record: by the countersign that runs on the folder, or in the folder itself.
    async fn record(&self, kept: &Kept, has_failed: bool) -> anyhow::Result<()> {
        let dir = std::path::absolute(&self.dir)?.display().to_string();
        let has_keys = !self.without_keys;
        if is_owned(&kept.data) {
            let running = Owner::of(&self.place, Lang::EnUs)?;
            let body = RecordBackupRequest {
                dir,
                has_keys,
                has_failed,
            };
            let request = running.post("record-backup").json(&body);
            let answer = running.ask(request).await?;
            return owner::succeeded(&answer).context("the backup cannot be put on record");
        }
        if !StoppedAudit::is_in(&kept.data) {
            return Ok(());
        }
        let backup = manage::Backup {
            dir,
            has_keys,
            has_failed,
        };
        let act = backup.act(Author::at_the_command_line());
        let folder = OwnedFolder::claim(&kept.data)?;
        Ok(StoppedAudit::record(&folder, system::wall(), act)?)
    }
}

impl Restore {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let kept = self.place.kept()?;
        let copied = backup::restore(&self.dir, &kept, self.accept_restored)?;
        let next = format!("{} --accept-restored", self.place.start());
        if self.json {
            say(json!({
                "data": kept.data, "messages": copied.messages, "newest": copied.newest.to_string(), "next": next,
            }));
            return Ok(ExitCode::SUCCESS);
        }
        say(summary("restored", &kept.data, copied));
        say(format!("next      {next}"));
        say("          codes sent before are dead then, and sends wait for a minute");
        Ok(ExitCode::SUCCESS)
    }
}

fn summary(what: &str, folder: &Path, copied: Copied) -> String {
    format!(
        "{what:8}  {}\nmessages  {}\nnewest    {}",
        folder.display(),
        copied.messages,
        copied.newest
    )
}
