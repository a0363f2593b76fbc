use countersign_api::MessageDto;
use serde_json::{Value, json};

use super::{App, AppServer, Caller, Public};
use crate::answer::Answer;
use crate::products::Product;
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

    /// Creates an application.
    pub(crate) async fn create_application(&self, id: &str, name: &str) -> App {
        let new = json!({"appId": id, "appName": name});
        let secret = self.post("create-application", new).await.text("appSecret");
        let caller = self.0.without_proof();
        App {
            public: Public::by(caller.clone(), id),
            server: AppServer::by(caller, id, &secret),
            secret,
        }
    }

    /// Creates an application whose messages go through these providers, in order.
    pub(crate) async fn create_application_through(&self, id: &str, providers: &[&str]) -> App {
        let app = self.create_application(id, "Shop").await;
        let providers: Vec<_> = providers.iter().map(|name| json!({"name": name})).collect();
        let route = json!({"appId": id, "providers": providers});
        self.set("set-sms-route", route).await;
        app
    }

    /// Sets up a provider that sends through `product` of the vendor at `url`, and its template. `secret` takes the
    /// place of the right secret of the account.
    pub(crate) async fn set_up_provider(
        &self,
        name: &str,
        product: Product,
        url: &str,
        secret: Option<&str>,
    ) -> Value {
        let account = product.account(name, url, secret);
        let shown = self.set("set-sms-provider", account).await;
        if let Some(template) = product.template() {
            let template = json!({"provider": name, "vendorTemplate": template});
            self.set("set-sms-template", template).await;
        }
        shown
    }

    /// A provider as the list shows it.
    pub(crate) async fn provider(&self, name: &str) -> Value {
        let all = self.list("list-sms-providers").await;
        let found = all.into_iter().find(|provider| provider["name"] == name);
        found.expect(name)
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
