//! `/console/me/factor`: another authenticator app in the place of the one before, with new recovery codes. The page shows a
//! secret, so it is for somebody who has just proved itself by the app of before, a recovery code, or the password where there is
//! no second factor yet.

use askama::Template;
use axum::http::StatusCode;
use countersign_core::staff::person::Person;
use countersign_core::staff::totp::TotpSecret;

use super::{proofs, real};
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form::SECRETS;
use crate::console::pages::codes;
use crate::console::pages::refused::Why;
use crate::console::shell::{Area, Shell};
use crate::console::sign_in::qr::Qr;
use crate::console::words::rules;
use crate::http::page;
use crate::manage::ManageError;
use crate::operator::Permission;

const PATH: &str = "/console/me/factor";

/// The page.
#[derive(Template)]
#[template(path = "console/factor.html")]
struct FactorPage {
    shell: Shell,
    /// Whether there is a second factor that ends.
    replaces: bool,
    /// The name of the field with the secret. It begins like those of other secrets, so it waits for no proof.
    field: String,
    /// The secret of the app, which comes back with the form.
    totp: String,
    qr: Option<Qr>,
    /// What is wrong with the code.
    problem: Option<String>,
}

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadMessages, async |visit: Visit| {
        let person = real(&visit).ok_or(Why::NotFound)?;
        let totp = TotpSecret::generate(&*visit.state.entropy);
        let totp = totp.map_err(|_| Why::Unavailable)?;
        Ok(page::found(&draw(&visit, &person, &totp, None)))
    })
    .of_applications()
}

pub(in crate::console) fn replace() -> Entry {
    Entry::act(PATH, Permission::ReadMessages, None, another).of_applications()
}

fn field() -> String {
    format!("{SECRETS}totp")
}

fn draw(visit: &Visit, person: &Person, totp: &TotpSecret, problem: Option<String>) -> FactorPage {
    let address = totp.address(visit.sessions.issuer(), &visit.session.person.name);
    FactorPage {
        shell: visit.shell(Area::Me),
        replaces: person.second_factor().is_some(),
        field: field(),
        totp: totp.reveal().to_owned(),
        qr: Qr::of(address.reveal()),
        problem,
    }
}

async fn another(visit: Visit) -> Answer {
    let person = real(&visit).ok_or(Why::NotFound)?;
    // A form without the secret is none of ours.
    let totp = TotpSecret::parse(visit.form.get(&field())).ok_or(Why::NotFound)?;
    let (manage, by) = (&visit.state.manage, visit.by.clone());
    let code = visit.form.get("code");
    let replaced = manage.replace_second_factor(by, &person, totp.clone(), code);
    match replaced.await {
        Ok((person, recovery)) => {
            let flash = Some(codes::flash(&recovery));
            proofs::begin_anew(visit, &person, codes::PATH, flash).await
        }
        Err(ManageError::Fields(broken)) => {
            let sentence = rules::rule(visit.language, &broken.first().rule);
            let page = draw(&visit, &person, &totp, Some(sentence));
            Ok(page::answer(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(error) => Err(error.into()),
    }
}
