//! In production no code passes for everybody, and there are no numbers for tests.

use crate::checks::LOGIN;
use crate::deployment::{Deployment, in_service};
use crate::server::number;

/// Codes that other services let pass in tests.
const WELL_KNOWN: [&str; 16] = [
    "000000", "111111", "123456", "654321", "666666", "888888", "999999", "123123", "0000", "1234",
    "8888", "9999", "112233", "102030", "555555", "424242",
];

// shows: A12
#[tokio::test]
async fn no_code_passes_for_everybody_whether_a_code_was_sent_or_not() {
    let deployment = Deployment::new();
    let (_server, app, vendor) = in_service(&deployment).await;
    for (n, guess) in WELL_KNOWN.into_iter().enumerate() {
        // A number without a code, and one with a code of its own.
        let (none, sent) = (number(200 * n), number(200 * n + 100));
        assert_eq!(app.public.login(&sent).await, 200);
        let code = vendor.messages()[n]["code"].as_str().unwrap().to_owned();
        for number in [&none, &sent] {
            let seen = app.public.pre_check_code(LOGIN, number, guess).await;
            assert_eq!(seen.is_valid(), number == &sent && code == guess, "{seen}");
            let checked = app.server.accepts(number, guess).await;
            assert_eq!(checked, number == &sent && code == guess, "{guess}");
        }
    }
}

// shows: A12
#[test]
fn a_setting_for_test_codes_or_test_numbers_is_unknown() {
    for setting in [
        "test_code = \"123456\"",
        "test_numbers = [\"+8618800008888\"]",
    ] {
        let made = Deployment::new();
        made.edit("[server]", &format!("[codes]\n{setting}\n[server]"));
        let refusal = made.refusal();
        assert!(
            refusal.contains("there is no setting codes.test_"),
            "{refusal}"
        );
    }
}
