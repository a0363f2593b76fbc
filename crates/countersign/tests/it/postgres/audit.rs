//! The audit record in a database whose nodes have ended.

use serde_json::Value;

use super::database;
use super::server::{client, run};
use crate::deployment::{Deployment, countersign, in_service, refused};

/// Runs a verb of `countersign audit` by the settings of a deployment.
fn audit(deployment: &Deployment, arguments: &[&str]) -> std::process::Output {
    let settings = deployment.settings();
    let settings = ["--config", settings.to_str().unwrap()];
    countersign(&[&["audit"], arguments, &settings].concat())
}

fn printed(output: &std::process::Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

// shows: G9
#[tokio::test(flavor = "multi_thread")]
async fn the_record_in_a_database_is_verified_and_exported_while_no_node_runs() {
    let (deployment, database) = (Deployment::new(), database());
    let shared = format!("[store]\ndatabase_url = \"{database}\"\n");
    deployment.edit("[store]\n", &shared);
    assert_eq!(
        refused(&audit(&deployment, &["verify"])),
        "countersign: the database holds no audit record"
    );
    let (node, _, _vendor) = in_service(&deployment).await;
    let running = printed(&audit(&deployment, &["verify", "--json"]));
    node.stop().await;
    let verified = printed(&audit(&deployment, &["verify", "--json"]));
    assert_eq!(verified, running);
    let verified: Value = serde_json::from_str(&verified).unwrap();
    let lines = printed(&audit(&deployment, &["export"]));
    assert_eq!(verified["acts"], lines.lines().count());
    let last: Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
    let head = format!("{}:{}", last["seq"], last["hash"].as_str().unwrap());
    assert_eq!(verified["head"], head.as_str());
    let change = "SET search_path = countersign; ALTER TABLE audit DISABLE TRIGGER ALL;
                  UPDATE audit SET text = text || ' ' WHERE seq = 2";
    run(async { client(&database).await.batch_execute(change).await }).unwrap();
    assert_eq!(
        refused(&audit(&deployment, &["verify"])),
        "countersign: act 2 was changed: its text does not have its hash"
    );
}
