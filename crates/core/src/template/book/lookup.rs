//! The template that a message gets, by its application, channel, provider and language.

use std::collections::BTreeMap;

use super::{TemplateScope, Written};
use crate::application::Application;
use crate::channel::Channel;
use crate::language::LanguageTag;
use crate::send::route::ProviderName;
use crate::template::Language;

/// The message that a template is looked up for.
#[derive(Debug, Clone, Copy)]
pub struct TemplateQuery<'a> {
    /// The application that sends the message.
    pub app: &'a Application,
    /// The purpose of the code.
    pub channel: Channel,
    /// The provider that carries the message.
    pub provider: &'a str,
    /// The language that was chosen for the message.
    pub language: &'a LanguageTag,
}

impl TemplateQuery<'_> {
    /// Returns the languages in which the message may be written, the best first: the chosen one, the application's
    /// default, and English.
    pub(super) fn languages(&self) -> impl Iterator<Item = LanguageTag> {
        let chosen = Some(self.language.clone());
        let default = self.app.languages.default.clone();
        let languages = [chosen, default, Some(LanguageTag::english())];
        languages.into_iter().flatten()
    }

    /// Returns the nearest template of `book` for a message in `language`. One that names no language is for messages in
    /// the languages of built-in texts, which stand at the end of [`TemplateQuery::languages`].
    pub(super) fn in_book<'b, T>(
        &self,
        book: &'b BTreeMap<TemplateScope, T>,
        language: &LanguageTag,
    ) -> Option<Written<&'b T>> {
        if book.is_empty() {
            return None;
        }
        let provider = ProviderName::parse(self.provider).ok();
        let built_in = Language::serving(language);
        (0..8_u8).rev().find_map(|named| {
            let scope = TemplateScope {
                app: (named & 4 != 0).then(|| self.app.id.clone()),
                channel: (named & 2 != 0).then_some(self.channel),
                provider: provider.clone().filter(|_| named & 1 != 0),
                language: None,
            };
            match built_in {
                None => related(book, scope, language),
                Some(built_in) => serving(book, &scope, language, built_in).or_else(|| {
                    Some(Written {
                        words: book.get(&scope)?,
                        language: self.language.clone(),
                    })
                }),
            }
        })
    }
}

/// Returns the template of `book` for messages of `scope` in a language that has built-in texts: in exactly that language,
/// in one that it is a case of, or in the language of the built-in texts.
fn serving<'b, T>(
    book: &'b BTreeMap<TemplateScope, T>,
    scope: &TemplateScope,
    language: &LanguageTag,
    built_in: Language,
) -> Option<Written<&'b T>> {
    let mut tags = language.and_shorter().chain([built_in.tag()]);
    tags.find_map(|tag| {
        let scope = TemplateScope {
            language: Some(tag.clone()),
            ..scope.clone()
        };
        let words = book.get(&scope)?;
        let language = tag;
        Some(Written { words, language })
    })
}

/// Returns the template of `book` for messages of `scope` in a language that has no built-in texts: in exactly that
/// language, in one that it is a case of, or in any other case of the same.
fn related<'b, T>(
    book: &'b BTreeMap<TemplateScope, T>,
    mut scope: TemplateScope,
    language: &LanguageTag,
) -> Option<Written<&'b T>> {
    for tag in language.and_shorter() {
        scope.language = Some(tag.clone());
        if let Some(words) = book.get(&scope) {
            let language = tag;
            return Some(Written { words, language });
        }
    }
    // The scope has the language alone by now, before which no case of it is sorted.
    let (found, words) = book.range(&scope..).next()?;
    let tag = found.language.clone()?;
    let elsewhere = TemplateScope {
        language: scope.language.clone(),
        ..found.clone()
    };
    (elsewhere == scope && tag.language() == language.language()).then_some(Written {
        words,
        language: tag,
    })
}
