//! The sends that leases refuse early, when callers want more than a limit lets through.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use countersign_core::limit::{SendLimit, SendLimits};

use super::CALLERS;
use super::drive::drive;
use super::nodes::Nodes;
use super::server::Server;
use crate::gate::Gate;
use crate::load::Plan;
use crate::sample::number;
use crate::say::say;

/// The maxima of the limit, the part of the sends that may be refused early, and what the limit says about that in per cent.
const LIMITS: [(u64, f64, u8); 2] = [(3_000, 1.0, 1), (300, 12.0, 12)];

/// The time in which callers want more than the maximum. The window is longer, so that nothing leaves it.
const LENGTH: Duration = Duration::from_secs(8);
const WINDOW: Duration = Duration::from_secs(600);

/// Lets three nodes refuse by one limit on all sends, and judges how many of its sends were refused early.
pub(super) async fn refused(plan: &Plan) -> anyhow::Result<Vec<Gate>> {
    let mut gates = Vec::new();
    for (max, most, early_percent) in LIMITS {
        let server = Server::start().await?;
        let mut limit = SendLimit::new("all", &[], WINDOW, max);
        limit.early_percent = early_percent;
        let limits = SendLimits::new(vec![limit])?;
        let nodes = Arc::new(Nodes::open(&server, 3, limits).await?);
        let admitted = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&admitted);
        let ask = move |n| {
            let (nodes, admitted) = (Arc::clone(&nodes), Arc::clone(&counted));
            async move {
                if nodes.is_admitted(n).await? {
                    admitted.fetch_add(1, Ordering::Relaxed);
                }
                Ok(true)
            }
        };
        let plan = Plan {
            length: LENGTH,
            ..plan.clone()
        };
        drive(&plan, 3 * CALLERS, &server, ask).await?;
        let admitted = admitted.load(Ordering::Relaxed);
        say(format!(
            "Three nodes let {admitted} sends through a limit of {max}.\n"
        ));
        let early = 100.0 * (1.0 - number(admitted) / number(max));
        let what = format!("sends refused early by a limit of {max}");
        gates.push(Gate::ceiling(what, (most, most / 2.0), early, "%"));
        let over = number(admitted.saturating_sub(max));
        let what = format!("sends beyond a limit of {max}");
        gates.push(Gate::ceiling(what, (0.0, 0.0), over, ""));
    }
    Ok(gates)
}
