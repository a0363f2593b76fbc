//! Everything that one listener answers: its routes, and what holds for every request before them and for every answer
//! after them. One service does all of it, since each layer of axum costs a request several allocations.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::response::Response;
use tower_service::Service;

use super::request::path;
use super::safety;
use super::this_machine::ThisMachine;
use crate::traces::Tracer;

/// The answers of one listener.
#[derive(Debug, Clone)]
pub struct Site {
    routes: Router,
    /// Refuses what does not come from this machine; `None` where the world may call.
    this_machine: Option<Arc<ThisMachine>>,
    /// Whether the world reaches the listener by https.
    is_https: bool,
    /// Makes the spans of requests.
    tracer: Tracer,
}

impl Site {
    /// Answers whoever can reach the listener, by https or not.
    pub(crate) fn of_the_world(routes: Router, is_https: bool) -> Self {
        Self {
            routes,
            this_machine: None,
            is_https,
            tracer: Tracer::default(),
        }
    }

    /// Answers requests of this machine only.
    pub(crate) fn of_this_machine(routes: Router, this_machine: ThisMachine) -> Self {
        Self {
            routes,
            this_machine: Some(Arc::new(this_machine)),
            is_https: false,
            tracer: Tracer::default(),
        }
    }

    /// The same answers, with spans by `tracer`.
    pub(crate) fn traced(self, tracer: Tracer) -> Self {
        Self { tracer, ..self }
    }

    /// The refusal of a request with this head, where it does not come from this machine.
    fn refusal(&self, parts: &Parts) -> Option<Response> {
        self.this_machine.as_ref()?.refusal(parts)
    }
}

impl Service<Request> for Site {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let (mut parts, body) = request.into_parts();
        path::read_as_meant(&mut parts.uri);
        let traced = self.tracer.request(&parts);
        let routed = match self.refusal(&parts) {
            Some(refusal) => Err(refusal),
            None => Ok(self.routes.call(Request::from_parts(parts, body))),
        };
        let is_https = self.is_https;
        Box::pin(traced.around(async move {
            let mut answer = match routed {
                Ok(answer) => answer.await?,
                Err(refusal) => refusal,
            };
            safety::complete(answer.headers_mut(), is_https);
            Ok(answer)
        }))
    }
}
