//! What each role may do: every role at every operation, and the ids of another tenant.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::checks::LOGIN;
use crate::guard::{Operation, operations, set_up_examples};
use crate::server::{Server, folder, number};
use crate::signed::DEV;

/// The party that asks, by what it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Nothing.
    Nobody,
    /// The id of an application.
    Public,
    /// The secret of an application.
    AppServer,
    /// A signature by an access key.
    AccessKey,
    /// The token of an access key.
    ManagementToken,
    /// The token of the data folder.
    Owner,
}

const ROLES: [Role; 6] = [
    Role::Nobody,
    Role::Public,
    Role::AppServer,
    Role::AccessKey,
    Role::ManagementToken,
    Role::Owner,
];

impl Role {
    /// Whether the role may do what is in this chapter of the document. A new chapter is for nobody.
    fn may(self, tag: &str) -> bool {
        match tag {
            "Anyone" => true,
            "Codes" => self == Role::Public,
            "Application server" => self == Role::AppServer,
            "Management" => matches!(self, Role::AccessKey | Role::ManagementToken | Role::Owner),
            _ => false,
        }
    }

    async fn ask(self, server: &Server, operation: &Operation) -> Answer {
        let header = match self {
            Role::Nobody => None,
            Role::Public => Some(("x-authing-app-id", "dev-app".to_owned())),
            // dev-app:dev-app-secret
            Role::AppServer => Some((
                "authorization",
                "Basic ZGV2LWFwcDpkZXYtYXBwLXNlY3JldA==".to_owned(),
            )),
            Role::AccessKey => return operation.ask_signed(server, DEV, "role").await,
            Role::ManagementToken => {
                let body = json!({"accessKeyId": DEV.0, "accessKeySecret": DEV.1}).to_string();
                let made = server.post("get-management-token", &[], body).await;
                Some(("authorization", made.text("access_token")))
            }
            Role::Owner => Some(("authorization", format!("Bearer {}", server.token()))),
        };
        let url = format!("{}{}", server.url, operation.path);
        let mut request = server.client().request(operation.method.clone(), url);
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        Answer::read(request.body(operation.body.clone()).send().await.unwrap()).await
    }
}

/// Whether an answer gives what was asked for: HTTP 2xx, and a success in the envelope, where it has one.
fn gives(answer: &Answer) -> bool {
    let success = match answer["statusCode"].as_u64() {
        Some(status) => status == 200,
        None => true,
    };
    answer.http.is_success() && success
}

// shows: G5
#[tokio::test]
async fn no_role_gets_anything_at_an_operation_that_is_not_for_it() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let mut operations = operations(&server).await;
    // Documents of applications have their own tests.
    operations.retain(|operation| operation.path.starts_with("/api/v3/"));
    set_up_examples(&server, &operations).await;
    for operation in &mut operations {
        if operation.id == "test-sms-provider" {
            // A name that is not set up: no vendor is called.
            operation.body =
                json!({"name": "none", "appId": "shop", "phoneNumber": "1"}).to_string();
        }
    }
    for operation in &operations {
        let refused = ROLES.iter().filter(|role| !role.may(&operation.tag));
        for role in refused {
            let answer = role.ask(&server, operation).await;
            let by = format!("{role:?} at {}: {answer}", operation.id);
            assert!(!gives(&answer), "{by}");
            assert!(answer["data"].is_null(), "{by}");
            let known = [Some(400), Some(401), Some(500)];
            assert!(known.contains(&answer["statusCode"].as_u64()), "{by}");
        }
    }
    let mut given = 0;
    for operation in &operations {
        for role in ROLES.iter().filter(|role| role.may(&operation.tag)) {
            let answer = role.ask(&server, operation).await;
            let by = format!("{role:?} at {}: {answer}", operation.id);
            assert_ne!(answer["statusCode"], 401, "{by}");
            given += usize::from(gives(&answer));
        }
    }
    assert!(given > operations.len(), "{given}");
}

/// An answer without what differs from request to request.
fn facts(answer: &Answer) -> Value {
    let mut facts: Value = serde_json::from_str(&answer.body).unwrap();
    facts.as_object_mut().unwrap().remove("requestId");
    facts
}

// shows: G5
#[tokio::test]
async fn what_is_another_tenants_is_answered_like_what_does_not_exist() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let shop = server.operator().create_application("shop", "Shop").await;
    let (theirs, none) = (number(1), number(2));
    let code = server.code(LOGIN, &theirs).await;

    // The code of another application, and no code at all.
    let swapped = shop.server.verify_code(LOGIN, &theirs, &code).await;
    let missing = shop.server.verify_code(LOGIN, &none, &code).await;
    assert!(!swapped.is_valid(), "{swapped}");
    assert_eq!(facts(&swapped), facts(&missing));
    let swapped = shop.public.pre_check_code(LOGIN, &theirs, &code).await;
    let missing = shop.public.pre_check_code(LOGIN, &none, &code).await;
    assert_eq!(facts(&swapped), facts(&missing));

    // The token of another application, and no token at all.
    let body = json!({"channel": LOGIN, "phoneNumber": theirs, "passCode": code});
    let checked = server.app_server().post("verify-code", body).await;
    let token = checked.data()["verificationToken"].as_str().unwrap();
    let swapped = shop.server.introspect(token).await;
    let missing = shop.server.introspect("none").await;
    assert_eq!(facts(&swapped), facts(&missing));
    let own = server.app_server().introspect(token).await;
    assert_eq!(
        own.data()["active"],
        true,
        "it was not used up by the swap: {own}"
    );

    // The id of another application beside one's own secret, in each place for an id.
    let swapped = |app: &'static str| {
        json!({"client_id": app, "client_secret": shop.secret, "channel": LOGIN,
            "phoneNumber": theirs, "passCode": code, "token": token})
    };
    for name in ["verify-code", "introspect-verification-token"] {
        let theirs = server.post(name, &[], swapped("dev-app").to_string()).await;
        let none = server.post(name, &[], swapped("none").to_string()).await;
        assert_eq!(theirs.status(), 401, "{theirs}");
        assert_eq!(facts(&theirs), facts(&none));
        let headers = [("x-authing-app-id", "dev-app")];
        let header = server
            .post(name, &headers, swapped("shop").to_string())
            .await;
        assert_eq!(header.status(), 401, "{header}");
    }
}
