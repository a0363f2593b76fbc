//! `/console/messages/{id}`: one message, from its admission to the check of its code, and what a person can do about it.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use countersign_core::code::check::{Caller, CheckRecord};
use countersign_core::id::MessageId;
use countersign_core::limit::Mode;
use countersign_core::message::Timeline;
use countersign_core::receipt::{Delivery, ReceiptRecord};
use countersign_core::send::attempt::Attempt;
use countersign_core::send::outcome::Outcome;
use countersign_core::time::Timestamp;

use super::messages;
use super::refused::Why;
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::headline::Headline;
use crate::console::language::Language;
use crate::console::pill::{self, Pill};
use crate::console::shell::{Area, Shell};
use crate::console::when::{self, Moment};
use crate::console::words::{MessageWords, Words, sentences};
use crate::http::page;
use crate::manage::Note;
use crate::operator::Permission;

const PATH: &str = "/console/messages/{id}";

/// The address of a message's page.
pub(super) fn address(id: MessageId) -> String {
    format!("/console/messages/{id}")
}

/// The page.
#[derive(Template)]
#[template(path = "console/message.html")]
struct MessagePage {
    shell: Shell,
    address: String,
    headline: String,
    pill: Pill,
    /// The number: masked, or whole where the person has asked to see it.
    number: String,
    is_revealed: bool,
    may_reveal: bool,
    may_unlock: bool,
    is_unlocked: bool,
    /// What is wrong with the reason that was given.
    problem: Option<String>,
    reason: String,
    facts: Vec<Fact>,
    decided_at: Moment,
    steps: Vec<Step>,
    sees_vendor_answers: bool,
}

/// A fact about the message.
struct Fact {
    name: &'static str,
    value: String,
    /// Whether the value is an id, which people copy.
    is_id: bool,
}

/// A step of the timeline.
struct Step {
    tone: &'static str,
    shape: &'static str,
    /// The time from the first step.
    offset: String,
    at: Moment,
    /// The party: a provider, or a kind of event.
    who: String,
    sentence: String,
    /// The vendor's own words.
    said: Option<String>,
}

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadMessages, async |visit: Visit| {
        let timeline = found(&visit).await?;
        Ok(page::found(&draw(&visit, &timeline)))
    })
}

pub(in crate::console) fn reveal() -> Entry {
    Entry::act(
        "/console/messages/{id}/reveal",
        Permission::RevealNumbers,
        Some("reveal-phone"),
        see_number,
    )
}

pub(in crate::console) fn unlock() -> Entry {
    Entry::act(
        "/console/messages/{id}/unlock",
        Permission::UnlockNumbers,
        Some("unlock-phone"),
        forget_guesses,
    )
}

pub(in crate::console) fn of_number() -> Entry {
    Entry::act(
        "/console/messages/{id}/to-number",
        Permission::ReadMessages,
        Some("find-messages"),
        async |visit: Visit| {
            let timeline = found(&visit).await?;
            messages::to_number(&visit, timeline.phone)
        },
    )
}

async fn found(visit: &Visit) -> Result<Timeline, Why> {
    let id = MessageId::parse(visit.part("id")).ok_or(Why::NotFound)?;
    Ok(visit.state.manage.message(id).await?)
}

/// Shows the whole number, once the act and its reason are on the audit record.
async fn see_number(visit: Visit) -> Answer {
    let timeline = found(&visit).await?;
    let words = &visit.words().message;
    let reason = visit.form.get("reason");
    if reason.is_empty() {
        return Ok(refused(&visit, &timeline, words.reason_missing.to_owned()));
    }
    let Ok(reason) = Note::new("reason", reason.to_owned()) else {
        return Ok(refused(&visit, &timeline, words.reason_too_long.to_owned()));
    };
    if let Err(too_many) = visit.sessions.count_reveal(&visit.session) {
        let sentence = sentences::too_many_reveals(visit.language, too_many.wait);
        return Ok(refused(&visit, &timeline, sentence));
    }
    visit
        .state
        .manage
        .reveal(visit.by.clone(), timeline.id, reason)
        .await?;
    visit.sessions.reveal(&visit.session, timeline.id);
    Ok(Redirect::to(&address(timeline.id)).into_response())
}

/// Forgets the wrong guesses about the number of the message.
async fn forget_guesses(visit: Visit) -> Answer {
    let timeline = found(&visit).await?;
    let Ok(note) = Note::new("note", visit.form.get("note").to_owned()) else {
        let words = &visit.words().message;
        return Ok(refused(&visit, &timeline, words.reason_too_long.to_owned()));
    };
    let manage = &visit.state.manage;
    manage
        .unlock(visit.by.clone(), visit.request_id, timeline.phone, note)
        .await?;
    Ok(Redirect::to(&format!("{}?unlocked=1", address(timeline.id))).into_response())
}

