use countersign_api::MessageDto;
use serde_json::{Value, json};

use super::Caller;
use crate::answer::Answer;
use crate::server::Server;

/// Runs the service: owns the data folder, and proves it by the token in its `owner.json`.
#[derive(Clone)]
pub(crate) struct Operator(Caller);

impl Operator {
    /// The owner of the server's data folder, in English.
    pub(crate) fn of(server: &Server) -> Self {
        let token = server.token();
        Self(Caller::of(server).with("authorization", format!("Bearer {token}")))
    }

    /// `POST /api/v3/{name}`.
    pub(crate) async fn post(&self, name: &str, body: Value) -> Answer {
        self.0.post(name, body).await
    }

    /// `GET /api/v3/{name}`.
    pub(crate) async fn get(&self, name: &str) -> Answer {
        self.0.get(name).await
    }

    /// `POST /api/v3/{name}`, which succeeds: the `data`.
    pub(crate) async fn set(&self, name: &str, body: Value) -> Value {
        self.post(name, body).await.data().clone()
    }

    /// `GET /api/v3/{name}`, which succeeds: the `data`.
    pub(crate) async fn list(&self, name: &str) -> Vec<Value> {
        let answer = self.get(name).await;
        answer.data().as_array().expect("a list").clone()
    }

    /// Creates an application: its secret.
    pub(crate) async fn create_application(&self, id: &str, name: &str) -> String {
        let new = json!({"appId": id, "appName": name});
        let created = self.post("create-application", new).await;
        created.text("appSecret")
    }

    /// Lets the number try codes again.
    pub(crate) async fn unlock(&self, number: &str) {
        let body = json!({"phoneNumber": number});
        self.set("unlock-phone", body).await;
    }

    /// The timelines of all messages, newest first.
    pub(crate) async fn messages(&self) -> Vec<MessageDto> {
        let mut all: Vec<MessageDto> = Vec::new();
        loop {
            let before = all
                .last()
                .map(|last| format!("&before={}", last.message_id))
                .unwrap_or_default();
            let page = self
                .list(&format!("list-messages?limit=1000{before}"))
                .await;
            if page.is_empty() {
                return all;
            }
            all.extend(page.into_iter().map(message));
        }
    }

    /// The timelines of a number, oldest first.
    pub(crate) async fn timelines(&self, number: &str) -> Vec<MessageDto> {
        let found = self
            .post("find-messages", json!({"phoneNumber": number}))
            .await;
        let found = found.data().as_array().expect("a list").iter();
        found.rev().cloned().map(message).collect()
    }

    /// The newest timeline of a number.
    pub(crate) async fn timeline(&self, number: &str) -> MessageDto {
        let mut all = self.timelines(number).await;
        all.pop().expect("a message to this number")
    }
}

fn message(found: Value) -> MessageDto {
    serde_json::from_value(found).unwrap()
}
