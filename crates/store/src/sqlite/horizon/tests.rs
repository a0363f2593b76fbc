use super::*;

const STEP: usize = 2;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1_000)
}

/// A log with an event and a settled message of each of these seconds.
fn log(seconds: std::ops::Range<i64>) -> Connection {
    let mut log = Connection::open_in_memory().unwrap();
    crate::sqlite::open::migrations()
        .to_latest(&mut log)
        .unwrap();
    for second in seconds {
        let id = *MessageId::first_at(at(second)).as_bytes();
        let millis = at(second).as_millis();
        log.execute(
            "INSERT INTO code_event VALUES (?, ?, 'token_used', NULL, NULL, NULL, x'', NULL)",
            params![id, millis],
        )
        .unwrap();
        log.execute(
            "INSERT INTO message VALUES (?, x'', '', '', x'', x'', x'', 0, ?, '', x'', 5, 1, NULL, NULL)",
            params![id, millis],
        )
        .unwrap();
        settle(&log, second);
    }
    log
}

fn settle(log: &Connection, second: i64) {
    log.execute(
        "INSERT INTO attempt VALUES (?, 0, NULL, 0, 0, 'accepted', NULL, NULL, NULL, 1, NULL)",
        [MessageId::first_at(at(second)).as_bytes()],
    )
    .unwrap();
}

/// Lets `horizon` advance at that second; whether it wrote.
fn advances(horizon: &mut Horizon, log: &mut Connection, millis: i64) -> bool {
    let before = log.total_changes();
    let now = Timestamp::from_millis(millis);
    horizon.advance(log, now, STEP).unwrap();
    log.total_changes() > before
}

fn stands_at(horizon: &Horizon, second: i64) -> bool {
    let message = MessageId::first_at(at(second));
    horizon.message() == message && horizon.event().as_bytes() == message.as_bytes()
}

#[test]
fn it_follows_the_present_in_portions_and_rests_for_a_second_when_it_is_there() {
    let mut log = log(1..6);
    let mut horizon = Horizon::read(&log).unwrap();
    let now = at(9).after(REPLAY).as_millis();
    for second in [3, 5, 9] {
        assert!(advances(&mut horizon, &mut log, now), "{second}");
        assert!(stands_at(&horizon, second), "{second}");
    }
    assert!(!advances(&mut horizon, &mut log, now), "it is there");
    assert!(!advances(&mut horizon, &mut log, now + 999), "it rests");
    let mut read_again = Horizon::read(&log).unwrap();
    assert!(stands_at(&read_again, 9));
    assert!(!advances(&mut read_again, &mut log, now), "it is there");
    assert!(
        advances(&mut read_again, &mut log, now + 1),
        "it has not rested"
    );
    assert!(advances(&mut horizon, &mut log, now + 1_000));
    assert!(stands_at(&horizon, 10));
}

#[test]
fn events_go_on_where_messages_are_there_and_the_other_way_round() {
    for table in ["message", "code_event"] {
        let mut log = log(1..6);
        log.execute(&format!("DELETE FROM {table}"), []).unwrap();
        let mut horizon = Horizon::read(&log).unwrap();
        let now = at(9).after(REPLAY).as_millis();
        for _ in 0..3 {
            assert!(advances(&mut horizon, &mut log, now));
        }
        assert!(stands_at(&horizon, 9));
        assert!(!advances(&mut horizon, &mut log, now));
    }
}

#[test]
fn it_never_passes_a_message_without_an_outcome_and_does_not_look_all_the_time() {
    let mut log = log(1..6);
    let waiting = MessageId::first_at(at(2));
    log.execute(
        "DELETE FROM attempt WHERE message = ?",
        [waiting.as_bytes()],
    )
    .unwrap();
    let mut horizon = Horizon::read(&log).unwrap();
    let now = at(9).after(REPLAY).as_millis();
    for _ in 0..3 {
        assert!(advances(&mut horizon, &mut log, now));
    }
    assert_eq!(horizon.message(), waiting);
    assert!(!advances(&mut horizon, &mut log, now + 1), "it rests");
    settle(&log, 2);
    for _ in 0..2 {
        assert!(advances(&mut horizon, &mut log, now + 1_000));
    }
    assert!(stands_at(&horizon, 10));
}
