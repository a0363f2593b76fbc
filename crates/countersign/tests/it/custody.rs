//! Folders that another user can change, which the program neither uses nor believes.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::Path;

use serde_json::json;
use tempfile::TempDir;

use crate::actors::Terminal;
use crate::server::{Server, folder, number};

/// A user who is not the one of this process. Only root can give files away.
const STRANGER: u32 = 12_345;

/// A data folder that a server has used and left.
async fn used() -> TempDir {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    assert_eq!(server.public().login(&number(1)).await, 200);
    server.stop().await;
    data
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// The sentence with which `dev` refuses the folder.
fn refusal(data: &Path) -> String {
    let refused = Terminal::on(data).run(&["dev", "--quiet", "--listen", "127.0.0.1:0"]);
    assert_eq!(refused.code, 1, "{refused}");
    assert_eq!(refused.stderr.lines().count(), 1, "{refused}");
    refused
        .stderr
        .replace(data.to_str().unwrap(), "DATA")
        .trim_end()
        .to_owned()
}

// shows: found-R3
#[tokio::test]
async fn an_operator_cannot_use_a_folder_that_other_users_may_write_to() {
    let data = used().await;
    for mode in [0o777, 0o1777, 0o770, 0o702] {
        chmod(data.path(), mode);
        insta::allow_duplicates! {
            insta::assert_snapshot!(refusal(data.path()), @"countersign: other users may write to the data folder DATA: look for files in it that are not yours, then run chmod go-w DATA");
        }
    }
    chmod(data.path(), 0o755);
    chmod(&data.path().join("clock.json"), 0o664);
    insta::assert_snapshot!(refusal(data.path()), @"countersign: other users may write to DATA/clock.json: run chmod go-w DATA/clock.json if it holds what you expect");
    chmod(&data.path().join("clock.json"), 0o644);
    Server::start(data.path(), &["--quiet"]).await;
}

// shows: found-R3
#[tokio::test]
async fn an_operator_cannot_use_a_folder_or_a_file_of_another_user() {
    let data = used().await;
    if fs::metadata(data.path()).unwrap().uid() != 0 {
        return; // nobody else can make such a folder
    }
    let owner = |path: &Path, uid| chown(path, Some(uid), None).unwrap();
    owner(data.path(), STRANGER);
    insta::assert_snapshot!(refusal(data.path()), @"countersign: the data folder DATA belongs to another user (uid 12345): run countersign as that user, or name another folder with --data");
    owner(data.path(), 0);
    owner(&data.path().join("keys.json"), STRANGER);
    insta::assert_snapshot!(refusal(data.path()), @"countersign: DATA/keys.json belongs to another user (uid 12345): remove it, or make it yours with chown if you know what it is");
}

// shows: found-R3
#[tokio::test]
async fn a_link_that_was_planted_in_a_folder_is_refused_and_its_target_is_untouched() {
    for name in [
        "outbox.jsonl",
        "owner.lock",
        "clock.json.new",
        "countersign.db-wal",
    ] {
        let (data, elsewhere) = (used().await, folder());
        let target = elsewhere.path().join("precious");
        fs::write(&target, "precious").unwrap();
        let link = data.path().join(name);
        let _ = fs::remove_file(&link);
        symlink(&target, &link).unwrap();
        let says = refusal(data.path());
        let expected =
            format!("countersign: DATA/{name} is a symbolic link, and a data folder holds none");
        assert!(says.starts_with(&expected), "{says}");
        assert_eq!(fs::read_to_string(&target).unwrap(), "precious");
    }
}

// shows: found-R3
#[tokio::test]
async fn a_note_of_another_user_gets_nothing_from_a_command() {
    let data = folder();
    if fs::metadata(data.path()).unwrap().uid() != 0 {
        return; // nobody else can make such a folder
    }
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let note = json!({ "url": url, "token": "planted" }).to_string();
    fs::write(data.path().join("owner.json"), note).unwrap();
    chown(data.path(), Some(STRANGER), None).unwrap();
    let says = Terminal::on(data.path()).run(&["app", "list"]);
    assert!(says.stderr.contains("belongs to another user"), "{says}");
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "nothing was asked there");
}

// shows: found-R3
#[tokio::test]
async fn a_folder_below_a_folder_of_everybody_is_used_and_its_files_are_private() {
    let everybody = folder();
    chmod(everybody.path(), 0o1777);
    let data = everybody.path().join("data");
    let server = Server::start(&data, &["--quiet"]).await;
    assert_eq!(server.public().login(&number(1)).await, 200);
    assert_eq!(fs::metadata(&data).unwrap().mode() & 0o777, 0o700);
    for entry in fs::read_dir(&data).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.path());
    }
}
