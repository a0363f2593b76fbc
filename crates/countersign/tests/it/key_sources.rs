//! Keys that come each by itself: from files that a container mounts, or from the environment.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use insta::assert_snapshot;
use serde_json::Value;

use crate::deployment::Deployment;
use crate::server::{BINARY, folder};

pub(crate) const NAMES: [&str; 3] = ["index", "seal", "passcode"];

/// The newest keys in a key file, in the order of [`NAMES`].
pub(crate) fn keys_in(file: &Path) -> [String; 3] {
    let keys: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let newest = &keys["generations"][0];
    NAMES.map(|name| newest[name].as_str().unwrap().to_owned())
}

/// Puts each key of the deployment's key file into a file of its own, and names those in its place.
pub(crate) fn into_files(deployment: &Deployment) {
    let file = deployment.folder.join("keys.json");
    let mut lines = String::new();
    for (name, key) in NAMES.iter().zip(keys_in(&file)) {
        let path = deployment.folder.join(name);
        fs::write(&path, key + "\n").unwrap();
        mode(&path, 0o440);
        lines += &format!("{name}_file = \"{}\"\n", path.display());
    }
    deployment.edit(&format!("file = \"{}\"", file.display()), &lines);
    fs::remove_file(file).unwrap();
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// What the program prints with these variables.
fn printed(args: &[&str], variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(BINARY);
    let output = command.args(args).envs(variables.iter().copied());
    let output = output.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn a_service_whose_keys_move_into_files_of_their_own_reads_what_it_kept() {
    let (deployment, backups) = (Deployment::new(), folder());
    let server = deployment.serve(&[]).await;
    server.operator().create_application("shop", "Shop").await;
    server.stop().await;
    let keys = keys_in(&deployment.folder.join("keys.json"));
    into_files(&deployment);

    let server = deployment.serve(&[]).await;
    let applications = server.operator().get("list-applications").await;
    assert!(applications.body.contains("shop"), "{}", applications.body);
    let backup = backups.path().join("monday");
    let settings = deployment.settings();
    let settings = settings.to_str().unwrap();
    printed(
        &["backup", backup.to_str().unwrap(), "--config", settings],
        &[],
    );
    assert_eq!(keys_in(&backup.join("keys.json")), keys);
    server.stop().await;

    fs::remove_dir_all(deployment.data()).unwrap();
    printed(
        &["restore", backup.to_str().unwrap(), "--config", settings],
        &[],
    );
    assert!(!deployment.data().join("keys.json").exists());
    deployment.serve(&["--accept-restored"]).await;
}

#[test]
fn keys_in_the_environment_are_read_and_never_shown() {
    let (deployment, backups) = (Deployment::new(), folder());
    let file = deployment.folder.join("keys.json");
    let keys = keys_in(&file);
    deployment.edit(&format!("file = \"{}\"", file.display()), "");
    fs::remove_file(file).unwrap();
    let names = NAMES.map(|name| format!("COUNTERSIGN_KEYS__{}", name.to_uppercase()));
    let variables: Vec<_> = names
        .iter()
        .zip(&keys)
        .map(|(name, key)| (&**name, &**key))
        .collect();

    let settings = deployment.settings();
    let settings = settings.to_str().unwrap();
    let dump = printed(&["config", "dump", "--config", settings], &variables);
    assert!(keys.iter().all(|key| !dump.contains(&**key)), "{dump}");
    let section = dump.split_once("[keys]\n").unwrap().1;
    assert_snapshot!(section.split_once("\n\n").unwrap().0, @r#"
    index = "••••"
    passcode = "••••"
    seal = "••••"
    "#);

    // The first start makes the database with these keys, and ends for another reason.
    let made = deployment.refusal_with(
        &[
            variables.as_slice(),
            &[("COUNTERSIGN_SERVER__ALLOW_NO_PROVIDER", "false")],
        ]
        .concat(),
    );
    assert!(made.contains("no SMS provider is set up"), "{made}");
    let backup = backups.path().join("monday");
    printed(
        &["backup", backup.to_str().unwrap(), "--config", settings],
        &variables,
    );
    assert_eq!(keys_in(&backup.join("keys.json")), keys);
    let other = ["0"; 64].concat();
    let wrong: Vec<_> = variables.iter().map(|(name, _)| (*name, &*other)).collect();
    assert_snapshot!(deployment.refusal_with(&wrong), @"countersign: the database in the data folder does not open with these keys");
}

// shows: G7
#[test]
fn keys_that_are_mixed_missing_short_or_open_to_all_are_refused_with_the_mend() {
    let deployment = Deployment::new();
    let seal = ("COUNTERSIGN_KEYS__SEAL", "00");
    assert_snapshot!(deployment.refusal_with(&[seal]), @"countersign: the settings (file [folder]/countersign.toml): keys: the keys come from two kinds of places: name one file with [keys] file, or three with index_file, seal_file and passcode_file, or set COUNTERSIGN_KEYS__INDEX, COUNTERSIGN_KEYS__SEAL and COUNTERSIGN_KEYS__PASSCODE; keep one of these");
    into_files(&deployment);
    assert_snapshot!(deployment.refusal_with(&[seal]), @"countersign: the settings (file [folder]/countersign.toml): keys: the keys come from two kinds of places: name one file with [keys] file, or three with index_file, seal_file and passcode_file, or set COUNTERSIGN_KEYS__INDEX, COUNTERSIGN_KEYS__SEAL and COUNTERSIGN_KEYS__PASSCODE; keep one of these");

    let path = deployment.folder.join("seal");
    mode(&path, 0o444);
    assert_snapshot!(deployment.refusal(), @"countersign: the key file [folder]/seal can be read by any user: run chmod 600 [folder]/seal, or mount it with mode 0400");
    mode(&path, 0o600);
    fs::write(&path, "00").unwrap();
    assert_snapshot!(deployment.refusal(), @"countersign: [folder]/seal does not hold a key, which is 64 hexadecimal digits, as `openssl rand -hex 32` prints them");
    fs::remove_file(&path).unwrap();
    assert_snapshot!(deployment.refusal(), @"countersign: the key file [folder]/seal is missing: restore it, or mount it where [keys] says");
    deployment.edit("seal_file", "# seal_file");
    assert_snapshot!(deployment.refusal(), @"countersign: the settings (file [folder]/countersign.toml): keys: the key seal is missing: name one file with [keys] file, or three with index_file, seal_file and passcode_file, or set COUNTERSIGN_KEYS__INDEX, COUNTERSIGN_KEYS__SEAL and COUNTERSIGN_KEYS__PASSCODE");
    deployment.edit("# seal_file", "seal = \"00\"\n# seal_file");
    assert_snapshot!(deployment.refusal(), @"countersign: the settings file [folder]/countersign.toml: keys.seal may not be in a settings file: name a file with keys.seal_file, or set COUNTERSIGN_KEYS__SEAL");
}
