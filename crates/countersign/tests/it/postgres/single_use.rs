//! What is good once, tried on two nodes at the same time: signatures, tokens, and solutions of challenges.

use serde_json::{Value, json};
use tokio::process::Command;

use super::production::{Production, another_node};
use super::server::{client, run};
use crate::actors::AppServer;
use crate::challenges::{EVERYBODY, login, solution_of};
use crate::clock;
use crate::server::{BINARY, Server, number};
use crate::signed::{self, Signed};
use crate::vendor::Manner;

/// The number of tries on each node.
const TRIES: usize = 50;

/// Tries something on both nodes at once, and returns how often it passed.
async fn passes<F>(nodes: &[Server; 2], attempt: impl Fn(&Server) -> F) -> usize
where
    F: Future<Output = bool> + Send + 'static,
{
    let tries = (0..2 * TRIES).map(|n| tokio::spawn(attempt(&nodes[n % 2])));
    let mut passed = 0;
    for attempt in tries.collect::<Vec<_>>() {
        passed += usize::from(attempt.await.unwrap());
    }
    passed
}

/// Proves a number to the application's server on this node, and returns the verification token.
async fn token(production: &Production, node: &Server, number: &str) -> String {
    assert_eq!(Production::public(node).login(number).await, 200);
    let code = production.newest_code();
    let guess = json!({"channel": "CHANNEL_LOGIN", "phoneNumber": number, "passCode": code});
    let verified = production.app_server(node).post("verify-code", guess).await;
    verified.text("verificationToken")
}

async fn is_active(by: AppServer, token: String) -> bool {
    by.introspect(&token).await["data"]["active"] == Value::Bool(true)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_and_a_signature_are_good_once_on_all_nodes_together() {
    let production = Production::start("", Manner::Answer(200, "{}")).await;
    let nodes = &production.nodes;
    let token = token(&production, &nodes[0], &number(1)).await;
    let introspected = passes(nodes, |node| {
        is_active(production.app_server(node), token.clone())
    });
    assert_eq!(introspected.await, 1);
    let made = nodes[0]
        .operator()
        .post("create-access-key", json!({}))
        .await;
    let (id, secret) = (made.text("accessKeyId"), made.text("accessKeySecret"));
    let date = signed::date(&nodes[0]).await;
    super::until_known(&nodes[1], &id).await;
    let request = Signed::list((&id, &secret), &date, "nonce");
    let listed = passes(nodes, |node| {
        let sent = request.sending(node);
        async move { sent.await.status() == 200 }
    });
    assert_eq!(listed.await, 1);
}

// shows: D10
#[tokio::test(flavor = "multi_thread")]
async fn a_solution_of_a_challenge_is_good_once_on_all_nodes_together() {
    // The vendor refuses, which gives the minute back: the minute hides nothing.
    let production = Production::start(EVERYBODY, Manner::Answer(400, "{}")).await;
    let [one, other] = &production.nodes;
    let can = json!({"appId": "shop", "challenges": true});
    one.operator().set("update-application", can).await;
    crate::sandbox::until("the other node demands challenges", async || {
        let demanded = login(&Production::public(other), &number(2), None).await;
        (demanded.codes() == (403, Some(2000))).then_some(())
    })
    .await;
    let before = production.vendor.messages().len();
    let demanded = login(&Production::public(one), &number(1), None).await;
    let solution = solution_of(&demanded["data"]["challenge"]);
    let passed = passes(&production.nodes, |node| {
        let (public, solution) = (Production::public(node), solution.clone());
        async move { login(&public, &number(1), Some(&solution)).await.status() == 602 }
    });
    assert_eq!(passed.await, 1);
    assert_eq!(production.vendor.messages().len(), before + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_a_node_whose_clock_is_ahead_is_good_once_on_the_others() {
    let production = Production::start("", Manner::Answer(200, "{}")).await;
    let mut command = Command::new(BINARY);
    command
        .env("LD_PRELOAD", clock::library())
        .env("FAKETIME", "+5m")
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    let ahead = another_node(&production.deployment, "ahead", command).await;
    let used = token(&production, &ahead, &number(1)).await;
    let unused = token(&production, &ahead, &number(2)).await;
    let first = production.app_server(&ahead).introspect(&used).await;
    assert_eq!(first["data"]["active"], Value::Bool(true), "{first}");
    let Production {
        nodes: [one, other],
        app,
        deployment,
        database,
        ..
    } = production;
    for node in [one, other, ahead] {
        node.kill().await;
    }
    // While no node lives, the life of a token passes.
    run(async {
        let later = "
            ALTER FUNCTION countersign.machine_clock() RENAME TO machine_clock_before;
            CREATE FUNCTION countersign.machine_clock() RETURNS bigint LANGUAGE sql VOLATILE AS
            $$ SELECT countersign.machine_clock_before() + 301000 $$";
        client(&database).await.batch_execute(later).await.unwrap();
    });
    let right = another_node(&deployment, "right", Command::new(BINARY)).await;
    let by = AppServer::of(&right, "shop", &app.secret);
    assert!(!is_active(by.clone(), used).await);
    assert!(
        is_active(by, unused).await,
        "it has not ended by this clock"
    );
}
