//! The steps of a message, from its admission to the check of its code.

use countersign_core::code::check::{Caller, CheckRecord};
use countersign_core::limit::{Mode, Verdict};
use countersign_core::message::Timeline;
use countersign_core::receipt::{Delivery, ReceiptRecord};
use countersign_core::send::attempt::Attempt;
use countersign_core::send::outcome::{Outcome, RefusalKind};
use countersign_core::time::Timestamp;
use countersign_core::zone::Zone;

use crate::console::entry::Visit;
use crate::console::language::Language;
use crate::console::pages::providers;
use crate::console::pill;
use crate::console::when::{self, Moment};
use crate::console::words::{MessageWords, Words, outcomes, sentences};
use crate::operator::Permission;

/// A step of the timeline.
pub(super) struct Step {
    pub(super) tone: &'static str,
    pub(super) shape: &'static str,
    /// The time from the first step.
    pub(super) offset: String,
    pub(super) at: Moment,
    /// The party: a provider, or a kind of event.
    pub(super) who: String,
    pub(super) sentence: String,
    /// The vendor's own words.
    pub(super) said: Option<String>,
    /// What mends it.
    pub(super) hint: &'static str,
    /// The page of the account, where an operator has to mend it.
    pub(super) mend: Option<String>,
    /// The verdict of each limit.
    pub(super) verdicts: Vec<String>,
}

/// The start of a timeline, in the zone of the page.
#[derive(Clone, Copy)]
struct Since<'a> {
    start: Timestamp,
    zone: &'a Zone,
}

impl<'a> Since<'a> {
    fn of(visit: &'a Visit, timeline: &Timeline) -> Self {
        Self {
            start: timeline.decided_at,
            zone: visit.zone(),
        }
    }
}

/// The steps of a timeline, in the order in which they happened.
pub(super) fn steps(visit: &Visit, timeline: &Timeline, sees_vendor_answers: bool) -> Vec<Step> {
    let words = &visit.words().message;
    let since = Since::of(visit, timeline);
    let start = timeline.decided_at;
    let mut steps = vec![(start, admission(visit, timeline))];
    let attempts = timeline.attempts.iter();
    steps.extend(attempts.map(|attempt| {
        let step = Step::of_attempt(attempt, since, visit.language);
        (attempt.ended_at, step)
    }));
    let receipts = timeline.receipts.iter();
    steps.extend(receipts.map(|receipt| (receipt.at, Step::of_receipt(receipt, since, words))));
    let checks = timeline.checks.iter();
    steps.extend(checks.map(|check| (check.at, Step::of_check(check, since, visit.language))));
    // Of the same moment, an attempt comes before its report.
    steps.sort_by_key(|(at, _)| *at);
    let shown = steps.into_iter().map(|(_, mut step)| {
        step.said = step.said.filter(|_| sees_vendor_answers);
        step.mend = step
            .mend
            .filter(|_| visit.may_everywhere(Permission::ManageSetup));
        step
    });
    let mut shown: Vec<_> = shown.collect();
    if timeline.gave_back {
        let attempts = timeline.attempts.iter();
        let at = attempts.map(|attempt| attempt.ended_at).max();
        shown.push(Step::new(
            since,
            at.unwrap_or(start),
            ("quiet", pill::BAR),
            String::new(),
            words.given_back.to_owned(),
        ));
    }
    shown
}

/// The first step: the limits that judged the message.
fn admission(visit: &Visit, timeline: &Timeline) -> Step {
    let words = &visit.words().message;
    let asked = sentences::limits_asked(visit.language, timeline.verdicts.len());
    let verdicts = timeline.verdicts.iter();
    let watched =
        verdicts.filter(|verdict| verdict.refused_until.is_some() && verdict.mode == Mode::Monitor);
    let watched: Vec<_> = watched.map(|verdict| verdict.rule.as_ref()).collect();
    let sentence = match watched.is_empty() {
        true => asked,
        false => sentences::listed(visit.language, &asked, words.would_have_refused, &watched),
    };
    let verdicts = timeline.verdicts.iter();
    Step {
        verdicts: verdicts.map(|verdict| told(visit, verdict)).collect(),
        ..Step::new(
            Since::of(visit, timeline),
            timeline.decided_at,
            ("quiet", pill::BAR),
            words.admitted.to_owned(),
            sentence,
        )
    }
}

