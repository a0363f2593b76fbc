//! A story in which everything happens that tallies count, and a count of its timelines to compare them with.

use std::collections::BTreeMap;
use std::time::Duration;

use countersign_core::channel::Channel;
use countersign_core::code::check::Caller;
use countersign_core::id::MessageId;
use countersign_core::message::Timeline;
use countersign_core::phone::PhoneNumber;
use countersign_core::policy::{CodeRules, Resend};
use countersign_core::ports::records::TimelineQuery;
use countersign_core::ports::tallies::{By, Row, Tallies, TallyQuery};
use countersign_core::receipt::{Delivery, Receipt};
use countersign_core::send::attempt;
use countersign_core::staff::Applications;
use countersign_core::tally::{Course, Kind, Tally};
use tokio::time::Instant;

use crate::backend::{BEGINNING, Backend};
use crate::world::{PHONE, World, accepted, login, refused, unknown};

pub(crate) const AMERICAN: &str = "+14155550132";
pub(crate) const HOUR: Duration = Duration::from_secs(3600);
const ALL: [By; 7] = [
    By::Quarter,
    By::Hour,
    By::Day,
    By::Application,
    By::Channel,
    By::Country,
    By::Provider,
];

/// Everything that was ever decided on, by `by`.
pub(crate) fn everything(by: By) -> TallyQuery {
    TallyQuery {
        from: BEGINNING.before(Duration::from_secs(365 * 24 * 3600)),
        to: BEGINNING.after(Duration::from_secs(365 * 24 * 3600)),
        by,
        within: Applications::All,
        app: None,
        channel: None,
        country: None,
        provider: None,
    }
}

pub(crate) async fn read<B: Backend>(world: &World<B>, query: &TallyQuery) -> Tallies {
    let tallies = world.tally_book().tallies(query.clone()).await;
    tallies.unwrap()
}

/// Waits until the tallies of `query` are those that `counted` says, and all messages are counted.
pub(crate) async fn until_counted<B: Backend>(
    world: &World<B>,
    query: &TallyQuery,
    rows: &[(Row, Tally)],
) {
    let begun = Instant::now();
    loop {
        let found = read(world, query).await;
        let is_patient = begun.elapsed() < Duration::from_secs(240);
        if is_patient && (found.rows != rows || found.counted_from.is_some()) {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        }
        assert_eq!(found.rows, rows, "{query:?}");
        assert_eq!(found.counted_from, None);
        let mut total = Tally::default();
        rows.iter().for_each(|(_, tally)| total.add(tally));
        assert_eq!(found.total, total);
        return;
    }
}

/// What the timeline of a message counts as. `own` says whether the message brought its own code.
fn course(timeline: &Timeline, own: bool) -> (Kind, Course) {
    let decisive = attempt::decisive(&timeline.attempts);
    let decisive = decisive.map(|place| &timeline.attempts[place]);
    let called = decisive.filter(|of| of.provider.is_some() && of.outcome.is_of_a_call());
    let used = timeline.checks.iter().find(|check| check.right && own);
    let kind = Kind {
        app: timeline.app.as_str().to_owned(),
        channel: timeline.channel,
        country: Some(timeline.phone.country()),
        provider: decisive.and_then(|of| of.provider.clone()),
    };
    let course = Course {
        outcome: decisive.map(|of| of.outcome.clone()),
        vendor_took: called.map(|of| of.started_at.until(of.ended_at)),
        delivery: Delivery::of(timeline.receipts.iter().map(|receipt| receipt.status)),
        verified_after: used.map(|check| timeline.decided_at.until(check.at)),
    };
    (kind, course)
}

/// Counts the timelines of all messages. Those of `again` brought a code that an earlier one had brought.
pub(crate) async fn recount<B: Backend>(
    world: &World<B>,
    by: By,
    again: &[MessageId],
) -> Vec<(Row, Tally)> {
    let all = TimelineQuery {
        limit: 1_000,
        ..TimelineQuery::default()
    };
    let mut rows = BTreeMap::<Row, Tally>::new();
    for timeline in world.records().timelines(all).await.unwrap() {
        let (kind, course) = course(&timeline, !again.contains(&timeline.id));
        let row = by.row(timeline.decided_at, &kind);
        rows.entry(row).or_default().count(&course);
    }
    rows.into_iter().collect()
}

/// Waits until the tallies equal a recount of the timelines, and fails if they never do.
pub(crate) async fn equal_a_recount<B: Backend>(world: &World<B>, again: &[MessageId]) {
    for by in ALL {
        let rows = recount(world, by, again).await;
        until_counted(world, &everything(by), &rows).await;
    }
}

fn report(message: MessageId, phone: &str, status: Delivery) -> Receipt {
    Receipt {
        provider_message_id: None,
        message: Some(message),
        phone: PhoneNumber::parse(phone, None).unwrap(),
        status,
        vendor_code: None,
    }
}

pub(crate) async fn receive<B: Backend>(
    world: &World<B>,
    message: MessageId,
    phone: &str,
    status: Delivery,
) {
    let receipts = vec![report(message, phone, status)];
    world.records().receive("test", receipts).await.unwrap();
}

/// A story in which everything happens that tallies count. Returns the messages that brought an older code once more.
pub(crate) async fn story<B: Backend>(world: &World<B>) -> Vec<MessageId> {
    let verified = world.code_sent("123456").await;
    world.pass(Duration::from_secs(12));
    receive(world, verified, PHONE, Delivery::Underway).await;
    receive(world, verified, PHONE, Delivery::Delivered).await;
    world.wrong(Caller::Public, 2).await;
    world.check(Caller::Application, "123456").await;
    // A give-back, an unknown outcome, and a message whose sender dies.
    let (not_sent, _) = world.login().await;
    assert!(world.settle(not_sent, refused()).await, "gave back");
    let (silent, _) = world.login().await;
    world.settle(silent, unknown()).await;
    world.pass(HOUR / 3);
    let (_, lost) = world.login().await;
    assert!(lost.admitted());
    world.pass(HOUR / 2);
    // The same code twice, to another country and in another application.
    let reuse = CodeRules {
        resend: Resend::Reuse,
        ..login()
    };
    let mut again = Vec::new();
    for (n, code) in ["111111", "222222"].into_iter().enumerate() {
        let (message, brought) = world
            .send_unsettled("shop", Channel::Register, AMERICAN, code, reuse)
            .await;
        world.settle(message, accepted()).await;
        world.pass(Duration::from_secs(61));
        if n == 1 {
            assert!(brought.is_some());
            again.push(message);
        }
    }
    let check = world.typed(
        Caller::Application,
        "shop",
        Channel::Register,
        AMERICAN,
        "111111",
    );
    world.ledger().check(check).await.unwrap();
    // A report and a check that come hours after newer messages.
    world.pass(5 * HOUR);
    world.code_sent("654321").await;
    receive(world, silent, PHONE, Delivery::Failed).await;
    world.pass(Duration::from_secs(40));
    again
}
