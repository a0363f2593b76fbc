//! The text around a code.
//!
//! | module | content |
//! |---|---|
//! | this file | the last lines that phones read |
//! | `words` | the built-in texts, by channel and language |
//! | `builtin` | the choice of a built-in text that takes one segment |
//! | `text` | texts of the operator's, with gaps |
//! | `vendor` | templates that a vendor has approved: an id, and the values of its gaps |
//! | [`lint`] | the rules that a template must keep |
//! | `preview` | a message with a sample code |
//! | `book` | all templates of a deployment, and the one that a message gets |

mod book;
mod builtin;
mod language;
pub mod lint;
mod preview;
mod text;
mod vendor;
mod words;

use std::fmt::{self, Write};
use std::time::Duration;

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::application::{Application, SmsName};
use crate::autofill::{AndroidAppHash, WebHost};
use crate::text::measure;

pub use book::{Template, TemplateKind, TemplateQuery, TemplateScope, Templates, Written};
pub use builtin::{TooLong, check, render};
pub use language::Language;
pub use preview::{Preview, SAMPLE_CODE, SAMPLE_LIFE, preview};
pub use text::{InvalidText, TextTemplate};
pub use vendor::{FilledTemplate, InvalidVariable, Value, Variable, VendorTemplate};

/// A text that holds a code in clear. Guarded like the
/// [`Passcode`](crate::code::passcode::Passcode) in it.
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

/// The sender of a message, as far as its text shows it.
#[derive(Debug, Clone, Copy)]
pub struct Sender<'a> {
    /// The name that people read, or none.
    pub name: &'a SmsName,
    /// The host whose web pages may read the code: makes the last line `@host #code`.
    pub web_host: Option<&'a WebHost>,
    /// The hash of the Android app that may read the message: makes a line of its own, the last but for `@host
    /// #code`.
    pub android_app_hash: Option<&'a AndroidAppHash>,
}

impl<'a> From<&'a SmsName> for Sender<'a> {
    /// Makes a sender with a name only, whose messages have no last lines.
    fn from(name: &'a SmsName) -> Self {
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
            name: app.name_in_messages(),
            web_host: app.web_host.as_ref(),
            android_app_hash: app.android_app_hash.as_ref(),
        }
    }
}

impl Sender<'_> {
    fn has_last_lines(self) -> bool {
        self.web_host.is_some() || self.android_app_hash.is_some()
    }

    /// Checks that there is room for `text`; otherwise returns its need and the room there is.
    fn room(self, text: &str) -> Result<(), (usize, usize)> {
        let size = measure(text);
        if size.segments > 1 {
            Err((size.units, size.encoding.alone()))
        } else if self.android_app_hash.is_some() && text.len() > ANDROID_BYTES {
            Err((text.len(), ANDROID_BYTES))
        } else {
            Ok(())
        }
    }
}

/// Appends the lines that phones read to a text.
fn last_lines(text: &mut String, sender: Sender<'_>, code: &str) {
    // Writing to a String cannot fail.
    if let Some(hash) = sender.android_app_hash {
        let _ = write!(text, "\n{}", hash.as_str());
    }
    if let Some(host) = sender.web_host {
        let _ = write!(text, "\n@{} #{code}", host.as_str());
    }
}

/// Returns the life of a code in minutes, rounded up, as messages state it.
#[must_use]
pub fn minutes(life: Duration) -> u64 {
    life.as_secs().div_ceil(60)
}

/// The maximum number of bytes that Android's SMS Retriever takes. Its documentation names no encoding, so this
/// counts UTF-8, the longest.
pub const ANDROID_BYTES: usize = 140;

/// The longest code, with which a text is judged.
const LONGEST_CODE: &str = "00000000";

/// More bytes than any built-in text has: a text that grew would leave copies of the code behind.
const CAPACITY: usize = 1024;
