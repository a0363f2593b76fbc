//! `countersign route set --country CN aliyun tencent`, `countersign route list`, `countersign route remove --country CN`

use std::process::ExitCode;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};
use countersign_api::{DeleteSmsRouteRequest, RoutedProvider, SmsRouteDto};

use super::owner::{self, OwnerArgs};
use super::say;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  countersign route set --country CN aliyun tencent      the second if the first has \
        certainly not sent\n  countersign route set --weighted aliyun=70 tencent=30\n  \
        countersign route set --app shop --failover-same-code aliyun tencent\n  countersign route list\n  \
        countersign route remove --country CN\n  countersign route remove --default"
)]
pub(super) struct Route {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Say which vendor accounts may carry numbers
    Set {
        #[command(flatten)]
        scope: Scope,
        /// Who, in order; with --weighted their shares, such as aliyun=70
        #[arg(required = true, value_name = "PROVIDER", value_parser = provider)]
        providers: Vec<RoutedProvider>,
        /// Draw the first for each message, by shares
        #[arg(long)]
        weighted: bool,
        /// Where nobody knows whether a message was sent, send the same code through the next: some people get
        /// it twice (routes of an application only)
        #[arg(long, requires = "app")]
        failover_same_code: bool,
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Show all routes
    List {
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Forget the route of exactly this scope
    #[command(visible_alias = "delete", mut_group("Scope", |scope| scope.required(true)))]
    Remove {
        #[command(flatten)]
        scope: Scope,
        #[command(flatten)]
        owner: OwnerArgs,
    },
}

/// The messages that a route is for: those of an application, to a country, or both; otherwise it is the default route.
#[derive(Args)]
struct Scope {
    /// The route of that application
    #[arg(long, value_name = "APP_ID", value_parser = NonEmptyStringValueParser::new())]
    app: Option<String>,
    /// The route to numbers of that country, such as CN
    #[arg(long, value_name = "CC", value_parser = NonEmptyStringValueParser::new())]
    country: Option<String>,
    /// The default route: of all applications to all countries that have no route of their own
    #[arg(long, conflicts_with_all = ["app", "country"])]
    default: bool,
}

/// A provider and its share: `aliyun`, or `aliyun=70`.
fn provider(text: &str) -> Result<RoutedProvider, String> {
    let (name, weight) = text.split_once('=').unwrap_or((text, "1"));
    let weight = weight
        .parse()
        .map_err(|_| "a share is a whole number, such as aliyun=70".to_owned())?;
    Ok(RoutedProvider {
        name: name.to_owned(),
        weight,
    })
}

impl Route {
    pub(super) fn json(&self) -> bool {
        match &self.verb {
            Verb::Set { owner, .. } | Verb::List { owner } | Verb::Remove { owner, .. } => {
                owner.json
            }
        }
    }

    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.verb {
            Verb::Set {
                scope,
                providers,
                weighted,
                failover_same_code,
                owner,
            } => {
                let body = SmsRouteDto {
                    app_id: scope.app,
                    country: scope.country,
                    providers,
                    order: if weighted { "weighted" } else { "listed" }.to_owned(),
                    on_unknown: if failover_same_code {
                        "failover-same-code"
                    } else {
                        "keep"
                    }
                    .to_owned(),
                    version: None,
                    if_version: None,
                };
                let running = owner.find()?;
                let request = running.post("set-sms-route").json(&body);
                let route = owner::data::<SmsRouteDto>(running.ask(request).await?)?;
                show(&owner, &[route])?;
            }
            Verb::List { owner } => {
                let running = owner.find()?;
                let answer = running.ask(running.get("list-sms-routes")).await?;
                show(&owner, &owner::data::<Vec<SmsRouteDto>>(answer)?)?;
            }
            Verb::Remove { scope, owner } => {
                let body = DeleteSmsRouteRequest {
                    app_id: scope.app,
                    country: scope.country,
                };
                let running = owner.find()?;
                let answer = running
                    .ask(running.post("delete-sms-route").json(&body))
                    .await?;
                super::done(&owner, &answer, "removed")?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn show(args: &OwnerArgs, routes: &[SmsRouteDto]) -> anyhow::Result<()> {
    if args.json {
        say(serde_json::to_string(routes)?);
        return Ok(());
    }
    say(format!(
        "{:20}  {:8}  {:8}  PROVIDERS",
        "APPLICATION", "COUNTRY", "ORDER"
    ));
    for route in routes {
        let weighted = route.order == "weighted";
        let providers = route.providers.iter().map(|provider| {
            if weighted {
                format!("{}={}", provider.name, provider.weight)
            } else {
                provider.name.clone()
            }
        });
        let providers: Vec<_> = providers.collect();
        let separator = if weighted { " | " } else { ", then " };
        let marks = [
            (is_default(route), "  (default)"),
            (route.on_unknown != "keep", "  (failover-same-code)"),
        ];
        let marks = marks.iter().filter(|(holds, _)| *holds);
        let marks: String = marks.map(|(_, mark)| *mark).collect();
        say(format!(
            "{:20}  {:8}  {:8}  {}{marks}",
            route.app_id.as_deref().unwrap_or("all"),
            route.country.as_deref().unwrap_or("all"),
            route.order,
            providers.join(separator),
        ));
    }
    Ok(())
}

/// Returns whether `route` is the one that `--default` names.
fn is_default(route: &SmsRouteDto) -> bool {
    route.app_id.is_none() && route.country.is_none()
}
