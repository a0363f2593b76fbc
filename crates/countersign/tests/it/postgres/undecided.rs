//! A node that is killed while a vendor has its message.

use super::{Node, database, keys_of, node};
use crate::sandbox::until;
use crate::server::{Server, number};
use crate::vendor::{Manner, Vendor};

// shows: F1
#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_a_node_that_was_killed_is_unknown_on_the_others() {
    let (database, vendor) = (database(), Vendor::start(Manner::Silence).await);
    let other = node(&database, None).await;
    let folder = keys_of(&other);
    let args = [
        "--quiet",
        "--database-url",
        &database,
        "--provider",
        &vendor.provider(),
    ];
    let one = Server::start(folder.path(), &args).await;
    let public = one.public();
    let send = tokio::spawn(async move { public.sdk().try_login(&number(1)).await });
    vendor.arrived(1).await;
    one.kill().await;
    assert_eq!(send.await.unwrap(), None);
    let Node { server: other, .. } = &other;
    let pending = other.operator().timeline(&number(1)).await;
    assert_eq!(
        (pending.code.as_str(), pending.attempts.len()),
        ("pending", 0)
    );
    assert_eq!(other.public().login(&number(1)).await, 429);
    let unknown = until("the outcome is overdue", async || {
        let timeline = other.operator().timeline(&number(1)).await;
        (!timeline.attempts.is_empty()).then_some(timeline)
    })
    .await;
    assert_eq!(unknown.attempts[0].outcome, "unknown");
    assert_eq!((unknown.code.as_str(), unknown.gave_back), ("live", false));
    assert_eq!(vendor.messages().len(), 1, "nobody sends it again");
}
