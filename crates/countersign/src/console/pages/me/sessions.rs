//! The sessions of a person as pages show them, and the form of `/console/me` that ends one's own.

use countersign_core::staff::session::Session;

use crate::console::browser;
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::pages::refused::Why;
use crate::console::told::Told;
use crate::console::when::Moment;
use crate::manage::EndedSessions;
use crate::operator::Permission;

const PATH: &str = "/console/me/sessions";

/// The field with the session to end; empty for more than one.
const SESSION: &str = "session";

/// Where a person is signed in.
pub(in crate::console) struct Place {
    pub(in crate::console) id: String,
    pub(in crate::console) begun: Moment,
    pub(in crate::console) seen: Moment,
    pub(in crate::console) from: String,
    pub(in crate::console) browser: String,
    /// Whether the page is shown in this session.
    pub(in crate::console) is_this: bool,
}

impl Place {
    pub(in crate::console) fn of(visit: &Visit, session: &Session) -> Self {
        let from = session.from.map(|from| from.to_string());
        Self {
            id: session.name(),
            begun: visit.moment(session.begun),
            seen: visit.moment(session.seen),
            from: from.unwrap_or_default(),
            browser: browser::words(visit.language, &session.browser),
            is_this: session.id == visit.session.kept.id,
        }
    }
}

/// The sessions of the person who asks.
pub(super) async fn own(visit: &Visit) -> Result<Vec<Place>, Why> {
    let person = visit.sessions.person(&visit.session.person.id);
    let sessions = match person {
        Some(person) => visit.state.manage.sessions_of(&person).await?,
        None => Vec::new(),
    };
    let places = sessions.iter().map(|session| Place::of(visit, session));
    Ok(places.collect())
}

/// Which sessions a form ends: the one that it names, or else these.
pub(in crate::console) fn named(visit: &Visit, otherwise: EndedSessions) -> EndedSessions {
    match visit.form.get(SESSION) {
        "" => otherwise,
        session => EndedSessions::One(session.to_owned()),
    }
}

/// What is told once these have ended.
pub(in crate::console) const fn told(which: &EndedSessions) -> Told {
    match which {
        EndedSessions::One(_) | EndedSessions::All => Told::SessionEnded,
        EndedSessions::Others(_) => Told::OthersEnded,
    }
}

pub(in crate::console) fn end() -> Entry {
    Entry::act(
        PATH,
        Permission::ReadMessages,
        None,
        async |visit: Visit| end_own(&visit).await,
    )
    .of_applications()
}

async fn end_own(visit: &Visit) -> Answer {
    let person = visit.sessions.person(&visit.session.person.id);
    let person = person.ok_or(Why::NotFound)?;
    let which = named(visit, EndedSessions::Others(visit.session.kept.id));
    let told = told(&which);
    let manage = &visit.state.manage;
    manage
        .end_sessions(visit.by.clone(), &person, which)
        .await?;
    Ok(told.at(super::PATH))
}
