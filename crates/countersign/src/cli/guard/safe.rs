//! `countersign guard safe add --to +14155550132 --days 30`, `countersign guard safe list`, `countersign guard safe remove ID`

use std::time::Duration;

use clap::{Args, Subcommand};
use countersign_api::{AddSafeEntryRequest, RemoveSafeEntryRequest, SafeEntryDto};
use countersign_core::time::Timestamp;

use crate::cli::owner::{self, OwnerArgs};
use crate::cli::say;
use crate::system;

#[derive(Args)]
pub(super) struct SafeList {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Let sends pass the guard and its blocks for a while
    Add {
        #[command(flatten)]
        who: Who,
        /// The country code of the number, where it names none (default: +86)
        #[arg(long, value_name = "+86", requires = "to")]
        country_code: Option<String>,
        /// For so many days from now
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=90))]
        days: u32,
        /// Why, for the record: at most 200 characters
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Show the safe list, numbers masked
    List {
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Take an entry off the safe list
    #[command(visible_alias = "delete")]
    Remove {
        /// The id of the entry
        id: String,
        #[command(flatten)]
        owner: OwnerArgs,
    },
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Who {
    /// Sends to that number
    #[arg(long, value_name = "NUMBER")]
    to: Option<String>,
    /// Sends to numbers that differ in their last four digits alone
    #[arg(long, value_name = "+1415555")]
    prefix: Option<String>,
    /// Sends to numbers of that calling code
    #[arg(long, value_name = "+1")]
    calling_code: Option<String>,
    /// Sends by callers of that address or network, such as 192.0.2.0/24
    #[arg(long, value_name = "CIDR")]
    network: Option<String>,
}

impl Who {
    /// Returns the kind of the entry and its value.
    fn named(self) -> (String, String) {
        let named = [
            ("number", self.to),
            ("prefix", self.prefix),
            ("calling_code", self.calling_code),
            ("network", self.network),
        ];
        let given = named
            .into_iter()
            .find_map(|(kind, value)| Some((kind, value?)));
        // The group makes one of them required.
        let (kind, value) = given.unwrap_or_default();
        (kind.to_owned(), value)
    }
}

impl SafeList {
    pub(super) fn json(&self) -> bool {
        match &self.verb {
            Verb::Add { owner, .. } | Verb::List { owner } | Verb::Remove { owner, .. } => {
                owner.json
            }
        }
    }

    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self.verb {
            Verb::Add {
                who,
                country_code,
                days,
                note,
                owner,
            } => {
                let (kind, value) = who.named();
                let body = AddSafeEntryRequest {
                    kind,
                    value,
                    phone_country_code: country_code,
                    expires: in_days(days).to_string(),
                    note,
                };
                let running = owner.find()?;
                let request = running.post("add-safe-entry").json(&body);
                let entry = owner::data::<SafeEntryDto>(running.ask(request).await?)?;
                show(&owner, &[entry])
            }
            Verb::List { owner } => {
                let running = owner.find()?;
                let answer = running.ask(running.get("list-safe-entries"));
                show(&owner, &owner::data::<Vec<SafeEntryDto>>(answer.await?)?)
            }
            Verb::Remove { id, owner } => {
                let running = owner.find()?;
                let request = running.post("remove-safe-entry");
                let request = request.json(&RemoveSafeEntryRequest { id });
                crate::cli::done(&owner, &running.ask(request).await?, "removed")
            }
        }
    }
}

/// Returns the time so many days from now, a minute less: the clock of the service may be a little behind.
fn in_days(days: u32) -> Timestamp {
    let span = Duration::from_secs(24 * 3_600) * days;
    system::wall().after(span - Duration::from_secs(60))
}

fn show(args: &OwnerArgs, entries: &[SafeEntryDto]) -> anyhow::Result<()> {
    if args.json {
        say(serde_json::to_string(entries)?);
        return Ok(());
    }
    say(format!(
        "{:16}  {:12}  {:18}  {:24}  NOTE",
        "ID", "KIND", "WHO", "EXPIRES"
    ));
    for entry in entries {
        let over = if entry.counts { "" } else { "  (over)" };
        say(format!(
            "{:16}  {:12}  {:18}  {:24}  {}{over}",
            entry.id, entry.kind, entry.value, entry.expires, entry.note
        ));
    }
    Ok(())
}
