//! The words of the console: one struct for each part, with one value for each language, so that a missing word does not compile.
//! Sentences with a value in them are functions ([`sentences`]).

use super::language::Language;

/// Makes a struct of words, and the list of them for tests.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$word_about:meta])* $word:ident),+ $(,)? }) => {
        $(#[$about])*
        pub(in crate::console) struct $name {
            $($(#[$word_about])* pub(in crate::console) $word: &'static str,)+
        }

        #[cfg(test)]
        impl $name {
            /// Every word with its name.
            pub(in crate::console) fn all(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($word), self.$word)),+]
            }
        }
    };
}

pub(super) mod acts;
mod applications;
pub(super) mod attention;
mod countries;
pub(super) mod deployment;
pub(super) mod drafted;
pub(super) mod drafts;
mod en_us;
mod forms;
pub(super) mod guard;
mod guarding;
pub(super) mod guides;
pub(super) mod headlines;
mod keys;
mod limits;
pub(super) mod outcomes;
pub(super) mod overview;
mod own;
pub(super) mod providers;
pub(super) mod record;
mod routes;
pub(super) mod rules;
pub(super) mod search;
mod sending;
pub(super) mod sentences;
pub(super) mod service;
mod terms;
pub(super) mod vendor_fields;
mod zh_cn;

pub(super) use self::applications::ApplicationWords;
pub(super) use self::attention::AttentionWords;
pub(super) use self::countries::CountryWords;
pub(super) use self::deployment::DeploymentWords;
pub(super) use self::drafted::DraftedWords;
pub(super) use self::drafts::DraftWords;
pub(super) use self::forms::FormWords;
pub(super) use self::guard::GuardWords;
pub(super) use self::guarding::GuardingWords;
pub(super) use self::keys::KeyWords;
pub(super) use self::limits::LimitWords;
pub(super) use self::overview::OverviewWords;
pub(super) use self::own::OwnWords;
pub(super) use self::providers::ProviderWords;
pub(super) use self::record::RecordWords;
pub(super) use self::routes::RouteWords;
pub(super) use self::search::SearchWords;
pub(super) use self::sending::SendingWords;
pub(super) use self::service::ServiceWords;
pub(super) mod people;

words! {
    /// The frame of every page.
    ShellWords {
        skip, banner, navigation, menu, close, inbox, overview, messages, me, sign_out,
        owner, operator, support, auditor,
        error_prefix, problem, go_to_overview,
    }
}

words! {
    /// Signing in, and the person's own page.
    MeWords {
        sign_in, sign_in_lead, title, language, language_of_browser, theme, theme_system, theme_light, theme_dark,
        zone, save, saved,
    }
}

words! {
    /// The names of what messages go through.
    TermWords {
        login, register, reset_password, bind_phone, unbind_phone, bind_mfa, verify_mfa, unbind_mfa, complete_phone,
        identity_verification, delete_account,
        sending, no_receipt, delivered, not_delivered, not_sent, unknown, verified,
        live, pending, used, exhausted, replaced, expired, void,
    }
}

words! {
    /// The list of messages.
    MessagesWords {
        title, search, search_hint, find, all_messages, caption, time, number, purpose, application, provider, state,
        older, newest, none_yet, none_yet_mend, none_found, none_older, to_number, handle_ended, refresh,
    }
}

words! {
    /// The page of one message.
    MessageWords {
        title, timeline, facts, message_id, request_id, application, purpose, code, cost, admitted, verdicts, allowed,
        would_refuse_until, refused_sends, would_have_refused, took_it, took_it_with_id, refused_it, no_usable_answer, interrupted, reported_delivered,
        reported_failed, reported_underway, right_code, right_code_public, wrong_code, by_server, by_public, given_back, vendor_said,
        what_you_can_do, why, why_hint, show, unlock, unlock_about, note, messages_to_number,
        reason_missing, unlocked, never_again, raw_hidden,
    }
}

words! {
    /// The development phone.
    InboxWords { title, search, number, all_numbers, refresh, none, none_to, none_older, older, newest, not_a_number, elsewhere }
}

words! {
    /// The SMS service: providers and routes.
    SmsWords {
        title, lead, domestic, international, providers, works, rests, application, country, every_application,
        every_country, refuses, warning,
    }
}

words! {
    /// The words of messages.
    TemplatesWords { title, lead, caption, application, purpose, provider, language, says, every, none }
}

