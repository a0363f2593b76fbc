//! Threads of lower priority, for what people look at: no send waits while a page is made.

use std::io;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use countersign_store::priority::{self, Niceness};
use tokio::runtime::{Builder, Runtime};
use tokio_util::task::AbortOnDropHandle;

use crate::http::AppState;
use crate::traces;

/// The threads that make pages.
const THREADS: usize = 2;

/// A runtime of its own, whose threads have a lower priority than those that serve sends.
///
/// Only what reads belongs here: a connection to a vendor that was opened here would be served here afterwards, also for sends.
pub struct LowPriority(Option<Runtime>);

impl LowPriority {
    /// Starts the threads.
    ///
    /// # Errors
    /// [`io::Error`] when the system has no room for them.
    pub fn start() -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("low-priority")
            .on_thread_start(|| priority::lower(Niceness::Reading))
            .enable_all()
            .build()?;
        Ok(Self(Some(runtime)))
    }

    /// Does the work there, as long as somebody waits for it. `None` where it panics.
    async fn run<F>(&self, work: F) -> Option<F::Output>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        let task = self.0.as_ref()?.spawn(traces::carried(work));
        AbortOnDropHandle::new(task).await.ok()
    }
}

impl Drop for LowPriority {
    /// A runtime must not be waited for where requests are served.
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl std::fmt::Debug for LowPriority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LowPriority").finish_non_exhaustive()
    }
}

/// The layer that answers a request there, compression of the answer included.
pub(crate) async fn answer(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let answered = state.low_priority.run(async move {
        let answer = next.run(request).await;
        match answer.headers().contains_key(header::CONTENT_ENCODING) {
            true => whole(answer).await,
            false => answer,
        }
    });
    let answered = answered.await;
    answered.unwrap_or_else(|| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// The answer with its body at hand, which is compressed as it is read.
async fn whole(answer: Response) -> Response {
    let (head, body) = answer.into_parts();
    match axum::body::to_bytes(body, usize::MAX).await {
        Ok(body) => Response::from_parts(head, Body::from(body)),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
