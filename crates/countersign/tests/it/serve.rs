//! `countersign init` and `countersign serve`: the service in production.

use std::fs;
use std::process::Command;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::deployment::{Deployment, countersign, free_port, in_service, refused, watch};
use crate::server::{BINARY, Server, folder, number};

#[test]
fn an_operator_who_makes_a_deployment_gets_settings_and_keys_that_no_other_user_reads() {
    let deployment = Deployment::new();
    let mut names: Vec<_> = fs::read_dir(&deployment.folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["countersign.toml", "keys.json"]);
    for name in names {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(deployment.folder.join(&name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let text = fs::read_to_string(deployment.settings()).unwrap();
    assert!(
        text.contains("allow_no_provider = true  # remove this line once a provider is set up")
    );
    let again = countersign(&[
        "init",
        deployment.folder.to_str().unwrap(),
        "--url",
        "https://a.example",
    ]);
    assert!(refused(&again).ends_with("is not empty: name a folder that is new or empty"));
    let no_url = countersign(&["init", "/nowhere/x", "--url", "sms.example.com"]);
    assert!(refused(&no_url).contains("--url: url is such as https://sms.example.com"));
}

#[tokio::test]
async fn a_service_in_production_sends_and_has_nothing_of_development() {
    let deployment = Deployment::new();
    let (server, app, _vendor) = in_service(&deployment).await;
    assert_eq!(app.public.login(&number(1)).await, 200);
    let dev = server.public().send_sms("CHANNEL_LOGIN", &number(2)).await;
    assert_eq!(dev.codes(), (404, Some(2011)), "{dev}");
    for path in [
        "/",
        "/dev/outbox",
        "/docs",
        "/docs/",
        "/console",
        "/metrics",
        "/healthz",
    ] {
        assert_eq!(server.get(path).await.http, 404, "{path}");
    }
    let known =
        json!({"accessKeyId": "dev-access-key", "accessKeySecret": "dev-access-key-secret"});
    let known = server
        .post("get-management-token", &[], known.to_string())
        .await;
    assert_eq!(known.status(), 401, "{known}");
    // Any host: a proxy in front may pass its own name on.
    let request = server.client().get(format!("{}/api/v3/system", server.url));
    let other_host = request
        .header("host", "sms.example.com")
        .send()
        .await
        .unwrap();
    assert_eq!(other_host.status(), 200);
    let stopped = server.stop().await;
    assert!(stopped.status.success());
    assert!(
        stopped.stderr.contains("no SMS provider is set up"),
        "{}",
        stopped.stderr
    );
}

#[tokio::test]
async fn the_tokens_of_a_service_in_production_are_issued_by_its_url() {
    let deployment = Deployment::new();
    let (_server, app, vendor) = in_service(&deployment).await;
    assert_eq!(app.public.login(&number(1)).await, 200);
    let code = vendor.messages()[0]["code"].as_str().unwrap().to_owned();
    let body = json!({"channel": "CHANNEL_LOGIN", "phoneNumber": number(1), "passCode": code});
    let checked = app.server.post("verify-code", body).await;
    let token = checked.data()["verificationToken"]
        .as_str()
        .unwrap()
        .to_owned();
    let claims = token.split('.').nth(1).unwrap();
    let claims = base64_url(claims);
    assert_eq!(claims["iss"], "https://sms.example.com/oidc", "{claims}");
}

/// The JSON in a part of a token.
fn base64_url(part: &str) -> Value {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(part)
        .unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

#[tokio::test]
async fn a_data_folder_of_development_is_refused_in_production() {
    let used = folder();
    Server::start(used.path(), &["--quiet"]).await.stop().await;
    let made = Deployment::new();
    let data = made.data();
    made.edit(data.to_str().unwrap(), used.path().to_str().unwrap());
    fs::copy(used.path().join("keys.json"), made.folder.join("keys.json")).unwrap();
    assert_snapshot!(made.refusal(), @"countersign: `countersign dev` has used the data folder, and everybody knows the secrets that it makes: name a new folder, which `countersign init` prepares");
}

// shows: G7
#[test]
fn a_deployment_that_lacks_something_is_refused_in_a_sentence_with_the_mend() {
    use std::os::unix::fs::PermissionsExt as _;
    let made = Deployment::new();
    made.edit("allow_no_provider = true", "allow_no_provider = false");
    assert_snapshot!(made.refusal(), @"countersign: no SMS provider is set up: set allow_no_provider = true in [server], start, and add one with `countersign provider add --config FILE`");

    let made = Deployment::new();
    made.edit("listen = ", "lisen = ");
    assert_snapshot!(made.refusal(), @"countersign: the settings (file [folder]/countersign.toml): there is no setting server.lisen: the nearest is server.listen");

    let made = Deployment::new();
    fs::set_permissions(
        made.folder.join("keys.json"),
        fs::Permissions::from_mode(0o644),
    )
    .unwrap();
    assert_snapshot!(made.refusal(), @"countersign: the key file [folder]/keys.json can be read by others than its owner: run chmod 600 [folder]/keys.json");

    let made = Deployment::new();
    fs::remove_file(made.folder.join("keys.json")).unwrap();
    assert_snapshot!(made.refusal(), @"countersign: the key file [folder]/keys.json is missing: restore it, or make a new deployment with `countersign init`");

    let made = Deployment::new();
    fs::write(
        made.folder.join("keys.json"),
        r#"{"index":"00","seal":"00","passcode":"00"}"#,
    )
    .unwrap();
    assert_snapshot!(made.refusal(), @"countersign: the key file [folder]/keys.json does not hold three keys of 64 hexadecimal digits: restore it from a backup");

    let made = Deployment::new();
    made.edit("[server]", "[codes]\nlife_seconds = 601\n[server]");
    assert_snapshot!(made.refusal(), @"countersign: the settings (file [folder]/countersign.toml): codes: a code lives 60 to 600 seconds, not 601");

    let made = Deployment::new();
    made.edit("[server]", "[server]\ntrusted_proxies = [\"0.0.0.0/0\"]");
    assert_snapshot!(made.refusal(), @"countersign: the settings (file [folder]/countersign.toml): server: trusted_proxies may not hold 0.0.0.0/0: callers could then name any address as their own; name the addresses of your proxies");

    let made = Deployment::new();
    made.edit("[server]", "[server]\nproxy_protocol = true");
    assert_snapshot!(made.refusal(), @"countersign: the settings (file [folder]/countersign.toml): server: proxy_protocol needs trusted_proxies: name the proxies that begin their connections with its header");

    let made = Deployment::new();
    made.edit("url = \"https://sms.example.com\"", "");
    assert_snapshot!(made.refusal(), @"countersign: [server] url must say how the world reaches the service, such as https://sms.example.com");
}

#[tokio::test]
async fn the_environment_goes_before_the_file_and_a_flag_before_both() {
    let deployment = Deployment::new();
    let settings = deployment.settings();
    let dump = |environment: &[(&str, &str)]| {
        let mut command = Command::new(BINARY);
        command.args(["config", "dump", "--config"]).arg(&settings);
        command.envs(environment.iter().copied());
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(dump(&[]).contains("idle_seconds = 75"));
    let changed = dump(&[("COUNTERSIGN_SERVER__IDLE_SECONDS", "30")]);
    assert!(changed.contains("idle_seconds = 30"), "{changed}");
    for (variable, name) in [
        ("COUNTERSIGN_DATABASE_URL", "database_url"),
        ("COUNTERSIGN_STORE__REPLICA_URL", "replica_url"),
    ] {
        let secret = dump(&[(variable, "postgres://u:hunter2@db/x")]);
        let is_hidden = secret.contains(name) && !secret.contains("hunter2");
        assert!(is_hidden, "{secret}");
    }
    let elsewhere = deployment.folder.join("elsewhere");
    let server = Server::serve(
        &settings,
        &elsewhere,
        &["--data", elsewhere.to_str().unwrap()],
    )
    .await;
    assert!(elsewhere.join("countersign.db").exists() && !deployment.data().exists());
    drop(server);
}

#[tokio::test]
async fn a_watcher_sees_that_the_service_is_ready_and_what_it_did() {
    let deployment = Deployment::new();
    let port = free_port();
    deployment.edit(
        "[server]",
        &format!("[server]\nmonitor_listen = \"127.0.0.1:{port}\""),
    );
    let (_server, app, _vendor) = in_service(&deployment).await;
    for path in ["/healthz", "/readyz"] {
        assert_eq!(watch(port, path).await.0, 200, "{path}");
    }
    for status in [200, 429] {
        assert_eq!(app.public.login(&number(1)).await, status);
    }
    let (status, metrics) = watch(port, "/metrics").await;
    assert_eq!(status, 200);
    for line in [
        "countersign_sends_total{outcome=\"accepted\"} 1",
        "countersign_refusals_total{limit=\"minute\"} 1",
        "countersign_provider_calls_total{provider=\"acme\",outcome=\"accepted\"} 1",
        "countersign_provider_circuit_open{provider=\"acme\"} 0",
        "countersign_answers_total{route=\"/api/v3/send-sms\",status_code=\"429\"} 1",
    ] {
        assert!(
            metrics.lines().any(|found| found == line),
            "{line} is not in {metrics}"
        );
    }
    assert_eq!(watch(port, "/api/v3/system").await.0, 404);
    assert!(!metrics.contains(&number(1)));
}

#[tokio::test]
async fn an_operator_backs_up_a_service_whose_keys_are_elsewhere_and_puts_it_back() {
    let (deployment, backups) = (Deployment::new(), folder());
    let server = deployment.serve(&[]).await;
    server.operator().create_application("shop", "Shop").await;
    let (settings, backup) = (deployment.settings(), backups.path().join("monday"));
    let (settings, backup) = (settings.to_str().unwrap(), backup.to_str().unwrap());
    let data = deployment.data();
    let without = countersign(&["backup", backup, "--data", data.to_str().unwrap()]);
    assert!(refused(&without).contains("keys.json is missing: name the settings"));
    let made = countersign(&["backup", backup, "--config", settings]);
    assert!(made.status.success(), "{made:?}");
    let keys = |folder: &std::path::Path| fs::read(folder.join("keys.json")).unwrap();
    assert_eq!(keys(backup.as_ref()), keys(&deployment.folder));
    server.stop().await;

    fs::remove_dir_all(&data).unwrap();
    let back = countersign(&["restore", backup, "--config", settings]);
    assert!(back.status.success(), "{back:?}");
    let says = String::from_utf8(back.stdout).unwrap();
    assert!(
        says.contains(&format!("serve --config {settings} --accept-restored")),
        "{says}"
    );
    assert!(deployment.refusal().contains("--accept-restored"));
    let server = deployment.serve(&["--accept-restored"]).await;
    let shop = crate::actors::Public::of(&server, "shop");
    assert_eq!(shop.login(&number(1)).await, 422, "no provider was set up");
}
