//! An error as one sentence for a person: each cause once, and the errors of the operating system in words.

use std::error::Error;
use std::io::{self, ErrorKind};

/// Returns what went wrong, then its causes, after colons.
pub(super) fn sentence(error: &anyhow::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    for cause in error.chain() {
        let part = words(cause);
        // The error of a library often ends with its cause.
        if !parts.iter().any(|before| before.ends_with(&part)) {
            parts.push(part);
        }
    }
    parts.join(": ")
}

fn words(cause: &(dyn Error + 'static)) -> String {
    match cause.downcast_ref::<io::Error>() {
        Some(error) if error.raw_os_error().is_some() => of_system(error),
        _ => cause.to_string(),
    }
}

/// Returns the error of the operating system without its number, and with the mend where it is known.
fn of_system(error: &io::Error) -> String {
    let words = match error.kind() {
        ErrorKind::NotFound => "there is no such file or folder",
        ErrorKind::PermissionDenied => "this user has no permission",
        ErrorKind::AlreadyExists => "it exists already",
        ErrorKind::NotADirectory => "a part of the path is a file",
        ErrorKind::IsADirectory => "it is a folder, not a file",
        ErrorKind::StorageFull => "the disk is full: make room on it",
        ErrorKind::QuotaExceeded => {
            "this user may keep no more on the disk: make room, or raise the quota"
        }
        ErrorKind::FileTooLarge => "files may not become that large: raise the limit (ulimit -f)",
        ErrorKind::ReadOnlyFilesystem => "the disk is mounted read-only",
        ErrorKind::ConnectionRefused => "nothing listens there",
        ErrorKind::ConnectionReset => "the connection was reset",
        ErrorKind::TimedOut => "it took too long",
        _ => return without_number(&error.to_string()),
    };
    words.to_owned()
}

/// Drops ` (os error 17)` from the end of a text.
fn without_number(text: &str) -> String {
    let words = text
        .split_once(" (os error ")
        .map_or(text, |(words, _)| words);
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;

    #[test]
    fn each_cause_is_told_once_and_without_a_number() {
        let full = || io::Error::from_raw_os_error(28);
        let error = anyhow::Error::new(full()).context("the folder cannot be used");
        assert_eq!(
            sentence(&error),
            "the folder cannot be used: the disk is full: make room on it"
        );
        let twice = Err::<(), _>(io::Error::other("inner"))
            .context("outer: inner")
            .unwrap_err();
        assert_eq!(sentence(&twice), "outer: inner");
        let unknown = anyhow::Error::new(io::Error::from_raw_os_error(71));
        assert_eq!(sentence(&unknown), "Protocol error");
    }
}
