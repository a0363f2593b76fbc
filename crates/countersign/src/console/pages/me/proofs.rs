//! The forms of `/console/me` that need the current password: another password, and new recovery codes.

use axum::http::StatusCode;
use axum::response::Response;
use countersign_core::staff::person::Person;

use super::{draw, real};
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::pages::codes;
use crate::console::pages::refused::Why;
use crate::console::sign_in;
use crate::console::words::{people, rules};
use crate::http::page;
use crate::manage::{ManageError, Proof};
use crate::operator::Permission;

pub(in crate::console) fn change_password() -> Entry {
    Entry::act(
        "/console/me/password",
        Permission::ReadMessages,
        None,
        another_password,
    )
    .of_applications()
}

pub(in crate::console) fn renew_codes() -> Entry {
    Entry::act(
        "/console/me/codes",
        Permission::ReadMessages,
        None,
        other_codes,
    )
    .of_applications()
}

/// Changes the password of somebody who knows the current one.
async fn another_password(visit: Visit) -> Answer {
    let person = real(&visit).ok_or(Why::NotFound)?;
    let (current, new) = (
        visit.form.whole("password"),
        visit.form.whole("new-password"),
    );
    if let Some(answer) = unproved(&visit, &person, current).await? {
        return Ok(answer);
    }
    let changed = visit
        .state
        .manage
        .change_password(visit.by.clone(), &person, new);
    match changed.await {
        Ok(person) => begin_anew(visit, &person, "/console/me?saved=1", None).await,
        Err(ManageError::Fields(broken)) => {
            let sentence = rules::rule(visit.language, &broken.first().rule);
            again(
                &visit,
                StatusCode::UNPROCESSABLE_ENTITY,
                "new-password",
                sentence,
            )
            .await
        }
        Err(error) => Err(error.into()),
    }
}

/// Makes new recovery codes for somebody who knows the current password.
async fn other_codes(visit: Visit) -> Answer {
    let person = real(&visit).filter(|person| person.second_factor().is_some());
    let person = person.ok_or(Why::NotFound)?;
    let current = visit.form.whole("codes-password");
    if let Some(answer) = unproved(&visit, &person, current).await? {
        return Ok(answer);
    }
    let manage = &visit.state.manage;
    let renewed = manage.renew_recovery_codes(visit.by.clone(), &person);
    let (person, recovery) = renewed.await?;
    let flash = Some(codes::flash(&recovery));
    begin_anew(visit, &person, codes::PATH, flash).await
}

/// The page again, where the current password is not `current`.
async fn unproved(visit: &Visit, person: &Person, current: &str) -> Result<Option<Response>, Why> {
    let field = match visit.form.get("new-password").is_empty() {
        true => "codes-password",
        false => "password",
    };
    let name = person.name.as_ref().map(ToString::to_string);
    let name = name.unwrap_or_default();
    let proved = visit.state.manage.prove_password(&visit.by, &name, current);
    let (status, sentence) = match proved.await? {
        Proof::Right(_) => return Ok(None),
        Proof::Wrong => {
            let sentence = visit.words().staff.current_wrong.to_owned();
            (StatusCode::UNPROCESSABLE_ENTITY, sentence)
        }
        Proof::TooMany(wait) => {
            let sentence = people::too_many_tries(visit.language, wait);
            (StatusCode::TOO_MANY_REQUESTS, sentence)
        }
    };
    again(visit, status, field, sentence).await.map(Some)
}

async fn again(visit: &Visit, status: StatusCode, field: &'static str, sentence: String) -> Answer {
    let mut page = draw(visit).await?;
    page.problem = Some((field, sentence));
    Ok(page::answer(status, &page))
}

/// Begins another session of the person in the place of this one, which is over.
pub(super) async fn begin_anew(
    visit: Visit,
    person: &Person,
    to: &str,
    flash: Option<String>,
) -> Answer {
    let stage = visit.sessions.signed_in();
    let place = (visit.by.from, &visit.headers);
    let cookie = visit.sessions.begin(person, stage, flash, place);
    Ok(sign_in::see(to, Some(cookie.await?)))
}
