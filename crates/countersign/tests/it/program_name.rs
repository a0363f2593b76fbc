//! The commands that the program prints begin with the name by which a person started it.

use std::path::Path;
use std::process::{Command, Output};

use crate::server::{BINARY, folder};

/// The program, started by its path from the folder above its own.
fn by_path(args: &[&str]) -> Output {
    let mut command = Command::new(BINARY);
    command.current_dir(above()).args(args).output().unwrap()
}

/// The program, which a shell finds through `PATH`.
fn through_path(args: &[&str]) -> Output {
    let bin = Path::new(BINARY).parent().unwrap();
    let mut command = Command::new("countersign");
    command.env("PATH", bin).args(args).output().unwrap()
}

/// The folder above that of the program, such as `target`.
fn above() -> &'static Path {
    Path::new(BINARY).ancestors().nth(2).unwrap()
}

/// The path of the program below [`above`], such as `debug/countersign`.
fn path() -> &'static str {
    let path = Path::new(BINARY).strip_prefix(above()).unwrap();
    path.to_str().unwrap()
}

fn stdout(output: Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn stderr(output: Output) -> String {
    assert!(!output.status.success(), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// The verbs that the help of the program lists.
fn verbs() -> Vec<String> {
    let help = stdout(by_path(&["--help"]));
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    let lines = commands.lines().take_while(|line| !line.is_empty());
    let first = lines.filter_map(|line| line.split_whitespace().next());
    let verbs = first.filter(|verb| *verb != "help");
    verbs.map(str::to_owned).collect()
}

#[test]
fn every_command_in_a_help_text_begins_with_the_path_that_started_the_program() {
    let verbs = verbs();
    assert!(verbs.iter().any(|verb| verb == "provider"), "{verbs:?}");
    let pages = verbs.iter().map(|verb| vec![verb.as_str(), "--help"]);
    let deeper = [vec!["--help"], vec!["provider", "add", "--help"]];
    for page in pages.chain(deeper) {
        let help = stdout(by_path(&page));
        // The usage is no command to paste.
        for line in help.lines().filter(|line| !line.starts_with("Usage: ")) {
            let bare = line.trim_start().starts_with("countersign ");
            assert!(!bare && !line.contains("`countersign "), "{page:?}: {line}");
        }
    }
    let help = stdout(by_path(&["app", "--help"]));
    assert!(help.contains(&format!("\n  {} app list", path())), "{help}");
    let help = stdout(through_path(&["app", "--help"]));
    assert!(help.contains("\n  countersign app list"), "{help}");
}

#[test]
fn a_command_in_an_error_starts_the_program_when_it_is_pasted() {
    let data = folder();
    let data = data.path().to_str().unwrap();
    let says = stderr(by_path(&["send", "--to", "18800008888", "--data", data]));
    let pasted = says.split('`').nth(1).expect("a command");
    assert_eq!(pasted, format!("{} dev --data {data}", path()));
    let mut shell = Command::new("sh");
    let shell = shell.args(["-c", &format!("{pasted} --help")]);
    let help = stdout(shell.current_dir(above()).output().unwrap());
    assert!(help.contains("--listen"), "{help}");

    let says = stderr(through_path(&[
        "send",
        "--to",
        "18800008888",
        "--data",
        data,
    ]));
    assert!(says.contains("`countersign dev --data "), "{says}");
}