/// The verdict of a limit, in words.
fn told(visit: &Visit, verdict: &Verdict) -> String {
    let (words, of) = (&visit.words().message, &visit.words().limits);
    let mode = match verdict.mode {
        Mode::Enforce => of.enforce,
        Mode::Challenge => of.challenge,
        Mode::Monitor => of.monitor,
    };
    let found = match verdict.refused_until {
        None => words.allowed.to_owned(),
        Some(until) => {
            let until = visit.moment(until).shown;
            format!("{} {until}", words.would_refuse_until)
        }
    };
    format!("{} · {mode} · {found}", verdict.rule)
}

impl Step {
    fn new(
        since: Since<'_>,
        at: Timestamp,
        (tone, shape): (&'static str, &'static str),
        who: String,
        sentence: String,
    ) -> Self {
        Self {
            tone,
            shape,
            offset: when::offset(since.start, at),
            at: Moment::of_day(at, since.zone),
            who,
            sentence,
            said: None,
            hint: "",
            mend: None,
            verdicts: Vec::new(),
        }
    }

    fn of_attempt(attempt: &Attempt, since: Since<'_>, language: Language) -> Self {
        let words = &Words::of(language).message;
        let (look, sentence, said) = match &attempt.outcome {
            Outcome::Accepted {
                provider_message_id: Some(id),
            } => (
                ("ok", pill::TICK),
                words.took_it.to_owned(),
                Some(format!("{} {id}", words.took_it_with_id)),
            ),
            Outcome::Accepted {
                provider_message_id: None,
            } => (("ok", pill::TICK), words.took_it.to_owned(), None),
            Outcome::NotAccepted(why) => (
                ("warn", pill::TRIANGLE),
                words.refused_it.to_owned(),
                why.vendor_code.clone(),
            ),
            Outcome::Unknown { cause } => (
                ("unknown", pill::QUESTION),
                words.no_usable_answer.to_owned(),
                Some(cause.clone()),
            ),
        };
        let is_of_setup = [RefusalKind::ConfigError, RefusalKind::NoTemplate]
            .into_iter()
            .any(|kind| attempt.outcome.is_refusal(kind));
        let provider = attempt.provider.as_ref().filter(|_| is_of_setup);
        let mend = provider.map(providers::address);
        let who = attempt
            .provider
            .clone()
            .unwrap_or_else(|| words.interrupted.to_owned());
        let meaning = outcomes::meaning(language, &attempt.outcome);
        let sentence = match attempt.outcome {
            Outcome::NotAccepted(_) => {
                sentences::because(language, &sentence, &meaning.unwrap_or_default())
            }
            _ => sentence,
        };
        Self {
            said,
            mend,
            hint: outcomes::mend(language, &attempt.outcome).unwrap_or_default(),
            ..Self::new(since, attempt.ended_at, look, who, sentence)
        }
    }

    fn of_receipt(receipt: &ReceiptRecord, since: Since<'_>, words: &MessageWords) -> Self {
        let (look, sentence) = match receipt.status {
            Delivery::Delivered => (("ok", pill::TICK), words.reported_delivered),
            Delivery::Failed => (("bad", pill::CROSS), words.reported_failed),
            Delivery::Underway => (("quiet", pill::CLOCK), words.reported_underway),
        };
        Self {
            said: receipt.vendor_code.clone(),
            ..Self::new(
                since,
                receipt.at,
                look,
                receipt.provider.clone(),
                sentence.to_owned(),
            )
        }
    }

    fn of_check(check: &CheckRecord, since: Since<'_>, language: Language) -> Self {
        let words = &Words::of(language).message;
        let (by, used) = match check.caller {
            Caller::Application => (words.by_server, words.right_code),
            Caller::Public => (words.by_public, words.right_code_public),
        };
        let (look, found) = match check.right {
            true => (("ok", pill::TICK), used),
            false => (("bad", pill::CROSS), words.wrong_code),
        };
        Self::new(
            since,
            check.at,
            look,
            words.code.to_owned(),
            sentences::joined(language, found, by),
        )
    }
}
