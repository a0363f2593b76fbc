//! Secrets and codes that a command takes from a file or from standard input, since every user of a machine can read the
//! arguments of its processes.

use std::path::Path;

use anyhow::{Context, bail};

/// The name of standard input, where a file is asked for.
const STANDARD_INPUT: &str = "-";

/// Reads the text of a file, or of standard input if the file is `-`.
///
/// # Errors
/// When it cannot be read, or is not UTF-8.
pub(super) fn text(file: &Path) -> anyhow::Result<String> {
    if is_standard_input(file) {
        return std::io::read_to_string(std::io::stdin()).context("standard input cannot be read");
    }
    std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}

/// Reads one secret or code, which the option `option` takes from a file: the text without white space around it.
///
/// # Errors
/// When there is none, or it cannot be read.
pub(super) fn word(option: &str, file: &Path) -> anyhow::Result<String> {
    match text(file)?.trim() {
        "" => bail!("{option}: {} is empty", shown(file)),
        word => Ok(word.to_owned()),
    }
}

/// Returns whether a file is standard input.
pub(super) fn is_standard_input(file: &Path) -> bool {
    file == Path::new(STANDARD_INPUT)
}

fn shown(file: &Path) -> String {
    match is_standard_input(file) {
        true => "standard input".to_owned(),
        false => file.display().to_string(),
    }
}
