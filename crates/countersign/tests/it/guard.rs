//! No management endpoint is open: each operation of the OpenAPI document is asked with every kind of wrong proof.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::server::{Server, folder};
use crate::signed::{DEV, HEAD, PASSED, Signed, UNAUTHORIZED, date, refused};

/// The operations for everybody else. A new operation is here or needs an operator.
const OPEN: [&str; 8] = [
    "check-app-id-secret",
    "get-country-list",
    "get-management-token",
    "introspect-verification-token",
    "may-send-sms",
    "pre-check-code",
    "send-sms",
    "verify-code",
];

/// Operations without an envelope, or outside `/api/v3`.
const DOCUMENTS: [&str; 3] = ["jwks", "jwks-of-application", "system"];

/// An operation of the OpenAPI document.
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) method: Method,
    pub(crate) path: String,
    /// The example of its body, as text; empty without one.
    pub(crate) body: String,
    pub(crate) is_management: bool,
    /// The chapter of the document, which says who calls.
    pub(crate) tag: String,
}

impl Operation {
    fn read(path: &str, methods: &Value) -> Self {
        let (method, operation) = methods.as_object().unwrap().iter().next().unwrap();
        let tags = operation["tags"].as_array().unwrap();
        let id = operation["operationId"].as_str().unwrap();
        let body = match id {
            // Keys in examples do not exist.
            "delete-access-key" => json!({"accessKeyId": DEV.0}),
            _ => operation["requestBody"]["content"]["application/json"]["example"].clone(),
        };
        Self {
            id: id.to_owned(),
            method: method.to_uppercase().parse().unwrap(),
            path: path.to_owned(),
            body: body
                .as_object()
                .map(|_| body.to_string())
                .unwrap_or_default(),
            is_management: tags.contains(&json!("Management")),
            tag: tags[0].as_str().unwrap().to_owned(),
        }
    }

    /// A request for it that shows `authorization`.
    pub(crate) async fn ask(&self, server: &Server, authorization: Option<&str>) -> Answer {
        let url = format!("{}{}", server.url, self.path);
        let mut request = server
            .client()
            .request(self.method.clone(), url)
            .header("x-authing-app-id", "dev-app")
            .body(self.body.clone());
        if let Some(shown) = authorization {
            request = request.header("authorization", shown);
        }
        Answer::read(request.send().await.unwrap()).await
    }

    /// A request for it that is signed with `key`.
    pub(crate) async fn ask_signed(
        &self,
        server: &Server,
        key: (&str, &str),
        nonce: &str,
    ) -> Answer {
        let now = date(server).await;
        let nonce = format!("{nonce}-{}", self.id);
        let headers = [
            ("date", now.as_str()),
            ("x-authing-signature-nonce", nonce.as_str()),
            HEAD[0],
            HEAD[1],
        ];
        let target = (self.method.clone(), self.path.as_str());
        let signed = Signed::new(key, target, (&self.body, &self.resource()), &headers);
        signed.send(server).await
    }

    /// The path and the members of the body, as they are signed.
    fn resource(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap_or(json!({}));
        let mut pairs: Vec<_> = body
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| match value {
                Value::String(text) => format!("{name}={text}"),
                other => format!("{name}={other}"),
            })
            .collect();
        pairs.sort_unstable();
        match pairs.is_empty() {
            true => self.path.clone(),
            false => format!("{}?{}", self.path, pairs.join("&")),
        }
    }
}

/// The operations of the OpenAPI document.
pub(crate) async fn operations(server: &Server) -> Vec<Operation> {
    let document = server.get("/openapi.json").await;
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .map(|(path, methods)| Operation::read(path, methods))
        .collect()
}

/// Sets up the things that examples of other operations change or delete.
pub(crate) async fn set_up_examples(server: &Server, operations: &[Operation]) {
    for (id, body) in [
        (
            "create-application",
            json!({"appId": "shop", "appName": "Shop"}),
        ),
        ("set-sms-provider", Value::Null),
        (
            "set-sms-route",
            json!({"country": "CN", "providers": [{"name": "aliyun"}],
                "order": "listed", "onUnknown": "keep"}),
        ),
        (
            "set-sms-template",
            json!({"channel": "CHANNEL_LOGIN", "language": "zh-CN",
                "text": "【{app}】{code} 是您的验证码，{minutes} 分钟内有效，请勿告诉他人。"}),
        ),
    ] {
        let operation = operations.iter().find(|found| found.id == id).unwrap();
        let body = match body {
            Value::Null => serde_json::from_str(&operation.body).unwrap(),
            body => body,
        };
        server.operator().set(id, body).await;
    }
}

