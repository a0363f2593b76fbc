//! Texts with placeholders for values of a message and for secrets of the account.

use std::borrow::Cow;
use std::collections::BTreeMap;

use countersign_core::ports::provider::Sms;
use countersign_core::secret::Secret;

use crate::account::InvalidSetup;

/// The secrets that have a placeholder.
pub(super) const SECRETS: [&str; 4] = ["key", "password", "token", "username"];

/// A placeholder, by the value that replaces it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Placeholder {
    To,
    ToDigits,
    Code,
    Text,
    MessageId,
    Minutes,
    App,
    Channel,
    Language,
    TemplateId,
    Signature,
    Secret(&'static str),
}

/// All placeholders but those for secrets, by name.
const PLACEHOLDERS: [(&str, Placeholder); 11] = [
    ("to", Placeholder::To),
    ("to_digits", Placeholder::ToDigits),
    ("code", Placeholder::Code),
    ("text", Placeholder::Text),
    ("message_id", Placeholder::MessageId),
    ("minutes", Placeholder::Minutes),
    ("app", Placeholder::App),
    ("channel", Placeholder::Channel),
    ("language", Placeholder::Language),
    ("template_id", Placeholder::TemplateId),
    ("signature", Placeholder::Signature),
];

impl Placeholder {
    fn named(name: &str) -> Option<Self> {
        if let Some(name) = name.strip_prefix("secret.") {
            let known = SECRETS.into_iter().find(|known| *known == name);
            return known.map(Placeholder::Secret);
        }
        let known = PLACEHOLDERS.into_iter().find(|(known, _)| *known == name);
        known.map(|(_, placeholder)| placeholder)
    }
}

/// A text with placeholders such as `{code}` and `{secret.token}`. A literal brace is written twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Words(String),
    Placeholder(Placeholder),
}

/// Why a text is not a [`Pattern`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum InvalidPattern {
    #[error("{{{0}}} is no placeholder such as {{to}}, {{code}}, {{text}} or {{secret.token}}")]
    Unknown(String),
    #[error("a brace stands alone: write {{code}}, or {{{{ and }}}} for braces that are meant")]
    Brace,
}

impl Pattern {
    /// Reads the text in the setting `field`.
    pub(super) fn of(field: &str, text: &str) -> Result<Self, InvalidSetup> {
        Self::parse(text).map_err(|why| InvalidSetup::setting(field, why))
    }

    fn parse(text: &str) -> Result<Self, InvalidPattern> {
        let (mut pieces, mut words, mut rest) = (Vec::new(), String::new(), text);
        while let Some(place) = rest.find(['{', '}']) {
            let (before, after) = rest.split_at(place);
            words.push_str(before);
            if let Some(after) = after.strip_prefix("{{") {
                words.push('{');
                rest = after;
            } else if let Some(after) = after.strip_prefix("}}") {
                words.push('}');
                rest = after;
            } else {
                let name = after
                    .strip_prefix('{')
                    .and_then(|placeholder| placeholder.split_once('}'));
                let (name, after) = name.ok_or(InvalidPattern::Brace)?;
                let unknown = || InvalidPattern::Unknown(name.chars().take(32).collect());
                pieces.push(Piece::Words(std::mem::take(&mut words)));
                pieces.push(Piece::Placeholder(
                    Placeholder::named(name).ok_or_else(unknown)?,
                ));
                rest = after;
            }
        }
        words.push_str(rest);
        pieces.push(Piece::Words(words));
        Ok(Self(pieces))
    }

    /// The placeholders, in their order.
    pub(super) fn placeholders(&self) -> impl Iterator<Item = Placeholder> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Placeholder(placeholder) => Some(*placeholder),
            Piece::Words(_) => None,
        })
    }

    /// The words between the placeholders.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Words(words) => Some(words.as_str()),
            Piece::Placeholder(_) => None,
        })
    }

    /// The text, with each placeholder replaced by what `value` returns for it.
    pub(super) fn with<'a>(&self, value: impl Fn(Placeholder) -> Cow<'a, str>) -> String {
        let pieces = self.0.iter().map(|piece| match piece {
            Piece::Words(words) => Cow::Borrowed(words.as_str()),
            Piece::Placeholder(placeholder) => Cow::Owned(value(*placeholder).into_owned()),
        });
        pieces.collect()
    }
}

/// The values that replace placeholders in the request for one message.
#[derive(Clone, Copy)]
pub(super) struct MessageValues<'a> {
    pub(super) sms: &'a Sms,
    pub(super) secrets: &'a BTreeMap<&'static str, Secret>,
}

impl<'a> MessageValues<'a> {
    pub(super) fn value(&self, placeholder: Placeholder) -> Cow<'a, str> {
        let sms = self.sms;
        let template = sms.template.as_ref();
        match placeholder {
            Placeholder::To => sms.to.e164().into(),
            Placeholder::ToDigits => sms.to.e164().trim_start_matches('+').into(),
            Placeholder::Code => sms.passcode.reveal().into(),
            Placeholder::Text => sms.text.reveal().into(),
            Placeholder::MessageId => sms.message_id.to_string().into(),
            Placeholder::Minutes => sms.minutes.to_string().into(),
            Placeholder::App => sms.app.as_str().into(),
            Placeholder::Channel => sms.channel.as_str().into(),
            Placeholder::Language => sms.language.as_str().into(),
            Placeholder::TemplateId => template.map_or("", |template| &template.id).into(),
            Placeholder::Signature => template
                .and_then(|template| template.signature.as_deref())
                .unwrap_or_default()
                .into(),
            Placeholder::Secret(name) => self.secrets.get(name).map_or("", Secret::reveal).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_and_braces_are_told_apart() {
        let filled = |text: &str| {
            let pattern = Pattern::parse(text).unwrap();
            pattern.with(|placeholder| format!("<{placeholder:?}>").into())
        };
        for (text, expected) in [
            ("", ""),
            ("plain", "plain"),
            ("{to}", "<To>"),
            ("a{to_digits}b{code}", "a<ToDigits>b<Code>"),
            ("{{to}}", "{to}"),
            ("{{{to}}}", "{<To>}"),
            ("{{\"c\":\"{code}\"}}", "{\"c\":\"<Code>\"}"),
            ("Bearer {secret.token}", "Bearer <Secret(\"token\")>"),
        ] {
            assert_eq!(filled(text), expected, "{text}");
        }
    }

    #[test]
    fn an_unknown_placeholder_or_a_single_brace_is_refused() {
        use InvalidPattern::{Brace, Unknown};
        let unknown = |name: &str| Unknown(name.to_owned());
        for (text, why) in [
            ("{", Brace),
            ("}", Brace),
            ("{to", Brace),
            ("to}", Brace),
            ("{{to}", Brace),
            ("{to}}", Brace),
            ("{}", unknown("")),
            ("{ to}", unknown(" to")),
            ("{TO}", unknown("TO")),
            ("{passcode}", unknown("passcode")),
            ("{secret.webhook_secret}", unknown("secret.webhook_secret")),
            ("{secret.}", unknown("secret.")),
            ("{to{code}", unknown("to{code")),
        ] {
            assert_eq!(Pattern::parse(text).unwrap_err(), why, "{text}");
        }
        let long = Pattern::parse(&format!("{{{}}}", "x".repeat(99))).unwrap_err();
        assert_eq!(long, unknown(&"x".repeat(32)));
    }
}
