//! What ends soon: the key that signs now, and test numbers.

use countersign_api::SigningKeyState;
use countersign_core::attention::BEFORE_TEST_NUMBER_ENDS;
use countersign_core::ports::setup::Setup;
use countersign_core::time::Timestamp;

use super::Found;
use crate::console::entry::Visit;
use crate::console::pages::settings;
use crate::console::words::attention::Matter;
use crate::operator::Permission;

/// The key that signs tokens soon.
pub(super) fn next_key(visit: &Visit) -> Option<Found> {
    let mut keys = visit.state.manage.signing_keys().into_iter();
    let next = keys.find(|key| key.state == SigningKeyState::Next)?;
    let from = visit.moment(Timestamp::parse(&next.signs_from)?).shown;
    Some(in_settings(visit, Matter::NextKey { from }))
}

/// The test numbers that end soon, the first first.
pub(super) fn test_numbers(visit: &Visit, setup: &Setup) -> Vec<Found> {
    let soon = visit.now.after(BEFORE_TEST_NUMBER_ENDS);
    let numbers = setup.test_numbers.values();
    let mut ending: Vec<_> = numbers
        .filter(|test| visit.now < test.expires_at && test.expires_at < soon)
        .collect();
    ending.sort_by_key(|test| test.expires_at);
    let found = ending.into_iter().map(|test| {
        let number = test.phone.masked();
        let at = visit.moment(test.expires_at).shown;
        in_settings(visit, Matter::TestNumberEnds { number, at })
    });
    found.collect()
}

fn in_settings(visit: &Visit, matter: Matter) -> Found {
    let (address, see) = (
        settings::PATH.to_owned(),
        visit.words().attention.see_settings,
    );
    Found {
        needs: Permission::ReadKeys,
        ..Found::new(matter, address, see)
    }
}
