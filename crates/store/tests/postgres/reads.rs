//! Reads of a node whose sessions were lost.

use countersign_core::code::check::Caller;
use countersign_core::id::RequestId;
use countersign_core::limit::Rules;
use countersign_core::ports::audit::AuditLog as _;
use countersign_core::ports::ledger::Ledger as _;
use countersign_core::ports::nodes::NodeBook as _;
use countersign_core::ports::records::{Records as _, TimelineQuery};
use countersign_core::ports::refusals::{RefusalQuery, Refusals as _};
use countersign_store::Generations as _;

use crate::backend::Backend as _;
use crate::postgres::Postgres;
use crate::world::{World, minute};

#[tokio::test(flavor = "multi_thread")]
async fn a_read_after_the_sessions_were_lost_is_answered() {
    let world = World::on(Postgres::new());
    let node = world.backend.another_node(&world.backend.hand_clock());
    let refusals = node.refusals();
    world.code_sent("000042").await;
    world.wrong(Caller::Public, 1).await;
    let unlock = world.unlock("called us");
    world.ledger().unlock(unlock).await.unwrap();
    let before: Option<RequestId> = None;
    for _ in 0..3 {
        world.backend.cut_sessions();
        let timelines = node.timelines(TimelineQuery {
            limit: 10,
            ..TimelineQuery::default()
        });
        assert_eq!(timelines.await.unwrap().len(), 1);
        world.backend.cut_sessions();
        assert_eq!(node.unlocks(before, 10).await.unwrap().len(), 1);
        world.backend.cut_sessions();
        assert_eq!(node.after(0, 10).await.unwrap().len(), 1);
        world.backend.cut_sessions();
        assert_eq!(node.nodes().await.unwrap().nodes.len(), 2);
        world.backend.cut_sessions();
        assert_eq!(node.status().await.unwrap().len(), 1);
        world.backend.cut_sessions();
        let rules = Rules::new(vec![minute()]).unwrap();
        assert_eq!(node.preview(rules).await.unwrap().len(), 1);
        world.backend.cut_sessions();
        let query = RefusalQuery::default();
        assert!(refusals.find(query).await.unwrap().refusals.is_empty());
    }
}
