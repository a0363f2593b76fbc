//! The rules for the scope of a template, beside the other templates of a deployment.

use std::fmt;

use super::{Finding, LintRule, list};
use crate::application::AppId;
use crate::channel::Channel;
use crate::language::LanguageTag;
use crate::send::route::ProviderName;
use crate::template::{Language, Template, TemplateScope};

/// Returns the warnings about `template` in `scope`: the templates and the built-in texts that it would hide, because
/// it names no language or no channel. `others` are the scopes of the templates of its kind; `scope` itself may be
/// among them.
///
/// ```
/// # use countersign_core::template::{Template, TemplateScope, lint};
/// let text = Template::Text("【{app}】{code}，{minutes} 分钟内有效。".parse().unwrap());
/// let findings = lint::scope(&text, &TemplateScope::default(), &[]);
/// assert_eq!(findings.first().unwrap().rule.as_str(), "no_language");
/// ```
#[must_use]
pub fn scope(
    template: &Template,
    scope: &TemplateScope,
    others: &[&TemplateScope],
) -> Vec<Finding> {
    let beside = Beside {
        template,
        scope,
        others,
    };
    let findings = [beside.language(), beside.channel()];
    findings.into_iter().flatten().collect()
}

struct Beside<'a> {
    template: &'a Template,
    scope: &'a TemplateScope,
    others: &'a [&'a TemplateScope],
}

impl Beside<'_> {
    fn language(&self) -> Option<Finding> {
        if self.scope.language.is_some() {
            return None;
        }
        // A template of this scope with a language is nearer, and gets the messages in that language.
        let taken = |language: &Language| self.others.contains(&&self.in_language(*language));
        let left: Vec<_> = Language::ALL.into_iter().filter(|l| !taken(l)).collect();
        if left.len() < 2 {
            return None;
        }
        let stored = self.hidden(|other| {
            let language = other.language.as_ref().map(Language::serving);
            language.is_some_and(|l| l.is_some_and(|l| left.contains(&l)))
        });
        let built_in = self.built_in(&left);
        let stored = (!stored.is_empty()).then(|| list(&stored));
        let hidden: Vec<_> = built_in.into_iter().chain(stored).collect();
        (!hidden.is_empty()).then(|| {
            let (hidden, likely) = (hidden.join(", and "), self.likely_language().as_str());
            LintRule::NoLanguage.broken(format!(
                "has no language, so it hides {hidden}: name the language that it is in, such as `--language {likely}`"
            ))
        })
    }

    fn channel(&self) -> Option<Finding> {
        if self.scope.channel.is_some() {
            return None;
        }
        let hidden = self.hidden(|other| other.channel.is_some());
        (!hidden.is_empty()).then(|| {
            let hidden = list(&hidden);
            LintRule::NoChannel.broken(format!(
                "has no channel, so it hides {hidden}: name the channel that it is for, such as `--channel login`"
            ))
        })
    }

    /// Returns the templates that match some of the messages, would come after this one, and are `of_interest`.
    fn hidden(&self, of_interest: impl Fn(&TemplateScope) -> bool) -> Vec<String> {
        let others = self.others.iter().copied();
        let hidden = others.filter(|other| {
            other.meets(self.scope)
                && other.nearness() < self.scope.nearness()
                && of_interest(other)
        });
        let kind = match self.template {
            Template::Text(_) => "text",
            Template::Vendor(_) => "template",
        };
        hidden
            .map(|other| format!("the {kind} {}", Words(other)))
            .collect()
    }

    /// Returns the built-in texts in `languages` that no other template hides already, if there are any.
    fn built_in(&self, languages: &[Language]) -> Option<String> {
        if matches!(self.template, Template::Vendor(_)) {
            return None;
        }
        let hides = |language: &&Language| {
            let messages = self.in_language(**language);
            let mut others = self.others.iter().filter(|other| **other != self.scope);
            !others.any(|other| other.covers(&messages))
        };
        let languages: Vec<_> = languages.iter().filter(hides).collect();
        let languages: Vec<_> = languages.iter().map(|l| l.as_str()).collect();
        let (last, first) = languages.split_last()?;
        let languages = match first {
            [] => (*last).to_owned(),
            first => format!("{} and {last}", first.join(", ")),
        };
        Some(match self.scope.channel {
            None => format!("the built-in texts of every channel in {languages}"),
            Some(channel) => format!("the built-in texts for {} in {languages}", channel.as_str()),
        })
    }

    /// Returns this scope for messages in `language` only.
    fn in_language(&self, language: Language) -> TemplateScope {
        TemplateScope {
            language: Some(language.tag()),
            ..self.scope.clone()
        }
    }

    /// Returns the language that the characters of the template belong to.
    fn likely_language(&self) -> Language {
        let text = match self.template {
            Template::Text(text) => text.to_string(),
            Template::Vendor(vendor) => vendor.signature.clone().unwrap_or_default(),
        };
        let kana = |c| matches!(c, '\u{3041}'..='\u{30fa}');
        let han = |c| matches!(c, '\u{3400}'..='\u{9fff}');
        match text {
            text if text.contains(kana) => Language::JaJp,
            text if text.contains(han) => Language::ZhCn,
            _ => Language::EnUs,
        }
    }
}

/// A scope in words, such as `of shop for CHANNEL_LOGIN in en-US`.
struct Words<'a>(&'a TemplateScope);

impl fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scope = self.0;
        let parts = [
            scope.app.as_ref().map(AppId::as_str).map(|app| ("of", app)),
            scope
                .channel
                .map(Channel::as_str)
                .map(|channel| ("for", channel)),
            scope
                .provider
                .as_ref()
                .map(ProviderName::as_str)
                .map(|provider| ("through", provider)),
            scope
                .language
                .as_ref()
                .map(LanguageTag::as_str)
                .map(|language| ("in", language)),
        ];
        let named = parts.into_iter().flatten();
        let words: Vec<_> = named.map(|(word, name)| format!("{word} {name}")).collect();
        f.write_str(&words.join(" "))
    }
}

#[cfg(test)]
mod tests;
