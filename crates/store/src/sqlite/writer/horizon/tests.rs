use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1_000)
}

/// Makes a log with an event at each of these seconds, numbered by its second.
fn log(seconds: std::ops::Range<i64>) -> Connection {
    let mut log = Connection::open_in_memory().unwrap();
    crate::sqlite::log::schema::migrations()
        .to_latest(&mut log)
        .unwrap();
    for second in seconds {
        log.execute(
            "INSERT INTO code_event VALUES (?, zeroblob(16), ?, 'token_used', NULL, NULL, NULL, NULL, x'', NULL, NULL)",
            [second, at(second).as_millis()],
        )
        .unwrap();
    }
    log
}

/// Lets `horizon` advance by two at that moment. Returns whether it wrote.
fn advances(horizon: &mut Horizon, log: &mut Connection, millis: i64) -> bool {
    let before = log.total_changes();
    let now = Timestamp::from_millis(millis);
    horizon.advance(log, now, 2).unwrap();
    log.total_changes() > before
}

#[test]
fn the_horizon_follows_the_present_in_portions_and_rests_for_a_second() {
    let mut log = log(1..10);
    let mut horizon = Horizon::read(&log).unwrap();
    let now = at(6).after(REPLAY).as_millis();
    for reached in [3, 5, 6] {
        assert!(advances(&mut horizon, &mut log, now), "{reached}");
        assert_eq!(horizon.event(), reached);
    }
    assert!(!advances(&mut horizon, &mut log, now), "it is there");
    assert!(!advances(&mut horizon, &mut log, now + 999), "it rests");
    let mut read_again = Horizon::read(&log).unwrap();
    assert_eq!(read_again.event(), 6);
    assert!(!advances(&mut read_again, &mut log, now), "it is there");
    assert!(advances(&mut horizon, &mut log, now + 1_000));
    assert_eq!(horizon.event(), 7);
}
