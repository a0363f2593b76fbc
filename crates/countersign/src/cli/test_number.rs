//! `countersign test-number add`, `countersign test-number list`, `countersign test-number remove ID`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use countersign_api::{AddTestNumberRequest, RemoveTestNumberRequest, TestNumberDto};

use super::owner::{self, OwnerArgs};
use super::{private_input, say};

#[derive(Args)]
#[command(
    after_help = "Examples:\n  countersign test-number add --to 18800008888 --expires 2026-12-24T00:00:00Z\n  \
        echo 123456 | countersign test-number add --to 18800008888 --expires 2026-12-24T00:00:00Z --code-file -\n  \
        countersign test-number list --json\n  countersign test-number remove 0a1b2c3d4e5f6071"
)]
pub(super) struct TestNumber {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Make a number one for tests: its messages reach no vendor
    Add(Add),
    /// Show the numbers for tests, masked
    List {
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Make a number like any other again
    #[command(visible_alias = "delete")]
    Remove {
        /// Its id, as `list` shows it
        id: String,
        #[command(flatten)]
        owner: OwnerArgs,
    },
}

#[derive(Args)]
struct Add {
    /// The number
    #[arg(long, value_name = "NUMBER")]
    to: String,
    /// Its country code, where it names none (default: +86)
    #[arg(long, value_name = "+86")]
    country_code: Option<String>,
    /// When the number is like any other again, RFC 3339, within 90 days
    #[arg(long, value_name = "TIME")]
    expires: String,
    /// File with the code that every message to the number brings; - for standard input
    #[arg(long, value_name = "FILE")]
    code_file: Option<PathBuf>,
    /// Count sends to the number in no limit but the one-minute limit
    #[arg(long)]
    exempt: bool,
    #[command(flatten)]
    owner: OwnerArgs,
}

impl TestNumber {
    pub(super) fn json(&self) -> bool {
        match &self.verb {
            Verb::Add(add) => add.owner.json,
            Verb::List { owner } | Verb::Remove { owner, .. } => owner.json,
        }
    }

    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.verb {
            Verb::Add(add) => add.run().await?,
            Verb::List { owner } => list(&owner).await?,
            Verb::Remove { id, owner } => remove(&owner, id).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Add {
    async fn run(self) -> anyhow::Result<()> {
        let code = self.code_file.as_deref();
        let code = code.map(|file| private_input::word("--code-file", file));
        let body = AddTestNumberRequest {
            phone_number: self.to,
            phone_country_code: self.country_code,
            expires: self.expires,
            pass_code: code.transpose()?,
            exempt: self.exempt,
        };
        let running = self.owner.find()?;
        let request = running.post("add-test-number").json(&body);
        let added: TestNumberDto = owner::data(running.ask(request).await?)?;
        say(match self.owner.json {
            true => serde_json::to_string(&added)?,
            false => format!(
                "{} is a test number until {} (id {})",
                added.phone_number, added.expires, added.test_number_id
            ),
        });
        Ok(())
    }
}

async fn list(args: &OwnerArgs) -> anyhow::Result<()> {
    let running = args.find()?;
    let answer = running.ask(running.get("list-test-numbers")).await?;
    let numbers: Vec<TestNumberDto> = owner::data(answer)?;
    if args.json {
        say(serde_json::to_string(&numbers)?);
        return Ok(());
    }
    say(format!(
        "{:16}  {:16}  {:24}  {:5}  LIMITS",
        "ID", "NUMBER", "EXPIRES", "CODE"
    ));
    for test in numbers {
        say(format!(
            "{:16}  {:16}  {:24}  {:5}  {}",
            test.test_number_id,
            test.phone_number,
            if test.expired {
                "expired"
            } else {
                &test.expires
            },
            if test.has_pass_code { "fixed" } else { "none" },
            if test.exempt {
                "the minute only"
            } else {
                "all"
            },
        ));
    }
    Ok(())
}

async fn remove(args: &OwnerArgs, id: String) -> anyhow::Result<()> {
    let running = args.find()?;
    let request = running.post("remove-test-number");
    let body = RemoveTestNumberRequest { test_number_id: id };
    let answer = running.ask(request.json(&body)).await?;
    super::done(args, &answer, "removed")
}
