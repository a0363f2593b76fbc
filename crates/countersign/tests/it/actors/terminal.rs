use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::server::BINARY;

/// The operator at a terminal: runs the commands of the program on a data folder.
pub(crate) struct Terminal {
    data: PathBuf,
    locale: OsString,
}

/// The end of a command and everything that it printed.
///
/// `Display` is its snapshot: the exit code, and both outputs.
#[derive(Debug)]
pub(crate) struct Printed {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Terminal {
    /// The operator of the data folder `data`, in English.
    pub(crate) fn on(data: &Path) -> Self {
        Self {
            data: data.to_owned(),
            locale: "en_US.UTF-8".into(),
        }
    }

    /// The operator whose terminal has this locale, such as `zh_CN.UTF-8`.
    pub(crate) fn in_locale(self, locale: &str) -> Self {
        Self {
            locale: locale.into(),
            ..self
        }
    }

    /// Runs `countersign {arguments} --data {the folder}`, which a shell finds through `PATH`.
    pub(crate) fn run(&self, arguments: &[&str]) -> Printed {
        let bin = Path::new(BINARY).parent().unwrap();
        let output = Command::new("countersign")
            .args(arguments)
            .arg("--data")
            .arg(&self.data)
            .env("PATH", bin)
            .env("LC_ALL", &self.locale)
            .output()
            .unwrap();
        Printed {
            code: output.status.code().expect("an exit code"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs a command that succeeds: its standard output.
    #[track_caller]
    pub(crate) fn ok(&self, arguments: &[&str]) -> String {
        let printed = self.run(arguments);
        assert_eq!(printed.code, 0, "{arguments:?}: {printed}");
        printed.stdout
    }
}

impl fmt::Display for Printed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "exit code {}", self.code)?;
        write!(out, "{}{}", self.stdout, self.stderr)
    }
}
