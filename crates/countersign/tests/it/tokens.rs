//! Verification tokens and the keys that sign them.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use countersign_client::{AuthenticationClient, Channel, Lang, PreCheckCode, SendSms, VerifyCode};
use insta::assert_snapshot;
use reqwest::Method;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::server::{BINARY, Server, folder, number};

const KEYS: &str = "/oidc/.well-known/jwks.json";

async fn jwks(server: &Server, path: &str) -> Vec<Value> {
    let answer = server.get(path).await;
    assert_eq!(answer.http, 200, "{path}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let kept = answer.header("cache-control");
    assert_eq!(kept, Some("public, max-age=600"), "{path}");
    answer["keys"].as_array().unwrap().clone()
}

/// `countersign key {verb} --json`: the JSON that it prints, and whether it succeeds.
fn key(verb: &str, data: &Path) -> (Value, bool) {
    let output = Command::new(BINARY)
        .args(["key", verb, "--json", "--data"])
        .arg(data)
        .output()
        .unwrap();
    let printed = if output.status.success() {
        output.stdout
    } else {
        output.stderr
    };
    let printed = serde_json::from_slice(&printed).unwrap();
    (printed, output.status.success())
}

#[tokio::test]
async fn the_public_gets_keys_in_the_form_that_the_official_sdks_read() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let keys = jwks(&server, KEYS).await;
    assert_eq!(keys.len(), 1);
    let members: Vec<_> = keys[0].as_object().unwrap().keys().collect();
    let mut expected = ["kty", "kid", "use", "alg", "n", "e"];
    expected.sort_unstable();
    assert_eq!(members, expected, "nothing of the private key");
    for (member, value) in [
        ("kty", "RSA"),
        ("use", "sig"),
        ("alg", "RS256"),
        ("e", "AQAB"),
    ] {
        assert_eq!(keys[0][member], value);
    }
    let modulus = keys[0]["n"].as_str().unwrap();
    assert_eq!(modulus.len(), 342, "2048 bits in base64url without padding");
    let own = jwks(&server, &format!("/dev-app{KEYS}")).await;
    assert_eq!(own[..1], keys, "the keys of RSA come first");
    assert_eq!(own.len(), 2);
    let members: Vec<_> = own[1].as_object().unwrap().keys().collect();
    let mut expected = ["kty", "kid", "use", "alg", "crv", "x", "y"];
    expected.sort_unstable();
    assert_eq!(members, expected, "nothing of the private key");
    for (member, value) in [
        ("kty", "EC"),
        ("use", "sig"),
        ("alg", "ES256"),
        ("crv", "P-256"),
    ] {
        assert_eq!(own[1][member], value);
    }

    let mut answers = Vec::new();
    for unknown in ["nobody", "a%20b", "api", "docs"] {
        let answer = server.get(&format!("/{unknown}{KEYS}")).await;
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        answers.push(answer.to_string());
    }
    assert_snapshot!(answers[0], @r#"
    HTTP 404
    {
      "error": "there is no application with this id"
    }
    "#);
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    for id in ["api", "docs"] {
        server.operator().create_application(id, "Shop").await;
        assert_eq!(jwks(&server, &format!("/{id}{KEYS}")).await, own);
    }
}

#[tokio::test]
async fn the_operator_rotates_and_the_new_key_waits_behind_the_one_that_signs() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let first = jwks(&server, KEYS).await;
    let operator = server.operator();
    let rotated = operator.post("rotate-signing-key", json!({})).await;
    assert_snapshot!(rotated, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "Operation successful",
      "requestId": "[request id]",
      "data": {"kid": "[key id]", "es256Kid": "[key id]", "signsFrom": "[time]"}
    }
    "#);
    let both = jwks(&server, KEYS).await;
    assert_eq!(both.len(), 2);
    assert_eq!(both[0], first[0], "the one that signs stays first");
    assert_eq!(both[1]["kid"], rotated["data"]["kid"]);

    let refused = operator.post("rotate-signing-key", json!({})).await;
    assert_snapshot!(refused, @r#"
    HTTP 200
    {
      "statusCode": 409,
      "message": "A new signing key waits already: it begins to sign at [time]. Rotate again after that.",
      "requestId": "[request id]"
    }
    "#);
    let when = rotated.text("signsFrom");
    assert!(refused.message().contains(&when), "{}", refused.message());
    let listed = operator.get("list-signing-keys").await;
    assert_snapshot!(listed, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "Operation successful",
      "requestId": "[request id]",
      "data": [
        {
          "kid": "[key id]",
          "algorithm": "RS256",
          "state": "signing",
          "createdAt": "[time]",
          "signsFrom": "[time]"
        },
        {
          "kid": "[key id]",
          "algorithm": "RS256",
          "state": "next",
          "createdAt": "[time]",
          "signsFrom": "[time]"
        },
        {
          "kid": "[key id]",
          "algorithm": "ES256",
          "state": "signing",
          "createdAt": "[time]",
          "signsFrom": "[time]"
        },
        {
          "kid": "[key id]",
          "algorithm": "ES256",
          "state": "next",
          "createdAt": "[time]",
          "signsFrom": "[time]"
        }
      ]
    }
    "#);
    let own = jwks(&server, &format!("/dev-app{KEYS}")).await;
    assert_eq!(own[..2], both);
    assert_eq!(own[3]["kid"], rotated["data"]["es256Kid"]);
    let listed = listed.data().as_array().unwrap();
    assert_eq!(listed.len(), own.len());
    for (listed, published) in listed.iter().zip(&own) {
        assert_eq!(listed["kid"], published["kid"]);
        assert_eq!(listed["algorithm"], published["alg"]);
    }

    server.kill().await;
    let server = Server::start(data.path(), &["--quiet"]).await;
    assert_eq!(jwks(&server, KEYS).await, both, "over a crash");
    let over_a_crash = jwks(&server, &format!("/dev-app{KEYS}")).await;
    assert_eq!(over_a_crash, own);
}

#[tokio::test]
async fn the_command_line_rotates_and_lists_keys() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let (rotated, done) = key("rotate", data.path());
    assert!(done, "{rotated}");
    let (listed, _) = key("list", data.path());
    assert_eq!(listed[1]["kid"], rotated["kid"]);
    assert_eq!(listed[1]["state"], "next");
    let (refused, done) = key("rotate", data.path());
    let says = refused["error"].as_str().unwrap();
    assert!(!done && says.contains("waits already"), "{says}");
    assert_eq!(jwks(&server, KEYS).await.len(), 2);
}

