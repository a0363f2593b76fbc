//! The words around a code.
//!
//! | who | writes what |
//! |---|---|
//! | this file | the last lines that phones read |
//! | `words` | the built-in texts, by channel and language |
//! | `builtin` | how much of them a message says, so that it takes one segment |
//! | `text` | texts of the operator's, with gaps |
//! | `vendor` | templates that a vendor has approved: an id, and what fills its gaps |
//! | [`lint`] | what is wrong with a template |
//! | `preview` | what a message will look like |
//! | `book` | all of them: which one a message gets |

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

use crate::application::{AppName, Application};
use crate::autofill::{AndroidAppHash, WebHost};
use crate::text::measure;

pub use book::{Template, TemplateKind, TemplateQuery, TemplateScope, Templates};
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

    /// Whether there is room for `text`; else what it needs and what there is.
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

/// The most bytes that Android's SMS Retriever takes. Nobody says in which encoding, so UTF-8, the
/// longest.
pub const ANDROID_BYTES: usize = 140;

/// Stands for the longest code where a text is judged.
const LONGEST_CODE: &str = "00000000";

/// More than any built-in text has bytes: a text that grew would leave copies of the code behind.
const CAPACITY: usize = 1024;
