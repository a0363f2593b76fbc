use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}

fn code(second: i64) -> Code {
    let message = MessageId::first_at(at(second));
    Code::recorded(message, at(second), at(second + 300), [0; 16]).with_tries(5)
}

const NEVER: Timestamp = Timestamp::from_millis(0);

#[test]
fn a_code_lives_from_its_decision_to_its_last_millisecond() {
    let code = Code {
        sent: true,
        ..code(100)
    };
    let state = |millis| code.state(Timestamp::from_millis(millis), NEVER);
    assert_eq!(state(99_999), CodeState::Expired, "not born yet");
    assert_eq!(state(100_000), CodeState::Live);
    assert_eq!(state(399_999), CodeState::Live);
    assert_eq!(state(400_000), CodeState::Expired);
}

#[test]
fn used_comes_before_exhausted_before_expired_before_pending() {
    let mut code = code(100);
    let state = |code: &Code, second| code.state(at(second), NEVER);
    assert_eq!(state(&code, 101), CodeState::Pending);
    assert_eq!(state(&code, 400), CodeState::Expired);
    code.tries_left = 0;
    assert_eq!(state(&code, 400), CodeState::Exhausted);
    code.used = true;
    assert_eq!(state(&code, 400), CodeState::Used);
}

#[test]
fn codes_decided_on_before_a_clock_was_set_back_are_expired() {
    let code = code(100);
    assert_eq!(code.state(at(101), at(100)), CodeState::Pending);
    assert_eq!(code.state(at(101), at(101)), CodeState::Expired);
}

#[test]
fn a_pending_code_counts_as_sent_once_its_outcome_is_overdue() {
    let code = code(100);
    assert_eq!(code.state(at(121), NEVER), CodeState::Pending);
    assert_eq!(code.state(at(122), NEVER), CodeState::Live);
}

#[test]
fn the_codes_of_a_scope_are_forgotten_together_a_minute_after_the_last_end() {
    let past = 400 + 60;
    assert!(!are_forgotten(&[code(99), code(100)], at(past - 1)));
    assert!(are_forgotten(&[code(99), code(100)], at(past)));
}

#[test]
fn a_record_tells_the_state_of_a_code_that_is_gone() {
    let record = CodeOnRecord {
        new: code(100),
        void: false,
        settled: true,
        wrong: 0,
        used: false,
    };
    let state = |record: CodeOnRecord, second| record.state(at(second), NEVER);
    assert_eq!(state(record, 101), CodeState::Replaced);
    assert_eq!(state(record, 400), CodeState::Expired);
    let wrong = CodeOnRecord { wrong: 5, ..record };
    assert_eq!(state(wrong, 101), CodeState::Exhausted);
    let used = CodeOnRecord {
        used: true,
        ..wrong
    };
    assert_eq!(state(used, 101), CodeState::Used);
    let void = CodeOnRecord { void: true, ..used };
    assert_eq!(state(void, 101), CodeState::Void);
    let open = CodeOnRecord {
        settled: false,
        ..record
    };
    assert_eq!(state(open, 101), CodeState::Pending);
}

#[test]
fn an_id_made_by_a_clock_ahead_of_the_ledgers_moves_neither_decision_nor_end() {
    let (made, decided) = (at(102), at(100));
    let code = Code::recorded(MessageId::first_at(made), decided, at(400), [0; 16]).with_tries(5);
    assert_eq!(code.decided_at(), decided);
    assert_eq!(code.expires_at(), at(400));
    assert_eq!(code.state(decided, NEVER), CodeState::Pending);
}
