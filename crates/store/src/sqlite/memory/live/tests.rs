use std::sync::Arc;
use std::time::Duration;

use countersign_core::application::AppId;
use countersign_core::channel::Channel;
use countersign_core::code::check::{Caller, Checked, CodeCheck, Effect};
use countersign_core::code::guess::Guess;
use countersign_core::code::length::CodeLength;
use countersign_core::code::passcode::{Passcode, PasscodeKey};
use countersign_core::code::{Code, CodeState};
use countersign_core::id::{MessageId, RequestId};
use countersign_core::phone::PhoneNumber;
use countersign_core::send::settle::GiveBack;
use countersign_core::time::Timestamp;

use super::Live;
use super::unsettled::Unsettled;
use crate::hit::{LoggedHit, Touched};
use crate::seal::Key;
use crate::sqlite::log::message::Admission;
use crate::sqlite::memory::CheckKeys;

const MINUTE: Duration = Duration::from_secs(60);

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}

fn id(seconds: i64) -> MessageId {
    MessageId::first_at(at(seconds))
}

fn hit(bucket: u64) -> LoggedHit {
    LoggedHit {
        bucket: Key(bucket),
        window: MINUTE,
        weight: 1,
        refundable: true,
        of_number: None,
        money: false,
    }
}

fn code(seconds: i64) -> Code {
    let ends = at(seconds).after(Duration::from_secs(300));
    Code::recorded(id(seconds), at(seconds), ends, [0; 16]).with_tries(5)
}

fn admit(live: &mut Live, seconds: i64) {
    live.admit(Admission {
        seq: seconds,
        message: id(seconds),
        decided_at: at(seconds),
        scope: Key(9),
        code: Some(code(seconds)),
        sealed: None,
        hits: Arc::new([hit(1), hit(2)]),
    });
}

fn state(live: &Live, seconds: i64, now: i64) -> Option<CodeState> {
    live.code_state(&Key(9).into(), id(seconds), at(now))
}

#[test]
fn a_newer_sent_code_retires_the_older_one() {
    let mut live = Live::default();
    admit(&mut live, 0);
    live.sent(id(0), at(1));
    admit(&mut live, 60);
    assert_eq!(state(&live, 0, 61), Some(CodeState::Live));
    assert_eq!(state(&live, 60, 61), Some(CodeState::Pending));
    live.sent(id(60), at(61));
    assert_eq!(state(&live, 0, 61), None);
    assert_eq!(state(&live, 60, 61), Some(CodeState::Live));
}

#[test]
fn a_code_that_was_not_sent_leaves_the_older_one_alone() {
    let mut live = Live::default();
    admit(&mut live, 0);
    live.sent(id(0), at(1));
    admit(&mut live, 60);
    live.not_sent(id(60), GiveBack::Counted);
    assert_eq!(state(&live, 0, 61), Some(CodeState::Live));
    assert_eq!(state(&live, 60, 61), None);
}

#[test]
fn an_older_message_settled_late_does_not_retire_a_newer_code() {
    let mut live = Live::default();
    admit(&mut live, 0);
    admit(&mut live, 60);
    live.sent(id(60), at(61));
    live.sent(id(0), at(1));
    assert_eq!(state(&live, 0, 61), None);
    assert_eq!(state(&live, 60, 61), Some(CodeState::Live));
}

#[test]
fn a_sweep_drops_past_hits_and_codes_and_keeps_a_pending_message() {
    let mut live = Live::default();
    admit(&mut live, 0);
    live.sent(id(0), at(1));
    admit(&mut live, 100);
    live.sweep(at(1_000));
    assert!(live.pending(id(100)).is_some(), "an outcome is to come");
    live.sent(id(100), at(101));
    live.sweep(at(1_010));
    assert_eq!(live.sends.len(), 0);
    assert!(live.codes.is_empty());
    assert!(live.pending.is_empty());
}

#[test]
fn a_rolled_back_message_and_one_that_gave_its_minute_back_leave_no_hit() {
    let mut live = Live::default();
    admit(&mut live, 0);
    live.roll_back(id(0));
    assert!(live.sends.len() == 0 && live.codes.is_empty());
    admit(&mut live, 1);
    live.not_sent(id(1), GiveBack::Counted);
    assert!(live.sends.len() == 0 && live.codes.is_empty());
    admit(&mut live, 2);
    live.not_sent(id(2), GiveBack::No);
    assert_eq!(live.sends.len(), 2);
}

#[test]
fn a_message_without_an_outcome_is_overdue_after_its_deadline() {
    let mut live = Live::default();
    admit(&mut live, 0);
    admit(&mut live, 5);
    assert_eq!(live.overdue(at(21)), []);
    let overdue = Unsettled {
        message: id(0),
        seq: 0,
        decided_at: at(0),
    };
    assert_eq!(live.overdue(at(22)), [overdue]);
    live.sent(id(0), at(1));
    assert_eq!(live.overdue(at(22)), []);
}

#[test]
fn a_crowd_of_numbers_that_were_guessed_at_leaves_a_stranger_uncounted() {
    let mut live = Live::default();
    let guess = Guess::new(
        PasscodeKey::new([3; 32]),
        Passcode::parse("123456").unwrap(),
        AppId::parse("app").unwrap(),
        Channel::Login,
        PhoneNumber::parse("13800138000", None).unwrap(),
    );
    let check = CodeCheck::new(
        RequestId::from_bytes([9; 16]),
        Caller::Public,
        guess,
        CodeLength::always(6),
    );
    let keys = CheckKeys {
        scope: Key(1).into(),
        phone: Key(2).into(),
        touched: Touched::from(Arc::new([hit(3)]) as Arc<[_]>),
        ends: Arc::new([]),
        source: None,
    };
    let find = |live: &Live| live.check(&check, &keys, at(1));
    let (_, counted) = find(&live);
    assert_eq!(counted, Some(Effect::Wrong { codes: Vec::new() }));
    for n in 0..500_000_u64 {
        live.restore_hit(&hit(n.wrapping_mul(0x9e37_79b9_7f4a_7c15)), at(0));
    }
    let (found, counted) = find(&live);
    assert_eq!((found, counted), (Checked::NotSent, None));
}
