//! `GET /api/v3/list-nodes` (management).

use countersign_api::{Fault, NodeDto};
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, get};
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "list-nodes",
        handler: get(list),
        summary: "List the nodes of the deployment",
        about: "The processes that share the store, the youngest first: those that are alive, and those that were within the \
                last day. The embedded store has one.",
        audience: Audience::Operator(Permission::ReadService),
        asks: Asks::Nothing,
        answers: Answers::Data(Shape::list_of::<NodeDto>(json!([{
            "nodeId": "0b1a2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d", "version": "0.1.0",
            "startedAt": "2026-11-21T20:00:00.000Z", "lastSeenAt": "2026-11-21T20:10:00.000Z",
            "alive": true, "answers": true,
        }]))),
        faults: &[],
    }
}

async fn list(Call { state, .. }: Call) -> Result<Vec<NodeDto>, Fault> {
    let found = state.manage.nodes().await?;
    let nodes = found.nodes.into_iter().map(|node| NodeDto {
        alive: node.is_alive(found.now),
        node_id: node.id,
        version: node.version,
        started_at: node.started_at.to_string(),
        last_seen_at: node.seen_at.to_string(),
        answers: node.is_this,
    });
    Ok(nodes.collect())
}
