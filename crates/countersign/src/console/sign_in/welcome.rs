//! `/console/welcome/{token}`: somebody who is invited chooses name and password, and sets up the second factor.

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use countersign_core::secret::Secret;
use countersign_core::staff::person::Person;
use countersign_core::staff::totp::TotpSecret;

use super::Visitor;
use super::qr::Qr;
use crate::console::entry::Answer;
use crate::console::pages::codes;
use crate::console::pages::overview;
use crate::console::pages::refused::Why;
use crate::console::shell::{Shell, role_name};
use crate::console::words::rules;
use crate::http::AppState;
use crate::http::page;
use crate::manage::{ManageError, Welcome};

pub(super) const PATH: &str = "/console/welcome/{token}";

/// The page.
#[derive(Template)]
#[template(path = "console/welcome.html")]
struct WelcomePage {
    shell: Shell,
    role: &'static str,
    name: String,
    needs_factor: bool,
    /// The secret of the authenticator app, which comes back with the form.
    totp: String,
    qr: Option<Qr>,
    /// What is wrong: the field, and a sentence.
    problems: Vec<(String, String)>,
}

impl WelcomePage {
    /// What is wrong with a field.
    fn problem(&self, field: &str) -> Option<&str> {
        let found = self.problems.iter().find(|(name, _)| name == field);
        found.map(|(_, sentence)| sentence.as_str())
    }
}

pub(super) async fn show(
    State(state): State<AppState>,
    Path(token): Path<String>,
    request: Request,
) -> Response {
    match Visitor::of(state, request).await {
        Ok(visitor) => Visitor::refused(visitor.language, shown(&visitor, &token)),
        Err(answer) => answer,
    }
}

fn shown(visitor: &Visitor, token: &str) -> Answer {
    let invited = visitor.state.manage.person_invited_by(token);
    let invited = invited.ok_or(Why::NoInvitation)?;
    let totp = TotpSecret::generate(&*visitor.state.entropy).map_err(|_| Why::Unavailable)?;
    Ok(page::found(&drawn(visitor, &invited, &totp, Vec::new())))
}

fn drawn(
    visitor: &Visitor,
    invited: &Person,
    totp: &TotpSecret,
    problems: Vec<(String, String)>,
) -> WelcomePage {
    let given = invited.name.as_ref().map(ToString::to_string);
    let typed = visitor.form.get("name");
    let name = match typed.is_empty() {
        true => given.unwrap_or_default(),
        false => typed.to_owned(),
    };
    let account = match name.is_empty() {
        true => invited.role.as_str(),
        false => &name,
    };
    let address = totp.address(visitor.state.sessions.issuer(), account);
    WelcomePage {
        shell: Shell::bare(visitor.language),
        role: role_name(invited.role, visitor.words()),
        needs_factor: invited.role.needs_second_factor(),
        totp: totp.reveal().to_owned(),
        qr: Qr::of(address.reveal()),
        name,
        problems,
    }
}

pub(super) async fn enter(
    State(state): State<AppState>,
    Path(token): Path<String>,
    request: Request,
) -> Response {
    match Visitor::of(state, request).await {
        Ok(visitor) => Visitor::refused(visitor.language, judged(visitor, &token).await),
        Err(answer) => answer,
    }
}

async fn judged(visitor: Visitor, token: &str) -> Answer {
    let invited = visitor.state.manage.person_invited_by(token);
    let invited = invited.ok_or(Why::NoInvitation)?;
    // A form without the secret is none of ours.
    let totp = TotpSecret::parse(visitor.form.get("totp")).ok_or(Why::NotFound)?;
    let welcome = Welcome {
        name: visitor.form.get("name").to_owned(),
        password: Secret::new(visitor.form.whole("password").to_owned()),
        totp: totp.clone(),
        code: visitor.form.get("code").to_owned(),
    };
    let manage = &visitor.state.manage;
    let accepted = manage.accept_invitation(visitor.by.clone(), token, welcome);
    match accepted.await {
        Ok((person, recovery)) => match recovery.is_empty() {
            true => visitor.let_in(&person, overview::PATH, None).await,
            false => {
                let flash = codes::flash(&recovery);
                visitor.let_in(&person, codes::PATH, Some(flash)).await
            }
        },
        Err(ManageError::Fields(broken)) => {
            let sentence = |rule| rules::rule(visitor.language, rule);
            let problems = broken.iter();
            let problems = problems.map(|field| (field.field.clone(), sentence(&field.rule)));
            let page = drawn(&visitor, &invited, &totp, problems.collect());
            Ok(page::answer(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(ManageError::Unknown(_)) => Err(Why::NoInvitation),
        Err(error) => Err(error.into()),
    }
}
