//! `countersign dev` and `countersign serve` on PostgreSQL: one node, and two on one database.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

#[path = "../../../store/tests/server/mod.rs"]
#[allow(
    dead_code,
    clippy::disallowed_methods,
    reason = "shared with the tests of the store"
)]
pub(crate) mod server;

mod audit;
mod console;
mod master_keys;
mod outage;
mod production;
mod shared_keys;
mod single_use;
mod undecided;

use self::server::{run, server};
use crate::deployment::{Deployment, countersign, refused};
use crate::sandbox::until;
use crate::server::{Server, folder, number};

/// The folder and the process of a node in development.
struct Node {
    folder: TempDir,
    server: Server,
}

/// An empty database.
pub(crate) fn database() -> String {
    run(server().empty_database())
}

/// Starts a node with the keys of another one, or with new ones.
async fn node(database: &str, other: Option<&Node>) -> Node {
    let folder = other.map_or_else(folder, keys_of);
    let server = start(folder.path(), database).await;
    Node { folder, server }
}

/// Waits until a node knows the access key.
async fn until_known(node: &Server, access_key: &str) {
    until("the access key is known", async || {
        let keys = node.operator().list("list-access-keys").await;
        let mut ids = keys.iter().map(|key| key["accessKeyId"].as_str());
        ids.any(|id| id == Some(access_key)).then_some(())
    })
    .await;
}

/// Returns a new folder with the master keys of a node.
fn keys_of(node: &Node) -> TempDir {
    let folder = folder();
    let name = "keys.json";
    fs::copy(node.folder.path().join(name), folder.path().join(name)).unwrap();
    folder
}

/// Starts a node that has this folder.
pub(crate) async fn start(folder: &Path, database: &str) -> Server {
    Server::start(folder, &["--quiet", "--database-url", database]).await
}

// shows: B1
#[tokio::test(flavor = "multi_thread")]
async fn a_node_sends_checks_and_lists_over_a_restart() {
    let database = database();
    let Node { folder, server } = node(&database, None).await;
    let code = server.code("CHANNEL_LOGIN", &number(1)).await;
    assert_eq!(server.public().login(&number(1)).await, 429);
    server.kill().await;
    let server = start(folder.path(), &database).await;
    assert_eq!(server.public().login(&number(1)).await, 429);
    assert!(server.app_server().accepts(&number(1), &code).await);
    assert!(!server.app_server().accepts(&number(1), &code).await);
    let messages = server.operator().messages().await;
    assert_eq!(messages.len(), 1);
    let timeline = server.operator().timeline(&number(1)).await;
    assert_eq!(timeline.message_id, messages[0].message_id);
    assert!(
        server
            .terminal()
            .ok(&["audit", "verify"])
            .contains("intact")
    );
    assert!(!folder.path().join("countersign.db").exists());
}

// shows: A3, B1
#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_on_one_database_are_one_service() {
    let database = database();
    let one = node(&database, None).await;
    let other = node(&database, Some(&one)).await;
    let code = one.server.code("CHANNEL_LOGIN", &number(1)).await;
    assert_eq!(other.server.public().login(&number(1)).await, 429);
    assert!(other.server.app_server().accepts(&number(1), &code).await);
    assert!(!one.server.app_server().accepts(&number(1), &code).await);
    let shop = one
        .server
        .operator()
        .create_application("shop", "Shop")
        .await;
    let known = crate::actors::AppServer::of(&other.server, "shop", &shop.secret);
    until("the other node knows the application", async || {
        let answer = known
            .verify_code("CHANNEL_LOGIN", &number(2), "123456")
            .await;
        (answer.http != 401 && answer.status() != 401).then_some(())
    })
    .await;
    for node in [&one, &other] {
        assert!(
            node.server
                .terminal()
                .ok(&["audit", "verify"])
                .contains("intact")
        );
        assert_eq!(node.server.operator().messages().await.len(), 1);
    }
}

