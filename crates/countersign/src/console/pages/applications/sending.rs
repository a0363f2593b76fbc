//! The fields of an application about how its messages go: its servers, countries and languages.

use std::collections::BTreeSet;

use countersign_core::application::{Application, TokenAlgorithm};
use countersign_core::country_rules::Countries;
use countersign_core::language::{LanguageChoice, LanguageTag, Languages};
use countersign_core::network::{Network, Networks};
use countersign_core::phone::Country;
use countersign_core::template::Language as BuiltIn;

use super::form::{Wrong, optional};
use crate::console::countries;
use crate::console::entry::Visit;
use crate::console::form_page::Row;
use crate::console::words::Words;

const BACKENDS: &str = "backends";
const DEFAULT_COUNTRY: &str = "defaultCountry";
const ALLOWED: &str = "allowedCountries";
const LANGUAGE: &str = "messageLanguage";
const DEFAULT_LANGUAGE: &str = "defaultLanguage";
const CHALLENGES: &str = "challenges";
const TOKENS: &str = "tokenAlgorithm";

/// How the messages of an application go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sending {
    pub(super) backends: Networks,
    pub(super) default_country: Option<Country>,
    pub(super) allowed_countries: Countries,
    pub(super) languages: Languages,
    pub(super) challenges: bool,
    pub(super) token_algorithm: TokenAlgorithm,
}

impl Sending {
    /// How the messages of `app` go.
    pub(super) fn of(app: &Application) -> Self {
        Self {
            backends: app.backends.clone(),
            default_country: app.default_country,
            allowed_countries: app.allowed_countries.clone(),
            languages: app.languages.clone(),
            challenges: app.challenges,
            token_algorithm: app.token_algorithm,
        }
    }

    /// Whether sends may go by this that are refused by `before`: to another country, or past the limits on addresses.
    pub(super) fn is_looser_than(&self, before: &Self) -> bool {
        let (backends, known) = (self.backends.to_texts(), before.backends.to_texts());
        let more_backends = backends.iter().any(|backend| !known.contains(backend));
        let more_countries = match (&self.allowed_countries, &before.allowed_countries) {
            (_, Countries::All) => false,
            (Countries::All, Countries::Only(_)) => true,
            (Countries::Only(now), Countries::Only(then)) => !now.is_subset(then),
        };
        more_backends || more_countries
    }
}

/// The rows of the form, with what the person sent or what is stored.
pub(super) fn rows(visit: &Visit, stored: &Sending) -> Vec<Row> {
    let (words, optional) = (&visit.words().sending, visit.words().forms.optional);
    let form = &visit.form;
    let label = |name: &str| format!("{name}{optional}");
    let usual = std::iter::once((String::new(), words.usual_country.to_owned()));
    let countries = usual.chain(countries::all(visit.language));
    let default_country = stored.default_country.map(|country| country.to_string());
    let default_language = stored.languages.default.as_ref();
    vec![
        Row::lines(
            BACKENDS,
            label(words.backends),
            form,
            &stored.backends.to_texts().join("\n"),
        )
        .hint(words.backends_hint)
        .example("203.0.113.7"),
        Row::choice(
            DEFAULT_COUNTRY,
            words.default_country,
            countries,
            form,
            default_country.as_deref().unwrap_or_default(),
        )
        .hint(words.default_country_hint),
        Row::line(
            ALLOWED,
            label(words.allowed),
            form,
            &stored.allowed_countries.to_texts().join(", "),
        )
        .hint(words.allowed_hint)
        .example("CN, HK"),
        Row::choice(
            LANGUAGE,
            words.language,
            choices(visit, &stored.languages.choice),
            form,
            stored.languages.choice.as_str(),
        ),
        Row::line(
            DEFAULT_LANGUAGE,
            label(words.default_language),
            form,
            default_language.map_or("", LanguageTag::as_str),
        )
        .hint(words.default_language_hint)
        .example("en-US"),
        Row::check(CHALLENGES, words.challenges, form, stored.challenges)
            .hint(words.challenges_hint),
        Row::choice(
            TOKENS,
            words.tokens,
            TokenAlgorithm::ALL.map(|known| (known.as_str().to_owned(), known.as_str().to_owned())),
            form,
            stored.token_algorithm.as_str(),
        )
        .hint(words.tokens_hint),
    ]
}

