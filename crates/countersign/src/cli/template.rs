//! `countersign template set|list|lint|preview|remove`

mod findings;

use std::process::ExitCode;

use clap::builder::NonEmptyStringValueParser;
use clap::{ArgGroup, Args, Subcommand};
use countersign_api::{
    LintedSmsTemplate, PreviewSmsTemplateRequest, PreviewedSms, SmsTemplateDto, VendorTemplateDto,
};

use super::owner::{self, OwnerArgs};
use super::{recipient, say};

#[derive(Args)]
#[command(
    after_help = "Examples:\n  countersign template set --provider aliyun --id SMS_154950909 --signature 阿里云 --variable code={code}\n  \
        countersign template set --provider tencent --id 449739 --signature 腾讯云 --variable {code} --variable {minutes}\n  \
        countersign template set --language en-US --text '[{app}] {code} is your code, good for {minutes} minutes.'\n  \
        countersign template lint --text '【{app}】{code}'\n  \
        countersign template preview --app dev-app --channel login --language zh-CN --provider aliyun\n  \
        countersign template remove --language en-US\n  \
        countersign template remove --default      the text that has no scope"
)]
pub(super) struct Template {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Say in which words messages go out, or by which of a vendor's templates
    Set {
        #[command(flatten)]
        scope: Scope,
        #[command(flatten)]
        words: Words,
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Look a template over, and save nothing
    Lint {
        #[command(flatten)]
        scope: Scope,
        #[command(flatten)]
        words: Words,
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Show a message as it would be, with the code 123456
    Preview {
        /// The application that sends
        #[arg(long, value_name = "APP_ID", default_value = super::dev::APP_ID)]
        app: String,
        /// What the code is for, such as login
        #[arg(long, default_value = "login", value_parser = recipient::channel)]
        channel: countersign_api::Channel,
        /// Through which provider
        #[arg(long)]
        provider: Option<String>,
        /// Language of the message, such as fr-FR (default: that of the terminal)
        #[arg(long)]
        language: Option<String>,
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Show all templates beside the built-in texts
    List {
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Forget the text, or the vendor's template, of exactly this scope
    #[command(visible_alias = "delete", mut_group("Scope", |scope| scope.required(true)))]
    Remove {
        #[command(flatten)]
        scope: Scope,
        /// The vendor's template, and not the text
        #[arg(long)]
        vendor: bool,
        #[command(flatten)]
        owner: OwnerArgs,
    },
}

/// The messages that a template is for: an option that is left out limits them in nothing.
#[derive(Args)]
struct Scope {
    /// For messages of that application
    #[arg(long, value_name = "APP_ID", value_parser = NonEmptyStringValueParser::new())]
    app: Option<String>,
    /// For codes of that channel, such as login
    #[arg(long, value_parser = recipient::channel)]
    channel: Option<countersign_api::Channel>,
    /// For messages through that provider
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    provider: Option<String>,
    /// For messages in that language, such as fr-FR
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    language: Option<String>,
    /// For all messages without a template of their own, in whichever language
    #[arg(long, conflicts_with_all = ["app", "channel", "provider", "language"])]
    default: bool,
}

#[derive(Args)]
#[command(group = ArgGroup::new("what").required(true))]
struct Words {
    /// A text with the gaps {code}, {minutes}, {seconds}, {app}
    #[arg(long, group = "what")]
    text: Option<String>,
    /// The id of a template that the vendor has approved
    #[arg(long, group = "what", requires = "provider")]
    id: Option<String>,
    /// The signature that goes with it
    #[arg(long, requires = "id")]
    signature: Option<String>,
    /// What fills its gaps, in order: code={code} where the vendor names them, {code} where it counts them
    #[arg(long = "variable", value_name = "NAME=VALUE", requires = "id")]
    variables: Vec<String>,
}

fn body(scope: Scope, words: Option<Words>) -> SmsTemplateDto {
    let (text, vendor) = match words {
        None => (None, None),
        Some(words) => {
            let vendor = words.id.map(|id| VendorTemplateDto {
                id,
                signature: words.signature,
                variables: words.variables,
            });
            (words.text, vendor)
        }
    };
    SmsTemplateDto {
        app_id: scope.app,
        channel: scope.channel.map(|channel| channel.as_str().to_owned()),
        provider: scope.provider,
        language: scope.language,
        text,
        vendor_template: vendor,
        version: None,
        if_version: None,
    }
}

impl Template {
    pub(super) fn json(&self) -> bool {
        match &self.verb {
            Verb::Set { owner, .. }
            | Verb::Lint { owner, .. }
            | Verb::Preview { owner, .. }
            | Verb::List { owner }
            | Verb::Remove { owner, .. } => owner.json,
        }
    }

    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.verb {
            Verb::Set {
                scope,
                words,
                owner,
            } => {
                let body = body(scope, Some(words));
                let linted = ask(&owner, "set-sms-template", &body).await?;
                findings::saved(&owner, &body, &linted)
            }
            Verb::Lint {
                scope,
                words,
                owner,
            } => {
                let body = body(scope, Some(words));
                let linted = ask(&owner, "lint-sms-template", &body).await?;
                findings::linted(&owner, &linted)
            }
            Verb::Preview {
                app,
                channel,
                provider,
                language,
                owner,
            } => {
                let of_terminal = || owner.lang().as_str().to_owned();
                let body = PreviewSmsTemplateRequest {
                    app_id: app,
                    channel: channel.as_str().to_owned(),
                    provider,
                    language: language.unwrap_or_else(of_terminal),
                };
                let running = owner.find()?;
                let request = running.post("preview-sms-template").json(&body);
                preview(&owner, &owner::data(running.ask(request).await?)?)
            }
            Verb::List { owner } => {
                let running = owner.find()?;
                let request = running.get("list-sms-templates");
                let all: Vec<SmsTemplateDto> = owner::data(running.ask(request).await?)?;
                list(&owner, &all)
            }
            Verb::Remove {
                scope,
                vendor,
                owner,
            } => {
                let mut body = body(scope, None);
                body.vendor_template = vendor.then(|| VendorTemplateDto {
                    id: String::new(),
                    signature: None,
                    variables: Vec::new(),
                });
                let running = owner.find()?;
                let request = running.post("delete-sms-template").json(&body);
                super::done(&owner, &running.ask(request).await?, "removed")?;
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

async fn ask(
    args: &OwnerArgs,
    endpoint: &str,
    body: &SmsTemplateDto,
) -> anyhow::Result<LintedSmsTemplate> {
    let running = args.find()?;
    let request = running.post(endpoint).json(body);
    owner::data(running.ask(request).await?)
}

fn preview(args: &OwnerArgs, sms: &PreviewedSms) -> anyhow::Result<ExitCode> {
    if args.json {
        say(serde_json::to_string(sms)?);
        return Ok(ExitCode::SUCCESS);
    }
    say(&sms.text);
    say(format!(
        "{}, {} of {} places, {} SMS",
        sms.encoding,
        sms.units,
        if sms.encoding == "GSM-7" { 160 } else { 70 },
        sms.segments
    ));
    if let Some(vendor) = &sms.vendor_template {
        say(format!(
            "vendor template {} (signature {}): {}",
            vendor.id,
            vendor.signature.as_deref().unwrap_or("none"),
            vendor.variables.join(", ")
        ));
    }
    Ok(ExitCode::SUCCESS)
}

fn list(args: &OwnerArgs, templates: &[SmsTemplateDto]) -> anyhow::Result<ExitCode> {
    if args.json {
        say(serde_json::to_string(templates)?);
        return Ok(ExitCode::SUCCESS);
    }
    say(format!(
        "{:16}  {:28}  {:16}  {:8}  WORDS",
        "APPLICATION", "CHANNEL", "PROVIDER", "LANGUAGE"
    ));
    for template in templates {
        let words = match (&template.text, &template.vendor_template) {
            (Some(text), _) => text.clone(),
            (None, Some(vendor)) => format!("{} {}", vendor.id, vendor.variables.join(" ")),
            (None, None) => String::new(),
        };
        let or_all = |part: &Option<String>| part.clone().unwrap_or_else(|| "all".to_owned());
        let mark = if is_default(template) {
            "  (default)"
        } else {
            ""
        };
        say(format!(
            "{:16}  {:28}  {:16}  {:8}  {words}{mark}",
            or_all(&template.app_id),
            or_all(&template.channel),
            or_all(&template.provider),
            or_all(&template.language),
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns whether `template` is the one that `--default` names.
fn is_default(template: &SmsTemplateDto) -> bool {
    let scope = [
        &template.app_id,
        &template.channel,
        &template.provider,
        &template.language,
    ];
    scope.iter().all(|part| part.is_none())
}