// shows: found-R2
#[tokio::test(flavor = "multi_thread")]
async fn an_operator_accepts_a_database_that_was_put_back() {
    let database = database();
    let one = node(&database, None).await;
    let (of_other, Node { folder, server }) = (keys_of(&one), one);
    let code = server.code("CHANNEL_LOGIN", &number(1)).await;
    server.kill().await;
    let args = ["--quiet", "--database-url", &database, "--accept-restored"];
    let server = Server::start(folder.path(), &args).await;
    assert_eq!(server.public().login(&number(2)).await, 503);
    assert!(!server.app_server().accepts(&number(1), &code).await);
    let acts = server.operator().list("list-audit-acts?limit=10").await;
    assert!(
        acts.iter().any(|act| act["act"] == "restore_accepted"),
        "{acts:?}"
    );
    let other = start(of_other.path(), &database).await;
    assert_eq!(other.public().login(&number(2)).await, 503);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_was_killed_is_silent_after_a_while() {
    let database = database();
    let one = node(&database, None).await;
    let other = node(&database, Some(&one)).await;
    let states = || async {
        let nodes = one.server.operator().list("list-nodes").await;
        let states = nodes.iter().map(|node| node["alive"].as_bool().unwrap());
        states.collect::<Vec<_>>()
    };
    assert_eq!(states().await, [true, true]);
    other.server.kill().await;
    until("the other node is silent", async || {
        (states().await == [false, true]).then_some(())
    })
    .await;
    let shown = one.server.terminal().ok(&["nodes"]);
    assert!(
        shown.contains("silent") && shown.contains("alive, answers here"),
        "{shown}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_send_is_found_on_the_other_node() {
    let database = database();
    let one = node(&database, None).await;
    let other = node(&database, Some(&one)).await;
    assert_eq!(one.server.public().login(&number(1)).await, 200);
    assert_eq!(one.server.public().login(&number(1)).await, 429);
    until("the other node finds it", async || {
        let found = other.server.operator().list("list-refusals?limit=10").await;
        (found.len() == 1).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_with_other_keys_is_refused() {
    let database = database();
    let _one = node(&database, None).await;
    let folder = folder();
    let data = folder.path().to_str().unwrap();
    let args = [
        "dev",
        "--listen",
        "127.0.0.1:0",
        "--data",
        data,
        "--database-url",
        &database,
    ];
    let says = refused(&countersign(&args));
    assert!(says.contains("copy those of another node"), "{says}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_in_production_runs_on_the_database_of_its_settings_and_doctor_looks_at_it() {
    let database = database();
    let deployment = Deployment::new();
    deployment.edit(
        "[store]\n",
        &format!("[store]\ndatabase_url = \"{database}\"\n"),
    );
    let settings = deployment.settings();
    let settings = settings.to_str().unwrap();
    let before = countersign(&["doctor", "--config", settings]);
    let says = String::from_utf8(before.stdout).unwrap();
    assert!(says.contains("the first start makes it"), "{says}");
    let server = deployment.serve(&[]).await;
    server.operator().create_application("shop", "Shop").await;
    let looked = countersign(&["doctor", "--config", settings]);
    let says = String::from_utf8(looked.stdout).unwrap();
    let good = "reached, written with these keys, and keeps what it has committed";
    assert!(says.contains(good), "{says}");
    assert!(!deployment.data().join("countersign.db").exists());
    let copy = deployment.folder.join("copy");
    let backup = ["backup", copy.to_str().unwrap(), "--config", settings];
    let says = refused(&countersign(&backup));
    assert!(says.contains("pg_dump"), "{says}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_cannot_be_reached_is_named_and_its_password_is_not() {
    let folder = folder();
    let data = folder.path().to_str().unwrap();
    // In two parts, since a search for secrets takes the whole for one.
    let nowhere = format!("postgres://user:{}@127.0.0.1:1/none", "hunter2");
    let args = [
        "dev",
        "--listen",
        "127.0.0.1:0",
        "--data",
        data,
        "--database-url",
        &nowhere,
    ];
    let output = countersign(&args);
    let says = refused(&output);
    assert!(says.contains("the database cannot be opened"), "{says}");
    assert!(!String::from_utf8_lossy(&output.stderr).contains("hunter2"));
}
