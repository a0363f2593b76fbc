//! `countersign guard list`, `countersign guard block --prefix +1415555`, `countersign guard lift --prefix +1415555`, and
//! the safe list: `countersign guard safe`. Drafts of rules: `countersign guard replay`

mod replay;
mod safe;

use std::process::ExitCode;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};
use countersign_api::{
    GuardBlockDto, GuardDto, LiftGuardBlockRequest, SetGuardBlockRequest, SetGuardModeRequest,
};

use super::owner::{self, OwnerArgs};
use super::say;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  countersign guard list\n  countersign guard block --prefix +1415555 --hours 6 \
        --note pumping\n  countersign guard lift --app shop --calling-code 1\n  \
        countersign guard safe add --to +14155550132 --days 30\n  countersign guard safe list\n  \
        countersign guard replay --rules draft.toml --days 30"
)]
pub(super) struct Guard {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Show whether the guard monitors or refuses, and its blocks
    List {
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Set what follows where few codes are entered: monitor, challenge, enforce, or what the settings file says
    Mode {
        /// The mode
        #[arg(value_parser = ["monitor", "challenge", "enforce", "file"])]
        mode: String,
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Stop all sends to a range of numbers
    Block {
        #[command(flatten)]
        area: Area,
        /// Let sends pass, and count them as watched
        #[arg(long)]
        watch: bool,
        /// For so many hours (default: until it is lifted)
        #[arg(long, value_name = "HOURS", value_parser = clap::value_parser!(u64).range(1..=8_760))]
        hours: Option<u64>,
        /// Why, for the record: at most 200 characters
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// End the block of a range of numbers
    Lift {
        #[command(flatten)]
        area: Area,
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Add, list and remove numbers, ranges and networks that the guard leaves alone
    Safe(safe::SafeList),
    /// Say what a draft of limits would have refused in the last days, and how many of those people were real
    Replay(replay::Replay),
}

/// The sends to a range of numbers, by all applications or by one.
#[derive(Args)]
struct Area {
    /// Sends of that application (default: of all)
    #[arg(long, value_name = "APP_ID", value_parser = NonEmptyStringValueParser::new())]
    app: Option<String>,
    #[command(flatten)]
    range: Range,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Range {
    /// Numbers of that country, such as US
    #[arg(long, value_name = "CC")]
    country: Option<String>,
    /// Numbers of that calling code, such as +1
    #[arg(long, value_name = "+1")]
    calling_code: Option<String>,
    /// Numbers of that carrier range: calling code and three digits
    #[arg(long, value_name = "+1415")]
    carrier: Option<String>,
    /// Numbers that differ in their last four digits alone
    #[arg(long, value_name = "+1415555")]
    prefix: Option<String>,
    /// Numbers that differ in their last two digits alone
    #[arg(long, value_name = "+141555501")]
    block: Option<String>,
}

impl Range {
    /// Returns the kind of the range and its value.
    fn named(self) -> (String, String) {
        let named = [
            ("country", self.country),
            ("calling_code", self.calling_code),
            ("carrier", self.carrier),
            ("prefix", self.prefix),
            ("block", self.block),
        ];
        let given = named
            .into_iter()
            .find_map(|(kind, value)| Some((kind, value?)));
        // The group makes one of them required.
        let (kind, value) = given.unwrap_or_default();
        (kind.to_owned(), value)
    }
}

impl Guard {
    pub(super) fn json(&self) -> bool {
        match &self.verb {
            Verb::List { owner }
            | Verb::Mode { owner, .. }
            | Verb::Block { owner, .. }
            | Verb::Lift { owner, .. } => owner.json,
            Verb::Safe(list) => list.json(),
            Verb::Replay(replay) => replay.owner.json,
        }
    }

    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.verb {
            Verb::List { owner } => list(&owner).await?,
            Verb::Mode { mode, owner } => {
                let body = SetGuardModeRequest {
                    mode: Some(mode).filter(|mode| mode != "file"),
                    if_version: None,
                };
                let running = owner.find()?;
                let request = running.post("set-guard-mode").json(&body);
                show_guard(&owner, &owner::data(running.ask(request).await?)?)?;
            }
            Verb::Block {
                area,
                watch,
                hours,
                note,
                owner,
            } => {
                let (kind, value) = area.range.named();
                let body = SetGuardBlockRequest {
                    app_id: area.app,
                    kind,
                    value,
                    mode: watch.then(|| "monitor".to_owned()),
                    seconds: hours.map(|hours| hours * 3_600),
                    note,
                };
                let running = owner.find()?;
                let request = running.post("set-guard-block").json(&body);
                let block = owner::data::<GuardBlockDto>(running.ask(request).await?)?;
                show(&owner, &[block])?;
            }
            Verb::Lift { area, owner } => {
                let (kind, value) = area.range.named();
                let body = LiftGuardBlockRequest {
                    app_id: area.app,
                    kind,
                    value,
                };
                let running = owner.find()?;
                let request = running.post("lift-guard-block").json(&body);
                super::done(&owner, &running.ask(request).await?, "lifted")?;
            }
            Verb::Safe(list) => list.run().await?,
            Verb::Replay(replay) => replay.run().await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn list(args: &OwnerArgs) -> anyhow::Result<()> {
    let running = args.find()?;
    let answer = running.ask(running.get("get-guard")).await?;
    show_guard(args, &owner::data::<GuardDto>(answer)?)
}

fn show_guard(args: &OwnerArgs, guard: &GuardDto) -> anyhow::Result<()> {
    if args.json {
        say(serde_json::to_string(guard)?);
        return Ok(());
    }
    let until = guard.watches_until.as_deref();
    let watches = until.map_or(String::new(), |until| {
        format!(", and only watches until {until}")
    });
    say(format!("mode {}{watches}", guard.mode));
    show(args, &guard.blocks)
}

fn show(args: &OwnerArgs, blocks: &[GuardBlockDto]) -> anyhow::Result<()> {
    if args.json {
        say(serde_json::to_string(blocks)?);
        return Ok(());
    }
    say(format!(
        "{:12}  {:12}  {:16}  {:24}  {:24}  {:24}  STATE",
        "KIND", "RANGE", "APPLICATION", "REASON", "SINCE", "UNTIL"
    ));
    for block in blocks {
        say(format!(
            "{:12}  {:12}  {:16}  {:24}  {:24}  {:24}  {}",
            block.kind,
            block.value,
            block.app_id.as_deref().unwrap_or("all"),
            reason(block),
            block.since,
            block.until.as_deref().unwrap_or("until it is lifted"),
            state(block),
        ));
    }
    Ok(())
}

fn reason(block: &GuardBlockDto) -> String {
    match (block.sends, block.verified, &block.limit) {
        (Some(sends), Some(verified), _) => format!("{verified} of {sends} verified"),
        (_, _, Some(limit)) => format!("limit {limit}"),
        _ => block.reason.clone(),
    }
}

fn state(block: &GuardBlockDto) -> &'static str {
    match (block.stands, &block.lifted_at, &*block.mode) {
        (true, _, "monitor") if block.watched.is_some() => "watched",
        (true, _, "monitor") => "monitored",
        (true, _, "challenge") => "challenged",
        (true, ..) => "blocked",
        (false, Some(_), _) => "lifted",
        (false, None, _) => "over",
    }
}
