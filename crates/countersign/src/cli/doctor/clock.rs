//! The clock of the machine: against the newest record, and against an SNTP server where one is set.

use countersign_core::time::Timestamp;

use super::finding::Findings;
use crate::cli::place::Deployment;
use crate::sntp::{self, Distance};
use crate::system::{Machine, OsEntropy, Readings};
use crate::wall_clock::APART;

const CHECK: &str = "clock";

/// The distance from a server that an operator should know of, in milliseconds.
const NOTABLE: i64 = 2_000;

pub(super) async fn check(
    deployment: &Deployment,
    newest: Option<Timestamp>,
    findings: &mut Findings,
) {
    let behind = newest.map_or(0, |newest| newest.as_millis() - Machine.wall());
    if behind >= APART {
        let seconds = behind / 1_000;
        findings.broken(
            CHECK,
            format!("{seconds} s behind the newest record: set the clock of this machine, and start the service anew"),
        );
    }
    let Some((host, port)) = &deployment.settings.clock.sntp else {
        if behind < APART {
            findings.ok(
                CHECK,
                "not behind the newest record; [clock] sntp names no server to compare it with",
            );
        }
        return;
    };
    match sntp::ask((host, *port), &Machine, &OsEntropy).await {
        Ok(distance) => compare(host, distance, findings),
        Err(why) => findings.warning(
            CHECK,
            format!("the SNTP server {host} tells no time: {why}"),
        ),
    }
}

fn compare(host: &str, Distance { ahead, uncertain }: Distance, findings: &mut Findings) {
    let apart = ahead.abs();
    let seconds = format!("{}.{:03} s", apart / 1_000, apart % 1_000);
    let direction = if ahead < 0 { "behind" } else { "ahead of" };
    let says = format!("{seconds} {direction} {host}");
    if apart >= APART {
        let says = format!(
            "{says}: set the clock of this machine, since vendors refuse requests of another time"
        );
        findings.broken(CHECK, says);
    } else if apart - uncertain >= NOTABLE {
        findings.warning(
            CHECK,
            format!("{says}: see whether this machine sets its clock"),
        );
    } else {
        findings.ok(CHECK, format!("{seconds} from that of {host}"));
    }
}
