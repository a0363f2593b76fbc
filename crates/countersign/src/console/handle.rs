//! Handles: what the address of a page says to one session alone, such as a number that was searched for.
//!
//! A handle is sealed under a key that follows from the token of the session, which the browser has and the service does not
//! keep. So every node that the browser asks can open it, nobody else can, and none opens it once the session has ended.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use countersign_core::entropy::{Entropy, EntropyError};
use countersign_core::seal::SealingKey;
use countersign_core::time::Timestamp;

/// What the key of handles is made for.
const PURPOSE: &[u8] = b"countersign: handles in addresses of the console";

/// The first character of a handle, which begins nothing else in an address.
const SIGN: char = '~';

/// The number of characters that a text is filled up to, so that its length tells nothing.
const LENGTH: usize = 40;

/// What a handle says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    /// A number that somebody searches for.
    Number,
    /// A message whose number somebody asked to see.
    Shown,
}

impl Says {
    /// The time for which a handle is good.
    const fn life(self) -> Duration {
        Duration::from_secs(
            60 * match self {
                Says::Number => 30,
                Says::Shown => 5,
            },
        )
    }

    /// What keeps a handle of one kind from being taken for one of the other.
    const fn context(self) -> &'static [u8] {
        match self {
            Says::Number => b"number",
            Says::Shown => b"shown",
        }
    }
}

/// The key of the handles of a session. Its `Debug` shows nothing of it.
#[derive(Clone)]
pub(super) struct Handles(Arc<SealingKey>);

impl fmt::Debug for Handles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handles(..)")
    }
}

impl Handles {
    /// The key that follows from the token of a session; `None` if the cipher refuses it.
    pub(super) fn of(token: &str) -> Option<Self> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, token.as_bytes());
        let key = hmac::sign(&key, PURPOSE);
        let key = SealingKey::new(key.as_ref().try_into().ok()?)?;
        Some(Self(Arc::new(key)))
    }

    /// A handle of `text`, good from `now` on.
    ///
    /// # Errors
    /// [`EntropyError`], also where the text is longer than any that a handle is for.
    pub(super) fn make(
        &self,
        entropy: &dyn Entropy,
        says: Says,
        text: &str,
        now: Timestamp,
    ) -> Result<String, EntropyError> {
        let mut id = [0; 16];
        entropy.fill(&mut id)?;
        let secret = format!("{text:<LENGTH$}{}", now.as_millis());
        let fits = text.len() <= LENGTH && !text.ends_with(' ');
        let sealed = self.0.seal(secret.as_bytes(), &id, says.context());
        let sealed = sealed.filter(|_| fits).ok_or(EntropyError)?;
        let bytes = [&id[..], &sealed].concat();
        Ok(format!("{SIGN}{}", BASE64_URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// The text of a handle; `None` where it is none of this session, or its time is over.
    pub(super) fn read(&self, says: Says, handle: &str, now: Timestamp) -> Option<String> {
        let bytes = BASE64_URL_SAFE_NO_PAD
            .decode(handle.strip_prefix(SIGN)?)
            .ok()?;
        let (id, sealed) = bytes.split_first_chunk::<16>()?;
        let opened = self.0.open(sealed, id, says.context())?;
        let opened = String::from_utf8(opened).ok()?;
        let (text, at) = opened.split_at_checked(LENGTH)?;
        let at = Timestamp::from_millis(at.parse().ok()?);
        (now < at.after(says.life())).then(|| text.trim_end().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::OsEntropy;

    const NUMBER: &str = "+8618800008888";

    #[test]
    fn a_handle_is_read_by_its_own_session_until_its_time_is_over() {
        let (own, other) = (Handles::of("a").unwrap(), Handles::of("b").unwrap());
        let now = Timestamp::from_millis(1_000);
        let handle = own.make(&OsEntropy, Says::Number, NUMBER, now).unwrap();
        // Another node has the token alone.
        let elsewhere = Handles::of("a").unwrap();
        let last = now.after(Duration::from_secs(30 * 60 - 1));
        assert_eq!(
            elsewhere.read(Says::Number, &handle, last).as_deref(),
            Some(NUMBER)
        );
        let over = now.after(Duration::from_secs(30 * 60));
        assert_eq!(own.read(Says::Number, &handle, over), None);
        assert_eq!(other.read(Says::Number, &handle, now), None);
        assert_eq!(own.read(Says::Shown, &handle, now), None);
        for place in 1..handle.len() {
            let changed = if &handle[place..=place] == "A" {
                "B"
            } else {
                "A"
            };
            let mut torn = handle.clone();
            torn.replace_range(place..=place, changed);
            assert_eq!(
                own.read(Says::Number, &torn, now),
                None,
                "character {place}"
            );
        }
        for none in ["", "~", "number", &handle[1..]] {
            assert_eq!(own.read(Says::Number, none, now), None, "{none}");
        }
    }

    #[test]
    fn handles_of_any_two_texts_are_equally_long_and_never_equal() {
        let (own, now) = (Handles::of("a").unwrap(), Timestamp::from_millis(1_000));
        let of = |text| own.make(&OsEntropy, Says::Number, text, now).unwrap();
        let (short, long, again) = (of("+14155550132"), of(NUMBER), of(NUMBER));
        assert_eq!(short.len(), long.len());
        assert_ne!(long, again);
        let too_long = "1".repeat(LENGTH + 1);
        let refused = own.make(&OsEntropy, Says::Number, &too_long, now);
        assert!(refused.is_err());
    }
}
