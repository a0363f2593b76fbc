//! `countersign app list`, `countersign app create --name Shop`, `countersign app set shop --web-host ...`

use std::process::ExitCode;

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use countersign_api::{
    ApplicationDto, CreateApplicationRequest, CreatedApplication, DisableApplicationRequest,
    EnableApplicationRequest, RenewApplicationSecretRequest, RenewedApplicationSecret,
    UpdateApplicationRequest,
};

use super::owner::{self, OwnerArgs};
use super::{overlap, say};

#[derive(Args)]
#[command(
    after_help = "Examples:\n  countersign app create --name Shop --origin https://shop.example\n  \
        countersign app set shop --web-host shop.example      codes fill themselves in on its pages\n  \
        countersign app set shop --android-hash ''            no longer in its Android app\n  \
        countersign app set shop --backend 10.1.0.0/16        its servers, which name end users in x-real-ip\n  \
        countersign app set shop --default-country DE         0151 23456789 is a German number\n  \
        countersign app set shop --allow-country CN --allow-country HK   it sends there only\n  \
        countersign app set shop --message-language request   messages are in the language of x-authing-lang\n  \
        countersign app set shop --challenges on              its pages solve challenges\n  \
        countersign app set shop --token-algorithm ES256      its tokens cost a tenth of RS256
  \
        countersign app renew-secret shop --overlap 1h        its secret leaked; the new one is shown\n  \
        countersign app disable shop\n  countersign app list --json"
)]
pub(super) struct App {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Show all applications
    List {
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Create an application; its secret is shown this once
    Create {
        /// The name: 1 to 64 printable characters
        #[arg(long)]
        name: String,
        /// The name that messages carry: 1 to 20 characters (default: the name, where it fits)
        #[arg(long, value_name = "NAME")]
        sms_name: Option<String>,
        /// The public id (default: made up)
        #[arg(long)]
        id: Option<String>,
        /// A web origin whose pages may call as it, such as `https://shop.example` (repeatable)
        #[arg(long = "origin", value_name = "ORIGIN")]
        origins: Vec<String>,
        /// An address or network of its servers, such as 203.0.113.7 or 10.1.0.0/16 (repeatable)
        #[arg(long = "backend", value_name = "CIDR")]
        backends: Vec<String>,
        /// The host whose web pages may read its codes from messages (WebOTP), such as shop.example
        #[arg(long, value_name = "HOST")]
        web_host: Option<String>,
        /// The hash of the Android app that may read its messages (SMS Retriever)
        #[arg(long, value_name = "HASH")]
        android_hash: Option<String>,
        /// The country in which a number that names none is read, such as DE (default: CN)
        #[arg(long, value_name = "COUNTRY")]
        default_country: Option<String>,
        /// A country that it sends to, such as CN (repeatable; default: all that the deployment allows)
        #[arg(long = "allow-country", value_name = "COUNTRY")]
        allowed_countries: Vec<String>,
        /// The language of messages: by the `number` (default), by the `request`, or always a tag such as fr-FR
        #[arg(long, value_name = "CHOICE")]
        message_language: Option<String>,
        /// The language of messages that have no text in the chosen one (default: en-US)
        #[arg(long, value_name = "LANGUAGE")]
        default_language: Option<String>,
        /// Whether its callers can solve challenges (default: off)
        #[arg(long, value_enum, value_name = "SWITCH")]
        challenges: Option<Switch>,
        /// The algorithm that signs its verification tokens: RS256 (default) or ES256
        #[arg(long, value_name = "ALGORITHM")]
        token_algorithm: Option<String>,
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Change an application; what is not given stays as it is
    #[command(group = ArgGroup::new("change").required(true).multiple(true))]
    Set {
        /// Its public id
        app_id: String,
        /// Another name
        #[arg(long, group = "change")]
        name: Option<String>,
        /// The name that messages carry; '' for the name, where it fits
        #[arg(long, value_name = "NAME", group = "change")]
        sms_name: Option<String>,
        /// The web origins whose pages may call as it, instead of those before (repeatable; '' for none)
        #[arg(long = "origin", value_name = "ORIGIN", group = "change")]
        origins: Vec<String>,
        /// The addresses and networks of its servers, instead of those before (repeatable)
        #[arg(long = "backend", value_name = "CIDR", group = "change")]
        backends: Vec<String>,
        /// It has no servers of a known address
        #[arg(long, group = "change", conflicts_with = "backends")]
        no_backends: bool,
        /// The host whose web pages may read its codes from messages; '' for none
        #[arg(long, value_name = "HOST", group = "change")]
        web_host: Option<String>,
        /// The hash of the Android app that may read its messages; '' for none
        #[arg(long, value_name = "HASH", group = "change")]
        android_hash: Option<String>,
        /// The country in which a number that names none is read, such as DE; '' for CN
        #[arg(long, value_name = "COUNTRY", group = "change")]
        default_country: Option<String>,
        /// The countries that it sends to, instead of those before (repeatable; '' for all that the deployment allows)
        #[arg(long = "allow-country", value_name = "COUNTRY", group = "change")]
        allowed_countries: Vec<String>,
        /// The language of messages: by the `number`, by the `request`, or always a tag such as fr-FR
        #[arg(long, value_name = "CHOICE", group = "change")]
        message_language: Option<String>,
        /// The language of messages that have no text in the chosen one; '' for en-US
        #[arg(long, value_name = "LANGUAGE", group = "change")]
        default_language: Option<String>,
        /// Whether its callers can solve challenges
        #[arg(long, value_enum, value_name = "SWITCH", group = "change")]
        challenges: Option<Switch>,
        /// The algorithm that signs its verification tokens: RS256 or ES256
        #[arg(long, value_name = "ALGORITHM", group = "change")]
        token_algorithm: Option<String>,
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Give an application a new secret, shown this once; the one before is good for a while
    RenewSecret {
        /// Its public id
        app_id: String,
        /// How long the secret before is good beside the new one, such as 90m, 24h or 30d; 0 ends it at once
        #[arg(long, value_name = "TIME", default_value = "24h", value_parser = overlap::seconds)]
        overlap: u64,
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Disable an application: to its callers it does not exist until it is enabled
    Disable {
        /// Its public id
        app_id: String,
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Enable an application that was disabled
    Enable {
        /// Its public id
        app_id: String,
        #[command(flatten)]
        owner: OwnerArgs,
    },
}

/// On or off.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

impl Switch {
    fn is_on(self) -> bool {
        self == Self::On
    }
}

impl App {
    pub(super) fn json(&self) -> bool {
        match &self.verb {
            Verb::List { owner }
            | Verb::Create { owner, .. }
            | Verb::Set { owner, .. }
            | Verb::RenewSecret { owner, .. }
            | Verb::Disable { owner, .. }
            | Verb::Enable { owner, .. } => owner.json,
        }
    }

    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.verb {
            Verb::List { owner } => list(&owner).await?,
            Verb::Create {
                name,
                sms_name,
                id,
                origins,
                backends,
                web_host,
                android_hash,
                default_country,
                allowed_countries,
                message_language,
                default_language,
                challenges,
                token_algorithm,
                owner,
            } => {
                let body = CreateApplicationRequest {
                    app_name: name,
                    sms_name,
                    app_id: id,
                    allowed_origins: Some(origins),
                    backends: Some(backends),
                    web_host,
                    android_app_hash: android_hash,
                    default_country,
                    allowed_countries: Some(allowed_countries),
                    message_language,
                    default_language,
                    challenges: challenges.map(Switch::is_on),
                    token_algorithm,
                };
                create(&owner, &body).await?;
            }
            Verb::Set {
                app_id,
                name,
                sms_name,
                origins,
                backends,
                no_backends,
                web_host,
                android_hash,
                default_country,
                allowed_countries,
                message_language,
                default_language,
                challenges,
                token_algorithm,
                owner,
            } => {
                let body = UpdateApplicationRequest {
                    app_id,
                    app_name: name,
                    sms_name,
                    allowed_origins: replaced(origins),
                    backends: (no_backends || !backends.is_empty()).then_some(backends),
                    web_host,
                    android_app_hash: android_hash,
                    default_country,
                    allowed_countries: replaced(allowed_countries),
                    message_language,
                    default_language,
                    challenges: challenges.map(Switch::is_on),
                    token_algorithm,
                    if_version: None,
                };
                set(&owner, &body).await?;
            }
            Verb::RenewSecret {
                app_id,
                overlap,
                owner,
            } => renew_secret(&owner, app_id, overlap).await?,
            Verb::Disable { app_id, owner } => disable(&owner, app_id).await?,
            Verb::Enable { app_id, owner } => enable(&owner, app_id).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Returns the list that takes the place of the one before; `None` where nothing is given. An empty text stands for no
/// entry.
fn replaced(given: Vec<String>) -> Option<Vec<String>> {
    let is_given = !given.is_empty();
    is_given.then(|| given.into_iter().filter(|text| !text.is_empty()).collect())
}

async fn list(args: &OwnerArgs) -> anyhow::Result<()> {
    let running = args.find()?;
    let answer = running.ask(running.get("list-applications")).await?;
    let apps = owner::data::<Vec<ApplicationDto>>(answer)?;
    if args.json {
        say(serde_json::to_string(&apps)?);
        return Ok(());
    }
    let width = apps
        .iter()
        .map(|app| app.app_id.len())
        .max()
        .unwrap_or_default()
        .max("APP ID".len());
    say(format!(
        "{:width$}  {:24}  COUNTRY  NAME",
        "APP ID", "CREATED"
    ));
    for app in apps {
        say(format!(
            "{:width$}  {:24}  {:7}  {}{}",
            app.app_id,
            app.created_at,
            country(&app),
            app.app_name,
            if app.disabled { "  (disabled)" } else { "" }
        ));
    }
    Ok(())
}

async fn create(args: &OwnerArgs, body: &CreateApplicationRequest) -> anyhow::Result<()> {
    let running = args.find()?;
    let answer = running
        .ask(running.post("create-application").json(body))
        .await?;
    let app = owner::data::<CreatedApplication>(answer)?;
    if args.json {
        say(serde_json::to_string(&app)?);
    } else {
        say(format!("app id      {}", app.app_id));
        say(format!(
            "app secret  {}   (shown this once)",
            app.app_secret
        ));
        warn(app.notice.as_deref());
    }
    Ok(())
}

async fn set(args: &OwnerArgs, body: &UpdateApplicationRequest) -> anyhow::Result<()> {
    let running = args.find()?;
    let answer = running
        .ask(running.post("update-application").json(body))
        .await?;
    let app = owner::data::<ApplicationDto>(answer)?;
    if args.json {
        say(serde_json::to_string(&app)?);
        return Ok(());
    }
    say(format!("app id        {}", app.app_id));
    say(format!("name          {}", app.app_name));
    if let Some(name) = &app.sms_name {
        say(format!("in messages   {name}"));
    }
    say(format!(
        "origins       {}",
        or_none(&app.allowed_origins.join(" "))
    ));
    if !app.backends.is_empty() {
        say(format!("back ends     {}", app.backends.join(" ")));
    }
    say(format!(
        "web host      {}",
        or_none(app.web_host.as_deref().unwrap_or_default())
    ));
    say(format!(
        "android hash  {}",
        or_none(app.android_app_hash.as_deref().unwrap_or_default())
    ));
    say(format!("country       {}", country(&app)));
    if !app.allowed_countries.is_empty() {
        say(format!("sends to      {}", app.allowed_countries.join(" ")));
    }
    say(format!("language      {}", language(&app)));
    if app.challenges {
        say("challenges    its callers solve them");
    }
    if let Some(algorithm) = &app.token_algorithm {
        say(format!("tokens        {algorithm}"));
    }
    warn(app.notice.as_deref());
    Ok(())
}

async fn renew_secret(args: &OwnerArgs, app_id: String, overlap: u64) -> anyhow::Result<()> {
    let running = args.find()?;
    let body = RenewApplicationSecretRequest {
        app_id,
        overlap_seconds: Some(overlap),
        if_version: None,
    };
    let request = running.post("renew-application-secret").json(&body);
    let renewed = owner::data::<RenewedApplicationSecret>(running.ask(request).await?)?;
    if args.json {
        say(serde_json::to_string(&renewed)?);
        return Ok(());
    }
    say(format!("app id       {}", renewed.app_id));
    say(format!(
        "app secret   {}   (shown this once)",
        renewed.app_secret
    ));
    say(format!("before       good until {}", renewed.expires));
    Ok(())
}

async fn disable(args: &OwnerArgs, app_id: String) -> anyhow::Result<()> {
    let running = args.find()?;
    let body = DisableApplicationRequest {
        app_id,
        if_version: None,
    };
    let request = running.post("disable-application").json(&body);
    let app = owner::data::<ApplicationDto>(running.ask(request).await?)?;
    switched(args, &app, "disabled: to its callers it does not exist")
}

async fn enable(args: &OwnerArgs, app_id: String) -> anyhow::Result<()> {
    let running = args.find()?;
    let body = EnableApplicationRequest {
        app_id,
        if_version: None,
    };
    let request = running.post("enable-application").json(&body);
    let app = owner::data::<ApplicationDto>(running.ask(request).await?)?;
    switched(args, &app, "enabled")
}

fn switched(args: &OwnerArgs, app: &ApplicationDto, what: &str) -> anyhow::Result<()> {
    if args.json {
        say(serde_json::to_string(app)?);
    } else {
        say(what);
    }
    Ok(())
}

/// Tells the operator that messages carry no name, where they carry none.
fn warn(notice: Option<&str>) {
    if notice.is_some() {
        say("warning       messages carry no name: choose one with --sms-name");
    }
}

/// Returns the country in which a number that names none is read.
fn country(app: &ApplicationDto) -> &str {
    app.default_country.as_deref().unwrap_or("CN")
}

/// Returns the choice of the language of messages, and the one in which they are where the chosen one has no text.
fn language(app: &ApplicationDto) -> String {
    let choice = app.message_language.as_deref().unwrap_or("number");
    let default = app.default_language.as_deref().unwrap_or("en-US");
    match choice {
        "number" | "request" => format!("by the {choice}, or else {default}"),
        tag => format!("{tag}, or else {default}"),
    }
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "none" } else { text }
}
