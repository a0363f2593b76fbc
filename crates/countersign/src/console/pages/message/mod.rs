//! `/console/messages/{id}`: one message, from its admission to the check of its code, and what a person can do about it.

mod reports;
mod steps;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use countersign_core::id::MessageId;
use countersign_core::message::Timeline;

use self::steps::{Step, steps};
use super::messages;
use super::refused::Why;
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form_page::{Button, FormView, Input, Row};
use crate::console::headline::Headline;
use crate::console::mistakes;
use crate::console::pill::Pill;
use crate::console::shell::{Area, Shell};
use crate::console::when::Moment;
use crate::console::words::{headlines, sentences};
use crate::http::page;
use crate::manage::Note;
use crate::operator::Permission;

const PATH: &str = "/console/messages/{id}";

/// The field with the reason to show a number.
const REASON: &str = "reason";
/// The field with the note about an unlock.
const NOTE: &str = "note";

/// The part of the address by which the page shows the whole number.
const SHOWN: &str = "shown";

/// The address of a message's page.
pub(in crate::console) fn address(id: MessageId) -> String {
    format!("/console/messages/{id}")
}

/// The page.
#[derive(Template)]
#[template(path = "console/message.html")]
struct MessagePage {
    shell: Shell,
    address: String,
    /// What the stream of changes calls the message; `None` where the page answers a form, at whose address no page is.
    live: Option<String>,
    headline: String,
    /// The time within which the provider usually reports, while its report is awaited.
    usually: Option<String>,
    pill: Pill,
    /// The number: masked, or whole where the person has asked to see it.
    number: String,
    /// Asks for the reason to show the number.
    reveal: Option<FormView>,
    /// Asks for a note about the unlock.
    unlock: Option<FormView>,
    is_unlocked: bool,
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

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadMessages, async |visit: Visit| {
        let timeline = found(&visit).await?;
        let mut page = draw(&visit, &timeline);
        page.usually = reports::usually(&visit, &timeline).await?;
        page.live = Some(format!("message-{}", timeline.id));
        Ok(page::found(&page))
    })
    .of_applications()
}

pub(in crate::console) fn reveal() -> Entry {
    Entry::act(
        "/console/messages/{id}/reveal",
        Permission::RevealNumbers,
        Some("reveal-phone"),
        see_number,
    )
    .of_applications()
}

pub(in crate::console) fn unlock() -> Entry {
    Entry::act(
        "/console/messages/{id}/unlock",
        Permission::UnlockNumbers,
        Some("unlock-phone"),
        forget_guesses,
    )
    .of_applications()
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
    .of_applications()
}

async fn found(visit: &Visit) -> Result<Timeline, Why> {
    let id = MessageId::parse(visit.part("id")).ok_or(Why::NotFound)?;
    Ok(visit.state.manage.message(visit.apps(), id).await?)
}

/// Shows the whole number, once the act and its reason are on the audit record.
async fn see_number(visit: Visit) -> Answer {
    let timeline = found(&visit).await?;
    let words = &visit.words().message;
    let mut form = reveal_form(&visit, &timeline);
    let reason = visit.form.get(REASON);
    if reason.is_empty() {
        form.refuse(REASON, words.reason_missing.to_owned());
        return Ok(refused(&visit, &timeline, |page| page.reveal = Some(form)));
    }
    let reason = match Note::new(REASON, reason.to_owned()) {
        Ok(reason) => reason,
        Err(error) => {
            mistakes::tell(&visit, &mut form, error)?;
            return Ok(refused(&visit, &timeline, |page| page.reveal = Some(form)));
        }
    };
    let counted = visit
        .sessions
        .count_reveal(&visit.session, visit.request_id);
    if let Some(wait) = counted.await? {
        let sentence = sentences::too_many_reveals(visit.language, wait);
        form.refuse(REASON, sentence);
        return Ok(refused(&visit, &timeline, |page| page.reveal = Some(form)));
    }
    visit
        .state
        .manage
        .reveal(visit.by.clone(), visit.apps(), timeline.id, reason)
        .await?;
    let handle = visit.sessions.reveal(&visit.session, timeline.id);
    let handle = handle.map_err(|_| Why::Unavailable)?;
    let shown = format!("{}?{SHOWN}={handle}", address(timeline.id));
    Ok(Redirect::to(&shown).into_response())
}

