//! `countersign migrate export`, `countersign migrate import`: a deployment moves to another database.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};
use countersign_store::moving::{self, Arrival, Counted};
use countersign_store::{DatabaseAddress, Home};
use serde_json::{Map, Value, json};

use super::place::Place;
use super::say;
use crate::backup::Kept;
use crate::config::keys::Keys;
use crate::master_keys;
use crate::system::{Machine, SystemClock};

mod shown;

use shown::Shown;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  countersign migrate export move.jsonl --config /etc/countersign/countersign.toml\n  \
        countersign migrate import move.jsonl --config /etc/countersign/countersign.toml \\\n    \
        --database-url postgres://countersign@db.example.com/countersign\n\n\
        Both deployments have the same keys. Stop the old one before, and do not start it again afterwards: each would send\n\
        to a number in the same minute."
)]
pub(super) struct Migrate {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Write everything that a stopped deployment keeps into a file
    Export {
        /// File to make; it does not exist yet
        file: PathBuf,
        #[command(flatten)]
        end: End,
    },
    /// Bring an exported file into an empty folder or database
    Import {
        /// File that was exported
        file: PathBuf,
        /// Read and check everything, and write nothing
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        end: End,
    },
}

/// The deployment at one end of a move.
#[derive(Args)]
struct End {
    #[command(flatten)]
    place: Place,
    /// PostgreSQL with the store, before the one in the settings
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

impl Migrate {
    pub(super) fn json(&self) -> bool {
        match &self.verb {
            Verb::Export { end, .. } | Verb::Import { end, .. } => end.json,
        }
    }

    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.verb {
            Verb::Export { file, end } => end.export(&file).await?,
            Verb::Import { file, dry_run, end } => end.import(&file, dry_run).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl End {
    /// The folder and its keys, and the database that goes before the one of the settings.
    fn kept(&self) -> anyhow::Result<(Kept, Keys)> {
        let mut kept = self.place.kept()?;
        if let Some(url) = &self.database_url {
            kept.database = Some(DatabaseAddress::parse(url)?);
        }
        let keys = kept.keys.keys(&kept.data)?;
        Ok((kept, keys))
    }

    async fn export(&self, file: &Path) -> anyhow::Result<()> {
        let (kept, keys) = self.kept()?;
        let home = Home::claim(&kept.data, kept.database.clone())?;
        let clock = Arc::new(SystemClock::of(home.path(), Machine)?);
        let mut shown = Shown::default();
        let mut hear = |progress| shown.hear(progress);
        let counted = moving::export(home, &keys.store(), clock, file, &mut hear).await?;
        if self.json {
            let kinds = kinds(&counted);
            say(json!({ "file": file, "rows": counted.rows(), "kinds": kinds }));
            return Ok(());
        }
        say(format!("exported  {}", file.display()));
        tell(&counted);
        say("next      import it, and do not start the deployment that it comes from again");
        Ok(())
    }

    async fn import(&self, file: &Path, dry_run: bool) -> anyhow::Result<()> {
        let (kept, keys) = self.kept()?;
        let home = Home::claim(&kept.data, kept.database.clone())?;
        if !dry_run {
            // The first start goes on by it, so that it knows how much time has passed.
            SystemClock::of(home.path(), Machine)?;
        }
        let check_values = keys.passcodes().check_values();
        let beside = [(master_keys::PASSCODE, check_values.as_slice())];
        let mut shown = Shown::default();
        let mut hear = |progress| shown.hear(progress);
        let store = keys.store();
        let arrival = moving::import(home, &store, &beside, file, dry_run, &mut hear).await?;
        self.tell_arrival(&arrival, &kept, dry_run);
        Ok(())
    }

    fn tell_arrival(&self, arrival: &Arrival, kept: &Kept, dry_run: bool) {
        let (counted, left_out) = (&arrival.counted, &arrival.left_out);
        if self.json {
            say(json!({
                "rows": counted.rows(), "before": arrival.before, "kinds": kinds(counted), "leftOut": kinds(left_out),
                "dryRun": dry_run,
            }));
            return;
        }
        let place = match kept.database {
            Some(_) => "the database".to_owned(),
            None => kept.data.display().to_string(),
        };
        match dry_run {
            true => say(format!("whole     nothing was written to {place}")),
            false => say(format!("imported  into {place}")),
        }
        tell(counted);
        if arrival.before > 0 {
            say(format!(
                "before    {} rows were there already",
                arrival.before
            ));
        }
        for (kind, rows) in &left_out.0 {
            say(format!("left out  {rows} {}", kind.as_str()));
        }
    }
}

fn tell(counted: &Counted) {
    say(format!("rows      {}", counted.rows()));
    for (kind, rows) in &counted.0 {
        say(format!("{rows:>8}  {}", kind.as_str()));
    }
}

fn kinds(counted: &Counted) -> Value {
    let kinds = counted.0.iter();
    let kinds = kinds.map(|(kind, rows)| (kind.as_str().to_owned(), json!(rows)));
    Value::Object(kinds.collect::<Map<_, _>>())
}
