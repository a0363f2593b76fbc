use std::time::Duration;

use countersign_core::channel::Channel;
use countersign_core::code::CodeState;
use countersign_core::id::MessageId;
use countersign_core::limit::Rules;
use countersign_core::phone::PhoneNumber;
use countersign_core::receipt::{Delivery, Receipt};
use countersign_core::send::settle::Settlement;
use countersign_core::time::Timestamp;

use crate::world::{PHONE, World, accepted, login, on_each_backend, unknown};

/// The time after which every ledger knows that the sender of a message has gone.
const OVERDUE: Duration = Duration::from_secs(22);

/// A report of the provider `test` about its message `vendor-1`.
fn report(status: Delivery) -> Receipt {
    Receipt {
        provider_message_id: Some("vendor-1".to_owned()),
        message: None,
        phone: PhoneNumber::parse(PHONE, None).unwrap(),
        status,
        vendor_code: Some("DELIVRD".to_owned()),
    }
}

fn about(message: MessageId, status: Delivery) -> Receipt {
    Receipt {
        message: Some(message),
        ..report(status)
    }
}

async fn receive(world: &World, provider: &str, receipts: &[Receipt]) {
    world
        .records()
        .receive(provider, receipts.to_vec())
        .await
        .unwrap();
}

async fn known(world: &World, message: MessageId) -> Vec<Delivery> {
    let timeline = world.timeline(message).await;
    timeline
        .receipts
        .into_iter()
        .map(|receipt| receipt.status)
        .collect()
}

#[tokio::test]
async fn a_report_is_kept_once_and_over_a_restart() {
    for mut world in on_each_backend() {
        let message = world.code_sent("123456").await;
        world.pass(Duration::from_secs(4));
        let twice = [report(Delivery::Delivered), report(Delivery::Delivered)];
        receive(&world, "test", &twice).await;
        receive(&world, "test", &twice[..1]).await;
        receive(&world, "test", &[about(message, Delivery::Delivered)]).await;
        world.restart();
        let timeline = world.timeline(message).await;
        assert_eq!(timeline.receipts.len(), 1);
        let receipt = &timeline.receipts[0];
        assert_eq!(receipt.status, Delivery::Delivered);
        assert_eq!(receipt.vendor_code.as_deref(), Some("DELIVRD"));
        assert_eq!(
            receipt.at,
            timeline.decided_at.after(Duration::from_secs(4))
        );
    }
}

#[tokio::test]
async fn reports_in_the_wrong_order_are_all_kept_and_the_first_final_one_holds() {
    for world in on_each_backend() {
        let message = world.code_sent("123456").await;
        use Delivery::{Delivered, Failed, Underway};
        for status in [Delivered, Underway, Failed] {
            receive(&world, "test", &[report(status)]).await;
        }
        let known = known(&world, message).await;
        assert_eq!(known, [Delivered, Underway, Failed]);
        assert_eq!(Delivery::of(known), Some(Delivered));
    }
}

#[tokio::test]
async fn reports_about_unknown_messages_change_nothing() {
    for world in on_each_backend() {
        let message = world.code_sent("123456").await;
        let delivered = || report(Delivery::Delivered);
        let other_id = Receipt {
            provider_message_id: Some("vendor-2".to_owned()),
            ..delivered()
        };
        let other_number = Receipt {
            phone: PhoneNumber::parse("+8613800138001", None).unwrap(),
            ..delivered()
        };
        let other_number_by_ours = Receipt {
            message: Some(message),
            ..other_number.clone()
        };
        let unheard_of = about(
            MessageId::first_at(Timestamp::from_millis(1)),
            Delivery::Delivered,
        );
        let no_id = Receipt {
            provider_message_id: None,
            ..delivered()
        };
        receive(
            &world,
            "test",
            &[
                other_id,
                other_number,
                other_number_by_ours,
                unheard_of,
                no_id,
            ],
        )
        .await;
        receive(
            &world,
            "another",
            &[delivered(), about(message, Delivery::Delivered)],
        )
        .await;
        assert_eq!(known(&world, message).await, []);
    }
}

#[tokio::test]
async fn a_report_that_comes_before_the_vendors_answer_waits_for_it() {
    for world in on_each_backend() {
        let (message, _) = world
            .send_unsettled("app", Channel::Login, PHONE, "123456", login())
            .await;
        receive(&world, "test", &[report(Delivery::Delivered)]).await;
        assert_eq!(known(&world, message).await, []);
        world.settle(message, accepted()).await;
        assert_eq!(known(&world, message).await, [Delivery::Delivered]);

        // The report does not wait for ever.
        let (late, _) = world
            .send_unsettled("app", Channel::Register, PHONE, "123456", login())
            .await;
        receive(&world, "test", &[report(Delivery::Failed)]).await;
        assert_eq!(
            known(&world, message).await,
            [Delivery::Delivered, Delivery::Failed]
        );
        assert_eq!(known(&world, late).await, []);
    }
}

#[tokio::test]
async fn a_report_that_names_our_message_is_kept_before_any_answer() {
    for mut world in on_each_backend() {
        let (message, _) = world
            .send_unsettled("app", Channel::Login, PHONE, "123456", login())
            .await;
        receive(&world, "test", &[about(message, Delivery::Delivered)]).await;
        assert_eq!(known(&world, message).await, [Delivery::Delivered]);
        world.settle(message, unknown()).await;
        world.restart();
        assert_eq!(known(&world, message).await, [Delivery::Delivered]);
    }
}

