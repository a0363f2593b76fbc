//! The built-in texts: how many words they use, so that they take one segment.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use super::words::compose;
use super::{LONGEST_CODE, Language, Sender, SmsText};
use crate::application::SmsName;
use crate::channel::Channel;
use crate::code::passcode::Passcode;
use crate::policy;
use crate::text::Encoding;

/// The reason why messages of an application cannot have the last lines it asks for: not even the shortest text
/// leaves room for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text for {} in {} would fill {needed} of {limit} places", channel.as_str(), language.as_str())]
pub struct TooLong {
    /// The purpose of the code.
    pub channel: Channel,
    /// The language of the message.
    pub language: Language,
    /// The room that the text needs: characters as SMS counts them, or bytes where `limit` is
    /// [`ANDROID_BYTES`](super::ANDROID_BYTES).
    pub needed: usize,
    /// The room that there is.
    pub limit: usize,
}

/// Checks that every message of `sender` can have its last lines: in every language, for every channel, with
/// the longest code and life that any policy may set ([`policy::MOST_DIGITS`], [`policy::LONGEST_LIFE`]), in
/// one SMS segment and, with an Android app hash, in [`ANDROID_BYTES`](super::ANDROID_BYTES). A sender without
/// last lines always passes.
///
/// # Errors
/// [`TooLong`] names the first message that has no room.
pub fn check(sender: Sender<'_>) -> Result<(), TooLong> {
    for language in Language::ALL {
        for channel in Channel::ALL {
            wording(language, channel, sender)?;
        }
    }
    Ok(())
}

/// Returns the built-in text for a code, in one SMS segment. It leaves words out until it fits, the same words
/// for every code and life. Only a sender that fails [`check`] gets more segments.
///
/// ```
/// # use countersign_core::{application::SmsName, channel::Channel, entropy::*, code::passcode::Passcode, template::*};
/// # struct Zero; impl Entropy for Zero { fn fill(&self, b: &mut [u8]) -> Result<(), EntropyError> { b.fill(0); Ok(()) } }
/// # let code = Passcode::generate(6, &Zero).unwrap();
/// # let app = SmsName::parse("Shop").unwrap();
/// # let life = std::time::Duration::from_secs(300);
/// let text = render(Language::EnUs, Channel::Login, Sender::from(&app), &code, life);
/// assert_eq!(text.reveal(), "[Shop] 000000 is your code to sign in. It expires in 5 minutes. Never share it.");
/// ```
#[must_use]
pub fn render(
    language: Language,
    channel: Channel,
    sender: Sender<'_>,
    passcode: &Passcode,
    life: Duration,
) -> SmsText {
    built_in(language, channel, sender, passcode.reveal(), life)
}

/// Returns the text of [`render`] for a code that may be a sample.
pub(super) fn built_in(
    language: Language,
    channel: Channel,
    sender: Sender<'_>,
    code: &str,
    life: Duration,
) -> SmsText {
    let wording = wording(language, channel, sender).unwrap_or(Wording::Bare);
    SmsText(compose(wording, language, channel, sender, code, life))
}

/// The wordings of a built-in text, the longest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wording {
    /// The purpose of the code, its life, and the warning not to share it.
    Full,
    /// The purpose of the code and the warning.
    Warned,
    /// The purpose of the code.
    Plain,
    /// The name and the code.
    Bare,
}

impl Wording {
    const ALL: [Wording; 4] = [
        Wording::Full,
        Wording::Warned,
        Wording::Plain,
        Wording::Bare,
    ];
}

/// Returns the longest wording that fits, judged with the longest code and life, so that the choice does not
/// depend on the real ones.
fn wording(language: Language, channel: Channel, sender: Sender<'_>) -> Result<Wording, TooLong> {
    if says_all(language, channel, sender) {
        return Ok(Wording::Full);
    }
    let (code, life) = (LONGEST_CODE, policy::LONGEST_LIFE);
    let mut fits = Err((0, 0));
    for wording in Wording::ALL {
        let text = compose(wording, language, channel, sender, code, life);
        fits = sender.room(&text);
        if fits.is_ok() {
            return Ok(wording);
        }
    }
    let (needed, limit) = fits.err().unwrap_or_default();
    Err(TooLong {
        channel,
        language,
        needed,
        limit,
    })
}

/// Fast path: returns whether the full text of a sender without last lines fits, judged by the length of its
/// name alone. 70 characters of any script fit one segment, since none takes more than two of the 160 septets.
/// Nearly every message takes this path; writing its text twice would cost a thirtieth of all the work of a
/// send.
fn says_all(language: Language, channel: Channel, sender: Sender<'_>) -> bool {
    static AROUND_NAMES: LazyLock<BTreeMap<(Language, Channel), usize>> = LazyLock::new(|| {
        let name = SmsName::shortest();
        let around = |language, channel| {
            let sender = Sender::from(&name);
            let (code, life) = (LONGEST_CODE, policy::LONGEST_LIFE);
            let text = compose(Wording::Full, language, channel, sender, code, life);
            units(&text) - units(name.as_str())
        };
        let of =
            |language| Channel::ALL.map(|channel| ((language, channel), around(language, channel)));
        Language::ALL.into_iter().flat_map(of).collect()
    });
    let around = AROUND_NAMES.get(&(language, channel));
    let name = units(sender.name.as_str());
    !sender.has_last_lines() && around.is_some_and(|around| around + name <= Encoding::Ucs2.alone())
}

/// Returns the length of a text in units of UCS-2.
fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests;
