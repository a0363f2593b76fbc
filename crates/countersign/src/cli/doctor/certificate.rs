//! The certificate of a service that speaks TLS itself: whether it can be served, and when it ends.

use std::time::Duration;

use countersign_core::time::Timestamp;

use super::finding::Findings;
use crate::cli::place::Deployment;
use crate::cli::sentence::sentence;
use crate::system::{Machine, Readings};
use crate::tls::Tls;

const CHECK: &str = "certificate";

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The time before the end in which a renewal should have happened.
const SOON: Duration = Duration::from_secs(14 * DAY.as_secs());

pub(super) fn check(deployment: &Deployment, findings: &mut Findings) {
    let Some(files) = &deployment.settings.server.tls else {
        return;
    };
    let shown = files.certificate.display();
    let ends = match Tls::open(files.clone()) {
        Ok(tls) => tls.shown().ends,
        Err(error) => return findings.broken(CHECK, sentence(&error.into())),
    };
    let left = Timestamp::from_millis(Machine.wall()).until(ends);
    let days = left.as_secs() / DAY.as_secs();
    if left.is_zero() {
        let says = format!("{shown} ended at {ends}: renew it, and send SIGHUP to the service");
        findings.broken(CHECK, says);
    } else if left < SOON {
        let says = format!("{shown} ends in {days} days: renew it, and send SIGHUP to the service");
        findings.warning(CHECK, says);
    } else {
        findings.ok(CHECK, format!("{shown} ends in {days} days"));
    }
}
