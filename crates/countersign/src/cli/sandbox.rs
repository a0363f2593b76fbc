//! `countersign sandbox`: the server side of SMS vendors on this machine.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use anyhow::{Context, bail};
use axum::Router;
use clap::Args;
use countersign_sandbox::{Options, Sandbox, Vendor, accounts, shown_accounts, shown_faults};
use tokio::sync::oneshot;

use super::{listen, say};
use crate::config::listen_address;
use crate::http::{Site, ThisMachine};
use crate::lifecycle::{self, Signals};
use crate::system::{Machine, Readings};

/// The port that is listened on where none is named.
const PORT: u16 = 8490;

#[derive(Args)]
#[command(after_help = accounts_faults_and_examples())]
pub(super) struct Vendors {
    /// Address to listen on, loopback only; port 0 picks a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8490", value_parser = address)]
    listen: SocketAddr,
    /// Where a vendor posts its delivery reports; may be given for several
    #[arg(long = "report", value_name = "VENDOR=URL", value_parser = report)]
    reports: Vec<(Vendor, String)>,
    /// Let Alibaba Cloud send a number more than one message a minute
    #[arg(long)]
    no_minute_rule: bool,
    /// Draw nothing
    #[arg(long)]
    quiet: bool,
}

impl Vendors {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        if !self.listen.ip().is_loopback() {
            bail!(
                "sandbox listens on loopback only, not on {}: its accounts are known and it shows codes to anyone who asks",
                self.listen
            );
        }
        let mut signals = Signals::listen()?;
        let mut options = Options::new(wall);
        options.minute_rule = !self.no_minute_rule;
        options.reports = self.reports;
        let sandbox = Sandbox::new(options)
            .context("--report or the HTTP client")?
            .behind(of_this_machine);
        let listener = listen::on(self.listen)?;
        let address = listener.local_addr()?;
        if !self.quiet {
            say(banner(address));
        }
        say(format!("listening on http://{address}"));
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = sandbox.serve(listener, async {
            let _ = stopped.await;
        });
        tokio::pin!(serving);
        tokio::select! {
            served = &mut serving => served?,
            () = signals.next() => {
                drop(stop);
                tokio::select! {
                    served = serving => served?,
                    () = tokio::time::sleep(lifecycle::DRAIN) => {}
                    () = signals.insisted() => {}
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The routes for requests of this machine only.
fn of_this_machine(routes: Router) -> Router {
    Router::new().fallback_service(Site::of_this_machine(routes, ThisMachine::alone()))
}

fn address(text: &str) -> Result<SocketAddr, String> {
    listen_address::parse(text, PORT)
}

/// The wall clock, as vendors go by it.
fn wall() -> SystemTime {
    let millis = u64::try_from(Machine.wall()).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_millis(millis)
}

fn report(text: &str) -> Result<(Vendor, String), String> {
    let (vendor, url) = text
        .split_once('=')
        .ok_or("must be a vendor, = and a URL")?;
    let vendor = vendor
        .parse::<Vendor>()
        .map_err(|error| error.to_string())?;
    Ok((vendor, url.to_owned()))
}

fn accounts_faults_and_examples() -> String {
    format!(
        "Accounts, signatures and templates:\n{}\n\n\
        Faults, which every vendor has, by POST /sandbox/faults; without times for ever:\n{}\n\n\
        Examples:\n  \
        countersign sandbox\n  \
        countersign sandbox --listen 127.0.0.1:0 --quiet --report tencent-cloud=http://127.0.0.1:8480/receipts/...\n  \
        curl -s http://127.0.0.1:8490/sandbox/faults -d '{{\"vendor\":\"chuanglan\",\"fault\":\"reset\",\"times\":2}}'\n",
        shown_accounts(),
        shown_faults()
    )
}

fn banner(address: SocketAddr) -> String {
    format!(
        r#"
  SMS vendors that send nothing: for tests and staging only, everyone knows their secrets

{}

  A message by hand, and the phones that it came to:

    curl -s http://{address}/msg/v1/send/json -H 'content-type: application/json' \
      -d '{{"account":"{}",
      "password":"{}","phone":"13800138000","msg":"【示例】您的验证码是123456"}}'
    curl -s http://{address}/sandbox/messages

  What goes wrong, twice; and what came of it all:

    curl -s http://{address}/sandbox/faults -H 'content-type: application/json' \
      -d '{{"vendor":"chuanglan","fault":"reset","times":2}}'
    curl -s http://{address}/sandbox/calls

  Stop with Ctrl-C.
"#,
        shown_accounts(),
        accounts::CHUANGLAN_ACCOUNT,
        accounts::CHUANGLAN_PASSWORD,
    )
}
