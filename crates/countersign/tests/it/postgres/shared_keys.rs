//! The keys that sign tokens, on several nodes.

use std::fs;

use serde_json::json;

use super::{Node, database, keys_of, node, start};
use crate::sandbox::until;
use crate::server::Server;

/// Returns the ids of the keys that a node publishes.
async fn published(node: &Server) -> Vec<String> {
    let answer = node.get("/oidc/.well-known/jwks.json").await;
    let keys = answer["keys"].as_array().unwrap().iter();
    keys.map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_share_the_keys_that_sign_tokens_through_the_database() {
    let database = database();
    let one = node(&database, None).await;
    let other = node(&database, Some(&one)).await;
    let first = published(&one.server).await;
    assert_eq!(published(&other.server).await, first);
    for node in [&one, &other] {
        assert!(!node.folder.path().join("signing-keys.json").exists());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_signing_key_of_one_node_is_published_by_all_and_there_is_one_at_a_time() {
    let database = database();
    let one = node(&database, None).await;
    let other = node(&database, Some(&one)).await;
    let rotations = [&one, &other].map(|node| {
        let operator = node.server.operator();
        tokio::spawn(async move { operator.post("rotate-signing-key", json!({})).await })
    });
    let mut made = Vec::new();
    for rotation in rotations {
        let answer = rotation.await.unwrap();
        match answer.status() {
            200 => made.push(answer.text("kid")),
            status => assert!(matches!(status, 409 | 503), "{answer}"),
        }
    }
    assert_eq!(made.len(), 1);
    for Node { server, .. } in [&one, &other] {
        until("the new key is published", async || {
            let published = published(server).await;
            (published.len() == 2 && published[1] == made[0]).then_some(())
        })
        .await;
        let again = server
            .operator()
            .post("rotate-signing-key", json!({}))
            .await;
        assert_eq!(again.status(), 409, "{again}");
    }
    let third = node(&database, Some(&one)).await;
    assert_eq!(published(&third.server).await, published(&one.server).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_node_brings_the_signing_keys_of_its_folder_along() {
    let (database, of_one) = (database(), super::database());
    let before = crate::server::folder();
    let embedded = Server::start(before.path(), &["--quiet"]).await;
    let keys = published(&embedded).await;
    embedded.kill().await;
    let folder = crate::server::folder();
    for name in ["keys.json", "signing-keys.json"] {
        fs::copy(before.path().join(name), folder.path().join(name)).unwrap();
    }
    let one = Node {
        server: start(folder.path(), &database).await,
        folder,
    };
    assert_eq!(published(&one.server).await, keys);
    let copy = keys_of(&one);
    let other = start(copy.path(), &database).await;
    assert_eq!(published(&other).await, keys);
    let stranger = node(&of_one, None).await;
    assert_ne!(published(&stranger.server).await, keys);
}