// shows: found-R9
#[tokio::test]
async fn a_rotation_whose_key_cannot_be_written_is_answered_503_and_changes_nothing() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    let before = operator.list("list-signing-keys").await;
    // As on a full disk, no draft of the file can be made.
    let draft = data.path().join("signing-keys.new");
    std::fs::create_dir(&draft).unwrap();
    let refused = operator.post("rotate-signing-key", json!({})).await;
    assert_eq!(refused.codes(), (503, None), "{refused}");
    assert_eq!(operator.list("list-signing-keys").await, before);
    std::fs::remove_dir(&draft).unwrap();
    let rotated = operator.post("rotate-signing-key", json!({})).await;
    assert_eq!(rotated.status(), 200, "{rotated}");
}

#[tokio::test]
async fn a_caller_without_proof_neither_lists_nor_rotates_keys() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let rotated = server.post("rotate-signing-key", &[], "").await;
    let listed = server.get("/api/v3/list-signing-keys").await;
    assert_eq!(rotated.codes(), (401, None));
    assert_eq!(listed.codes(), (401, None));
    assert_eq!(jwks(&server, KEYS).await.len(), 1);
}

#[tokio::test]
async fn a_page_of_any_origin_reads_the_keys_without_credentials() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    for (path, method) in [
        (KEYS.to_owned(), Method::GET),
        (format!("/dev-app{KEYS}"), Method::GET),
        (KEYS.to_owned(), Method::OPTIONS),
    ] {
        let request = server
            .client()
            .request(method, format!("{}{path}", server.url))
            .header("origin", "https://elsewhere.example")
            .header("access-control-request-method", "GET");
        let answer = Answer::read(request.send().await.unwrap()).await;
        assert_eq!(answer.http, 200);
        let origin = answer.header("access-control-allow-origin");
        assert_eq!(origin, Some("*"), "{path}");
        let credentials = answer.header("access-control-allow-credentials");
        assert_eq!(credentials, None);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_key_file_that_others_can_read_stops_the_start() {
    use std::os::unix::fs::PermissionsExt;
    let data = folder();
    let file = data.path().join("signing-keys.json");
    let server = Server::start(data.path(), &["--quiet"]).await;
    let private = std::fs::read_to_string(&file).unwrap();
    let private: Value = serde_json::from_str(&private).unwrap();
    let private = private["keys"][0]["pkcs8"].as_str().unwrap().to_owned();
    let operator = server.operator();
    operator.set("rotate-signing-key", json!({})).await;
    let mode = || std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode() & 0o777, 0o600);
    let logs = server.stop().await.stderr;
    assert!(!logs.contains(&private[64..128]));
    for entry in std::fs::read_dir(data.path()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let holds = bytes
            .windows(64)
            .any(|part| part == &private.as_bytes()[64..128]);
        assert_eq!(holds, path == file, "{}", path.display());
    }
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
    let refused = Command::new(BINARY)
        .args(["dev", "--quiet", "--listen", "127.0.0.1:0", "--data"])
        .arg(data.path())
        .output()
        .unwrap();
    let says = String::from_utf8(refused.stderr).unwrap();
    assert!(
        !refused.status.success() && says.contains("chmod 600"),
        "{says}"
    );
}

