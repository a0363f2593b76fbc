//! `/console/me`: the person's own choices, password, recovery codes and sessions.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use countersign_core::language::LanguageTag;
use countersign_core::staff::person::Person;
use countersign_core::zone::Zone;

use super::codes;
use super::refused::Why;
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::language::Language;
use crate::console::session::Looks;
use crate::console::shell::{Area, Shell, Theme};
use crate::console::sign_in;
use crate::console::when::Moment;
use crate::console::words::{people, rules};
use crate::http::page;
use crate::manage::{ManageError, Proof};
use crate::operator::Permission;

const PATH: &str = "/console/me";

/// The page.
#[derive(Template)]
#[template(path = "console/me.html")]
struct MePage {
    shell: Shell,
    /// What the page says was done.
    told: Option<&'static str>,
    languages: Vec<Choice>,
    themes: Vec<Choice>,
    zones: Vec<Choice>,
    /// Whether the person has a password: not in development.
    has_password: bool,
    /// How many recovery codes are left; `None` without a second factor.
    codes_left: Option<String>,
    sessions: Vec<Place>,
    /// What is wrong with the password that was given.
    problem: Option<(&'static str, String)>,
}

/// A choice among others.
struct Choice {
    value: String,
    name: String,
    is_chosen: bool,
}

/// Where the person is signed in.
struct Place {
    begun: Moment,
    seen: Moment,
    from: String,
    browser: String,
    is_this: bool,
}

impl MePage {
    /// What is wrong with a field.
    fn problem(&self, field: &str) -> Option<&str> {
        let problem = self.problem.as_ref().filter(|(name, _)| *name == field);
        problem.map(|(_, sentence)| sentence.as_str())
    }
}

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadMessages, async |visit: Visit| {
        Ok(page::found(&draw(&visit).await?))
    })
    .of_applications()
}

pub(in crate::console) fn set() -> Entry {
    Entry::act(PATH, Permission::ReadMessages, None, keep).of_applications()
}

pub(in crate::console) fn change_password() -> Entry {
    Entry::act(
        "/console/me/password",
        Permission::ReadMessages,
        None,
        async |visit: Visit| another_password(visit).await,
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

pub(in crate::console) fn end_others() -> Entry {
    Entry::act(
        "/console/me/sessions",
        Permission::ReadMessages,
        None,
        async |visit: Visit| {
            visit.sessions.end_others(&visit.session).await?;
            Ok(Redirect::to("/console/me?ended=1").into_response())
        },
    )
    .of_applications()
}

async fn draw(visit: &Visit) -> Result<MePage, Why> {
    let words = &visit.words().me;
    let looks = &visit.session.looks;
    let chosen = looks.language;
    let languages = Language::ALL.map(|language| Choice {
        value: language.tag().to_owned(),
        name: language.own_name().to_owned(),
        is_chosen: chosen == Some(language),
    });
    let of_browser = Choice {
        value: String::new(),
        name: words.language_of_browser.to_owned(),
        is_chosen: chosen.is_none(),
    };
    let themes = Theme::ALL.map(|theme| Choice {
        value: theme.as_str().to_owned(),
        name: match theme {
            Theme::System => words.theme_system,
            Theme::Light => words.theme_light,
            Theme::Dark => words.theme_dark,
        }
        .to_owned(),
        is_chosen: looks.theme == theme,
    });
    let zones = Zone::names().into_iter().map(|name| Choice {
        is_chosen: looks.zone.name() == name,
        value: name.clone(),
        name,
    });
    let person = real(visit);
    let factor = person.as_ref().and_then(Person::second_factor);
    let left = factor.map(|factor| factor.recovery.left());
    let this = visit.session.kept.id;
    let sessions = visit.sessions.of(&visit.session.person.id).await?;
    let sessions = sessions.into_iter().map(|session| Place {
        begun: visit.moment(session.begun),
        seen: visit.moment(session.seen),
        from: session
            .from
            .map(|from| from.to_string())
            .unwrap_or_default(),
        browser: session.browser,
        is_this: session.id == this,
    });
    Ok(MePage {
        shell: visit.shell(Area::Me),
        told: match (visit.asked("saved"), visit.asked("ended")) {
            ("1", _) if person.is_some() => Some(visit.words().staff.saved_for_good),
            ("1", _) => Some(words.saved),
            (_, "1") => Some(visit.words().staff.ended),
            _ => None,
        },
        languages: [of_browser].into_iter().chain(languages).collect(),
        themes: themes.into(),
        zones: zones.collect(),
        has_password: person.is_some(),
        codes_left: left.map(|left| people::codes_left(visit.language, left)),
        sessions: sessions.collect(),
        problem: None,
    })
}

/// The person of the setup; `None` for those of development.
fn real(visit: &Visit) -> Option<Person> {
    let setup = visit.state.setup();
    let person = setup.people.get(&visit.session.person.id);
    person.map(|person| (**person).clone())
}

async fn keep(visit: Visit) -> Answer {
    let language = Language::parse(visit.form.get("language"));
    let theme = Theme::parse(visit.form.get("theme")).unwrap_or_default();
    // A form without the field, or with a name that no zone has, changes nothing about it.
    let zone = Zone::parse(visit.form.get("zone"));
    let zone = zone.unwrap_or_else(|| visit.zone().clone());
    match real(&visit) {
        Some(person) => {
            let tag = language.and_then(|language| LanguageTag::parse(language.tag()));
            let (manage, by) = (&visit.state.manage, visit.by.clone());
            let theme = theme.as_str().to_owned();
            let looks = (tag, theme, zone);
            manage.set_looks(by, &person.id, looks).await?;
        }
        None => {
            let person = &visit.session.person.id;
            let looks = Looks {
                language,
                theme,
                zone,
            };
            visit.sessions.choose(person, looks);
        }
    }
    Ok(Redirect::to("/console/me?saved=1").into_response())
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
async fn begin_anew(visit: Visit, person: &Person, to: &str, flash: Option<String>) -> Answer {
    let stage = visit.sessions.signed_in();
    let place = (visit.by.from, &visit.headers);
    let cookie = visit.sessions.begin(person, stage, flash, place);
    Ok(sign_in::see(to, Some(cookie.await?)))
}