/// The page again, with what is wrong with the form.
fn refused(visit: &Visit, timeline: &Timeline, problem: String) -> Response {
    let mut page = draw(visit, timeline);
    page.problem = Some(problem);
    page.reason = visit.form.get("reason").to_owned();
    page::answer(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

fn draw(visit: &Visit, timeline: &Timeline) -> MessagePage {
    let words = visit.words();
    let headline = Headline::of(timeline, visit.now);
    let is_revealed =
        visit.may(Permission::RevealNumbers) && visit.sessions.reveals(&visit.session, timeline.id);
    let sees_vendor_answers = visit.may(Permission::ReadVendorAnswers);
    let number = match is_revealed {
        true => timeline.phone.e164().to_owned(),
        false => timeline.phone.masked(),
    };
    let of = &words.message;
    let fact = |name, value: &str| Fact {
        name,
        value: value.to_owned(),
        is_id: false,
    };
    let id = |name, value: String| Fact {
        name,
        value,
        is_id: true,
    };
    let facts = vec![
        fact(of.application, timeline.app.as_str()),
        fact(of.purpose, words.terms.purpose(timeline.channel)),
        fact(of.code, words.terms.code(timeline.code)),
        id(of.message_id, timeline.id.to_string()),
        id(of.request_id, timeline.request_id.to_string()),
    ];
    MessagePage {
        shell: visit.shell(Area::Messages),
        address: address(timeline.id),
        headline: sentences::headline(visit.language, &headline),
        pill: Pill::of(headline.state(), words),
        number,
        is_revealed,
        may_reveal: visit.may(Permission::RevealNumbers),
        may_unlock: visit.may(Permission::UnlockNumbers),
        is_unlocked: visit.asked("unlocked") == "1",
        problem: None,
        reason: String::new(),
        facts,
        decided_at: Moment::of(timeline.decided_at),
        steps: steps(visit, timeline, sees_vendor_answers),
        sees_vendor_answers,
    }
}

/// The steps of a timeline, in the order in which they happened.
fn steps(visit: &Visit, timeline: &Timeline, sees_vendor_answers: bool) -> Vec<Step> {
    let words = &visit.words().message;
    let start = timeline.decided_at;
    let mut steps = vec![(start, admission(visit, timeline))];
    let attempts = timeline.attempts.iter();
    steps.extend(
        attempts.map(|attempt| (attempt.ended_at, Step::of_attempt(attempt, start, words))),
    );
    let receipts = timeline.receipts.iter();
    steps.extend(receipts.map(|receipt| (receipt.at, Step::of_receipt(receipt, start, words))));
    let checks = timeline.checks.iter();
    steps.extend(checks.map(|check| (check.at, Step::of_check(check, start, visit.language))));
    // Of the same moment, an attempt comes before its report.
    steps.sort_by_key(|(at, _)| *at);
    let shown = steps.into_iter().map(|(_, mut step)| {
        step.said = step.said.filter(|_| sees_vendor_answers);
        step
    });
    let mut shown: Vec<_> = shown.collect();
    if timeline.gave_back {
        shown.push(Step::new(
            start,
            start,
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
        false => format!(
            "{asked}. {}: {}",
            words.would_have_refused,
            watched.join(", ")
        ),
    };
    let start = timeline.decided_at;
    Step::new(
        start,
        start,
        ("quiet", pill::BAR),
        words.admitted.to_owned(),
        sentence,
    )
}

impl Step {
    fn new(
        start: Timestamp,
        at: Timestamp,
        (tone, shape): (&'static str, &'static str),
        who: String,
        sentence: String,
    ) -> Self {
        Self {
            tone,
            shape,
            offset: when::offset(start, at),
            at: Moment::of_day(at),
            who,
            sentence,
            said: None,
        }
    }

    fn of_attempt(attempt: &Attempt, start: Timestamp, words: &MessageWords) -> Self {
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
            Outcome::NotAccepted(why) => {
                let sentence = format!("{} ({})", words.refused_it, why.kind.as_str());
                (("warn", pill::TRIANGLE), sentence, why.vendor_code.clone())
            }
            Outcome::Unknown { cause } => (
                ("unknown", pill::QUESTION),
                words.no_usable_answer.to_owned(),
                Some(cause.clone()),
            ),
        };
        let who = attempt
            .provider
            .clone()
            .unwrap_or_else(|| words.interrupted.to_owned());
        Self {
            said,
            ..Self::new(start, attempt.ended_at, look, who, sentence)
        }
    }

    fn of_receipt(receipt: &ReceiptRecord, start: Timestamp, words: &MessageWords) -> Self {
        let (look, sentence) = match receipt.status {
            Delivery::Delivered => (("ok", pill::TICK), words.reported_delivered),
            Delivery::Failed => (("bad", pill::CROSS), words.reported_failed),
            Delivery::Underway => (("quiet", pill::CLOCK), words.reported_underway),
        };
        Self {
            said: receipt.vendor_code.clone(),
            ..Self::new(
                start,
                receipt.at,
                look,
                receipt.provider.clone(),
                sentence.to_owned(),
            )
        }
    }

    fn of_check(check: &CheckRecord, start: Timestamp, language: Language) -> Self {
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
            start,
            check.at,
            look,
            words.code.to_owned(),
            sentences::joined(language, found, by),
        )
    }
}
