//! `countersign message show ID`, `countersign message list`

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use countersign_api::{FindRefusalsRequest, MessageDto, SearchedTo, VerdictDto};

use super::owner::{self, OwnerArgs};
use super::{refused, say};

#[derive(Args)]
#[command(
    after_help = "Examples:\n  countersign message show                 the newest\n  \
        countersign message show 01a1ffdc-fcf5-7981-820b-5bfb6088c457\n  countersign message list --limit 20\n  \
        countersign message list --outcome unknown --country CN --from 2026-11-21T00:00:00Z\n  \
        countersign message list --refused --number 18800008888"
)]
pub(super) struct Message {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Show all that is known of a message, or of a send that a limit refused
    Show {
        /// Its id, or that of the request that asked for it (default: the newest)
        id: Option<String>,
        /// Look among the refused sends only
        #[arg(long)]
        refused: bool,
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Show the newest messages, a line each
    List {
        /// At most so many, up to 1000
        #[arg(long, default_value_t = 20)]
        limit: u16,
        /// The sends that limits refused lately instead
        #[arg(long)]
        refused: bool,
        /// Only those to this number, such as 18800008888 or +14155550132; 50 at most
        #[arg(long, value_name = "NUMBER", requires = "refused")]
        number: Option<String>,
        /// Its country code, where it names none (default: +86)
        #[arg(long, value_name = "+86", requires = "number")]
        country_code: Option<String>,
        #[command(flatten)]
        search: Box<Search>,
        #[command(flatten)]
        owner: OwnerArgs,
    },
}

/// What the messages have in common that are looked for.
#[derive(Args)]
#[group(conflicts_with = "refused")]
struct Search {
    /// Only messages of this application
    #[arg(long, value_name = "ID")]
    app: Option<String>,
    /// Only messages of this channel, such as CHANNEL_LOGIN
    #[arg(long, value_name = "CHANNEL")]
    channel: Option<String>,
    /// Only messages to numbers of this country, such as CN
    #[arg(long, value_name = "CN")]
    country: Option<String>,
    /// Only messages whose outcome this provider decided
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// Only messages at which this provider failed, whoever carried them in the end
    #[arg(long, value_name = "NAME")]
    failed_at: Option<String>,
    /// Only messages of which this became: pending, accepted, unknown, not_sent, delivered, failed, verified, or a reason such as bad_number
    #[arg(long, value_name = "WHAT")]
    outcome: Option<String>,
    /// Only messages from this time on
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Only messages before this time
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    /// Only messages older than this one, to go on where a list ended
    #[arg(long, value_name = "MESSAGE")]
    before: Option<String>,
}

impl Search {
    /// Returns the parameters of the query, without those that are not given.
    fn parameters(self) -> Vec<(&'static str, String)> {
        let asked = [
            ("appId", self.app),
            ("channel", self.channel),
            ("country", self.country),
            ("provider", self.provider),
            ("failedAt", self.failed_at),
            ("outcome", self.outcome),
            ("from", self.from),
            ("to", self.to),
            ("before", self.before),
        ];
        let given = asked.into_iter();
        given
            .filter_map(|(name, value)| Some((name, value?)))
            .collect()
    }
}

impl Message {
    pub(super) fn json(&self) -> bool {
        match &self.verb {
            Verb::Show { owner, .. } | Verb::List { owner, .. } => owner.json,
        }
    }

    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.verb {
            Verb::Show { id, refused, owner } => {
                let running = owner.find()?;
                let message = match refused {
                    true => None,
                    false => find(&running, id.as_deref()).await?,
                };
                match message {
                    Some(message) => show(&owner, &message)?,
                    None => show_refused(&owner, &running, id.as_deref(), refused).await?,
                }
            }
            Verb::List {
                limit,
                refused: true,
                number,
                country_code,
                owner,
                ..
            } => {
                let number = number.map(|phone_number| FindRefusalsRequest {
                    phone_number,
                    phone_country_code: country_code,
                });
                let found = refused::list(&owner.find()?, limit, number).await?;
                refused::show_all(&owner, &found)?;
            }
            Verb::List {
                limit,
                search,
                owner,
                ..
            } => {
                let running = owner.find()?;
                let request = running.get("list-messages").query(&[("limit", limit)]);
                let mut answer = running.ask(request.query(&search.parameters())).await?;
                let searched_to = answer.searched_to.take();
                let found: Vec<MessageDto> = owner::data(answer)?;
                list(&owner, &found)?;
                if let Some(searched_to) = searched_to {
                    let SearchedTo {
                        message_id,
                        decided_at,
                    } = searched_to;
                    // Beside the list, which programs read.
                    let _ = writeln!(
                        std::io::stderr(),
                        "searched back to {decided_at}: go on with --before {message_id}"
                    );
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Shows the send that a limit refused, where no message was found.
async fn show_refused(
    args: &OwnerArgs,
    running: &owner::Owner,
    id: Option<&str>,
    asked: bool,
) -> anyhow::Result<()> {
    match refused::find(running, id).await? {
        Some(refusal) => refused::show(args, &refusal),
        None if asked => anyhow::bail!("there is no such refused send on record"),
        None => anyhow::bail!("there is no such message, and no such refused send on record"),
    }
}

/// Returns the message of this id or request, or the newest one.
async fn find(running: &owner::Owner, id: Option<&str>) -> anyhow::Result<Option<MessageDto>> {
    let queries = match id {
        None => vec![("limit", "1")],
        Some(id) => vec![("messageId", id), ("requestId", id)],
    };
    for query in queries {
        let request = running.get("list-messages").query(&[query]);
        let found: Vec<MessageDto> = owner::data(running.ask(request).await?)?;
        if let Some(message) = found.into_iter().next() {
            return Ok(Some(message));
        }
    }
    Ok(None)
}

/// Writes out one message.
pub(super) fn show(args: &OwnerArgs, message: &MessageDto) -> anyhow::Result<()> {
    if args.json {
        say(serde_json::to_string(message)?);
        return Ok(());
    }
    say(format!("message   {}", message.message_id));
    say(format!("request   {}", message.request_id));
    say(format!(
        "to        {} for {}, {}",
        message.to, message.app_id, message.channel
    ));
    say(format!("decided   {}", message.decided_at));
    show_limits(&message.verdicts);
    for attempt in &message.attempts {
        let provider = attempt.provider.as_deref().unwrap_or("(nobody knows)");
        let id = attempt
            .provider_message_id
            .as_deref()
            .map(|id| format!(", its id {id}"));
        let detail = attempt
            .detail
            .as_deref()
            .map(|detail| format!(", {detail}"));
        say(format!(
            "attempt   {}  {provider}: {}{}{}",
            attempt.started_at,
            attempt.outcome,
            id.unwrap_or_default(),
            detail.unwrap_or_default()
        ));
    }
    if message.gave_back {
        say("minute    given back: nothing was sent");
    }
    for receipt in &message.receipts {
        let detail = receipt
            .detail
            .as_deref()
            .map(|detail| format!(" ({detail})"));
        say(format!(
            "receipt   {}  {}: {}{}",
            receipt.at,
            receipt.provider,
            receipt.status,
            detail.unwrap_or_default()
        ));
    }
    for check in &message.checks {
        let says = if check.right {
            "right, used up"
        } else {
            "wrong"
        };
        say(format!("check     {}  {}: {says}", check.at, check.door));
    }
    say(format!("code      {}", message.code));
    Ok(())
}

/// Writes a line for each limit that did not allow the message, and one with the number of the others.
fn show_limits(verdicts: &[VerdictDto]) {
    let (allowed, refused): (Vec<_>, Vec<_>) = verdicts.iter().partition(|verdict| verdict.allowed);
    if !allowed.is_empty() {
        say(format!("limits    {} allowed it", allowed.len()));
    }
    for verdict in refused {
        let says = match verdict.mode.as_str() {
            "enforce" => "refused",
            "challenge" => "asked for a challenge",
            _ => "would have refused (monitored)",
        };
        say(format!("limit     {}: {says}", verdict.rule));
    }
}

fn list(args: &OwnerArgs, messages: &[MessageDto]) -> anyhow::Result<()> {
    if args.json {
        say(serde_json::to_string(messages)?);
        return Ok(());
    }
    say(format!(
        "{:36}  {:24}  {:16}  {:16}  {:18}  CODE",
        "MESSAGE", "DECIDED", "TO", "PROVIDER", "OUTCOME"
    ));
    for message in messages {
        let last = message.attempts.last();
        let outcome = last.map_or("pending", |attempt| attempt.outcome.as_str());
        say(format!(
            "{:36}  {:24}  {:16}  {:16}  {:18}  {}",
            message.message_id,
            message.decided_at,
            message.to,
            last.and_then(|attempt| attempt.provider.as_deref())
                .unwrap_or_default(),
            message.delivery.as_deref().unwrap_or(outcome),
            message.code
        ));
    }
    Ok(())
}
