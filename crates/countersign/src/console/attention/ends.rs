//! What ends soon: the key that signs now, and test numbers.

use countersign_api::SigningKeyState;
use countersign_core::attention::BEFORE_TEST_NUMBER_ENDS;
use countersign_core::ports::setup::Setup;
use countersign_core::time::Timestamp;

use super::Found;
use crate::console::entry::Visit;
use crate::console::pages::settings::{signing_keys, test_numbers};
use crate::console::words::attention::Matter;
use crate::operator::Permission;

/// The key that signs tokens soon.
pub(super) fn next_key(visit: &Visit) -> Option<Found> {
    let mut keys = visit.state.manage.signing_keys().into_iter();
    let next = keys.find(|key| key.state == SigningKeyState::Next)?;
    let from = visit.moment(Timestamp::parse(&next.signs_from)?).shown;
    let matter = Matter::NextKey { from };
    let see = visit.words().attention.see_keys;
    Some(Found {
        needs: Permission::ReadKeys,
        ..Found::new(matter, signing_keys::PATH.to_owned(), see)
    })
}

/// The test numbers that end soon, the first first.
pub(super) fn ending_test_numbers(visit: &Visit, setup: &Setup) -> Vec<Found> {
    let soon = visit.now.after(BEFORE_TEST_NUMBER_ENDS);
    let numbers = setup.test_numbers.values();
    let mut ending: Vec<_> = numbers
        .filter(|test| visit.now < test.expires_at && test.expires_at < soon)
        .collect();
    ending.sort_by_key(|test| test.expires_at);
    let found = ending.into_iter().map(|test| {
        let number = test.phone.masked();
        let at = visit.moment(test.expires_at).shown;
        let matter = Matter::TestNumberEnds { number, at };
        let see = visit.words().attention.see_test_numbers;
        Found {
            needs: Permission::ReadSetup,
            ..Found::new(matter, test_numbers::PATH.to_owned(), see)
        }
    });
    found.collect()
}
