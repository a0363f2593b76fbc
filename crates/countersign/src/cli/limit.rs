//! `countersign limit list`, `countersign limit set number-day --max 10`, `countersign limit reset number-day`

use std::process::ExitCode;

use anyhow::Context;
use clap::{ArgGroup, Args, Subcommand};
use countersign_api::{LimitOverride, ResetSmsLimitRequest, SetSmsLimitRequest, SmsLimitDto};

use super::owner::{self, Owner, OwnerArgs};
use super::{overlap, say};

#[derive(Args)]
#[command(
    after_help = "Examples:\n  countersign limit list\n  countersign limit set number-day --max 10\n  \
        countersign limit set app-day --app shop --max 5000      for one application\n  \
        countersign limit set address-hour --mode monitor        only noted in timelines\n  \
        countersign limit reset number-day                       as the settings have it"
)]
pub(super) struct Limit {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Show every limit on sends as it holds now
    List {
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Change a limit from the next send on; what is not given stays as it is
    #[command(group = ArgGroup::new("change").required(true).multiple(true))]
    Set {
        /// Its name
        name: String,
        /// How much fits into a window; 0 refuses all
        #[arg(long, value_name = "N", group = "change")]
        max: Option<u32>,
        /// What a refusal does: enforce, challenge or monitor
        #[arg(long, value_name = "MODE", group = "change")]
        mode: Option<String>,
        /// The rolling window, such as 10m, 24h or 7d
        #[arg(long, value_name = "TIME", group = "change", value_parser = overlap::seconds)]
        window: Option<u64>,
        #[command(flatten)]
        part: Part,
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Take the changes of a limit back, so that it is as the settings have it
    Reset {
        /// Its name
        name: String,
        #[command(flatten)]
        owner: OwnerArgs,
    },
}

/// The sends that --max is for, where it is not for all.
#[derive(Args)]
struct Part {
    /// Let --max hold for sends of this application only
    #[arg(long, value_name = "APP_ID", requires = "max")]
    app: Option<String>,
    /// Let --max hold for sends to this country only, such as SG
    #[arg(long, value_name = "CC", requires = "max")]
    country: Option<String>,
    /// Let --max hold for sends to numbers of this calling code only, such as 1
    #[arg(long, value_name = "CODE", requires = "max")]
    calling_code: Option<u16>,
}

impl Limit {
    pub(super) fn json(&self) -> bool {
        match &self.verb {
            Verb::List { owner } | Verb::Set { owner, .. } | Verb::Reset { owner, .. } => {
                owner.json
            }
        }
    }

    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.verb {
            Verb::List { owner } => show(&owner, &list(&owner.find()?).await?)?,
            Verb::Set {
                name,
                max,
                mode,
                window,
                part,
                owner,
            } => {
                let body = SetSmsLimitRequest {
                    name,
                    max,
                    mode,
                    window_seconds: window,
                    ..SetSmsLimitRequest::default()
                };
                set(&owner, body, part).await?;
            }
            Verb::Reset { name, owner } => {
                let running = owner.find()?;
                let request = running
                    .post("reset-sms-limit")
                    .json(&ResetSmsLimitRequest { name });
                let answer = running.ask::<()>(request).await?;
                super::done(&owner, &answer, "as the settings have it")?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn list(running: &Owner) -> anyhow::Result<Vec<SmsLimitDto>> {
    owner::data(running.ask(running.get("list-sms-limits")).await?)
}

async fn set(args: &OwnerArgs, mut body: SetSmsLimitRequest, part: Part) -> anyhow::Result<()> {
    let running = args.find()?;
    if let (Some(max), false) = (body.max, part.is_all()) {
        let limits = list(&running).await?;
        let limit = limits.into_iter().find(|limit| limit.name == body.name);
        let limit = limit.with_context(|| format!("there is no limit {}", body.name))?;
        body.overrides = Some(part.among(limit.overrides, max));
        body.if_version = Some(limit.version);
        body.max = None;
    }
    let request = running.post("set-sms-limit").json(&body);
    let limit = owner::data(running.ask::<SmsLimitDto>(request).await?)?;
    show(args, &[limit])
}

impl Part {
    /// Whether the maximum is for all sends.
    const fn is_all(&self) -> bool {
        self.app.is_none() && self.country.is_none() && self.calling_code.is_none()
    }

    /// These overrides with `max` for this part, before all that were there.
    fn among(self, overrides: Vec<LimitOverride>, max: u32) -> Vec<LimitOverride> {
        let new = LimitOverride {
            app_id: self.app,
            country: self.country,
            calling_code: self.calling_code,
            max,
        };
        let same = |other: &LimitOverride| {
            (&other.app_id, &other.country, other.calling_code)
                == (&new.app_id, &new.country, new.calling_code)
        };
        let kept: Vec<_> = overrides.into_iter().filter(|other| !same(other)).collect();
        std::iter::once(new).chain(kept).collect()
    }
}

fn show(args: &OwnerArgs, limits: &[SmsLimitDto]) -> anyhow::Result<()> {
    if args.json {
        say(serde_json::to_string(limits)?);
        return Ok(());
    }
    say(format!(
        "{:20}  {:>6}  {:>7}  {:9}  {:28}  SOURCE",
        "LIMIT", "MAX", "WINDOW", "MODE", "BY"
    ));
    for limit in limits {
        say(format!(
            "{:20}  {:>6}  {:>7}  {:9}  {:28}  {}",
            limit.name,
            limit.max.map_or("waits".to_owned(), |max| max.to_string()),
            span(limit.window_seconds),
            limit.mode,
            counted(limit),
            source(limit),
        ));
        for other in &limit.overrides {
            say(format!("{:20}  {:>6}  {}", "", other.max, part_of(other)));
        }
    }
    Ok(())
}

/// What is counted together.
fn counted(limit: &SmsLimitDto) -> String {
    let by = match limit.by.is_empty() {
        true => "all sends".to_owned(),
        false => limit.by.join(" "),
    };
    let scope = match limit.home {
        Some(true) => ", at home",
        Some(false) => ", abroad",
        None => "",
    };
    let counts = match limit.counts.as_str() {
        "messages" => "",
        "numbers" => " (numbers)",
        _ => " (money)",
    };
    format!("{by}{scope}{counts}")
}

fn source(limit: &SmsLimitDto) -> String {
    match limit.changed.is_some() {
        true => format!("operator, over {}", limit.source),
        false => limit.source.clone(),
    }
}

fn part_of(other: &LimitOverride) -> String {
    let app = other
        .app_id
        .as_ref()
        .map(|app| format!("application {app}"));
    let country = other
        .country
        .as_ref()
        .map(|country| format!("country {country}"));
    let code = other
        .calling_code
        .map(|code| format!("calling code {code}"));
    let parts: Vec<_> = [app, country, code].into_iter().flatten().collect();
    parts.join(", ")
}

/// A span in the largest unit that has it whole.
fn span(seconds: u64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    let unit = units
        .into_iter()
        .find(|(unit, _)| seconds.is_multiple_of(*unit));
    let (unit, name) = unit.unwrap_or((1, "s"));
    format!("{}{name}", seconds / unit)
}
