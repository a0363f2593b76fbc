use std::fmt;

use serde_json::Value;

/// A challenge that the service demands before it does what was asked: proof of work by the protocol
/// [ALTCHA](https://altcha.org).
///
/// A person's page solves it with the widget of ALTCHA, and the same request is made again with the solution
/// ([`SendSms::challenge_solution`](crate::SendSms::challenge_solution),
/// [`PreCheckCode::challenge_solution`](crate::PreCheckCode::challenge_solution)). A program without a page lets the client solve it
/// (`solve_challenges`, with the feature `challenges`).
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/service.rs"));
/// # use countersign_client::{AuthenticationClient, Channel, SendSms};
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), countersign_client::Error> {
/// # let app_host = Service::start(Manner::Answer(200, "", r#"{"statusCode":403,"apiCode":2000,"message":"Solve it.",
/// #     "data":{"kind":"altcha","challenge":{"parameters":{"cost":5000},"signature":"b1"},"expiresIn":300}}"#)).url;
/// # let client = AuthenticationClient::builder().app_id("dev-app").app_host(app_host).build()?;
/// let answer = client.send_sms(SendSms::new(Channel::Login, "18800008888")).await?;
/// let challenge = answer.challenge.expect("a challenge");
/// assert_eq!(challenge.for_widget(), r#"{"parameters":{"cost":5000},"signature":"b1"}"#);
/// # Ok(()) }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Challenge(Value);

impl Challenge {
    /// Reads the data of a refusal. Any challenge of another kind is for a newer SDK.
    pub(crate) fn read(data: &Value) -> Option<Self> {
        let is_known = data.get("kind").and_then(Value::as_str) == Some("altcha");
        let challenge = data
            .get("challenge")
            .filter(|it| is_known && it.is_object());
        challenge.cloned().map(Self)
    }

    /// Returns the challenge as JSON, which the attribute `challenge` of the widget takes. In a page it must be escaped like
    /// any text.
    ///
    /// ```
    /// # use countersign_client::Challenge;
    /// fn widget(challenge: &Challenge, escaped: impl Fn(&str) -> String) -> String {
    ///     format!(r#"<altcha-widget challenge="{}"></altcha-widget>"#, escaped(&challenge.for_widget()))
    /// }
    /// ```
    #[must_use]
    pub fn for_widget(&self) -> String {
        self.0.to_string()
    }

    /// Solves the challenge, on a thread for work that takes long. `None` if it asks for another kind of work, for more than
    /// a phone could do, or takes longer than a minute.
    #[cfg(feature = "challenges")]
    pub(crate) async fn solve(self) -> Option<String> {
        tokio::task::spawn_blocking(move || work::solve(self.0))
            .await
            .ok()?
    }
}

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Challenge(..)")
    }
}

#[cfg(feature = "challenges")]
mod work {
    use altcha::{Challenge, Payload, SolveChallengeOptions, solve_challenge};
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde_json::Value;

    /// The most rounds of one guess. The service asks for 40,000 at most.
    const MOST_COST: u32 = 1_000_000;

    /// The most hexadecimal digits of the beginning that is looked for: 65,536 guesses on average.
    const MOST_PREFIX: usize = 4;

    /// The longest derived key in bytes.
    const MOST_KEY: usize = 64;

    /// The time after which the client gives up.
    const PATIENCE_MS: u64 = 60_000;

    pub(super) fn solve(challenge: Value) -> Option<String> {
        let challenge: Challenge = serde_json::from_value(challenge).ok()?;
        let asked = &challenge.parameters;
        let is_bearable = asked.algorithm.starts_with("PBKDF2/")
            && asked.cost <= MOST_COST
            && asked.key_prefix.len() <= MOST_PREFIX
            && asked.key_length <= MOST_KEY;
        if !is_bearable {
            return None;
        }
        let options = SolveChallengeOptions {
            timeout_ms: PATIENCE_MS,
            ..SolveChallengeOptions::new(&challenge)
        };
        let solution = solve_challenge(options).ok()??;
        let payload = Payload {
            challenge,
            solution,
        };
        Some(STANDARD.encode(serde_json::to_vec(&payload).ok()?))
    }
}
