//! A search finds the messages that have something in common, newest first, and says how far back it went.

use std::time::Duration;

use countersign_core::application::AppId;
use countersign_core::channel::Channel;
use countersign_core::code::check::Caller;
use countersign_core::id::MessageId;
use countersign_core::message_filter::{MessageFilter, OutcomeFilter};
use countersign_core::phone::Country;
use countersign_core::ports::records::{FoundMessages, MessageSearch, TimelineQuery};
use countersign_core::receipt::Delivery;

use crate::recount::{AMERICAN, HOUR, receive};
use crate::world::{PHONE, World, accepted, is_right, on_each_backend, refused, rules, unknown};

/// A number beside [`PHONE`] in the same country.
const OTHER: &str = "+8613800130002";

/// Five messages, a second apart, oldest first. The last is under way.
async fn five(world: &World) -> Vec<MessageId> {
    let mut messages = Vec::new();
    for (app, channel, phone, outcome) in [
        ("app", Channel::Login, PHONE, Some(accepted())),
        ("app", Channel::Register, AMERICAN, Some(refused())),
        ("shop", Channel::Login, AMERICAN, Some(unknown())),
        ("shop", Channel::Login, OTHER, Some(accepted())),
        ("app", Channel::Register, OTHER, None),
    ] {
        let sent = world.send_unsettled(app, channel, phone, "123456", rules(channel));
        let (message, _) = sent.await;
        if let Some(outcome) = outcome {
            world.settle(message, outcome).await;
        }
        messages.push(message);
        world.pass(Duration::from_secs(1));
    }
    receive(world, messages[3], OTHER, Delivery::Delivered).await;
    messages
}

/// A search for all messages that fit, which may look at so many.
fn search(filter: MessageFilter, looks_at: u32) -> MessageSearch {
    MessageSearch {
        among: TimelineQuery {
            limit: 10,
            ..TimelineQuery::default()
        },
        decided_from: None,
        filter,
        looks_at,
    }
}

/// Searches. Returns what was found by its place among `messages`.
async fn found(
    world: &World,
    messages: &[MessageId],
    search: MessageSearch,
) -> (Vec<usize>, Option<usize>) {
    let place = |id| messages.iter().position(|message| *message == id).unwrap();
    let FoundMessages {
        timelines,
        searched_to,
    } = world.records().search(search).await.unwrap();
    for timeline in &timelines {
        assert_eq!(*timeline, world.timeline(timeline.id).await);
    }
    let found = timelines.iter().map(|timeline| place(timeline.id));
    let searched_to = searched_to.map(|searched| place(searched.message));
    (found.collect(), searched_to)
}

fn of_app(app: &str) -> MessageFilter {
    MessageFilter {
        app: AppId::parse(app).ok(),
        ..MessageFilter::default()
    }
}

fn of_outcome(outcome: &str) -> MessageFilter {
    MessageFilter {
        outcome: Some(OutcomeFilter::parse(outcome).unwrap()),
        ..MessageFilter::default()
    }
}

#[tokio::test]
async fn a_search_finds_the_messages_that_fit_newest_first() {
    for world in on_each_backend() {
        let messages = five(&world).await;
        let none = MessageFilter::default;
        let provider = |name: &str| Some(name.to_owned());
        for (filter, expected) in [
            (none(), &[4, 3, 2, 1, 0][..]),
            (of_app("shop"), &[3, 2]),
            (of_app("nobody"), &[]),
            (
                MessageFilter {
                    channel: Some(Channel::Register),
                    ..none()
                },
                &[4, 1],
            ),
            (
                MessageFilter {
                    country: Country::parse("US"),
                    ..none()
                },
                &[2, 1],
            ),
            (
                MessageFilter {
                    provider: provider("test"),
                    ..none()
                },
                &[3, 2, 1, 0],
            ),
            (
                MessageFilter {
                    provider: provider("nobody"),
                    ..none()
                },
                &[],
            ),
            (of_outcome("pending"), &[4]),
            (of_outcome("accepted"), &[3, 0]),
            (of_outcome("unknown"), &[2]),
            (of_outcome("not_sent"), &[1]),
            (of_outcome("bad_number"), &[1]),
            (of_outcome("throttled"), &[]),
            (of_outcome("delivered"), &[3]),
            (of_outcome("failed"), &[]),
            (of_outcome("verified"), &[]),
            (
                MessageFilter {
                    failed_at: provider("test"),
                    ..none()
                },
                &[2, 1],
            ),
            (
                MessageFilter {
                    channel: Some(Channel::Login),
                    country: Country::parse("CN"),
                    ..of_outcome("accepted")
                },
                &[3, 0],
            ),
        ] {
            let (seen, searched_to) = found(&world, &messages, search(filter.clone(), 100)).await;
            assert_eq!(seen, expected, "{filter:?}");
            assert_eq!(searched_to, None, "{filter:?}");
        }
    }
}

#[tokio::test]
async fn a_search_finds_the_messages_whose_codes_were_used() {
    for world in on_each_backend() {
        let messages = five(&world).await;
        assert!(!is_right(&world.check(Caller::Application, "000000").await));
        for expected in [&[][..], &[0]] {
            let seen = found(&world, &messages, search(of_outcome("verified"), 100)).await;
            assert_eq!(seen, (expected.to_vec(), None));
            world.check(Caller::Application, "123456").await;
        }
    }
}

#[tokio::test]
async fn a_search_takes_a_message_whose_outcome_is_overdue_for_unknown() {
    for world in on_each_backend() {
        let messages = five(&world).await;
        world.pass(HOUR);
        for (outcome, expected) in [("pending", &[][..]), ("unknown", &[4, 2])] {
            let (seen, _) = found(&world, &messages, search(of_outcome(outcome), 100)).await;
            assert_eq!(seen, expected, "{outcome}");
        }
    }
}

#[tokio::test]
async fn a_search_that_may_look_at_no_more_says_where_to_go_on() {
    for world in on_each_backend() {
        let messages = five(&world).await;
        let mut next = search(of_app("shop"), 2);
        for (expected, searched_to) in [(&[3][..], Some(3)), (&[2], Some(1)), (&[], None)] {
            let seen = found(&world, &messages, next.clone()).await;
            assert_eq!(seen, (expected.to_vec(), searched_to));
            next.among.before = searched_to.map(|place| messages[place]);
        }
        // A full page says nothing: its last message says where to go on.
        let mut full = search(of_app("shop"), 2);
        full.among.limit = 1;
        assert_eq!(found(&world, &messages, full).await, (vec![3], None));
        let exact = search(of_app("nobody"), 6);
        assert_eq!(found(&world, &messages, exact).await, (vec![], None));
    }
}

#[tokio::test]
async fn a_search_keeps_to_its_range_of_time() {
    for world in on_each_backend() {
        let messages = five(&world).await;
        let mut range = search(MessageFilter::default(), 100);
        range.decided_from = Some(world.timeline(messages[1]).await.decided_at);
        range.among.decided_before = Some(world.timeline(messages[3]).await.decided_at);
        assert_eq!(found(&world, &messages, range).await, (vec![2, 1], None));
    }
}
