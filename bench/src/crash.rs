//! Kills the service in mid-run, and checks that nothing it answered is lost.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;
use std::time::Duration;

use anyhow::ensure;

use crate::codes::{self, Code};
use crate::connection::Connection;
use crate::ledger::Ledger;
use crate::load::{self, Plan};
use crate::numbers::number;
use crate::ours;
use crate::series::Bench;
use crate::source::Checks;
use crate::wire;

/// The maximum number of sends: fewer than the outbox keeps.
const MOST: u64 = 15_000;

/// Sends until SIGKILL, starts again, and looks for every message with an answer. The code of each must pass
/// exactly once.
pub(crate) async fn survives(bench: &Bench, after: Duration) -> anyhow::Result<String> {
    let data = bench.folder()?;
    let service = ours::start(&bench.countersign, data.path(), "outbox")?;
    let answered = Rc::new(RefCell::new(HashSet::new()));
    let next = Rc::new(RefCell::new(0..MOST));
    let local = tokio::task::LocalSet::new();
    for _ in 0..bench.plan.connections {
        let connection = Connection::open(service.address).await?;
        let (answered, next) = (Rc::clone(&answered), Rc::clone(&next));
        local.spawn_local(send_until_it_dies(connection, next, answered));
    }
    local.run_until(tokio::time::sleep(after)).await;
    service.kill()?;
    local.await;

    let answered = answered.take();
    ensure!(!answered.is_empty(), "nothing was answered before the kill");
    let asked = next.borrow().start;
    let service = ours::start(&bench.countersign, data.path(), "sink")?;
    let ledger = Ledger::read(service.address, data.path()).await?;
    let (least, most) = (answered.len() as u64, asked);
    ensure!(
        (least..=most).contains(&ledger.messages),
        "{least} sends were answered and {most} asked for, {} messages are stored",
        ledger.messages
    );
    let arrived = codes::arrived(data.path())?;
    let codes: Vec<Code> = answered
        .iter()
        .filter_map(|number| arrived.get(number).copied())
        .collect();
    ensure!(codes.len() == answered.len(), "a code never arrived");
    let checks = Checks {
        codes: codes.into_iter(),
        token: false,
    };
    let plan = Plan::until_done(bench.plan.connections);
    let run = load::run(service.address, Box::new(checks), &plan, &[]).await?;
    run.verdict()?;
    service.stop()?;
    Ok(format!(
        "killed in mid-run: {} sends answered, {} stored, {} codes pass",
        answered.len(),
        ledger.messages,
        run.counts.valid
    ))
}

async fn send_until_it_dies(
    mut connection: Connection,
    next: Rc<RefCell<std::ops::Range<u64>>>,
    answered: Rc<RefCell<HashSet<u64>>>,
) {
    let mut request = Vec::new();
    loop {
        let n = next.borrow_mut().next();
        let Some(n) = n else { return };
        wire::send(&mut request, number(n));
        match connection.exchange(&request).await {
            Ok(answer) if answer.body.starts_with(br#"{"statusCode":200"#) => {
                answered.borrow_mut().insert(number(n));
            }
            _ => return,
        }
    }
}
