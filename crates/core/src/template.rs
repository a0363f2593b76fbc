//! The words around a code.
//!
//! | who | writes what |
//! |---|---|
//! | this file | the built-in texts, by channel and language, and the last lines that phones read |
//! | `text` | texts of the operator's, with gaps |
//! | `vendor` | templates that a vendor has approved: an id, and what fills its gaps |
//! | `book` | all of them: which one a message gets |

mod book;
mod text;
mod vendor;

use std::fmt::{self, Write};
use std::time::Duration;

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::application::{AppName, Application};
use crate::autofill::{AndroidAppHash, WebHost};
use crate::channel::Channel;
use crate::passcode::Passcode;
use crate::phone::{Country, PhoneNumber};
use crate::policy;
use crate::text::measure;

pub use book::{Template, TemplateScope, Templates, Wanted};
pub use text::{InvalidText, TextTemplate};
pub use vendor::{FilledTemplate, InvalidVariable, Value, Variable, VendorTemplate};

/// The language of a message to a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// Simplified Chinese.
    ZhCn,
    /// English.
    EnUs,
}

impl Language {
    /// Every language that a message may be in.
    pub const ALL: [Language; 2] = [Language::ZhCn, Language::EnUs];

    /// The tag of the language, such as `zh-CN`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Language::ZhCn => "zh-CN",
            Language::EnUs => "en-US",
        }
    }

    /// The language of that tag, or `None`.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|language| language.as_str() == tag)
    }

    /// What the owner of `phone` most likely reads. The language of an API call says nothing about that:
    /// some official SDKs send one whoever their user is.
    #[must_use]
    pub fn of(phone: &PhoneNumber) -> Self {
        if phone.country() == Country::CHINA {
            Language::ZhCn
        } else {
            Language::EnUs
        }
    }
}

/// A text that holds a code in clear. Guarded like the [`Passcode`] in it.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SmsText(String);

impl SmsText {
    /// The text. Call this only to hand it to a vendor.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SmsText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SmsText(..)")
    }
}

/// Who a message is from, as far as its text tells.
#[derive(Debug, Clone, Copy)]
pub struct Sender<'a> {
    /// The name that people read.
    pub name: &'a AppName,
    /// Whose web pages may read the code: makes the last line `@host #code`.
    pub web_host: Option<&'a WebHost>,
    /// Which Android app may read the message: makes a line of its own, the last but for `@host #code`.
    pub android_app_hash: Option<&'a AndroidAppHash>,
}

impl<'a> From<&'a AppName> for Sender<'a> {
    /// Nothing but a name: messages without last lines.
    fn from(name: &'a AppName) -> Self {
        Self {
            name,
            web_host: None,
            android_app_hash: None,
        }
    }
}

impl<'a> From<&'a Application> for Sender<'a> {
    fn from(app: &'a Application) -> Self {
        Self {
            name: &app.name,
            web_host: app.web_host.as_ref(),
            android_app_hash: app.android_app_hash.as_ref(),
        }
    }
}

impl Sender<'_> {
    fn has_last_lines(self) -> bool {
        self.web_host.is_some() || self.android_app_hash.is_some()
    }
}

/// Why messages of an application cannot have the last lines it asks for: not even the shortest text
/// leaves room for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text for {} in {} would fill {needed} of {limit} places", channel.as_str(), language.as_str())]
pub struct TooLong {
    /// What the code would be for.
    pub channel: Channel,
    /// In which language.
    pub language: Language,
    /// How much the text takes: characters as SMS counts them, or bytes where `limit` is
    /// [`ANDROID_BYTES`].
    pub needed: usize,
    /// How much there is.
    pub limit: usize,
}

/// The most bytes that Android's SMS Retriever takes. Nobody says in which encoding, so UTF-8, the
/// longest.
pub const ANDROID_BYTES: usize = 140;

/// Whether every message of `sender` can have its last lines: in every language, for every channel, with
/// the longest code and life that any policy may set ([`policy::MOST_DIGITS`], [`policy::LONGEST_LIFE`]), in one SMS segment and,
/// with an Android app hash, in [`ANDROID_BYTES`]. A sender without last lines always passes.
///
/// # Errors
/// [`TooLong`] names the first message that could not.
pub fn check(sender: Sender<'_>) -> Result<(), TooLong> {
    for language in Language::ALL {
        for channel in Channel::ALL {
            if sender.has_last_lines() {
                wording(language, channel, sender)?;
            }
        }
    }
    Ok(())
}

/// The built-in text for a code, in one SMS segment where the name of the application is in the
/// script of the text. A Chinese name in an English text makes two.
///
/// A sender with last lines that passed [`check`] gets one segment in any case: the text leaves words
/// out until they fit, the same words for every code.
///
/// ```
/// # use countersign_core::{application::AppName, channel::Channel, entropy::*, passcode::Passcode, template::*};
/// # struct Zero; impl Entropy for Zero { fn fill(&self, b: &mut [u8]) -> Result<(), EntropyError> { b.fill(0); Ok(()) } }
/// # let code = Passcode::generate(6, &Zero).unwrap();
/// # let app = AppName::parse("Shop").unwrap();
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
    let wording = if sender.has_last_lines() {
        wording(language, channel, sender).unwrap_or(Wording::Bare)
    } else {
        Wording::Full
    };
    SmsText(compose(
        wording,
        language,
        channel,
        sender,
        passcode.reveal(),
        life,
    ))
}

