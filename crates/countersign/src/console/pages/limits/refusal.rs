//! `/console/limits/refusals/{id}`: one send that a limit refused, and what a person can do about it.

use countersign_core::id::RequestId;
use countersign_core::ports::refusals::{RefusalQuery, RefusedSend};

use super::{refusals, safe};
use crate::console::countries;
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form_page::{Button, FormPage, FormView, Row};
use crate::console::mistakes;
use crate::console::pages::refused::Why;
use crate::console::shell::Area;
use crate::console::told::Told;
use crate::manage::Note;
use crate::operator::Permission;

const PATH: &str = "/console/limits/refusals/{id}";
const UNLOCK: &str = "/console/limits/refusals/{id}/unlock";

const NOTE: &str = "note";

/// The address of the page of the send that this request asked for.
pub(super) fn address(request: RequestId) -> String {
    format!("{}/{request}", refusals::PATH)
}

/// What the limit had counted, of how many.
pub(super) fn counted(send: &RefusedSend) -> String {
    let (counts, refusal) = (send.refusal.counts, &send.refusal);
    format!(
        "{} / {}",
        counts.told(refusal.count),
        counts.told(refusal.max)
    )
}

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadMessages, async |visit: Visit| {
        let send = found(&visit, visit.part("id")).await?;
        Ok(refusal_page(&visit, &send).found())
    })
    .of_applications()
}

pub(in crate::console) fn unlock() -> Entry {
    Entry::act(
        UNLOCK,
        Permission::UnlockNumbers,
        Some("unlock-phone"),
        forget_guesses,
    )
    .of_applications()
}

/// The refused send that this request asked for.
///
/// # Errors
/// [`Why::NotFound`] where it is not kept any more, or is of an application that is not the person's.
pub(super) async fn found(visit: &Visit, request: &str) -> Result<RefusedSend, Why> {
    let request = RequestId::parse(request).ok_or(Why::NotFound)?;
    let query = RefusalQuery {
        request: Some(request),
        within: visit.apps().clone(),
        limit: 1,
        ..RefusalQuery::default()
    };
    let found = visit.state.manage.refusals(query).await?;
    found.refusals.into_iter().next().ok_or(Why::NotFound)
}

fn refusal_page(visit: &Visit, send: &RefusedSend) -> FormPage {
    let words = visit.words();
    let (of, refusal) = (&words.guard, &send.refusal);
    let caller = send.caller.map(|caller| caller.to_string());
    let until = refusal.until.map(|until| visit.moment(until).shown);
    let facts = [
        (of.time, Some(visit.moment(refusal.at).shown)),
        (of.number, Some(send.phone.masked())),
        (
            of.country,
            Some(countries::name(visit.language, send.phone.country())),
        ),
        (of.application, Some(send.app.as_str().to_owned())),
        (
            of.purpose,
            Some(words.terms.purpose(send.channel).to_owned()),
        ),
        (of.caller, caller),
        (of.rule, Some(refusal.limit.to_string())),
        (
            of.consequence,
            Some(super::mode_name(refusal.mode, &words.limits).to_owned()),
        ),
        (of.of_maximum, Some(counted(send))),
        (of.allowed_from, until),
        (words.message.request_id, Some(send.request_id.to_string())),
    ];
    let facts = facts.into_iter();
    let facts = facts.filter_map(|(name, value)| Some((name, value?)));
    let to_safe = visit.may_everywhere(Permission::ManageSetup).then(|| {
        let name = of.to_safe.to_owned();
        (safe::address_for(send.request_id), name)
    });
    FormPage {
        shell: visit.shell(Area::Limits),
        title: of.refusal.to_owned(),
        back: (refusals::PATH.to_owned(), of.refusals),
        lead: vec![
            of.refusal_lead.to_owned(),
            words.message.unlock_about.to_owned(),
        ],
        form: FormView {
            action: format!("{}/unlock", address(send.request_id)),
            rows: vec![Row::line(NOTE, words.message.note, &visit.form, "")],
            buttons: vec![Button::second(words.message.unlock)],
            is_readonly: !visit.may(Permission::UnlockNumbers),
            ..FormView::default()
        },
        facts: facts.collect(),
        links: to_safe.into_iter().collect(),
    }
}

async fn forget_guesses(visit: Visit) -> Answer {
    let send = found(&visit, visit.part("id")).await?;
    let mut page = refusal_page(&visit, &send);
    let unlocked = async {
        let note = Note::new(NOTE, visit.form.get(NOTE).to_owned())?;
        let (by, request) = (visit.by.clone(), visit.request_id);
        visit
            .state
            .manage
            .unlock(by, request, send.phone, note)
            .await
    };
    match unlocked.await {
        Ok(()) => Ok(Told::Unlocked.at(&address(send.request_id))),
        Err(error) => {
            let status = mistakes::tell(&visit, &mut page.form, error)?;
            Ok(page.answer(status))
        }
    }
}
