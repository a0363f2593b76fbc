//! `/console/live`: tells a page that is open that something it shows has changed, so that the page fetches itself again. A stream
//! of server-sent events (<https://html.spec.whatwg.org/multipage/server-sent-events.html>) with one event, `changed`, and no data
//! about anybody.

mod subject;
mod watched;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use tokio::sync::watch;

use self::subject::Subject;
use self::watched::{Place, Watched};
use super::entry::{Answer, Entry, Visit};
use crate::operator::Permission;

const PATH: &str = "/console/live";

/// The longest time between two events: pages say how long ago something was, and a viewer who has left is noticed by an event
/// that cannot be written.
const LONGEST: Duration = Duration::from_secs(15);

/// The time after which a browser asks again, where a stream ended.
const AGAIN: Duration = Duration::from_secs(2);

/// Somebody who looks at a page.
struct Viewer {
    visit: Visit,
    changes: watch::Receiver<u64>,
    place: Place,
}

pub(super) fn show() -> Entry {
    let watched = Arc::new(Watched::default());
    Entry::page(PATH, Permission::ReadMessages, move |visit| {
        open(Arc::clone(&watched), visit)
    })
    .of_applications()
}

/// Opens a stream about what the query names.
async fn open(watched: Arc<Watched>, visit: Visit) -> Answer {
    let subject = Subject::read(&visit)?;
    let Some(place) = watched.place(visit.session.kept.id) else {
        return Ok(StatusCode::TOO_MANY_REQUESTS.into_response());
    };
    let changes = watched.watch(subject, &visit.state).await?;
    Ok(stream(Viewer {
        visit,
        changes,
        place,
    }))
}

fn stream(viewer: Viewer) -> Response {
    let first = Event::default().retry(AGAIN);
    let events = stream::unfold((Some(first), viewer), async |(first, mut viewer)| {
        let event = match first {
            Some(first) => first,
            None => viewer.next().await?,
        };
        Some((Ok::<_, Infallible>(event), (None, viewer)))
    });
    let mut answer = Sse::new(events).into_response();
    // A proxy that collects answers would keep the events to itself.
    let (name, value) = ("x-accel-buffering", "no");
    answer.headers_mut().insert(
        HeaderName::from_static(name),
        HeaderValue::from_static(value),
    );
    answer
}

impl Viewer {
    /// Waits for the next event. `None` once the session has ended, a newer stream has its place, or the process has been told to stop.
    async fn next(&mut self) -> Option<Event> {
        tokio::select! {
            () = self.visit.state.stopping.cancelled() => return None,
            () = self.place.taken.cancelled() => return None,
            changed = self.changes.changed() => changed.ok()?,
            () = tokio::time::sleep(LONGEST) => {}
        }
        let alive = self.visit.sessions.is_alive(&self.visit.headers).await;
        let is_alive = alive.unwrap_or_default();
        // An event without data is none to a browser.
        is_alive.then(|| Event::default().event("changed").data("page"))
    }
}
