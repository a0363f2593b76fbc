//! The files of keys: whether they are there, whole, and readable by their owner only.

use super::finding::Findings;
use crate::cli::place::Deployment;
use crate::cli::sentence::sentence;
use crate::config::keys::Keys;
use crate::config::private_file;
use crate::token;

const CHECK: &str = "keys";

/// The keys of what is kept, where they can be used.
pub(super) fn check(deployment: &Deployment, findings: &mut Findings) -> Option<Keys> {
    let (kept, mut signing_is_exposed) = (&deployment.kept, false);
    let signing = kept.data.join(token::KEY_FILE);
    if private_file::exposed(&signing).is_ok_and(|exposed| exposed) {
        let shown = signing.display();
        let says = format!(
            "the key file {shown} can be read by others than its owner: run chmod 600 {shown}"
        );
        findings.broken(CHECK, says);
        signing_is_exposed = true;
    }
    match kept.keys.keys(&kept.data) {
        Ok(keys) => {
            match kept.keys.file(&kept.data) {
                _ if signing_is_exposed => {}
                Some(file) => findings.ok(
                    CHECK,
                    format!("{}: only its owner can read it", file.display()),
                ),
                None => findings.ok(CHECK, "each comes from a place of its own"),
            }
            Some(keys)
        }
        Err(error) => {
            findings.broken(CHECK, sentence(&error.into()));
            None
        }
    }
}
