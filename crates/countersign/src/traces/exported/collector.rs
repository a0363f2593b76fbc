//! The HTTP client that carries batches of spans to the collector.

use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use reqwest::redirect::Policy;
use tokio::runtime::Handle;

/// The most bytes of an answer that are read: the protocol's answers are far smaller.
const MOST_OF_AN_ANSWER: usize = 64 * 1024;

/// Carries batches, on the runtime of the service: the thread of batches has none. Says once in the log that the
/// collector takes nothing, and once that it does so again.
#[derive(Debug)]
pub(super) struct Collector {
    client: reqwest::Client,
    runtime: Handle,
    is_failing: AtomicBool,
}

impl Collector {
    /// A client that gives the collector `patience` for each batch. Call this within a tokio runtime.
    ///
    /// # Errors
    /// When the HTTP client cannot start.
    pub(super) fn new(patience: Duration) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .timeout(patience)
            .build()
            .context("the HTTP client of traces cannot start")?;
        Ok(Self {
            client,
            runtime: Handle::current(),
            is_failing: AtomicBool::new(false),
        })
    }

    /// Notes how a batch fared; `failure` is the reason why it was not taken.
    fn note(&self, failure: Option<String>) {
        let was_failing = self.is_failing.swap(failure.is_some(), Ordering::Relaxed);
        match failure {
            Some(error) if !was_failing => {
                tracing::warn!(%error, "the collector takes no traces: they are lost until it does");
            }
            None if was_failing => tracing::info!("the collector takes traces again"),
            _ => {}
        }
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, batch: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let batch = reqwest::Request::try_from(batch)?;
        let exchange = exchange(self.client.clone(), batch);
        let answer = match self.runtime.spawn(exchange).await {
            Ok(answer) => answer.map_err(|error| cause(&error.without_url())),
            Err(_) => Err("the exchange was cut short".to_owned()),
        };
        self.note(match &answer {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(format!("HTTP {}", answer.status().as_u16())),
            Err(error) => Some(error.clone()),
        });
        Ok(answer?)
    }
}

async fn exchange(
    client: reqwest::Client,
    batch: reqwest::Request,
) -> Result<Response<Bytes>, reqwest::Error> {
    let mut answer = client.execute(batch).await?;
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await? {
        if body.len() + part.len() > MOST_OF_AN_ANSWER {
            break;
        }
        body.extend_from_slice(&part);
    }
    let mut read = Response::new(Bytes::from(body));
    *read.status_mut() = answer.status();
    *read.headers_mut() = answer.headers().clone();
    Ok(read)
}

/// The words of the innermost error: the outer ones of an HTTP client only say that something failed.
fn cause(error: &(dyn Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
