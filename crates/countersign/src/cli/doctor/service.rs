//! The service that runs on the data folder, where one does: whether it answers, is ready, and is of this version.

use std::net::SocketAddr;
use std::time::Duration;

use countersign_api::SystemInfo;
use reqwest::Client;

use super::finding::Findings;
use crate::cli::locale;
use crate::cli::owner::Owner;
use crate::cli::place::{Deployment, Place};
use crate::cli::sentence::sentence;

const CHECK: &str = "service";

/// The version of this program.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The longest that the monitor may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) async fn check(place: &Place, deployment: &Deployment, findings: &mut Findings) {
    if !countersign_store::is_owned(&deployment.kept.data) {
        findings.ok(
            CHECK,
            format!("none is running; start one with `{}`", place.start()),
        );
        return;
    }
    let version = match version(place).await {
        Ok(version) => version,
        Err(error) => {
            let why = sentence(&error);
            findings.broken(
                CHECK,
                format!("it runs and does not answer: {why}: look at its log"),
            );
            return;
        }
    };
    if version != VERSION {
        let says = format!(
            "version {version} is running, and this is {VERSION}: start it anew to run this one"
        );
        findings.warning(CHECK, says);
    }
    match deployment.settings.server.monitor_listen {
        None => findings.ok(CHECK, format!("version {version} is running and answers; without [server] monitor_listen \
            nobody can ask whether it is ready")),
        Some(monitor) => match unready(monitor).await {
            Ok(None) => findings.ok(CHECK, format!("version {version} is running, answers, and is ready")),
            Ok(Some(why)) => findings.broken(CHECK, format!("version {version} is running and not ready: {why}")),
            Err(_) => findings.broken(
                CHECK,
                format!("nothing answers at [server] monitor_listen, {monitor}: start the service anew with these settings"),
            ),
        },
    }
}

/// The version of the service, once it has proved that it is the one on the folder.
async fn version(place: &Place) -> anyhow::Result<String> {
    let owner = Owner::of(place, locale::of_terminal())?;
    owner.prove().await?;
    let info: SystemInfo = owner.bare("system").await?;
    Ok(info.version.server)
}

/// Why the service is not ready, if it is not.
async fn unready(monitor: SocketAddr) -> reqwest::Result<Option<String>> {
    let client = Client::builder().no_proxy().timeout(PATIENCE).build()?;
    let url = format!("http://{}/readyz", crate::cli::running::from_here(monitor));
    let answer = client.get(url).send().await?;
    if answer.status().is_success() {
        return Ok(None);
    }
    let why = answer.text().await?;
    Ok(Some(why.trim().replace('\n', "; ")))
}