/// The ways to choose a language: by the number, by the request, or one of those with built-in texts, or the stored one.
fn choices(visit: &Visit, stored: &LanguageChoice) -> Vec<(String, String)> {
    let words = &visit.words().sending;
    let ways = [
        (LanguageChoice::ByNumber, words.by_number),
        (LanguageChoice::ByRequest, words.by_request),
    ];
    let ways = ways.map(|(way, name)| (way.as_str().to_owned(), name.to_owned()));
    let built_in = BuiltIn::ALL.map(BuiltIn::as_str).into_iter();
    let stored = match stored {
        LanguageChoice::Fixed(tag) => Some(tag.as_str()),
        LanguageChoice::ByNumber | LanguageChoice::ByRequest => None,
    };
    let others = stored.filter(|tag| built_in.clone().all(|known| known != *tag));
    let always = built_in
        .chain(others)
        .map(|tag| (tag.to_owned(), format!("{} {tag}", words.always)));
    ways.into_iter().chain(always).collect()
}

/// How the language of a message is chosen, in words.
pub(super) fn chosen(words: &Words, choice: &LanguageChoice) -> String {
    let of = &words.sending;
    match choice {
        LanguageChoice::ByNumber => of.by_number.to_owned(),
        LanguageChoice::ByRequest => of.by_request.to_owned(),
        LanguageChoice::Fixed(tag) => format!("{} {}", of.always, tag.as_str()),
    }
}

/// What the person sent, or all that is wrong with it.
pub(super) fn read(visit: &Visit) -> Result<Sending, Wrong> {
    let (form, words) = (&visit.form, &visit.words().sending);
    let mut wrong = Vec::new();
    let lines = form.get(BACKENDS).split_whitespace();
    let backends: Result<Vec<_>, _> = lines.map(Network::parse).collect();
    let backends = backends.ok().and_then(|all| Networks::new(all).ok());
    if backends.is_none() {
        wrong.push((BACKENDS, words.bad_backends));
    }
    let known = |code: &str| Country::parse(code).filter(|country| country.has_numbers());
    let default_country = optional(form.get(DEFAULT_COUNTRY), known);
    if default_country.is_none() {
        wrong.push((DEFAULT_COUNTRY, visit.words().forms.missing));
    }
    let codes = form.get(ALLOWED).to_ascii_uppercase();
    let codes = codes.split([',', '，', '、', ' ', '\n']);
    let codes = codes.filter(|code| !code.is_empty());
    let allowed: Option<BTreeSet<_>> = codes.map(known).collect();
    if allowed.is_none() {
        wrong.push((ALLOWED, words.bad_allowed));
    }
    let choice = LanguageChoice::parse(form.get(LANGUAGE));
    if choice.is_none() {
        wrong.push((LANGUAGE, visit.words().forms.missing));
    }
    let default = optional(form.get(DEFAULT_LANGUAGE), LanguageTag::parse);
    if default.is_none() {
        wrong.push((DEFAULT_LANGUAGE, words.bad_language));
    }
    let algorithm = TokenAlgorithm::parse(form.get(TOKENS));
    if algorithm.is_none() {
        wrong.push((TOKENS, visit.words().forms.missing));
    }
    let languages = choice
        .zip(default)
        .map(|(choice, default)| Languages { choice, default });
    match (backends, default_country, allowed, languages, algorithm) {
        (
            Some(backends),
            Some(default_country),
            Some(allowed),
            Some(languages),
            Some(algorithm),
        ) => Ok(Sending {
            backends,
            default_country,
            allowed_countries: match allowed.is_empty() {
                true => Countries::All,
                false => Countries::Only(allowed),
            },
            languages,
            challenges: !form.get(CHALLENGES).is_empty(),
            token_algorithm: algorithm,
        }),
        _ => Err(wrong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sending(backends: &[&str], countries: Option<&[&str]>) -> Sending {
        let backends = backends.iter().map(|text| Network::parse(text).unwrap());
        Sending {
            backends: Networks::new(backends.collect()).unwrap(),
            allowed_countries: countries.map_or(Countries::All, |codes| {
                let codes = codes.iter().map(|code| Country::parse(code).unwrap());
                Countries::Only(codes.collect())
            }),
            ..Sending::default()
        }
    }

    #[test]
    fn another_server_and_another_country_are_looser() {
        let before = sending(&["203.0.113.7"], Some(&["CN", "HK"]));
        for looser in [
            sending(&["203.0.113.7", "203.0.113.8"], Some(&["CN"])),
            sending(&["203.0.113.0/24"], Some(&["CN"])),
            sending(&[], Some(&["CN", "US"])),
            sending(&[], None),
        ] {
            assert!(looser.is_looser_than(&before), "{looser:?}");
        }
        for not in [before.clone(), sending(&[], Some(&["CN"]))] {
            assert!(!not.is_looser_than(&before), "{not:?}");
        }
    }
}