/// How much the words around a code say, the most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wording {
    /// What the code is for, how long it lives, and not to share it.
    Full,
    /// Without its life.
    Warned,
    /// Without the warning too: what the code is for.
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

/// The first wording that fits, judged with the longest code and life: what the real ones take must not
/// decide.
fn wording(language: Language, channel: Channel, sender: Sender<'_>) -> Result<Wording, TooLong> {
    let (digits, life) = (policy::MOST_DIGITS, policy::LONGEST_LIFE);
    let code = "0".repeat(digits.into());
    let mut fits = Err((0, 0));
    for wording in Wording::ALL {
        let text = compose(wording, language, channel, sender, &code, life);
        fits = room(&text, sender.android_app_hash.is_some());
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

/// Whether there is room for `text`; else what it needs and what there is.
fn room(text: &str, for_android: bool) -> Result<(), (usize, usize)> {
    let size = measure(text);
    if size.segments > 1 {
        Err((size.units, size.encoding.alone()))
    } else if for_android && text.len() > ANDROID_BYTES {
        Err((text.len(), ANDROID_BYTES))
    } else {
        Ok(())
    }
}

/// More than any text has bytes: a text that grew would leave copies of the code behind.
const CAPACITY: usize = 1024;

fn compose(
    wording: Wording,
    language: Language,
    channel: Channel,
    sender: Sender<'_>,
    code: &str,
    life: Duration,
) -> String {
    let (app, minutes) = (sender.name.as_str(), minutes(life));
    let purpose = purpose(language, channel);
    let mut text = String::with_capacity(CAPACITY);
    // Writing to a String cannot fail.
    let _ = match (language, wording) {
        (Language::ZhCn, Wording::Full) => write!(
            text,
            "【{app}】{code} 是您的{purpose}验证码，{minutes} 分钟内有效，请勿告诉他人。"
        ),
        (Language::ZhCn, Wording::Warned) => {
            write!(
                text,
                "【{app}】{code} 是您的{purpose}验证码，请勿告诉他人。"
            )
        }
        (Language::ZhCn, Wording::Plain) => write!(text, "【{app}】{code} 是您的{purpose}验证码。"),
        (Language::ZhCn, Wording::Bare) => write!(text, "【{app}】{code} 是验证码。"),
        (Language::EnUs, Wording::Full) => write!(
            text,
            "[{app}] {code} is your code to {purpose}. It expires in {minutes} minutes. Never share it."
        ),
        (Language::EnUs, Wording::Warned) => {
            write!(
                text,
                "[{app}] {code} is your code to {purpose}. Never share it."
            )
        }
        (Language::EnUs, Wording::Plain) => {
            write!(text, "[{app}] {code} is your code to {purpose}.")
        }
        (Language::EnUs, Wording::Bare) => write!(text, "[{app}] {code} is your code."),
    };
    last_lines(&mut text, sender, code);
    text
}

/// Ends a text with what phones read.
fn last_lines(text: &mut String, sender: Sender<'_>, code: &str) {
    // Writing to a String cannot fail.
    if let Some(hash) = sender.android_app_hash {
        let _ = write!(text, "\n{}", hash.as_str());
    }
    if let Some(host) = sender.web_host {
        let _ = write!(text, "\n@{} #{code}", host.as_str());
    }
}

/// How many minutes a code lives, as people are told.
#[must_use]
pub fn minutes(life: Duration) -> u64 {
    life.as_secs().div_ceil(60)
}

fn purpose(language: Language, channel: Channel) -> &'static str {
    let (zh, en) = match channel {
        Channel::Login => ("登录", "sign in"),
        Channel::Register => ("注册", "sign up"),
        Channel::ResetPassword => ("重置密码", "reset your password"),
        Channel::BindPhone => ("绑定手机号", "add this number"),
        Channel::UnbindPhone => ("解绑手机号", "remove this number"),
        Channel::BindMfa => ("绑定多因素认证", "turn on two-step sign-in"),
        Channel::VerifyMfa => ("多因素认证", "confirm your sign-in"),
        Channel::UnbindMfa => ("解绑多因素认证", "turn off two-step sign-in"),
        Channel::CompletePhone => ("完善手机号", "complete your profile"),
        Channel::IdentityVerification => ("身份验证", "confirm your identity"),
        Channel::DeleteAccount => ("注销账号", "delete your account"),
    };
    match language {
        Language::ZhCn => zh,
        Language::EnUs => en,
    }
}

#[cfg(test)]
mod tests;
