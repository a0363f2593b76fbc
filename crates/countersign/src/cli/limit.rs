//! `countersign limit list`, `countersign limit set number-day --max 10`, `countersign limit reset number-day`

use std::process::ExitCode;

use anyhow::Context;
use clap::{ArgGroup, Args, Subcommand};
use countersign_api::{LimitOverride, ResetSmsLimitRequest, SetSmsLimitRequest, SmsLimitDto};

use super::owner::{self, Owner, OwnerArgs};
use super::{overlap, weight};

mod table;

use table::show;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  countersign limit list\n  countersign limit set number-day --max 10\n  \
        countersign limit set app-day --app shop --max 5000      for one application\n  \
        countersign limit set budget-day --max 499.90            of money\n  \
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
        /// How much fits into a window, in money an amount such as 499.90; 0 refuses all
        #[arg(long, value_name = "N", group = "change")]
        max: Option<String>,
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
                    mode,
                    window_seconds: window,
                    ..SetSmsLimitRequest::default()
                };
                set(&owner, body, max, part).await?;
            }
            Verb::Reset { name, owner } => {
                let running = owner.find()?;
                let request = running
                    .post("reset-sms-limit")
                    .json(&ResetSmsLimitRequest { name });
                let answer = running.ask(request).await?;
                super::done(&owner, &answer, "as the settings have it")?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn list(running: &Owner) -> anyhow::Result<Vec<SmsLimitDto>> {
    owner::data(running.ask(running.get("list-sms-limits")).await?)
}

async fn set(
    args: &OwnerArgs,
    mut body: SetSmsLimitRequest,
    max: Option<String>,
    part: Part,
) -> anyhow::Result<()> {
    let running = args.find()?;
    if let Some(max) = max {
        let limit = find(&running, &body.name).await?;
        let max = weight::read(&max, limit.currency.as_deref())?;
        if part.is_all() {
            body.max = Some(max);
        } else {
            body.overrides = Some(part.among(limit.overrides, max));
            body.if_version = Some(limit.version);
        }
    }
    let request = running.post("set-sms-limit").json(&body);
    let limit = owner::data::<SmsLimitDto>(running.ask(request).await?)?;
    show(args, &[limit])
}

async fn find(running: &Owner, name: &str) -> anyhow::Result<SmsLimitDto> {
    let limits = list(running).await?;
    let found = limits.into_iter().find(|limit| limit.name == name);
    found.with_context(|| format!("there is no limit {name}"))
}

impl Part {
    /// Whether the maximum is for all sends.
    const fn is_all(&self) -> bool {
        self.app.is_none() && self.country.is_none() && self.calling_code.is_none()
    }

    /// These overrides with `max` for this part, before all that were there.
    fn among(self, overrides: Vec<LimitOverride>, max: u64) -> Vec<LimitOverride> {
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
