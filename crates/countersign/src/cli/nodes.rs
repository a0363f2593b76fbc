//! `countersign nodes`: the processes of the deployment, and which of them are alive.

use std::process::ExitCode;

use clap::Args;
use countersign_api::NodeDto;

use super::owner::{self, OwnerArgs};
use super::say;

#[derive(Args)]
#[command(after_help = "Examples:\n  countersign nodes\n  countersign nodes --json")]
pub(super) struct Nodes {
    #[command(flatten)]
    owner: OwnerArgs,
}

impl Nodes {
    pub(super) fn json(&self) -> bool {
        self.owner.json
    }

    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let running = self.owner.find()?;
        let answer = running.ask(running.get("list-nodes")).await?;
        let nodes = owner::data::<Vec<NodeDto>>(answer)?;
        if self.owner.json {
            say(serde_json::to_string(&nodes)?);
            return Ok(ExitCode::SUCCESS);
        }
        say(format!(
            "{:36}  {:8}  {:24}  {:24}  STATE",
            "NODE", "VERSION", "STARTED", "LAST SEEN"
        ));
        nodes.iter().for_each(|node| say(line(node)));
        Ok(ExitCode::SUCCESS)
    }
}

fn line(node: &NodeDto) -> String {
    let state = match (node.alive, node.answers) {
        (true, true) => "alive, answers here",
        (true, false) => "alive",
        (false, _) => "silent",
    };
    format!(
        "{:36}  {:8}  {:24}  {:24}  {state}",
        node.node_id, node.version, node.started_at, node.last_seen_at
    )
}
