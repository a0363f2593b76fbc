//! The name that printed commands begin with: the one by which a person started this program.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

use clap::Command;

/// The name of the program where a shell finds it through `PATH`, and the name that help texts in the code use.
const INSTALLED: &str = "countersign";

/// Returns the word that starts this program again, from the folder in which a person started it: `countersign` if a
/// shell found it through `PATH`, and otherwise the path that was typed, quoted for a shell.
pub(super) fn name() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        let typed = std::env::args_os().next().unwrap_or_default();
        let folder = std::env::current_dir().unwrap_or_default();
        as_typed(&typed, &folder)
    })
}

/// Returns `command` with help texts whose commands begin with [`name`], in all of its subcommands too.
pub(super) fn named_in_help(command: Command) -> Command {
    let help = command.get_after_help().map(ToString::to_string);
    let command = match help {
        Some(help) => command.after_help(with_name(&help, name())),
        None => command,
    };
    command.mut_subcommands(named_in_help)
}

/// Returns the word that starts the program which a shell started as `typed` in `folder`.
fn as_typed(typed: &OsStr, folder: &Path) -> String {
    let path = Path::new(typed);
    if path.components().count() < 2 {
        return INSTALLED.to_owned();
    }
    let path = below(path, folder).unwrap_or_else(|| path.to_owned());
    match path.to_str() {
        Some(path) => quoted(path),
        None => INSTALLED.to_owned(),
    }
}

/// Returns the path of an absolute `path` below `folder`, seen from there. A shell takes a word without a slash for a
/// name in `PATH`, so a program in the folder itself begins with `./`.
fn below(path: &Path, folder: &Path) -> Option<PathBuf> {
    let rest = path.strip_prefix(folder).ok()?;
    Some(match rest.components().count() {
        0 | 1 => Path::new(&Component::CurDir).join(rest),
        _ => rest.to_owned(),
    })
}

/// Returns `path` as one word of a POSIX shell.
pub(super) fn quoted(path: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+@%:,".contains(c);
    if path.chars().all(plain) {
        return path.to_owned();
    }
    format!("'{}'", path.replace('\'', r"'\''"))
}

/// Returns `help` with `name` in place of the name of the program, wherever a command begins: at the start of a line
/// and after a backtick.
fn with_name(help: &str, name: &str) -> String {
    let lines = help.split('\n').map(|line| {
        let line = line.replace(&format!("`{INSTALLED} "), &format!("`{name} "));
        let words = line.trim_start();
        let indent = line.len() - words.len();
        match words.strip_prefix(&format!("{INSTALLED} ")) {
            Some(rest) => format!("{:indent$}{name} {rest}", ""),
            None => line,
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_named_as_its_user_typed_it() {
        let folder = Path::new("/home/user/clone");
        for (typed, name) in [
            ("countersign", "countersign"),
            ("", "countersign"),
            ("target/release/countersign", "target/release/countersign"),
            ("./countersign", "./countersign"),
            ("../countersign", "../countersign"),
            ("/usr/local/bin/countersign", "/usr/local/bin/countersign"),
            (
                "/home/user/clone/target/debug/countersign",
                "target/debug/countersign",
            ),
            ("/home/user/clone/countersign", "./countersign"),
            (
                "/home/user/clone2/countersign",
                "/home/user/clone2/countersign",
            ),
            ("My Programs/countersign", "'My Programs/countersign'"),
            ("it's/countersign", r"'it'\''s/countersign'"),
        ] {
            assert_eq!(as_typed(OsStr::new(typed), folder), name, "{typed}");
        }
    }

    #[test]
    fn a_help_text_names_the_program_where_a_command_begins() {
        let help = "Examples:\n  countersign dev\n  countersign app list      of the running countersign too\n\n\
            `countersign provider add --help` lists all; see countersign.default.toml.";
        assert_eq!(
            with_name(help, "./cs"),
            "Examples:\n  ./cs dev\n  ./cs app list      of the running countersign too\n\n\
            `./cs provider add --help` lists all; see countersign.default.toml."
        );
    }
}
