//! The frame of every page: the header, the navigation and the words around the page itself.

use countersign_core::zone::Zone;

use super::assets;
use super::language::Language;
use super::pages;
use super::session::Session;
use super::words::{Words, sentences};
use crate::operator::{Permission, Reach, Role};

/// The part of the console that a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Area {
    Inbox,
    Overview,
    Messages,
    Sms,
    Templates,
    Limits,
    Applications,
    Audit,
    Settings,
    /// A page about the person.
    Me,
    /// No part: the person is somewhere where nothing is.
    Nowhere,
}

/// The colours of pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Theme {
    /// As the person's system has it.
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    /// All themes.
    pub(super) const ALL: [Theme; 3] = [Theme::System, Theme::Light, Theme::Dark];

    /// The name in forms and on the page.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// The theme of this name, or `None`.
    pub(super) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == name)
    }
}

/// A link of the navigation.
pub(super) struct Link {
    pub(super) address: &'static str,
    pub(super) name: &'static str,
    pub(super) is_here: bool,
}

/// What templates need for the frame.
pub(super) struct Shell {
    pub(super) words: &'static Words,
    pub(super) language: Language,
    pub(super) theme: Theme,
    /// The sentence that names the zone of times.
    pub(super) zone: String,
    pub(super) links: Vec<Link>,
    /// The name and the role of the person; `None` on pages for people who are not signed in.
    pub(super) person: Option<(String, &'static str)>,
    pub(super) stylesheets: [String; 2],
    pub(super) script: String,
    /// The script of single keys, where they lead to pages.
    pub(super) keys: Option<String>,
    pub(super) icon: String,
    /// What the act that led to this page did.
    pub(super) told: Option<&'static str>,
    /// Whether the page says that this is development.
    pub(super) is_development: bool,
}

/// The navigation: each part, its address, and what a person must be allowed to do to see it.
const AREAS: [(Area, &str, Permission); 9] = [
    (Area::Inbox, pages::inbox::PATH, Permission::ReadMessages),
    (
        Area::Overview,
        pages::overview::PATH,
        Permission::ReadMessages,
    ),
    (
        Area::Messages,
        pages::messages::PATH,
        Permission::ReadMessages,
    ),
    (Area::Sms, pages::sms::PATH, Permission::ReadService),
    (
        Area::Templates,
        pages::templates::PATH,
        Permission::ReadSetup,
    ),
    (Area::Limits, pages::limits::PATH, Permission::ReadService),
    (
        Area::Applications,
        pages::applications::PATH,
        Permission::ReadSetup,
    ),
    (Area::Audit, pages::audit::PATH, Permission::ReadAudit),
    (Area::Settings, pages::settings::PATH, Permission::ReadKeys),
];

impl Shell {
    /// The frame for a person who is signed in.
    pub(super) fn of(session: &Session, language: Language, here: Area) -> Self {
        let words = Words::of(language);
        let role = session.person.role;
        let seen = |(area, _, needs): &&(Area, &str, Permission)| {
            let is_there = *area != Area::Inbox || session.is_development;
            is_there && session.person.access.reaches(*needs, reach(*area))
        };
        let links = AREAS.iter().filter(seen).map(|(area, address, _)| Link {
            address,
            name: name(*area, words),
            is_here: *area == here,
        });
        Self {
            links: links.collect(),
            person: Some((session.person.name.to_string(), role_name(role, words))),
            theme: session.looks.theme,
            keys: session.looks.keys.then(|| assets::address("keys.js")),
            zone: sentences::zone(language, session.looks.zone.name()),
            is_development: session.is_development,
            ..Self::bare(language)
        }
    }

    /// The frame for somebody who is not signed in.
    pub(super) fn bare(language: Language) -> Self {
        Self {
            words: Words::of(language),
            language,
            theme: Theme::System,
            zone: sentences::zone(language, Zone::UTC.name()),
            links: Vec::new(),
            person: None,
            stylesheets: ["base.css", "console.css"].map(assets::address),
            script: assets::address("live.js"),
            keys: None,
            icon: assets::address("icon.svg"),
            told: None,
            is_development: false,
        }
    }
}

/// What a part is about.
const fn reach(area: Area) -> Reach {
    match area {
        Area::Overview
        | Area::Messages
        | Area::Templates
        | Area::Limits
        | Area::Applications
        | Area::Audit
        | Area::Me => Reach::Applications,
        Area::Inbox | Area::Sms | Area::Settings | Area::Nowhere => Reach::Deployment,
    }
}

fn name(area: Area, words: &Words) -> &'static str {
    match area {
        Area::Inbox => words.shell.inbox,
        Area::Overview => words.shell.overview,
        Area::Messages => words.shell.messages,
        Area::Sms => words.sms.title,
        Area::Templates => words.templates.title,
        Area::Limits => words.limits.title,
        Area::Applications => words.applications.title,
        Area::Audit => words.audit.title,
        Area::Settings => words.settings.title,
        Area::Me => words.shell.me,
        Area::Nowhere => "",
    }
}

/// The name of a role.
pub(super) fn role_name(role: Role, words: &Words) -> &'static str {
    match role {
        Role::Owner => words.shell.owner,
        Role::Operator => words.shell.operator,
        Role::Support => words.shell.support,
        Role::Auditor => words.shell.auditor,
    }
}
