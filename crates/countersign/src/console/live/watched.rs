//! What open pages are about, each looked at once a second however many people have it open.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use countersign_core::staff::token::TokenHash;
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::subject::{Seen, Subject};
use crate::console::pages::refused::Why;
use crate::http::AppState;

/// The time between two looks.
const PACE: Duration = Duration::from_secs(1);

/// The most streams of a session, and of all together. A browser opens six at most, and those of pages that were left a moment ago
/// are still there.
const OF_A_SESSION: usize = 16;
const OF_ALL: usize = 256;

/// The subjects that somebody watches, each with the number of its changes, and the streams of each session.
#[derive(Debug, Default)]
pub(super) struct Watched {
    subjects: Mutex<HashMap<Subject, watch::Sender<u64>>>,
    streams: Mutex<Streams>,
}

/// The streams of each session, the oldest first.
#[derive(Debug, Default)]
struct Streams {
    /// The number of the newest.
    newest: u64,
    of: HashMap<[u8; 32], VecDeque<(u64, CancellationToken)>>,
}

/// The place of a stream, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    watched: Arc<Watched>,
    session: [u8; 32],
    number: u64,
    /// Is cancelled once a newer stream of the session takes the place.
    pub(super) taken: CancellationToken,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut streams = self.watched.streams();
        if let Some(of_session) = streams.of.get_mut(&self.session) {
            of_session.retain(|(number, _)| *number != self.number);
            if of_session.is_empty() {
                streams.of.remove(&self.session);
            }
        }
    }
}

impl Watched {
    /// Takes the place of a stream of this session: that of its oldest, where it has too many. `None` where all sessions
    /// together have too many.
    pub(super) fn place(self: &Arc<Self>, session: TokenHash) -> Option<Place> {
        let session = *session.as_bytes();
        let mut streams = self.streams();
        let all: usize = streams.of.values().map(VecDeque::len).sum();
        streams.newest += 1;
        let number = streams.newest;
        let of_session = streams.of.get(&session).map_or(0, VecDeque::len);
        if of_session < OF_A_SESSION && all >= OF_ALL {
            return None;
        }
        let taken = CancellationToken::new();
        let of_session = streams.of.entry(session).or_default();
        of_session.push_back((number, taken.clone()));
        if of_session.len() > OF_A_SESSION {
            let oldest = of_session.pop_front();
            oldest.into_iter().for_each(|(_, taken)| taken.cancel());
        }
        Some(Place {
            watched: Arc::clone(self),
            session,
            number,
            taken,
        })
    }

    /// Watches a subject from now on. Each change of the number that is returned is a change of the subject.
    ///
    /// # Errors
    /// Where there is no such subject, or it cannot be looked at.
    pub(super) async fn watch(
        self: Arc<Self>,
        subject: Subject,
        state: &AppState,
    ) -> Result<watch::Receiver<u64>, Why> {
        let seen = subject.look(state).await?;
        let mut all = self.all();
        if let Some(watched) = all.get(&subject) {
            return Ok(watched.subscribe());
        }
        let (changes, receiver) = watch::channel(0);
        all.insert(subject.clone(), changes.clone());
        drop(all);
        tokio::spawn(self.look_at(subject, seen, changes, state.clone()));
        Ok(receiver)
    }

    /// Looks at the subject again and again, until nobody watches it.
    async fn look_at(
        self: Arc<Self>,
        subject: Subject,
        mut seen: Seen,
        changes: watch::Sender<u64>,
        state: AppState,
    ) {
        let mut looks = tokio::time::interval(PACE);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while self.is_watched(&subject, &changes) {
            looks.tick().await;
            // What cannot be looked at now, or is gone, is told as soon as it is seen again.
            if let Ok(now) = subject.look(&state).await
                && now != seen
            {
                seen = now;
                changes.send_modify(|number| *number += 1);
            }
        }
    }

    /// Whether somebody watches the subject. Forgets it where nobody does: whoever comes then begins anew.
    fn is_watched(&self, subject: &Subject, changes: &watch::Sender<u64>) -> bool {
        let mut all = self.all();
        let is_watched = changes.receiver_count() > 0;
        if !is_watched {
            all.remove(subject);
        }
        is_watched
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Subject, watch::Sender<u64>>> {
        self.subjects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn streams(&self) -> MutexGuard<'_, Streams> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
