//! Texts with gaps that a message and the account's secrets fill.

use std::borrow::Cow;
use std::collections::BTreeMap;

use countersign_core::ports::provider::Sms;
use countersign_core::secret::Secret;

use crate::account::InvalidSetup;

/// The secrets that may stand in a text.
pub(super) const SECRETS: [&str; 4] = ["key", "password", "token", "username"];

/// What a gap is filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
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

/// All but secrets, by name.
const GAPS: [(&str, Gap); 11] = [
    ("to", Gap::To),
    ("to_digits", Gap::ToDigits),
    ("code", Gap::Code),
    ("text", Gap::Text),
    ("message_id", Gap::MessageId),
    ("minutes", Gap::Minutes),
    ("app", Gap::App),
    ("channel", Gap::Channel),
    ("language", Gap::Language),
    ("template_id", Gap::TemplateId),
    ("signature", Gap::Signature),
];

impl Gap {
    fn named(name: &str) -> Option<Self> {
        if let Some(name) = name.strip_prefix("secret.") {
            let known = SECRETS.into_iter().find(|known| *known == name);
            return known.map(Gap::Secret);
        }
        let known = GAPS.into_iter().find(|(known, _)| *known == name);
        known.map(|(_, gap)| gap)
    }
}

/// A text with gaps such as `{code}` and `{secret.token}`. A brace that is meant is written twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Words(String),
    Gap(Gap),
}

/// Why a text is not a [`Template`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum InvalidTemplate {
    #[error("{{{0}}} is no placeholder such as {{to}}, {{code}}, {{text}} or {{secret.token}}")]
    Unknown(String),
    #[error("a brace stands alone: write {{code}}, or {{{{ and }}}} for braces that are meant")]
    Brace,
}

impl Template {
    /// The text of that setting.
    pub(super) fn of(field: &str, text: &str) -> Result<Self, InvalidSetup> {
        Self::parse(text).map_err(|why| InvalidSetup::setting(field, why))
    }

    fn parse(text: &str) -> Result<Self, InvalidTemplate> {
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
                let name = after.strip_prefix('{').and_then(|gap| gap.split_once('}'));
                let (name, after) = name.ok_or(InvalidTemplate::Brace)?;
                let unknown = || InvalidTemplate::Unknown(name.chars().take(32).collect());
                pieces.push(Piece::Words(std::mem::take(&mut words)));
                pieces.push(Piece::Gap(Gap::named(name).ok_or_else(unknown)?));
                rest = after;
            }
        }
        words.push_str(rest);
        pieces.push(Piece::Words(words));
        Ok(Self(pieces))
    }

    /// What fills it.
    pub(super) fn gaps(&self) -> impl Iterator<Item = Gap> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Gap(gap) => Some(*gap),
            Piece::Words(_) => None,
        })
    }

    /// The words between the gaps.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Words(words) => Some(words.as_str()),
            Piece::Gap(_) => None,
        })
    }

    /// The text, with what `value` says in its gaps.
    pub(super) fn with<'a>(&self, value: impl Fn(Gap) -> Cow<'a, str>) -> String {
        let pieces = self.0.iter().map(|piece| match piece {
            Piece::Words(words) => Cow::Borrowed(words.as_str()),
            Piece::Gap(gap) => Cow::Owned(value(*gap).into_owned()),
        });
        pieces.collect()
    }
}

/// What fills the gaps of one message's request.
#[derive(Clone, Copy)]
pub(super) struct Filling<'a> {
    pub(super) sms: &'a Sms,
    pub(super) secrets: &'a BTreeMap<&'static str, Secret>,
}

impl<'a> Filling<'a> {
    pub(super) fn value(&self, gap: Gap) -> Cow<'a, str> {
        let sms = self.sms;
        let template = sms.template.as_ref();
        match gap {
            Gap::To => sms.to.e164().into(),
            Gap::ToDigits => sms.to.e164().trim_start_matches('+').into(),
            Gap::Code => sms.passcode.reveal().into(),
            Gap::Text => sms.text.reveal().into(),
            Gap::MessageId => sms.message_id.to_string().into(),
            Gap::Minutes => sms.minutes.to_string().into(),
            Gap::App => sms.app.as_str().into(),
            Gap::Channel => sms.channel.as_str().into(),
            Gap::Language => sms.language.as_str().into(),
            Gap::TemplateId => template.map_or("", |template| &template.id).into(),
            Gap::Signature => template
                .and_then(|template| template.signature.as_deref())
                .unwrap_or_default()
                .into(),
            Gap::Secret(name) => self.secrets.get(name).map_or("", Secret::reveal).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_and_braces_are_told_apart() {
        let filled = |text: &str| {
            let template = Template::parse(text).unwrap();
            template.with(|gap| format!("<{gap:?}>").into())
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
    fn what_nothing_fills_is_refused() {
        use InvalidTemplate::{Brace, Unknown};
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
            assert_eq!(Template::parse(text).unwrap_err(), why, "{text}");
        }
        let long = Template::parse(&format!("{{{}}}", "x".repeat(99))).unwrap_err();
        assert_eq!(long, unknown(&"x".repeat(32)));
    }
}
