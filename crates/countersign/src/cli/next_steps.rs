//! What an operator does after setting up a vendor account, by the facts that its kind states.

use countersign_api::{SmsProviderDto, SmsRouteDto, SmsTemplateDto};
use countersign_providers::kind::{Kind, TemplateParts};
use countersign_providers::kinds::KINDS;

use super::owner::{self, Owner};
use super::program;

/// What is left to do for an account.
pub(super) struct NextSteps {
    /// What to do with the address for delivery reports.
    pub(super) reports: Option<&'static str>,
    /// The commands that are left, in their order.
    pub(super) commands: Vec<String>,
}

impl NextSteps {
    /// Asks the running countersign what is set up for `provider` already, and leaves that out.
    pub(super) async fn of(running: &Owner, provider: &SmsProviderDto) -> anyhow::Result<Self> {
        let templates: Vec<SmsTemplateDto> =
            owner::data(running.ask(running.get("list-sms-templates")).await?)?;
        let routes: Vec<SmsRouteDto> =
            owner::data(running.ask(running.get("list-sms-routes")).await?)?;
        let has_template = templates.iter().any(|template| {
            template.vendor_template.is_some() && template.provider.as_ref() == Some(&provider.name)
        });
        let names = |route: &SmsRouteDto| {
            let mut providers = route.providers.iter();
            providers.any(|named| named.name == provider.name)
        };
        let has_route = routes.iter().any(names);

        // A kind that this program does not know is one of a newer server.
        let kind = KINDS.iter().find(|kind| kind.name == provider.kind);
        let settings = serde_json::to_value(&provider.settings)?;
        let parts = kind.and_then(|kind| (kind.template)(&settings));
        let template = parts.filter(|_| !has_template);
        let route = kind.filter(|_| !has_route);
        let commands = [
            template.map(|parts| set_template(&provider.name, parts)),
            route.map(|kind| set_route(&provider.name, kind)),
            Some(test(&provider.name)),
        ];
        Ok(Self {
            reports: kind.map(|kind| kind.reports),
            commands: commands.into_iter().flatten().collect(),
        })
    }
}

fn set_template(name: &str, parts: TemplateParts) -> String {
    let signature = if parts.signature {
        " --signature SIGNATURE"
    } else {
        ""
    };
    let only = match parts.country {
        Some(country) => format!("   (for messages to {country}; others are text)"),
        None => String::new(),
    };
    format!(
        "{} template set --provider {name} --id TEMPLATE{signature} --variable '{}'{only}",
        program::name(),
        parts.variables.example()
    )
}

fn set_route(name: &str, kind: &Kind) -> String {
    let scope = match kind.country {
        Some(country) => format!("--country {country}"),
        None => "--default".to_owned(),
    };
    format!("{} route set {scope} {name}", program::name())
}

fn test(name: &str) -> String {
    format!("{} provider test {name} --to NUMBER", program::name())
}
