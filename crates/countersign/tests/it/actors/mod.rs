//! Those who speak to a running server: the public, an application's own server, and the operator, who also sits at a
//! terminal. A visitor speaks to the demo, which is such a server of an application.

mod app_server;
mod operator;
mod public;
mod terminal;
mod visitor;

use std::time::Duration;

use reqwest::{Client, Method};
use serde_json::Value;

pub(crate) use app_server::AppServer;
pub(crate) use operator::Operator;
pub(crate) use public::{Public, check_body};
pub(crate) use terminal::Terminal;
pub(crate) use visitor::{Page, Visitor};

use crate::answer::Answer;
use crate::server::Server;

/// The longest wait for one answer, after which the official SDKs give up.
const PATIENCE: Duration = Duration::from_secs(10);

/// An application with those who call as it: the public and its own server.
pub(crate) struct App {
    pub(crate) secret: String,
    pub(crate) public: Public,
    pub(crate) server: AppServer,
}

/// Sends requests to a server with the same headers each time.
#[derive(Clone)]
struct Caller {
    url: String,
    client: Client,
    headers: Vec<(&'static str, String)>,
}

impl Caller {
    /// Asks `server`, in English.
    fn of(server: &Server) -> Self {
        let caller = Self {
            url: server.url.clone(),
            client: server.client().clone(),
            headers: Vec::new(),
        };
        caller.with("x-authing-lang", "en-US")
    }

    /// A caller of the same server without any proof, in English.
    fn without_proof(&self) -> Self {
        let mut caller = self.clone();
        caller.headers.retain(|(name, _)| *name == "x-authing-lang");
        caller
    }

    /// This caller, with a header more.
    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self.headers.push((name, value.into()));
        self
    }

    /// `GET /api/v3/{name}`; `name` may have a query.
    async fn get(&self, name: &str) -> Answer {
        self.ask(Method::GET, name, None).await
    }

    /// `POST /api/v3/{name}` with a JSON body.
    async fn post(&self, name: &str, body: Value) -> Answer {
        self.ask(Method::POST, name, Some(body)).await
    }

    async fn ask(&self, method: Method, name: &str, body: Option<Value>) -> Answer {
        let mut request = self
            .client
            .request(method, format!("{}/api/v3/{name}", self.url));
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = tokio::time::timeout(PATIENCE, request.send()).await;
        let answer = answer.expect("an answer within ten seconds");
        Answer::read(answer.unwrap()).await
    }
}
