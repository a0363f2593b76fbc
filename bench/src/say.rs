//! The one place of the bench that prints: results on standard output, progress on standard error.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for people at a terminal"
)]

use std::fmt::Display;

pub(crate) fn say(line: impl Display) {
    println!("{line}");
}

pub(crate) fn note(line: impl Display) {
    eprintln!("{line}");
}