#[tokio::test]
async fn a_report_about_a_message_that_a_crash_interrupted_is_kept() {
    for mut world in on_each_backend() {
        let (message, _) = world
            .send_unsettled("app", Channel::Login, PHONE, "123456", login())
            .await;
        world.restart();
        world.pass(OVERDUE);
        receive(&world, "test", &[report(Delivery::Underway)]).await;
        receive(&world, "test", &[about(message, Delivery::Delivered)]).await;
        let other_number = Receipt {
            phone: PhoneNumber::parse("+8613800138001", None).unwrap(),
            ..report(Delivery::Failed)
        };
        receive(&world, "test", &[other_number]).await;
        let known = known(&world, message).await;
        assert_eq!(known, [Delivery::Underway, Delivery::Delivered]);
    }
}

// shows: found-V8
#[tokio::test]
async fn a_report_that_overtakes_the_vendors_answer_is_kept_over_a_crash() {
    for mut world in on_each_backend() {
        let (message, _) = world
            .send_unsettled("app", Channel::Login, PHONE, "123456", login())
            .await;
        receive(&world, "test", &[report(Delivery::Delivered)]).await;
        world.restart();
        world.pass(OVERDUE);
        assert_eq!(known(&world, message).await, [Delivery::Delivered]);
        receive(&world, "test", &[report(Delivery::Delivered)]).await;
        assert_eq!(known(&world, message).await, [Delivery::Delivered], "once");
    }
}

#[tokio::test]
async fn a_report_that_names_another_id_than_the_answer_is_not_on_the_timeline() {
    for world in on_each_backend() {
        let (message, _) = world
            .send_unsettled("app", Channel::Login, PHONE, "123456", login())
            .await;
        let others = (0..100).map(|n| Receipt {
            provider_message_id: Some(format!("unheard-of-{n}")),
            ..report(Delivery::Failed)
        });
        receive(&world, "test", &others.collect::<Vec<_>>()).await;
        world.settle(message, accepted()).await;
        assert_eq!(known(&world, message).await, []);
        receive(&world, "test", &[report(Delivery::Delivered)]).await;
        assert_eq!(known(&world, message).await, [Delivery::Delivered]);
    }
}

// shows: found-V8
#[tokio::test]
async fn a_report_about_a_message_whose_answer_never_came_is_kept() {
    for world in on_each_backend() {
        let (message, _) = world
            .send_unsettled("app", Channel::Login, PHONE, "123456", login())
            .await;
        world.settle(message, unknown()).await;
        receive(&world, "another", &[report(Delivery::Failed)]).await;
        receive(&world, "test", &[report(Delivery::Delivered)]).await;
        assert_eq!(known(&world, message).await, [Delivery::Delivered]);
    }
}

// shows: F5
#[tokio::test]
async fn a_report_neither_uses_a_code_nor_gives_a_minute_back() {
    for world in on_each_backend() {
        let (message, _) = world.login().await;
        world.settle(message, accepted()).await;
        for status in [Delivery::Failed, Delivery::Delivered] {
            receive(&world, "test", &[report(status), about(message, status)]).await;
        }
        assert_eq!(world.code(message).await, CodeState::Live);
        let (_, again) = world.login().await;
        assert!(!again.admitted(), "the minute is taken");
    }
}

#[tokio::test]
async fn a_flood_of_reports_fills_nothing() {
    for world in on_each_backend() {
        let message = world.code_sent("123456").await;
        let mut flood = Vec::new();
        for n in 0..6_000 {
            flood.push(Receipt {
                provider_message_id: Some(format!("unheard-of-{n}")),
                ..report(Delivery::Delivered)
            });
        }
        for n in 0..100 {
            flood.push(Receipt {
                vendor_code: Some(format!("{n}")),
                ..report(Delivery::Underway)
            });
        }
        receive(&world, "test", &flood).await;
        assert_eq!(known(&world, message).await.len(), 16);
    }
}

#[tokio::test]
async fn a_report_belongs_to_the_accepted_one_of_several_attempts() {
    use countersign_core::send::attempt::Attempt;
    use countersign_core::send::outcome::{Outcome, RefusalKind};
    for mut world in on_each_backend() {
        let (message, _) = world
            .send_unsettled("app", Channel::Login, PHONE, "123456", login())
            .await;
        let now = world.now();
        let attempt = |provider: &str, outcome| Attempt {
            provider: Some(provider.to_owned()),
            started_at: now,
            ended_at: now,
            outcome,
        };
        // A refusal after an unknown outcome does not outweigh it: the message counts as sent.
        let settlement = Settlement {
            message,
            attempts: vec![
                attempt("first", unknown()),
                attempt("second", Outcome::not_accepted(RefusalKind::Throttled)),
            ],
            give_back: Rules::give_backs(Channel::Login, &PhoneNumber::parse(PHONE, None).unwrap()),
            cost: 0,
        };
        let settled = world.ledger().settle(settlement).await.unwrap();
        assert!(!settled.gave_back);
        assert_eq!(world.code(message).await, CodeState::Live);
        world.restart();
        assert_eq!(world.code(message).await, CodeState::Live);
        receive(&world, "first", &[about(message, Delivery::Delivered)]).await;
        assert_eq!(known(&world, message).await, [Delivery::Delivered]);
    }
}
