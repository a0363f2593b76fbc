//! kill -9 in a burst.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use tokio::task::JoinSet;

use crate::server::{Server, folder, number};
use crate::vendor::{Manner, Vendor};

const BURST: usize = 400;

/// Sends to `numbers` at once: each number with its `statusCode` and `requestId`, or `None` without an answer.
pub(crate) fn burst(
    server: &Server,
    numbers: Range<usize>,
) -> JoinSet<(String, Option<(u16, String)>)> {
    let mut sends = JoinSet::new();
    let sdk = server.public().sdk();
    for n in numbers {
        let sdk = sdk.clone();
        sends.spawn(async move { (number(n), sdk.try_login(&number(n)).await) });
    }
    sends
}

// shows: F1
#[tokio::test(flavor = "multi_thread")]
async fn a_kill_in_a_burst_loses_no_message_and_sends_none_twice() {
    let (data, vendor) = (folder(), Vendor::start(Manner::Answer(200, "")).await);
    let (mut died_unanswered, mut answered) = (0, HashMap::new());
    for round in 0..8_usize {
        let args = ["--quiet", "--provider", &vendor.provider()];
        let server = Server::start(data.path(), &args).await;
        let numbers = round * BURST..(round + 1) * BURST;
        let before = vendor.messages().len();
        let sends = burst(&server, numbers.clone());
        // Somewhere in the middle, a little later every round.
        vendor.arrived(before + 20 + round * 50).await;
        server.kill_now();
        let answers = sends.join_all().await;
        server.kill().await;

        let server = Server::start(data.path(), &args).await;
        let again: HashMap<_, _> = burst(&server, numbers)
            .join_all()
            .await
            .into_iter()
            .collect();
        for (number, answer) in answers {
            let again = again[&number].as_ref().expect("a running server answers").0;
            match answer {
                Some((200, request)) => {
                    assert_eq!(again, 429, "{number} was answered 200 before the kill");
                    answered.insert(request, number);
                }
                Some(other) => panic!("{number} was answered {other:?}"),
                None => {
                    died_unanswered += 1;
                    assert!(again == 200 || again == 429, "{number}: {again}");
                }
            }
        }
        server.kill().await;
    }
    assert!(died_unanswered > 0, "no kill hit a request under way");
    assert!(
        answered.len() > 100,
        "only {} were answered before the kills",
        answered.len()
    );
    let counts = vendor.by_number();
    assert!(
        counts.values().all(|count| *count == 1),
        "a number got two messages"
    );

    let server = Server::start(data.path(), &["--quiet", "--provider", "sink"]).await;
    let messages = server.operator().messages().await;
    let told: HashSet<_> = messages
        .iter()
        .map(|message| message.request_id.as_str())
        .collect();
    for (request, number) in &answered {
        assert!(
            told.contains(request.as_str()),
            "no timeline of {number}, which was answered"
        );
    }
    let with_outcome = messages
        .iter()
        .filter(|message| message.attempts.len() == 1)
        .count();
    assert_eq!(with_outcome, messages.len(), "every message has an outcome");
    assert!(
        counts.len() <= messages.len(),
        "every message at the vendor was decided on first"
    );
}
