//! `countersign man DIR`: the manual pages, one for each verb.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Command};
use clap_mangen::Man;

/// The title of the manual that the pages belong to.
const MANUAL: &str = "Countersign";

#[derive(Args)]
pub(super) struct Manual {
    /// Folder for the pages, which is made if it is missing
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Day of the release, which stands at the foot of a page
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: String,
}

impl Manual {
    /// Writes the pages of `program` and of its subcommands into the folder: `countersign.1`, `countersign-app.1`,
    /// `countersign-app-create.1` and so on.
    pub(super) fn run(self, program: Command) -> anyhow::Result<ExitCode> {
        let shown = || format!("the folder {}", self.folder.display());
        fs::create_dir_all(&self.folder).with_context(shown)?;
        let mut program = program.disable_help_subcommand(true);
        program.build();
        let mut pending = vec![program];
        while let Some(command) = pending.pop() {
            let below = command.get_subcommands().filter(|verb| !verb.is_hide_set());
            pending.extend(below.cloned());
            let page = Man::new(command)
                .date(&self.date)
                .manual(MANUAL)
                .source(source());
            page.generate_to(&self.folder).with_context(shown)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The program and its version, which stand at the foot of a page.
fn source() -> String {
    format!("countersign {}", env!("CARGO_PKG_VERSION"))
}
