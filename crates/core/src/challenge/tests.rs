use std::collections::HashSet;

use super::*;
use crate::code::passcode::PasscodeKey;
use crate::limit::{Counts, LimitKind, Mode, Refusal};
use crate::time::Timestamp;

fn refusal(count: u64, max: u64) -> Refusal {
    Refusal {
        limit: "address-soft".into(),
        kind: LimitKind::Caller,
        mode: Mode::Challenge,
        counts: Counts::Messages,
        count,
        max,
        window: Duration::from_secs(600),
        at: Timestamp::from_millis(0),
        until: None,
    }
}

#[test]
fn the_cost_doubles_with_the_count_and_is_bounded() {
    for (count, max, expected) in [
        (10, 10, 5_000),
        (19, 10, 5_000),
        (20, 10, 10_000),
        (39, 10, 10_000),
        (40, 10, 20_000),
        (80, 10, 40_000),
        (u64::MAX, 1, 40_000),
        (500, 1_000, 5_000),
        (0, 0, 5_000),
        (8, 0, 40_000),
    ] {
        assert_eq!(cost(&refusal(count, max)), expected, "{count} of {max}");
    }
}

// shows: D10
#[test]
fn every_subject_has_a_name_of_its_own_under_every_key() {
    let apps = ["shop", "shop2"].map(|id| AppId::parse(id).unwrap());
    let phones = ["13800138000", "13800138001"].map(|n| PhoneNumber::parse(n, None).unwrap());
    let keys = [1, 2].map(|byte| PasscodeKey::new([byte; 32]).of_challenges());
    let mut names = HashSet::new();
    for key in &keys {
        for purpose in [Purpose::Send, Purpose::Check] {
            for app in &apps {
                for channel in [Channel::Login, Channel::Register] {
                    for phone in &phones {
                        let subject = Subject {
                            purpose,
                            app,
                            channel,
                            phone,
                        };
                        let name = key.binding(subject);
                        assert_eq!(name, key.binding(subject));
                        assert_eq!(name.len(), 32, "{name}");
                        assert!(names.insert(name), "{subject:?}");
                    }
                }
            }
        }
        assert!(names.insert(key.signing_secret().to_string()));
    }
    assert_eq!(names.len(), 34);
    assert_eq!(format!("{:?}", keys[0]), "ChallengeKey(..)");
}
