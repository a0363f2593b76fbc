//! `countersign demo`: an example application, a web page that signs people in with codes of the running countersign.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use countersign_core::network::Networks;
use countersign_demo::{Service, Widget};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::owner::Owner;
use super::place::Place;
use super::{listen, locale, private_input, program, say};
use crate::config::listen_address;
use crate::connection::{self, Answers, Opening, Refusals};
use crate::http::{Site, ThisMachine};
use crate::lifecycle::{self, Door, Doors, Signals};

/// The port that is listened on where none is named.
const PORT: u16 = 8482;

/// The longest that the running countersign may take to say whether it has an inbox.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Args)]
#[command(
    after_help = "Examples:\n  countersign demo                         beside `countersign dev`, in another terminal\n  \
        countersign demo --listen 127.0.0.1:0 --data /tmp/try\n  \
        countersign demo --app shop --app-secret-file shop.secret\n\n\
        The source is crates/demo of the repository: an application of a few hundred lines, written with the Rust SDK."
)]
pub(super) struct Demo {
    /// Address to listen on, loopback only; port 0 picks a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8482", value_parser = address)]
    listen: SocketAddr,
    #[command(flatten)]
    place: Place,
    /// Address of the running countersign, such as http://127.0.0.1:8480, instead of its data folder
    #[arg(long, value_name = "URL", conflicts_with_all = ["data", "config"])]
    url: Option<String>,
    /// The application that signs people in
    #[arg(long, value_name = "APP_ID", default_value = super::dev::APP_ID)]
    app: String,
    /// File with the secret of that application, - for standard input; the development application's is known
    #[arg(long, value_name = "FILE")]
    app_secret_file: Option<PathBuf>,
    /// Folder of the npm package `altcha`, whose widget solves the challenges that a limit demands
    #[arg(long, value_name = "DIR")]
    widget: Option<PathBuf>,
}

impl Demo {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        if !self.listen.ip().is_loopback() {
            bail!(
                "demo listens on loopback only, not on {}: it is an example, without TLS",
                self.listen
            );
        }
        let signals = Signals::listen()?;
        let service = self.service().await?;
        let listener = listen::on(self.listen)?;
        let address = listener.local_addr()?;
        let banner = banner(address, &service);
        let router = countersign_demo::router(service).context("--url or --app")?;
        say(banner);
        say(format!("listening on http://{address}"));
        let answers = Answers {
            site: Site::of_this_machine(router, ThisMachine::alone()),
            refusals: Refusals::bare(),
            idle: connection::IDLE,
            open: connection::OpenConnections::default(),
        };
        let doors = Doors {
            api: Door {
                listener,
                answers,
                proxies: Networks::loopback(),
                opening: Opening::default(),
            },
            monitor: None,
            console: None,
        };
        let (tasks, stopping) = (TaskTracker::new(), CancellationToken::new());
        lifecycle::serve(doors, tasks, stopping, Duration::ZERO, signals).await;
        Ok(ExitCode::SUCCESS)
    }

    /// The running countersign, and the application's account there.
    async fn service(&self) -> anyhow::Result<Service> {
        let app_secret = self.app_secret()?;
        let url = self.service_url().await?;
        let inbox = self.inbox(&url).await?;
        Ok(Service {
            url,
            app_id: self.app.clone(),
            app_secret,
            inbox,
            widget: self.widget()?,
        })
    }

    fn widget(&self) -> anyhow::Result<Option<Widget>> {
        let read = self.widget.as_deref().map(Widget::of_package).transpose();
        read.context(
            "--widget must be the folder of the npm package altcha, version 3: node_modules/altcha",
        )
    }

    fn app_secret(&self) -> anyhow::Result<String> {
        match &self.app_secret_file {
            Some(file) => private_input::word("--app-secret-file", file),
            None if self.app == super::dev::APP_ID => Ok(super::dev::APP_SECRET.to_owned()),
            None => bail!(
                "--app-secret-file must name a file with the secret of {}, or be - for standard input",
                self.app
            ),
        }
    }

    /// The address of the running countersign. The one of a data folder has proved that it is the folder's owner.
    async fn service_url(&self) -> anyhow::Result<String> {
        match &self.url {
            Some(url) if url.starts_with("http://") => Ok(url.trim_end_matches('/').to_owned()),
            Some(_) => bail!("--url must be an http address, such as http://127.0.0.1:8480"),
            None => {
                let running = Owner::of(&self.place, locale::of_terminal())?;
                running.prove().await?;
                Ok(running.url().to_owned())
            }
        }
    }

    /// The page where codes arrive, or nothing if the service at `url` has none, as in production.
    ///
    /// # Errors
    /// When no service answers there.
    async fn inbox(&self, url: &str) -> anyhow::Result<Option<String>> {
        let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE);
        let inbox = format!("{url}/dev/outbox");
        match client.build()?.head(&inbox).send().await {
            Ok(answer) => Ok(answer.status().is_success().then_some(inbox)),
            Err(error) if error.is_connect() => Err(self.nobody(url)),
            Err(error) if error.is_builder() => {
                bail!("--url must be an http address, such as http://127.0.0.1:8480")
            }
            Err(_) => bail!("the service at {url} did not answer"),
        }
    }

    fn nobody(&self, url: &str) -> anyhow::Error {
        match self.url {
            None => self.place.nobody(),
            Some(_) => anyhow!(
                "no countersign is running at {url}: start one with `{} dev`, or name its address with --url",
                program::name()
            ),
        }
    }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    listen_address::parse(text, PORT)
}

fn banner(address: SocketAddr, service: &Service) -> String {
    let inbox = match &service.inbox {
        Some(inbox) => format!("\n    codes arrive at  {inbox}"),
        None => String::new(),
    };
    format!(
        r#"
  An example application that signs people in by phone. Open http://{address}

    codes come from  {}, application {}{inbox}

  Stop with Ctrl-C.
"#,
        service.url, service.app_id
    )
}
