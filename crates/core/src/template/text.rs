//! Texts with gaps, for vendors that send text.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::vendor::Value;
use super::{CAPACITY, LONGEST_CODE, Sender, SmsText, last_lines};
use crate::policy::LONGEST_LIFE;

/// A text with gaps: `{code}`, `{minutes}`, `{seconds}`, `{app}`. The parser also reads the synonyms of
/// GenAuth's templates ([`Value::named`]); the text is written with our own names.
///
/// ```
/// # use countersign_core::template::TextTemplate;
/// let template: TextTemplate = "【{app}】验证码 ${code}，${ttl_minutes} 分钟内有效。".parse().unwrap();
/// assert_eq!(template.to_string(), "【{app}】验证码 {code}，{minutes} 分钟内有效。");
/// assert!("no code".parse::<TextTemplate>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextTemplate(Vec<Piece>);

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Words(String),
    Gap(Value),
}

/// The reason why a text is not a [`TextTemplate`]. The [linter](super::lint) judges the texts that are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidText {
    /// The text has no gap for the code.
    #[error("a text needs {{code}}")]
    NoCode,
    /// A gap with a name that no value has.
    #[error("{{{0}}} is none of {{code}}, {{minutes}}, {{seconds}}, {{app}}")]
    UnknownGap(String),
    /// A gap in two braces.
    #[error("a gap has one brace on each side: {{code}}, not {{{{code}}}}")]
    DoubleBrace,
    /// A brace without its other half.
    #[error("a brace is open: a gap is written {{code}}")]
    OpenBrace,
    /// A text longer than any SMS.
    #[error("a text has at most {MOST_BYTES} bytes")]
    Length,
}

/// The maximum number of bytes of a text with its gaps, written with our own names.
pub(super) const MOST_BYTES: usize = 600;

impl FromStr for TextTemplate {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        if text.len() > MOST_BYTES {
            return Err(InvalidText::Length);
        }
        let (mut pieces, mut rest) = (Vec::new(), text);
        while let Some((words, after)) = rest.split_once('{') {
            let words = words.trim_end_matches('$');
            let (name, after) = after.split_once('}').ok_or(InvalidText::OpenBrace)?;
            match name.split_once('{') {
                Some(("", _)) if after.starts_with('}') => return Err(InvalidText::DoubleBrace),
                Some(_) => return Err(InvalidText::OpenBrace),
                None => {}
            }
            let value = Value::named(name.trim());
            let value =
                value.ok_or_else(|| InvalidText::UnknownGap(name.chars().take(32).collect()))?;
            pieces.extend(Piece::words(words)?);
            pieces.push(Piece::Gap(value));
            rest = after;
        }
        pieces.extend(Piece::words(rest)?);
        if !pieces.contains(&Piece::Gap(Value::Code)) {
            return Err(InvalidText::NoCode);
        }
        let template = Self(pieces);
        // Our own names may be longer than the synonyms that were read.
        if template.to_string().len() > MOST_BYTES {
            return Err(InvalidText::Length);
        }
        Ok(template)
    }
}

impl Piece {
    fn words(words: &str) -> Result<Option<Self>, InvalidText> {
        if words.contains('}') {
            return Err(InvalidText::OpenBrace);
        }
        Ok((!words.is_empty()).then(|| Piece::Words(words.to_owned())))
    }
}

impl TextTemplate {
    /// Fills the text for a code, and appends the last lines of its sender.
    pub(super) fn fill(&self, sender: Sender<'_>, code: &str, life: Duration) -> SmsText {
        let mut text = String::with_capacity(CAPACITY + self.most_bytes(sender));
        for piece in &self.0 {
            match piece {
                Piece::Words(words) => text.push_str(words),
                Piece::Gap(value) => value.fill(&mut text, sender, code, life),
            }
        }
        if sender.name.is_none() {
            drop_empty_signature(&mut text);
        }
        last_lines(&mut text, sender, code);
        SmsText(text)
    }

    /// Returns whether the last lines of `sender`, if it has any, fit after the text, judged with the longest
    /// code and life.
    pub(super) fn leaves_room(&self, sender: Sender<'_>) -> bool {
        if !sender.has_last_lines() {
            return true;
        }
        let text = self.fill(sender, LONGEST_CODE, LONGEST_LIFE);
        sender.room(text.reveal()).is_ok()
    }

    /// Returns the words between the gaps.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Words(words) => Some(&**words),
            Piece::Gap(_) => None,
        })
    }

    /// Counts the gaps that `value` fills.
    pub(super) fn count(&self, value: Value) -> usize {
        let filled = |piece: &&Piece| **piece == Piece::Gap(value);
        self.0.iter().filter(filled).count()
    }

    /// Returns an upper bound of the bytes that the text takes without last lines.
    fn most_bytes(&self, sender: Sender<'_>) -> usize {
        // A gap takes at most the name, or the 20 digits of the longest u64.
        let gap = sender.name.as_str().len().max(20);
        let bytes = self.0.iter().map(|piece| match piece {
            Piece::Words(words) => words.len(),
            Piece::Gap(_) => gap,
        });
        bytes.sum()
    }
}

/// Drops the brackets around no name from the front of a text.
fn drop_empty_signature(text: &mut String) {
    for brackets in ["【】", "[] ", "[]"] {
        if text.starts_with(brackets) {
            text.drain(..brackets.len());
            return;
        }
    }
}

impl fmt::Display for TextTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Words(words) => f.write_str(words),
            Piece::Gap(value) => write!(f, "{{{}}}", value.as_str()),
        })
    }
}

#[cfg(test)]
mod tests;
