//! What open pages are about, each looked at once a second however many people have it open.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use countersign_core::staff::token::TokenHash;
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use super::subject::{Seen, Subject};
use crate::console::pages::refused::Why;
use crate::http::AppState;

/// The time between two looks.
const PACE: Duration = Duration::from_secs(1);

/// The most streams of a session, and of all together. A browser opens six at most.
const OF_A_SESSION: usize = 16;
const OF_ALL: usize = 256;

/// The subjects that somebody watches, each with the number of its changes, and the streams of each session.
#[derive(Debug, Default)]
pub(super) struct Watched {
    subjects: Mutex<HashMap<Subject, watch::Sender<u64>>>,
    streams: Mutex<HashMap<[u8; 32], usize>>,
}

/// The place of a stream, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    watched: Arc<Watched>,
    session: [u8; 32],
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut streams = self.watched.streams();
        if let Some(count) = streams.get_mut(&self.session) {
            *count -= 1;
            if *count == 0 {
                streams.remove(&self.session);
            }
        }
    }
}

impl Watched {
    /// Takes the place of a stream of this session. `None` where there are too many.
    pub(super) fn place(self: &Arc<Self>, session: TokenHash) -> Option<Place> {
        let session = *session.as_bytes();
        let mut streams = self.streams();
        if streams.values().sum::<usize>() >= OF_ALL {
            return None;
        }
        let count = streams.entry(session).or_default();
        if *count >= OF_A_SESSION {
            return None;
        }
        *count += 1;
        let watched = Arc::clone(self);
        Some(Place { watched, session })
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

    fn streams(&self) -> MutexGuard<'_, HashMap<[u8; 32], usize>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
