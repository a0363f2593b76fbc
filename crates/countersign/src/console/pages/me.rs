//! `/console/me`: the person's own choices.

use askama::Template;
use axum::response::{IntoResponse, Redirect};

use crate::console::entry::{Answer, Entry, Visit};
use crate::console::language::Language;
use crate::console::shell::{Area, Shell, Theme};
use crate::http::page;
use crate::operator::Permission;

const PATH: &str = "/console/me";

/// The page.
#[derive(Template)]
#[template(path = "console/me.html")]
struct MePage {
    shell: Shell,
    is_saved: bool,
    languages: Vec<Choice>,
    themes: Vec<Choice>,
}

/// A choice among others.
struct Choice {
    value: &'static str,
    name: &'static str,
    is_chosen: bool,
}

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadMessages, async |visit: Visit| {
        let words = &visit.words().me;
        let chosen = visit.session.language;
        let languages = Language::ALL.map(|language| Choice {
            value: language.tag(),
            name: language.own_name(),
            is_chosen: chosen == Some(language),
        });
        let of_browser = Choice {
            value: "",
            name: words.language_of_browser,
            is_chosen: chosen.is_none(),
        };
        let themes = Theme::ALL.map(|theme| Choice {
            value: theme.as_str(),
            name: match theme {
                Theme::System => words.theme_system,
                Theme::Light => words.theme_light,
                Theme::Dark => words.theme_dark,
            },
            is_chosen: visit.session.theme == theme,
        });
        Ok(page::found(&MePage {
            shell: visit.shell(Area::Me),
            is_saved: visit.asked("saved") == "1",
            languages: [of_browser].into_iter().chain(languages).collect(),
            themes: themes.into(),
        }))
    })
}

pub(in crate::console) fn set() -> Entry {
    Entry::act(PATH, Permission::ReadMessages, None, keep)
}

async fn keep(visit: Visit) -> Answer {
    let language = Language::parse(visit.form.get("language"));
    let theme = Theme::parse(visit.form.get("theme")).unwrap_or_default();
    visit.sessions.choose(&visit.session, language, theme);
    Ok(Redirect::to("/console/me?saved=1").into_response())
}