/// The Rust SDK of the server of `app`.
fn sdk(server: &Server, app: &str, secret: &str) -> AuthenticationClient {
    AuthenticationClient::builder()
        .app_id(app)
        .app_secret(secret)
        .app_host(&server.url)
        .lang(Lang::EnUs)
        .build()
        .unwrap()
}

/// Sends a login code to `number` and verifies it: the verification token.
async fn token(server: &Server, client: &AuthenticationClient, number: &str) -> String {
    let sent = client.send_sms(SendSms::new(Channel::Login, number)).await;
    assert!(sent.unwrap().is_success());
    let arrived = server.outbox(&format!("+86{number}")).await;
    let code = arrived[0]["passCode"].as_str().unwrap();
    let seen = PreCheckCode::new(Channel::Login, number, code);
    assert!(client.pre_check_code(seen).await.unwrap().is_valid());
    let used = VerifyCode::new(Channel::Login, number, code);
    let answer = client.verify_code(used).await.unwrap();
    assert!(answer.is_valid());
    assert_eq!(answer.data.token_expires_in, Some(Duration::from_secs(300)));
    answer.data.verification_token.unwrap()
}

#[tokio::test]
async fn the_app_server_verifies_with_a_token_and_introspects_it() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let app_server = server.app_server();
    let code = server.code("CHANNEL_LOGIN", &number(1)).await;
    let body = json!({"channel": "CHANNEL_LOGIN", "phoneNumber": number(1), "passCode": code});
    let verified = app_server.post("verify-code", body).await;
    assert_snapshot!(verified, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "Operation successful",
      "requestId": "[request id]",
      "data": {"isValid": true, "verificationToken": "[JWT]", "tokenExpiresIn": 300}
    }
    "#);
    let token = verified.text("verificationToken");
    assert_snapshot!(app_server.introspect(&token).await, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "Operation successful",
      "requestId": "[request id]",
      "data": {
        "active": true,
        "iss": "http://127.0.0.1:[port]/oidc",
        "aud": "dev-app",
        "sub": "[32 hex digits]",
        "phone_number": "+86138****0001",
        "phone_number_verified": true,
        "channel": "CHANNEL_LOGIN",
        "iat": [unix time],
        "exp": [unix time],
        "jti": "[uuid]"
      }
    }
    "#);
    assert_snapshot!(app_server.introspect(&token).await, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "The token is not valid, has expired, was used before, or is another application's.",
      "requestId": "[request id]",
      "data": {"active": false}
    }
    "#);
}

#[tokio::test]
async fn the_app_server_gets_a_token_that_anyone_can_verify_and_it_alone_can_use_once() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let client = sdk(&server, "dev-app", "dev-app-secret");
    let first = token(&server, &client, &number(1)).await;
    let claims = client.verify_token(&first).await.unwrap();
    assert_eq!(claims.phone_number, format!("+86{}", number(1)));
    assert_eq!(
        (claims.aud.as_str(), claims.channel),
        ("dev-app", Channel::Login)
    );
    assert_eq!(claims.exp - claims.iat, 300);
    let other = token(&server, &client, &number(2)).await;
    let others = client.verify_token(&other).await.unwrap();
    assert!(claims.sub != others.sub && claims.jti != others.jti);

    let mut uses = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (client, token) = (client.clone(), first.clone());
        uses.spawn(async move { client.introspect_token(&token).await.unwrap().is_active() });
    }
    let active = uses.join_all().await.into_iter().filter(|active| *active);
    assert_eq!(active.count(), 1);

    // Over a kill, a used one stays used, and another stays good: for its own application.
    let other_app = server.operator().create_application("other", "Other").await;
    let address = server.address().to_owned();
    server.kill().await;
    let server = Server::start_on(data.path(), &address, &["--quiet"]).await;
    let client = sdk(&server, "dev-app", "dev-app-secret");
    let stranger = sdk(&server, "other", &other_app.secret);
    assert!(!client.introspect_token(&first).await.unwrap().is_active());
    assert!(!stranger.introspect_token(&other).await.unwrap().is_active());
    assert!(stranger.verify_token(&other).await.is_err());
    let answer = client.introspect_token(&other).await.unwrap();
    assert!(answer.is_active());
    assert_eq!(answer.data.claims.unwrap().sub, others.sub);
    for bad in ["", "a.b.c", &other[1..]] {
        assert!(!client.introspect_token(bad).await.unwrap().is_active());
    }
}