words! {
    /// The limits on sends.
    LimitsWords {
        title, lead, caption, name, counted, max, window, mode, everything, enforce, challenge, monitor, none,
        application, channel, country, prefix, block, number, calling_code, carrier, address, network,
    }
}

words! {
    /// The applications.
    ApplicationsWords { title, lead, caption, id, name, state, language, origins, no_origin, enabled, disabled, none }
}

words! {
    /// The audit record.
    AuditWords {
        title, lead, caption, number, time, who, door, act, target, result, done, refused, failed, older, none,
    }
}

words! {
    /// The keys of the deployment.
    SettingsWords {
        title, lead, access_keys, signing_keys, id, created, state, next, signs, retiring, no_access_key, no_signing_key, staff,
        staff_about,
    }
}

words! {
    /// Refusals of whole pages.
    RefusedWords {
        not_found, not_found_about, not_permitted, not_permitted_about, unavailable, unavailable_about, internal, internal_about,
        foreign_site, foreign_site_about, no_origin, no_origin_about, no_invitation, no_invitation_about,
    }
}

/// All words of a language.
pub(super) struct Words {
    pub(super) language: Language,
    pub(super) shell: ShellWords,
    pub(super) me: MeWords,
    pub(super) forms: FormWords,
    pub(super) staff: people::StaffWords,
    pub(super) own: OwnWords,
    pub(super) terms: TermWords,
    pub(super) messages: MessagesWords,
    pub(super) search: SearchWords,
    pub(super) message: MessageWords,
    pub(super) overview: OverviewWords,
    pub(super) attention: AttentionWords,
    pub(super) inbox: InboxWords,
    pub(super) sms: SmsWords,
    pub(super) service: ServiceWords,
    pub(super) providers: ProviderWords,
    pub(super) routes: RouteWords,
    pub(super) countries: CountryWords,
    pub(super) templates: TemplatesWords,
    pub(super) drafts: DraftWords,
    pub(super) limits: LimitsWords,
    pub(super) limit: LimitWords,
    pub(super) guard: GuardWords,
    pub(super) guarding: GuardingWords,
    pub(super) drafted: DraftedWords,
    pub(super) applications: ApplicationsWords,
    pub(super) application: ApplicationWords,
    pub(super) sending: SendingWords,
    pub(super) audit: AuditWords,
    pub(super) record: RecordWords,
    pub(super) settings: SettingsWords,
    pub(super) keys: KeyWords,
    pub(super) deployment: DeploymentWords,
    pub(super) refused: RefusedWords,
}

impl Words {
    /// The words of `language`.
    pub(super) const fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &en_us::WORDS,
            Language::Chinese => &zh_cn::WORDS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(language: Language) -> Vec<(&'static str, &'static str)> {
        let words = Words::of(language);
        [
            words.shell.all(),
            words.me.all(),
            words.forms.all(),
            words.staff.all(),
            words.own.all(),
            words.terms.all(),
            words.messages.all(),
            words.search.all(),
            words.message.all(),
            words.overview.all(),
            words.attention.all(),
            words.inbox.all(),
            words.sms.all(),
            words.service.all(),
            words.providers.all(),
            words.routes.all(),
            words.countries.all(),
            words.templates.all(),
            words.drafts.all(),
            words.limits.all(),
            words.limit.all(),
            words.guard.all(),
            words.guarding.all(),
            words.drafted.all(),
            words.applications.all(),
            words.application.all(),
            words.sending.all(),
            words.audit.all(),
            words.record.all(),
            words.settings.all(),
            words.keys.all(),
            words.deployment.all(),
            words.refused.all(),
        ]
        .concat()
    }

    fn is_chinese(letter: char) -> bool {
        matches!(letter, '\u{4e00}'..='\u{9fff}')
    }

    #[test]
    fn every_word_is_in_its_own_language() {
        let pairs = all(Language::English)
            .into_iter()
            .zip(all(Language::Chinese));
        for ((name, english), (_, chinese)) in pairs {
            assert!(
                !english.is_empty() && !english.chars().any(is_chinese),
                "{name}: {english}"
            );
            assert!(chinese.chars().any(is_chinese), "{name}: {chinese}");
            let exclaims = |text: &str| text.contains(['!', '！']);
            assert!(!exclaims(english) && !exclaims(chinese), "{name}");
        }
    }
}
