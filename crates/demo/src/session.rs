//! The session of a person: the verification token, in a cookie that scripts cannot read.
//!
//! The token is a signed statement of the service that this number proved a sign-in, so the application keeps no list of
//! sessions. The session ends with the token.

use axum::http::{HeaderMap, header};
use countersign_client::{AuthenticationClient, Channel, ErrorKind};

/// Cookies of one host are shared by all its ports, so the name says whose cookie this is.
const COOKIE: &str = "countersign-demo";

/// The visitor, as the cookie of the request proves them.
pub(crate) enum Session {
    /// A visitor without a token.
    None,
    /// The person with this number, of which the middle is masked.
    SignedIn { number: String },
    /// A visitor whose token has ended or was never good.
    Ended,
    /// A visitor whose token cannot be judged, since the service did not answer with its public keys.
    Unknown,
}

/// Reads the session of a request. The SDK checks the signature of the token here, and asks the service only for its
/// public keys, now and then.
pub(crate) async fn read(client: &AuthenticationClient, headers: &HeaderMap) -> Session {
    let Some(token) = token(headers) else {
        return Session::None;
    };
    match client.verify_token_for(Channel::Login, token).await {
        Ok(claims) => Session::SignedIn {
            number: masked(&claims.phone_number),
        },
        Err(error) if error.kind() == ErrorKind::InvalidToken => Session::Ended,
        Err(_) => Session::Unknown,
    }
}

/// Returns the value of `Set-Cookie` that begins a session. There is no `Secure`, since the demo is served over plain HTTP.
pub(crate) fn begin(token: &str) -> String {
    format!("{COOKIE}={token}; HttpOnly; SameSite=Lax; Path=/")
}

/// Returns the value of `Set-Cookie` that ends the session.
pub(crate) fn end() -> String {
    format!("{COOKIE}=; Max-Age=0; HttpOnly; SameSite=Lax; Path=/")
}

fn token(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    let mut pairs = cookies.split("; ").filter_map(|pair| pair.split_once('='));
    pairs.find_map(|(name, value)| (name == COOKIE).then_some(value))
}

/// Masks the four digits before the last four, as in `+86188****8888`.
fn masked(number: &str) -> String {
    let length = number.chars().count();
    let hidden = length.saturating_sub(8)..length.saturating_sub(4);
    let digits = number.chars().enumerate();
    digits
        .map(|(at, digit)| if hidden.contains(&at) { '*' } else { digit })
        .collect()
}