/// The algorithm that a token names in its header.
fn algorithm(token: &str) -> String {
    use base64::Engine as _;
    let head = token.split('.').next().unwrap();
    let head = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(head);
    let head: Value = serde_json::from_slice(&head.unwrap()).unwrap();
    head["alg"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_application_that_chooses_es256_gets_its_tokens_so_and_others_do_not() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    let client = sdk(&server, "dev-app", "dev-app-secret");
    let before = token(&server, &client, &number(1)).await;
    assert_eq!(algorithm(&before), "RS256");

    let bad = json!({"appId": "dev-app", "tokenAlgorithm": "HS256"});
    let refused = operator.post("update-application", bad).await;
    assert_eq!(refused.status(), 400, "{refused}");
    let says = "tokenAlgorithm must be RS256 or ES256.";
    assert_eq!(refused.message(), says);
    let choice = json!({"appId": "dev-app", "tokenAlgorithm": "ES256"});
    operator.set("update-application", choice).await;
    let acts = operator.list("list-audit-acts?limit=1").await;
    let (was, is) = (&acts[0]["before"], &acts[0]["after"]);
    assert_eq!(*was, json!({"tokenAlgorithm": "RS256"}), "{acts:?}");
    assert_eq!(*is, json!({"tokenAlgorithm": "ES256"}), "{acts:?}");

    let on_the_curve = token(&server, &client, &number(2)).await;
    assert_eq!(algorithm(&on_the_curve), "ES256", "at once");
    for good in [&before, &on_the_curve] {
        client.verify_token(good).await.unwrap();
    }
    let shared = jwks(&server, KEYS).await;
    assert!(shared.iter().all(|key| key["kty"] == "RSA"), "{shared:?}");

    // Over a kill the choice stays, and so do the keys.
    let address = server.address().to_owned();
    server.kill().await;
    let server = Server::start_on(data.path(), &address, &["--quiet"]).await;
    let client = sdk(&server, "dev-app", "dev-app-secret");
    let after = token(&server, &client, &number(3)).await;
    assert_eq!(algorithm(&after), "ES256");
    for good in [&before, &on_the_curve, &after] {
        client.verify_token(good).await.unwrap();
        assert!(client.introspect_token(good).await.unwrap().is_active());
        assert!(!client.introspect_token(good).await.unwrap().is_active());
    }
    let operator = server.operator();
    let listed = operator.list("list-applications").await;
    assert_eq!(listed[0]["tokenAlgorithm"], "ES256");
    let usual = json!({"appId": "dev-app", "tokenAlgorithm": ""});
    operator.set("update-application", usual).await;
    let listed = operator.list("list-applications").await;
    assert_eq!(listed[0]["tokenAlgorithm"], Value::Null);
    let rsa = token(&server, &client, &number(4)).await;
    assert_eq!(algorithm(&rsa), "RS256");
}

// The terminal blocks a thread, and another one reads the server's log meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn the_terminal_chooses_the_algorithm_of_tokens() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let terminal = server.terminal();
    let set = terminal.ok(&["app", "set", "dev-app", "--token-algorithm", "ES256"]);
    assert!(set.contains("tokens        ES256"), "{set}");
    let listed = terminal.ok(&["key", "list"]);
    assert!(listed.contains("RS256") && listed.contains("ES256"));
    let set = terminal.ok(&["app", "set", "dev-app", "--token-algorithm", "RS256"]);
    assert!(!set.contains("tokens"), "{set}");
    let new = ["app", "create", "--name", "Shop", "--id", "shop"];
    let new = [&new[..], &["--token-algorithm", "ES256"]].concat();
    terminal.ok(&new);
    let listed = server.operator().list("list-applications").await;
    let shop = listed.iter().find(|app| app["appId"] == "shop").unwrap();
    assert_eq!(shop["tokenAlgorithm"], "ES256");
}