/// Everything that management can change, as the owner sees it.
async fn state(server: &Server) -> Vec<Vec<Value>> {
    let mut all = vec![server.outbox("").await];
    for name in [
        "list-applications",
        "list-sms-providers",
        "list-sms-routes",
        "list-sms-templates",
        "list-sms-limits",
        "list-access-keys",
        "list-staff",
        "list-signing-keys",
        "list-messages",
        "list-unlocks",
        "list-audit-acts",
    ] {
        all.push(server.operator().list(name).await);
    }
    all
}

/// An access key that was made and deleted again.
async fn deleted_key(server: &Server) -> (String, String) {
    let operator = server.operator();
    let made = operator.post("create-access-key", json!({})).await;
    let key = (made.text("accessKeyId"), made.text("accessKeySecret"));
    let body = json!({"accessKeyId": key.0});
    operator.set("delete-access-key", body).await;
    key
}

#[tokio::test]
async fn every_operation_is_for_operators_or_on_the_list_of_open_ones() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operations = operations(&server).await;
    let open: BTreeSet<_> = operations
        .iter()
        .filter(|operation| !operation.is_management)
        .map(|operation| operation.id.as_str())
        .collect();
    assert_eq!(open, OPEN.into_iter().chain(DOCUMENTS).collect());
}

#[tokio::test]
async fn a_caller_without_good_proof_is_refused_at_every_management_operation_and_changes_nothing()
{
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operations = operations(&server).await;
    set_up_examples(&server, &operations).await;
    let deleted = deleted_key(&server).await;
    let deleted = (deleted.0.as_str(), deleted.1.as_str());
    let before = state(&server).await;
    // The owner's token counts in the scheme Bearer only.
    let token = server.token();
    let basic_token = format!("Basic {token}");
    for operation in operations.iter().filter(|found| found.is_management) {
        for shown in [
            None,
            Some(""),
            Some("Bearer"),
            Some("Bearer wrong"),
            // dev-app:dev-app-secret
            Some("Basic ZGV2LWFwcDpkZXYtYXBwLXNlY3JldA=="),
            Some("Bearer Basic ZGV2LWFwcDpkZXYtYXBwLXNlY3JldA=="),
            Some("Bearer dev-app-secret"),
            Some(&token),
            Some(&basic_token),
            Some("Bearer dev-access-key-secret"),
        ] {
            let answer = operation.ask(&server, shown).await;
            assert_refused(
                &answer,
                UNAUTHORIZED,
                &format!("{} {shown:?}", operation.id),
            );
        }
        for (nonce, key) in [
            ("wrong", (DEV.0, "wrong")),
            ("application", ("dev-app", "dev-app-secret")),
            ("deleted", deleted),
        ] {
            let answer = operation.ask_signed(&server, key, nonce).await;
            assert_refused(&answer, refused(1300), &format!("{} {nonce}", operation.id));
        }
    }
    assert_eq!(
        state(&server).await,
        before,
        "refused requests change nothing"
    );
}

fn assert_refused(answer: &Answer, expected: (u64, Option<u64>), by: &str) {
    assert_eq!(answer.codes(), expected, "{by} {answer}");
    assert!(answer["data"].is_null(), "{by} {answer}");
    for member in ["message", "requestId"] {
        assert!(answer[member].is_string(), "{by} {answer}");
    }
}

#[tokio::test]
async fn an_access_key_is_let_in_at_every_management_operation() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let mut operations = operations(&server).await;
    for operation in operations.iter_mut().filter(|found| found.is_management) {
        if operation.id == "test-sms-provider" {
            // A name that is not set up: no vendor is called.
            operation.body =
                json!({"name": "none", "appId": "shop", "phoneNumber": "1"}).to_string();
        }
        let answer = operation.ask_signed(&server, DEV, "good").await;
        assert_ne!(answer.status(), 401, "{} {answer}", operation.id);
    }
}

#[tokio::test]
async fn an_application_needs_no_operators_proof_at_an_open_operation() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let secret = Some("Basic ZGV2LWFwcDpkZXYtYXBwLXNlY3JldA==");
    for operation in operations(&server).await {
        if OPEN.contains(&operation.id.as_str()) {
            let answer = operation.ask(&server, secret).await;
            assert_eq!(answer.codes(), PASSED, "{} {answer}", operation.id);
        }
    }
}
