//! `countersign audit list`, `countersign audit verify`, `countersign audit export`

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use clap::{Args, Subcommand};
use countersign_api::{AuditActDto, AuditExport, AuditVerification};
use countersign_core::audit::chain::{Breach, Broken, Entry, Head, Verifier};
use countersign_store::{AuditReader, is_owned};
use serde_json::json;

use super::owner::{self, OwnerArgs};
use super::{say, write};

#[derive(Args)]
#[command(
    after_help = "Examples:\n  countersign audit list --limit 20\n  countersign audit list --act provider_set --since 2026-11-01T00:00:00Z\n  \
        countersign audit export > audit.jsonl\n  countersign audit verify --file audit.jsonl\n\n\
        The record is a chain of hashes. verify and export read it from a running countersign, from a stopped folder\n\
        or, with the settings of a service, from its PostgreSQL database."
)]
pub(super) struct Audit {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Show acts, newest first
    List {
        /// Only acts of this time and later, such as 2026-11-21T20:00:00Z
        #[arg(long, value_name = "TIME")]
        since: Option<String>,
        /// Only acts of this kind, such as provider_set
        #[arg(long, value_name = "KIND")]
        act: Option<String>,
        /// At most so many, 1 to 1000
        #[arg(long, value_name = "N", default_value = "50")]
        limit: u16,
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Compute the chain again, and name the first act that is not what was written
    Verify {
        /// Head that the record must have, as the log, a backup or an earlier `verify` said it
        #[arg(long, value_name = "SEQ:HASH", value_parser = head)]
        head: Option<Head>,
        /// Export to verify in place of the record
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Print all acts, oldest first, a line of JSON each
    Export {
        #[command(flatten)]
        owner: OwnerArgs,
    },
}

impl Audit {
    pub(super) fn json(&self) -> bool {
        match &self.verb {
            Verb::List { owner, .. } | Verb::Verify { owner, .. } | Verb::Export { owner } => {
                owner.json
            }
        }
    }

    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.verb {
            Verb::List {
                since,
                act,
                limit,
                owner,
            } => list(&owner, since, act, limit).await?,
            Verb::Verify { head, file, owner } => {
                let found = match file {
                    Some(file) => of_file(&file, head)?,
                    None => of_record(&owner, head).await?,
                };
                tell(&owner, found);
            }
            Verb::Export { owner } => export(&owner).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn head(text: &str) -> Result<Head, String> {
    let why = "must be the number of an act, a colon, and its hash";
    Head::parse(text).ok_or_else(|| why.to_owned())
}

async fn list(
    args: &OwnerArgs,
    since: Option<String>,
    act: Option<String>,
    limit: u16,
) -> anyhow::Result<()> {
    let running = args.find()?;
    let mut query = vec![("limit", limit.to_string())];
    query.extend(since.map(|since| ("since", since)));
    query.extend(act.map(|act| ("act", act)));
    let answer = running.ask(running.get("list-audit-acts").query(&query));
    let acts: Vec<AuditActDto> = owner::data(answer.await?)?;
    if args.json {
        say(serde_json::to_string(&acts)?);
        return Ok(());
    }
    say(format!(
        "{:>5}  {:24}  {:27}  {:14}  {:26}  TARGET",
        "SEQ", "AT", "WHO", "DOOR", "ACT"
    ));
    for act in acts {
        say(line(&act));
    }
    Ok(())
}

/// An act in one line: its end is told where it is not the usual one.
fn line(act: &AuditActDto) -> String {
    let who = act.who.id.as_ref().unwrap_or(&act.who.kind);
    let end = match act.result.as_str() {
        "done" => String::new(),
        other => format!("  ({other})"),
    };
    let target = format!("{} {}", act.target.kind, act.target.name);
    format!(
        "{:>5}  {:24}  {who:27}  {:14}  {:26}  {target}{end}",
        act.seq, act.at, act.door, act.act
    )
}

/// Says which head was verified.
fn tell(args: &OwnerArgs, head: Head) {
    if args.json {
        say(json!({"intact": true, "acts": head.seq, "head": head.to_string()}));
        return;
    }
    say(format!("intact    {} acts", head.seq));
    say(format!("head      {head}"));
}

/// Verifies an export.
fn of_file(file: &Path, known: Option<Head>) -> anyhow::Result<Head> {
    let named = || file.display().to_string();
    let mut verifier = Verifier::new(known);
    for line in BufReader::new(File::open(file).with_context(named)?).lines() {
        let unreadable = Broken {
            seq: verifier.next(),
            why: Breach::Unreadable,
        };
        // A line that is no text is no act either.
        let entry = line.ok().and_then(|line| Entry::read(&line));
        verifier.take(&entry.ok_or(unreadable)?)?;
    }
    Ok(verifier.finish()?)
}

/// Verifies the record of the running countersign, or that of a folder on which none runs or of its database.
async fn of_record(args: &OwnerArgs, known: Option<Head>) -> anyhow::Result<Head> {
    if let Some(stopped) = stopped(args).await? {
        return Ok(stopped.verify(known).await?);
    }
    let running = args.find()?;
    let head = known.map(|known| ("head", known.to_string()));
    let request = running.get("verify-audit").query(&head.as_slice());
    let found: AuditVerification = owner::data(running.ask(request).await?)?;
    match found.head.as_deref().and_then(Head::parse) {
        Some(head) if found.intact => Ok(head),
        _ => bail!(
            "act {} {}",
            found.first_bad.unwrap_or_default(),
            found.why.unwrap_or_default()
        ),
    }
}

/// Prints every line exactly as it was chained.
async fn export(args: &OwnerArgs) -> anyhow::Result<()> {
    let stopped = stopped(args).await?;
    let mut seq = 0;
    loop {
        let lines = match &stopped {
            Some(stopped) => {
                let entries = stopped.after(seq, 1_000).await?;
                entries.iter().map(Entry::line).collect()
            }
            None => page(args, seq).await?,
        };
        let Some(last) = lines.last() else {
            return Ok(());
        };
        seq = Entry::read(last).map_or(u64::MAX, |entry| entry.seq);
        for line in lines {
            write(format!("{line}\n").as_bytes());
        }
    }
}

async fn page(args: &OwnerArgs, seq: u64) -> anyhow::Result<Vec<String>> {
    let running = args.find()?;
    let request = running.get("export-audit").query(&[("after", seq)]);
    let page: AuditExport = owner::data(running.ask(request).await?)?;
    Ok(page.lines)
}

/// Opens the record of a folder on which no countersign runs, or of its database; `None` where one runs.
async fn stopped(args: &OwnerArgs) -> anyhow::Result<Option<AuditReader>> {
    let kept = args.kept()?;
    if is_owned(&kept.data) {
        return Ok(None);
    }
    let place = match kept.database {
        Some(_) => "the database".to_owned(),
        None => kept.data.display().to_string(),
    };
    let found = AuditReader::open(&kept.data, kept.database).await?;
    let found = found.ok_or_else(|| anyhow!("{place} holds no audit record"))?;
    Ok(Some(found))
}
