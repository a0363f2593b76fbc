//! Starts that fail, each with one sentence that says what to do; and starts whose address is written in another way.

use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::process::{Command, Output};

use insta::assert_snapshot;
use rustix::fs::{FlockOperation, fcntl_lock};
use tempfile::TempDir;

use crate::actors::Terminal;
use crate::server::{BINARY, Server, folder, number};

/// The one sentence of a refused run, without the name of the folder.
fn sentence(output: Output, data: &Path) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(!text.contains("os error"), "{text}");
    text.trim_end().replace(data.to_str().unwrap(), "DATA")
}

fn start(data: &Path, args: &[&str]) -> String {
    let mut command = Command::new(BINARY);
    command.args(["dev", "--quiet", "--listen", "127.0.0.1:0", "--data"]);
    sentence(command.arg(data).args(args).output().unwrap(), data)
}

/// A data folder that a server has used and left.
async fn used() -> TempDir {
    let data = folder();
    Server::start(data.path(), &["--quiet"]).await.stop().await;
    data
}

// shows: found-W7
#[tokio::test]
async fn a_database_that_cannot_be_opened_is_refused_in_words() {
    let data = used().await;
    let path = data.path().join("countersign.db");
    let mut database = OpenOptions::new()
        .read(true)
        .write(true)
        .open(&path)
        .unwrap();
    fcntl_lock(&database, FlockOperation::NonBlockingLockExclusive).unwrap();
    assert_snapshot!(start(data.path(), &[]), @"countersign: the database in the data folder cannot be opened: another program has locked it: end that program, and start again");
    fcntl_lock(&database, FlockOperation::Unlock).unwrap();

    // The version of the schema is in the head of the file.
    database.seek(SeekFrom::Start(60)).unwrap();
    database.write_all(&999_u32.to_be_bytes()).unwrap();
    assert_snapshot!(start(data.path(), &[]), @"countersign: the database in the data folder cannot be opened: a newer version of countersign has written it: start that version, or name another folder with --data");

    fs::write(
        &path,
        "no database at all, but a text that is longer than its head",
    )
    .unwrap();
    let says = start(data.path(), &[]);
    assert!(
        says.contains("restore") || says.contains("put the newest"),
        "{says}"
    );
}

// shows: found-W7
#[tokio::test]
async fn a_place_that_cannot_be_a_data_folder_is_refused_in_words() {
    let parent = folder();
    let file = parent.path().join("afile");
    File::create(&file).unwrap();
    assert_snapshot!(start(&file, &[]), @"countersign: DATA is a file: name a folder with --data");
    let below = file.join("data");
    assert_snapshot!(start(&below, &[]), @"countersign: the data folder DATA cannot be used: a part of the path is a file");

    let data = parent.path().join("full");
    let script = r#"ulimit -f 0; exec "$0" dev --quiet --listen 127.0.0.1:0 --data "$1""#;
    let full = Command::new("sh")
        .args(["-c", script, BINARY])
        .arg(&data)
        .output()
        .unwrap();
    assert_snapshot!(sentence(full, &data), @"countersign: the data folder DATA cannot be used: files may not become that large: raise the limit (ulimit -f)");
}

// shows: found-W7
#[tokio::test]
async fn an_address_that_cannot_be_had_is_refused_in_words() {
    let (data, taken) = (
        folder(),
        std::net::TcpListener::bind("127.0.0.1:0").unwrap(),
    );
    let address = taken.local_addr().unwrap().to_string();
    for verb in ["dev", "sandbox"] {
        let mut command = Command::new(BINARY);
        command
            .args([verb, "--listen", &address])
            .current_dir(data.path());
        let says = sentence(command.output().unwrap(), data.path()).replace(&address, "ADDRESS");
        insta::allow_duplicates! {
            assert_snapshot!(says, @"countersign: another program listens on ADDRESS: end that one, or name another address with --listen (port 0 picks a free one)");
        }
    }
    let mut command = Command::new(BINARY);
    command
        .args(["sandbox", "--listen", "[::1]:x"])
        .current_dir(data.path());
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(
        text.contains("a port is a number from 0 to 65535"),
        "{text}"
    );
}

// shows: found-W7
#[tokio::test]
async fn a_server_listens_on_addresses_as_people_write_them() {
    for address in ["localhost:0", ":0", "0", "http://127.0.0.1:0/"] {
        let data = folder();
        let server = Server::start_on(data.path(), address, &["--quiet"]).await;
        assert!(
            server.url.starts_with("http://127.0.0.1:"),
            "{}",
            server.url
        );
        assert_eq!(server.public().login(&number(1)).await, 200);
    }
}

// shows: found-W7
#[tokio::test]
async fn a_settings_file_that_is_no_toml_is_refused_with_its_line() {
    let data = folder();
    let config = data.path().join("settings.toml");
    fs::write(&config, "[codes]\n\ndigits = six\n").unwrap();
    let says = start(data.path(), &["--config", config.to_str().unwrap()]);
    assert!(
        says.starts_with("countersign: the settings file DATA/settings.toml: line 3, digits: "),
        "{says}"
    );
    let missing = data.path().join("missing.toml");
    let says = start(data.path(), &["--config", missing.to_str().unwrap()]);
    assert_snapshot!(says, @"countersign: the settings file DATA/missing.toml: there is no such file or folder");
}

// shows: found-W11
#[tokio::test]
async fn a_quiet_server_says_nothing_about_requests() {
    let data = folder();
    let mut command = tokio::process::Command::new("env");
    command.args(["-u", "RUST_LOG", BINARY]);
    let server = Server::run(command, data.path(), "127.0.0.1:0", &["--quiet"]).await;
    assert_eq!(server.public().login(&number(1)).await, 200);
    assert_eq!(server.public().login(&number(1)).await, 429);
    Terminal::on(data.path()).ok(&["app", "list"]);
    let stopped = server.stop().await;
    assert!(!stopped.stderr.contains("INFO"), "{}", stopped.stderr);
}