/// Forgets the wrong guesses about the number of the message.
async fn forget_guesses(visit: Visit) -> Answer {
    let timeline = found(&visit).await?;
    let note = match Note::new(NOTE, visit.form.get(NOTE).to_owned()) {
        Ok(note) => note,
        Err(error) => {
            let mut form = unlock_form(&visit, &timeline);
            mistakes::tell(&visit, &mut form, error)?;
            return Ok(refused(&visit, &timeline, |page| page.unlock = Some(form)));
        }
    };
    let manage = &visit.state.manage;
    manage
        .unlock(visit.by.clone(), visit.request_id, timeline.phone, note)
        .await?;
    Ok(Redirect::to(&format!("{}?unlocked=1", address(timeline.id))).into_response())
}

fn reveal_form(visit: &Visit, timeline: &Timeline) -> FormView {
    let words = &visit.words().message;
    FormView {
        action: format!("{}/reveal", address(timeline.id)),
        rows: vec![Row::line(REASON, words.why, &visit.form, "").hint(words.why_hint)],
        buttons: vec![Button::second(words.show)],
        ..FormView::default()
    }
}

fn unlock_form(visit: &Visit, timeline: &Timeline) -> FormView {
    let words = &visit.words().message;
    FormView {
        action: format!("{}/unlock", address(timeline.id)),
        rows: vec![Row::line(NOTE, words.note, &visit.form, "")],
        buttons: vec![Button::second(words.unlock)],
        ..FormView::default()
    }
}

/// The page again, with the form in which something is wrong.
fn refused(visit: &Visit, timeline: &Timeline, put: impl FnOnce(&mut MessagePage)) -> Response {
    let mut page = draw(visit, timeline);
    put(&mut page);
    page::answer(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

fn draw(visit: &Visit, timeline: &Timeline) -> MessagePage {
    let words = visit.words();
    let headline = Headline::of(timeline, visit.now);
    let handle = visit.asked(SHOWN);
    let reveals = visit.sessions.reveals(&visit.session, timeline.id, handle);
    let is_revealed = visit.may(Permission::RevealNumbers) && reveals;
    let may_reveal = visit.may(Permission::RevealNumbers) && !is_revealed;
    let may_unlock = visit.may(Permission::UnlockNumbers);
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
    let mut facts = vec![
        fact(of.application, timeline.app.as_str()),
        fact(of.purpose, words.terms.purpose(timeline.channel)),
        fact(of.code, words.terms.code(timeline.code)),
        id(of.message_id, timeline.id.to_string()),
        id(of.request_id, timeline.request_id.to_string()),
    ];
    let paid = timeline.attempts.iter();
    let paid = paid.filter(|attempt| attempt.outcome.may_have_been_sent());
    let paid = paid.filter_map(|attempt| attempt.provider.as_deref());
    let prices = visit.state.messenger.prices();
    if let Some(price) = prices.paid(paid, timeline.phone.country()) {
        let cost = format!("{} {}", price.currency, price.amount);
        facts.push(fact(of.cost, &cost));
    }
    MessagePage {
        shell: visit.shell(Area::Messages),
        address: address(timeline.id),
        live: None,
        headline: headlines::headline(visit.language, &headline),
        usually: None,
        pill: Pill::of(headline.state(), words),
        number,
        reveal: may_reveal.then(|| reveal_form(visit, timeline)),
        unlock: may_unlock.then(|| unlock_form(visit, timeline)),
        is_unlocked: visit.asked("unlocked") == "1",
        facts,
        decided_at: visit.moment(timeline.decided_at),
        steps: steps(visit, timeline, sees_vendor_answers),
        sees_vendor_answers,
    }
}

impl MessagePage {
    /// Whether something is wrong with a form.
    fn is_refused(&self) -> bool {
        let mut forms = [&self.reveal, &self.unlock].into_iter().flatten();
        forms.any(FormView::is_refused)
    }
}
