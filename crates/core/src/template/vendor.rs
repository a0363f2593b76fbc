//! Templates that a vendor has approved: an id, a signature, and the values of the gaps.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::{Sender, SmsText, minutes};

/// A template of a vendor's, as the vendor's console names it.
///
/// ```
/// # use countersign_core::template::VendorTemplate;
/// let template = VendorTemplate {
///     id: "SMS_154950909".to_owned(),
///     signature: Some("阿里云".to_owned()),
///     variables: vec!["code={code}".parse().unwrap(), "min={minutes}".parse().unwrap()],
/// };
/// assert_eq!(template.variables[1].to_string(), "min={minutes}");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorTemplate {
    /// The id that the vendor gave the template.
    pub id: String,
    /// The signature of the template, where the vendor asks for one.
    pub signature: Option<String>,
    /// The values of its gaps, in the order in which the vendor counts them.
    pub variables: Vec<Variable>,
}

/// One gap of a template: its name, where the vendor names gaps, and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// The name; empty where the vendor only counts gaps.
    pub name: String,
    /// The value that fills the gap.
    pub value: Value,
}

/// The values that a gap may be filled with. None of them comes from a caller of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// The code.
    Code,
    /// The life of the code in minutes.
    Minutes,
    /// The life of the code in seconds.
    Seconds,
    /// The name of the application.
    App,
}

impl Value {
    /// All values.
    pub const ALL: [Value; 4] = [Value::Code, Value::Minutes, Value::Seconds, Value::App];

    /// The name, as it stands between braces.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Value::Code => "code",
            Value::Minutes => "minutes",
            Value::Seconds => "seconds",
            Value::App => "app",
        }
    }

    /// Returns the value with this name. It reads our own names and those of GenAuth's templates: `ttl` is in
    /// seconds, `ttl_minutes` in minutes, `1` is the code and `2` the minutes.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "code" | "1" => Value::Code,
            "minutes" | "ttl_minutes" | "2" => Value::Minutes,
            "seconds" | "ttl" => Value::Seconds,
            "app" => Value::App,
            _ => return None,
        })
    }

    /// Writes the value into `out`.
    pub(super) fn fill(self, out: &mut String, sender: Sender<'_>, code: &str, life: Duration) {
        match self {
            Value::Code => out.push_str(code),
            Value::Minutes => out.push_str(&minutes(life).to_string()),
            Value::Seconds => out.push_str(&life.as_secs().to_string()),
            Value::App => out.push_str(sender.name.as_str()),
        }
    }
}

/// The reason why a text is not a [`Variable`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a variable is written name={{code}}, or {{code}} alone; it is one of {{code}}, {{minutes}}, {{seconds}}, {{app}}"
)]
pub struct InvalidVariable;

impl FromStr for Variable {
    type Err = InvalidVariable;

    fn from_str(text: &str) -> Result<Self, InvalidVariable> {
        let (name, value) = text.split_once('=').unwrap_or(("", text));
        let (name, value) = (name.trim(), value.trim());
        let braced = value.strip_prefix('$').unwrap_or(value);
        let braced = braced
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'));
        let value = braced.and_then(Value::named).ok_or(InvalidVariable)?;
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if name.len() > 64 || !name.chars().all(allowed) {
            return Err(InvalidVariable);
        }
        Ok(Self {
            name: name.to_owned(),
            value,
        })
    }
}

impl fmt::Display for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.name.is_empty() {
            write!(f, "{}=", self.name)?;
        }
        write!(f, "{{{}}}", self.value.as_str())
    }
}

/// A vendor's template with its gaps filled. `Debug` hides it like the code in it.
#[derive(Debug, Clone)]
pub struct FilledTemplate {
    /// The id that the vendor gave the template.
    pub id: String,
    /// The signature of the template.
    pub signature: Option<String>,
    /// The names of the gaps (empty where the vendor only counts them), and their values.
    pub variables: Vec<(String, SmsText)>,
}
