//! Changes of master keys on several nodes.

use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use serde_json::Value;

use super::server::{client, run};
use super::{Node, database, keys_of, node, start};
use crate::deployment::{countersign, refused};
use crate::sandbox::until;
use crate::server::{folder, number};

const LOGIN: &str = "CHANNEL_LOGIN";

/// Gives a node the keys of another.
fn give_keys(from: &Node, to: &Node) {
    let [from, to] = [from, to].map(|node| node.folder.path().join("keys.json"));
    fs::copy(from, to).unwrap();
}

/// Makes new keys at a node, gives them to the other one, and brings them into use.
async fn rotate(node: &Node, other: &Node) {
    let terminal = node.server.terminal();
    let made = terminal.run(&["master-key", "rotate"]);
    assert_eq!(made.code, 1, "the other node lacks them");
    give_keys(node, other);
    begin(node).await;
}

/// Brings new keys into use at a node, once the others have told that they have them.
async fn begin(node: &Node) {
    let terminal = node.server.terminal();
    until("every node has the keys", async || {
        let rotated = terminal.run(&["master-key", "rotate"]);
        (rotated.code == 0).then_some(())
    })
    .await;
}

/// Returns the generations that are needed, as a node tells.
async fn generations(node: &Node) -> Vec<Value> {
    let status = node.server.operator().get("get-master-key-status").await;
    status.data()["generations"].as_array().unwrap().clone()
}

/// Returns the number of messages that are still to be sealed anew.
async fn left(node: &Node) -> u64 {
    let generations = generations(node).await;
    generations[1]["neededFor"]["messagesToSeal"]
        .as_u64()
        .unwrap()
}

/// Waits until nothing is to be sealed anew.
async fn sealed_anew(node: &Node) {
    until("everything is sealed anew", async || {
        let status = node.server.terminal().ok(&["master-key", "status"]);
        (!status.contains("anew")).then_some(())
    })
    .await;
}

/// Says why a node with the key file at `keys` does not start.
fn refusal(keys: &Path, database: &str) -> String {
    let data = folder();
    fs::copy(keys, data.path().join("keys.json")).unwrap();
    let data = data.path().to_str().unwrap();
    let args = [
        "dev",
        "--listen",
        "127.0.0.1:0",
        "--data",
        data,
        "--database-url",
        database,
    ];
    refused(&countersign(&args))
}

// shows: A3, G6
#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_keys_on_two_nodes_opens_no_minute_and_loses_no_code_and_no_message() {
    let database = database();
    let one = node(&database, None).await;
    let other = node(&database, Some(&one)).await;
    let before = keys_of(&one);
    let code = one.server.code(LOGIN, &number(1)).await;
    let shop = one
        .server
        .operator()
        .create_application("shop", "Shop")
        .await;
    rotate(&one, &other).await;

    for node in [&other, &one] {
        assert_eq!(node.server.public().login(&number(1)).await, 429);
    }
    assert!(other.server.app_server().accepts(&number(1), &code).await);
    assert!(!one.server.app_server().accepts(&number(1), &code).await);
    let newer = other.server.code(LOGIN, &number(2)).await;
    assert!(one.server.app_server().accepts(&number(2), &newer).await);
    let again = other.server.code("CHANNEL_BIND_PHONE", &number(1)).await;
    assert_eq!(again.len(), code.len());
    sealed_anew(&one).await;
    let third = node(&database, Some(&one)).await;
    for node in [&one, &other, &third] {
        let found = node.server.operator().timelines(&number(1)).await;
        assert_eq!(found.len(), 2);
        assert!(!found[0].checks.is_empty(), "its checks are found too");
        assert_eq!(generations(node).await.len(), 2);
        let audit = node.server.terminal().ok(&["audit", "verify"]);
        assert!(audit.contains("intact"), "{audit}");
    }
    let server = crate::actors::AppServer::of(&third.server, "shop", &shop.secret);
    let checked = server.verify_code(LOGIN, &number(3), "123456").await;
    assert_ne!(checked.status(), 401, "its secret is good on");
    let says = refusal(&before.path().join("keys.json"), &database);
    assert!(says.contains("copy those of another node"), "{says}");
}

// shows: G6
#[tokio::test(flavor = "multi_thread")]
async fn keys_change_once_every_node_that_is_alive_has_the_new_ones() {
    let database = database();
    let one = node(&database, None).await;
    let other = node(&database, Some(&one)).await;
    let nodes = one.server.operator().list("list-nodes").await;
    let lacking = nodes.iter().find(|node| node["answers"] == false).unwrap();
    let lacking = lacking["nodeId"].as_str().unwrap();
    let terminal = one.server.terminal();
    let printed = until("the node has told its own keys", async || {
        let printed = terminal.run(&["master-key", "rotate"]).to_string();
        printed.contains("a node is").then_some(printed)
    })
    .await;
    assert_snapshot!(printed.replace(lacking, "[node]"), @r"
    exit code 1
    countersign: keys: the new keys are in place here, and a node is without them: [node]. Give every node the same keys, and run this again a few seconds later. (statusCode 400)
    ");
    assert_eq!(generations(&other).await.len(), 1, "nothing has changed");
    // The keys of now go on, also over a start of the node that has newer ones.
    let Node { folder, server } = one;
    let code = server.code(LOGIN, &number(1)).await;
    assert!(other.server.app_server().accepts(&number(1), &code).await);
    server.kill().await;
    let one = Node {
        server: start(folder.path(), &database).await,
        folder,
    };
    let code = one.server.code(LOGIN, &number(2)).await;
    assert!(other.server.app_server().accepts(&number(2), &code).await);
    give_keys(&one, &other);
    begin(&other).await;
    let code = other.server.code(LOGIN, &number(3)).await;
    assert!(one.server.app_server().accepts(&number(3), &code).await);
    assert_eq!(generations(&one).await.len(), 2);
}

// shows: G6
#[tokio::test(flavor = "multi_thread")]
async fn another_node_goes_on_sealing_anew_where_one_was_killed() {
    let database = database();
    let one = node(&database, None).await;
    let other = node(&database, Some(&one)).await;
    // More than are sealed in one piece.
    for n in 0..300 {
        assert_eq!(one.server.public().login(&number(n)).await, 200);
    }
    // The first node does the upkeep, and comes no further than to the newest message.
    let holder = run(client(&database));
    let hold = "BEGIN; SELECT FROM countersign.message ORDER BY id DESC LIMIT 1 FOR UPDATE";
    run(holder.batch_execute(hold)).unwrap();
    rotate(&one, &other).await;
    until("some messages are sealed anew", async || {
        (left(&other).await < 300).then_some(())
    })
    .await;
    let Node { server, .. } = one;
    server.kill().await;
    assert!(left(&other).await > 0);
    drop(holder);
    sealed_anew(&other).await;
    for n in [0, 299] {
        assert_eq!(other.server.operator().timelines(&number(n)).await.len(), 1);
    }
}
