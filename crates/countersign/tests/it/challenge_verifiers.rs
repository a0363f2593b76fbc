//! Tokens of a service that tells people from programs, in place of proof of work.

use serde_json::{Value, json};

use crate::actors::Public;
use crate::challenges::{challenging, login, solution_of};
use crate::deployment::Deployment;
use crate::server::{Server, number};
use crate::vendor::{Manner, Vendor};

/// A verifier that answers `verdict`, and a service whose callers may bring its tokens from pages of `shop.example`.
async fn verified_by(manner: Manner) -> (Deployment, Server, Public, Vendor, Vendor) {
    verified_by_kind("hcaptcha", manner).await
}

/// [`verified_by`] for a verifier of this kind.
async fn verified_by_kind(
    kind: &str,
    manner: Manner,
) -> (Deployment, Server, Public, Vendor, Vendor) {
    let verifier = Vendor::start(manner).await;
    let deployment = Deployment::new();
    let secret = deployment.folder.join("verifier.secret");
    std::fs::write(&secret, "very-secret\n").unwrap();
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&secret, private).unwrap();
    let section = format!(
        "[challenge]\nverifier = \"{kind}\"\nsite_key = \"site-key\"\nsecret_file = \"{}\"\nverifier_url = \"{}\"\n[server]",
        secret.display(),
        verifier.url
    );
    deployment.edit("[server]", &section);
    let (server, public, vendor) = challenging(&deployment).await;
    let origins = json!({"appId": "shop", "allowedOrigins": ["https://shop.example"]});
    server.operator().set("update-application", origins).await;
    (deployment, server, public, vendor, verifier)
}

/// A verdict about a person on a page of this host, now.
fn verdict(host: &str) -> String {
    verdict_about(host, None)
}

/// A verdict about a person on a page of this host, now, who asks for this action.
#[expect(
    clippy::disallowed_methods,
    reason = "the verifier is another machine, which goes by the time of the world"
)]
fn verdict_about(host: &str, action: Option<&str>) -> String {
    let now = std::time::SystemTime::now();
    let now = now.duration_since(std::time::UNIX_EPOCH).unwrap();
    let now = countersign_core::time::Timestamp::from_millis(0).after(now);
    let made_at = now.to_string();
    json!({"success": true, "hostname": host, "challenge_ts": made_at, "action": action})
        .to_string()
}

// shows: D10
#[tokio::test]
async fn a_token_that_the_verifier_confirms_passes_once_for_pages_of_the_application() {
    let manner = Manner::Echo(|_| verdict("shop.example"));
    let (_deployment, _server, public, vendor, verifier) = verified_by(manner).await;
    let demanded = login(&public, &number(1), None).await;
    let offered = json!({"kind": "hcaptcha", "siteKey": "site-key"});
    assert_eq!(demanded["data"]["verifier"], offered, "{demanded}");
    let sent = login(&public, &number(1), Some("token-1")).await;
    assert_eq!(sent.status(), 200, "{sent}");
    assert_eq!(
        verifier.messages(),
        ["secret=very-secret&response=token-1&sitekey=site-key"],
        "hCaptcha refuses a token of another site key, and the address of the caller stays here"
    );
    let again = login(&public, &number(2), Some("token-1")).await;
    assert_eq!(again.codes(), (403, Some(2000)), "{again}");
    assert_eq!(vendor.messages().len(), 1);
}

// shows: D10
#[tokio::test]
async fn a_token_of_turnstile_passes_for_the_action_that_it_was_made_for() {
    // A token of this verifier is the action that it was made for.
    let manner = Manner::Echo(|asked| {
        let action = asked.as_str().and_then(|form| form.split_once("response="));
        verdict_about("shop.example", action.map(|(_, action)| action))
    });
    let (_deployment, _server, public, vendor, verifier) =
        verified_by_kind("turnstile", manner).await;
    let demanded = async |n| login(&public, &number(n), None).await["data"]["verifier"].clone();
    let (first, second) = (demanded(1).await, demanded(2).await);
    let expected = json!({"kind": "turnstile", "siteKey": "site-key", "action": first["action"]});
    assert_eq!(first, expected);
    let (first, second) = (first["action"].as_str(), second["action"].as_str());
    let refused = login(&public, &number(1), second).await;
    assert_eq!(refused.codes(), (403, Some(2000)), "{refused}");
    let sent = login(&public, &number(1), first).await;
    assert_eq!(sent.status(), 200, "{sent}");
    let asked = format!("secret=very-secret&response={}", first.unwrap());
    assert_eq!(
        verifier.messages()[1],
        asked,
        "its secret is that of the site key"
    );
    assert_eq!(vendor.messages().len(), 1);
}

// shows: D10
#[tokio::test]
async fn a_verdict_that_says_no_or_is_about_another_page_sends_nothing() {
    let verdicts: [fn(&Value) -> String; 4] = [
        |_| json!({"success": false, "error-codes": ["invalid-input-response"]}).to_string(),
        |_| verdict("evil.example"),
        |_| json!({"success": true, "hostname": "shop.example"}).to_string(),
        |_| {
            let of_before = "2026-01-01T00:00:00Z";
            json!({"success": true, "hostname": "shop.example", "challenge_ts": of_before})
                .to_string()
        },
    ];
    for verdict in verdicts {
        let (_deployment, _server, public, vendor, _verifier) =
            verified_by(Manner::Echo(verdict)).await;
        let refused = login(&public, &number(1), Some("token")).await;
        assert_eq!(refused.codes(), (403, Some(2000)), "{refused}");
        assert_eq!(vendor.messages().len(), 0);
    }
}

// shows: D11
#[tokio::test]
async fn a_verifier_without_a_verdict_leaves_proof_of_work_and_never_a_pass() {
    for manner in [
        Manner::Silence,
        Manner::Reset,
        Manner::Garbage,
        Manner::Answer(500, r#"{"success":true}"#),
        Manner::Answer(200, "success"),
    ] {
        let (_deployment, server, public, vendor, verifier) = verified_by(manner).await;
        let refused = login(&public, &number(1), Some("token")).await;
        assert_eq!(refused.codes(), (403, Some(2000)), "{manner:?}: {refused}");
        assert_eq!(refused["data"]["verifier"], Value::Null, "{refused}");
        assert_eq!((verifier.messages().len(), vendor.messages().len()), (1, 0));
        let solution = solution_of(&refused["data"]["challenge"]);
        let sent = login(&public, &number(1), Some(&solution)).await;
        assert_eq!(sent.status(), 200, "{manner:?}: {sent}");
        let log = server.stop().await.stderr;
        assert!(log.contains("gives no verdict"), "{manner:?}");
        assert!(!log.contains("very-secret"), "{manner:?}");
    }
}
