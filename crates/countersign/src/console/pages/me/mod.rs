//! `/console/me`: the person's own choices, password, second factor and sessions.

pub(in crate::console) mod factor;
pub(in crate::console) mod proofs;
pub(in crate::console) mod sessions;

use askama::Template;
use axum::response::{IntoResponse, Redirect};
use countersign_core::language::LanguageTag;
use countersign_core::staff::person::Person;
use countersign_core::zone::Zone;

use super::refused::Why;
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::keys;
use crate::console::language::Language;
use crate::console::session::Looks;
use crate::console::shell::{Area, Shell, Theme};
use crate::console::words::people;
use crate::http::page;
use crate::operator::Permission;
use sessions::Place;

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
    keys: bool,
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
    Ok(MePage {
        shell: visit.shell(Area::Me),
        told: match visit.asked("saved") {
            "1" if person.is_some() => Some(visit.words().staff.saved_for_good),
            "1" => Some(words.saved),
            _ => None,
        },
        languages: [of_browser].into_iter().chain(languages).collect(),
        themes: themes.into(),
        zones: zones.collect(),
        keys: looks.keys,
        has_password: person.is_some(),
        codes_left: left.map(|left| people::codes_left(visit.language, left)),
        sessions: sessions::own(visit).await?,
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
    let keys = !visit.form.get("keys").is_empty();
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
                keys,
            };
            visit.sessions.choose(person, looks);
        }
    }
    let mut answer = Redirect::to("/console/me?saved=1").into_response();
    if keys != visit.session.looks.keys {
        keys::turn(&mut answer, keys);
    }
    Ok(answer)
}
