//! Numbers for tests: whether there are any, and whether the settings allow them.

use countersign_core::ports::setup::Setup;

use super::finding::Findings;
use crate::cli::place::Deployment;

const CHECK: &str = "test numbers";

pub(super) fn check(deployment: &Deployment, setup: &Setup, findings: &mut Findings) {
    let (count, allowed) = (setup.test_numbers.len(), deployment.settings.test_numbers);
    // In development they harm nobody.
    if deployment.file.is_none() {
        return;
    }
    match (count, allowed) {
        (0, false) => {}
        (0, true) => findings.warning(
            CHECK,
            "[test_numbers] allow is on, and there are none: remove it from the settings",
        ),
        (count, true) => findings.warning(
            CHECK,
            format!(
                "{count} are set up: their messages reach no vendor, and anyone who knows a fixed code can prove such a number"
            ),
        ),
        (count, false) => findings.warning(
            CHECK,
            format!(
                "{count} are set up and not used, since [test_numbers] allow is off: messages to them go to vendors"
            ),
        ),
    }
}
