//! The vendor accounts: whether their vendors are reached and take the credentials. No message is sent.

use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use async_trait::async_trait;
use countersign_core::ports::provider::{Credentials, Provider, ReportNotKept, ReportSink};
use countersign_core::ports::setup::{ProviderRecord, Setup};
use countersign_core::receipt::Receipt;
use countersign_core::time::{Clock, Timestamp};
use countersign_providers::account::Resources;
use countersign_providers::egress::{Egress, ExchangeError};
use countersign_providers::kinds;

use super::finding::{Findings, Verdict};
use crate::cli::place::Deployment;
use crate::cli::sentence::sentence;
use crate::service;
use crate::system::{Machine, OsEntropy, Readings};
use crate::traces::Tracer;
use crate::vendors::opening;

const CHECK: &str = "provider";

/// How long a vendor may take to answer a request for nothing.
const PATIENCE: Duration = Duration::from_secs(8);

pub(super) async fn check(deployment: &Deployment, setup: &Setup, findings: &mut Findings) {
    let reach = deployment.settings.reach.unwrap_or(deployment.reach);
    let egress = match service::egress(reach, deployment.settings.proxy.clone()) {
        Ok(egress) => egress,
        Err(error) => return findings.broken(CHECK, sentence(&error)),
    };
    // All at once: an operator should not wait for one silent vendor after the other.
    let looks: Vec<_> = setup
        .providers
        .values()
        .map(|record| tokio::spawn(look((**record).clone(), egress.clone())))
        .collect();
    for look in looks {
        if let Ok((verdict, says)) = look.await {
            findings.add(CHECK, verdict, says);
        }
    }
}

/// The verdict about an account, and the sentence.
async fn look(record: ProviderRecord, egress: Egress) -> (Verdict, String) {
    let name = record.name.clone();
    match examine(&record, egress).await {
        Ok((verdict, says)) => (verdict, format!("{name} ({}): {says}", record.kind)),
        Err(error) => {
            let why = sentence(&error);
            (Verdict::Broken, format!("{name} ({}): {why}", record.kind))
        }
    }
}

async fn examine(record: &ProviderRecord, egress: Egress) -> anyhow::Result<(Verdict, String)> {
    let account = opening::account(record, egress.reach())?;
    let endpoint = kinds::endpoint(&record.kind, &account)?;
    let host = endpoint.host_str().unwrap_or_default().to_owned();
    let knock = tokio::time::timeout(PATIENCE, egress.knock(&endpoint)).await;
    match knock.unwrap_or(Err(ExchangeError::NoAnswer("no answer in time"))) {
        Ok(()) => {}
        Err(ExchangeError::Refused) => {
            return Err(anyhow!(
                "{host} is out of reach: change the account, or [providers] reach"
            ));
        }
        Err(ExchangeError::NotConnected(why)) => {
            return Err(anyhow!(
                "{host} is not reached ({why}): see to the network, the firewall and [providers] proxy"
            ));
        }
        Err(why @ (ExchangeError::NoAnswer(_) | ExchangeError::NotProcessed)) => {
            return Ok((
                Verdict::Warning,
                format!("{host} is reached and does not answer ({why})"),
            ));
        }
    }
    let provider = opening::open(record, resources(egress), &Tracer::default())?;
    Ok(match provider.credentials().await {
        Credentials::Taken => (
            Verdict::Ok,
            format!("{host} is reached, and takes the credentials"),
        ),
        Credentials::NotAsked => (
            Verdict::Ok,
            format!(
                "{host} is reached; the credentials are not checked, since only a message would show them"
            ),
        ),
        Credentials::Refused(code) => (
            Verdict::Broken,
            format!(
                "{host} refuses the credentials ({code}): set the account up again with the right ones"
            ),
        ),
        Credentials::Unclear(why) => (
            Verdict::Warning,
            format!("{host} is reached, and does not say whether it takes the credentials ({why})"),
        ),
    })
}

fn resources(egress: Egress) -> Resources {
    Resources {
        egress,
        clock: Arc::new(WallClock),
        entropy: Arc::new(OsEntropy),
        reports: Arc::new(NoReports),
    }
}

/// The clock of the machine, by which requests to vendors are signed.
struct WallClock;

impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(Machine.wall())
    }
}

/// Takes no reports: the service that runs does.
struct NoReports;

#[async_trait]
impl ReportSink for NoReports {
    async fn report(&self, _: Vec<Receipt>) -> Result<(), ReportNotKept> {
        Err(ReportNotKept)
    }
}
