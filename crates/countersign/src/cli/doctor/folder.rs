//! The data folder: its owner, whether it can be written to, and the room on its disk.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use countersign_store::custody;

use super::finding::Findings;
use crate::cli::sentence::sentence;
use crate::disk;
use crate::lifecycle;

const CHECK: &str = "folder";

/// The name of the file with which writing is tried.
const TRIAL: &str = "doctor.trial";

/// Looks at the folder `data`, whose database has so many bytes.
pub(super) fn check(data: &Path, bytes: u64, findings: &mut Findings) {
    let shown = data.display();
    if !data.exists() {
        findings.warning(
            CHECK,
            format!("{shown} is not there yet: the first start makes it"),
        );
        return;
    }
    if let Err(error) = custody::check(data) {
        findings.broken(CHECK, sentence(&error.into()));
        return;
    }
    if let Err(error) = write(data) {
        let why = sentence(&error.into());
        findings.broken(CHECK, format!("{shown} cannot be written to: {why}"));
        return;
    }
    match countersign_store::room(data) {
        Some(free) => room(&shown, free, bytes, findings),
        None => findings.ok(
            CHECK,
            format!("{shown} can be written to by its owner alone"),
        ),
    }
}

fn room(shown: &impl std::fmt::Display, free: u64, bytes: u64, findings: &mut Findings) {
    let says = format!(
        "{free} free on the disk of {shown}, whose database has {bytes}",
        free = disk::in_words(free),
        bytes = disk::in_words(bytes)
    );
    if free < disk::LEAST {
        findings.broken(
            CHECK,
            format!("{says}: make room, or nothing can be sent soon"),
        );
    } else if free < disk::enough_for(bytes) {
        findings.warning(
            CHECK,
            format!("{says}: make room for its growth and for a copy"),
        );
    } else {
        findings.ok(CHECK, says);
    }
}

/// Writes a file and removes it.
fn write(data: &Path) -> io::Result<()> {
    lifecycle::take_limits_as_errors()?;
    let path = data.join(TRIAL);
    let mut options = OpenOptions::new();
    let mut file = custody::private(options.write(true).create(true).truncate(true)).open(&path)?;
    let written = file.write_all(&[0; 4_096]).and_then(|()| file.sync_all());
    fs::remove_file(&path)?;
    written
}
