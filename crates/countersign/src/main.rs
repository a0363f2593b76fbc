//! The `countersign` program. Everything is in the library beside it, where tests can reach it.

use std::process::ExitCode;

fn main() -> ExitCode {
    countersign::cli::run()
}
