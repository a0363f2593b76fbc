//! The audit record: each act of an operator is on it once, and nothing else is.

use std::collections::BTreeSet;

use countersign_core::time::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

use crate::actors::Terminal;
use crate::guard::{Operation, operations};
use crate::server::{Server, folder};
use crate::signed::{DEV, millis};
use crate::test_numbers::days_after;

/// The management operations with a body that change nothing.
const READS: [&str; 5] = [
    "find-messages",
    "find-refusals",
    "lint-sms-template",
    "preview-sms-template",
    "replay-guard",
];

/// The acts on record, oldest first.
pub(crate) async fn acts(server: &Server) -> Vec<Value> {
    let mut acts = server.operator().list("list-audit-acts?limit=1000").await;
    acts.reverse();
    acts
}

/// An act in one line: its kind, its thing and its end.
fn told(act: &Value) -> String {
    let text = |path: &str| {
        act.pointer(path)
            .and_then(Value::as_str)
            .unwrap()
            .to_owned()
    };
    format!(
        "{} {} {} {}",
        text("/act"),
        text("/target/kind"),
        text("/target/name"),
        text("/result")
    )
}

/// Every operation that changes something, in an order in which each succeeds: its body, and the act that it is.
fn changes() -> Vec<(&'static str, Value, &'static str)> {
    let shop = || json!({"appId": "shop"});
    let acme = || json!({"name": "acme"});
    let text = "{code} is your code. It is good for {minutes} minutes.";
    vec![
        (
            "create-application",
            json!({"appId": "shop", "appName": "Shop"}),
            "application_created application shop done",
        ),
        (
            "update-application",
            json!({"appId": "shop", "appName": "Store"}),
            "application_updated application shop done",
        ),
        (
            "renew-application-secret",
            shop(),
            "application_secret_renewed application shop done",
        ),
        (
            "disable-application",
            shop(),
            "application_disabled application shop done",
        ),
        (
            "enable-application",
            shop(),
            "application_enabled application shop done",
        ),
        (
            "set-sms-provider",
            json!({"name": "acme", "kind": "alibaba-cloud",
                "settings": {"access_key_id": "LTAI5t", "endpoint": "http://127.0.0.1:9"},
                "secrets": {"access_key_secret": "a-secret-of-alibaba-cloud"}}),
            "provider_set provider acme done",
        ),
        (
            "renew-receipts-path",
            acme(),
            "receipts_path_renewed provider acme done",
        ),
        (
            "test-sms-provider",
            json!({"name": "acme", "appId": "shop", "phoneNumber": "18800008888"}),
            "provider_tested provider acme done",
        ),
        (
            "set-sms-template",
            json!({"language": "en-US", "text": text}),
            "template_set template */*/*/en-US/text done",
        ),
        (
            "delete-sms-template",
            json!({"language": "en-US", "text": text}),
            "template_deleted template */*/*/en-US/text done",
        ),
        (
            "set-sms-route",
            json!({"country": "CN", "providers": [acme()]}),
            "route_set route */CN done",
        ),
        (
            "delete-sms-route",
            json!({"country": "CN"}),
            "route_deleted route */CN done",
        ),
        (
            "set-sms-limit",
            json!({"name": "number-day", "max": 10}),
            "limit_set limit number-day done",
        ),
        (
            "reset-sms-limit",
            json!({"name": "number-day"}),
            "limit_reset limit number-day done",
        ),
        (
            "delete-sms-provider",
            acme(),
            "provider_deleted provider acme done",
        ),
        (
            "add-test-number",
            json!({"phoneNumber": "18800009999", "passCode": "424242"}),
            "test_number_set test_number [id] done",
        ),
        (
            "remove-test-number",
            json!({}),
            "test_number_removed test_number [id] done",
        ),
        (
            "set-guard-mode",
            json!({"mode": "challenge"}),
            "limit_set limit guard-conversion done",
        ),
        (
            "set-sms-countries",
            json!({"countries": ["DE"], "state": "watch"}),
            "block_begun block */country/DE done",
        ),
        (
            "set-guard-block",
            json!({"appId": "shop", "kind": "prefix", "value": "+1415555", "note": "pumping"}),
            "block_begun block shop/prefix/+1415555 done",
        ),
        (
            "lift-guard-block",
            json!({"appId": "shop", "kind": "prefix", "value": "+1415555"}),
            "block_lifted block shop/prefix/+1415555 done",
        ),
        (
            "add-safe-entry",
            json!({"kind": "number", "value": "18800008888", "expires": ""}),
            "safe_entry_added safe_entry [id] done",
        ),
        (
            "remove-safe-entry",
            json!({}),
            "safe_entry_removed safe_entry [id] done",
        ),
        (
            "reveal-phone",
            json!({"reason": "called from 18800009999"}),
            "number_revealed message [id] done",
        ),
        (
            "unlock-phone",
            json!({"phoneNumber": "18800008888", "note": "called from 18800009999"}),
            "number_unlocked number +86188****8888 done",
        ),
        (
            "erase-phone",
            json!({"phoneNumber": "18800008888", "note": "asked from 18800009999"}),
            "number_erased number CN done",
        ),
        (
            "create-access-key",
            json!({}),
            "access_key_created access_key [id] done",
        ),
        (
            "delete-access-key",
            json!({}),
            "access_key_deleted access_key [id] done",
        ),
        (
            "invite-staff",
            json!({"name": "Lin", "role": "support"}),
            "person_invited person [id] done",
        ),
        (
            "set-staff-role",
            json!({"role": "auditor"}),
            "person_updated person [id] done",
        ),
        (
            "end-staff-sessions",
            json!({}),
            "sessions_ended person [id] done",
        ),
        ("reset-staff", json!({}), "person_invited person [id] done"),
        ("remove-staff", json!({}), "person_removed person [id] done"),
        (
            "rotate-signing-key",
            json!({}),
            "signing_key_rotated signing_key [id] done",
        ),
        (
            "rotate-master-key",
            json!({}),
            "master_keys_rotated master_keys [id] done",
        ),
        (
            "record-backup",
            json!({"dir": "/backups/monday", "hasKeys": true}),
            "backup_made backup /backups/monday done",
        ),
    ]
}

// shows: G9
#[tokio::test]
async fn every_operation_that_changes_something_puts_exactly_one_act_on_record() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operations = operations(&server).await;
    let is_change = |operation: &&Operation| {
        operation.is_management
            && operation.method == Method::POST
            && !READS.contains(&operation.id.as_str())
    };
    let known: BTreeSet<_> = changes().iter().map(|(id, ..)| (*id).to_owned()).collect();
    let changing = operations.iter().filter(is_change);
    let all: BTreeSet<_> = changing.map(|operation| operation.id.clone()).collect();
    assert_eq!(
        all, known,
        "an operation is a change above, or one of READS"
    );

    let mut made = String::new();
    for (id, mut body, expected) in changes() {
        match id {
            "delete-access-key" => body = json!({"accessKeyId": made}),
            "remove-safe-entry" => body = json!({"id": made}),
            "set-staff-role" | "end-staff-sessions" | "reset-staff" | "remove-staff" => {
                body["personId"] = json!(made);
            }
            "reveal-phone" => {
                server.code("CHANNEL_LOGIN", "18800008888").await;
                let newest = server.operator().list("list-messages?limit=1").await;
                made = newest[0]["messageId"].as_str().unwrap().to_owned();
                body["messageId"] = json!(made);
            }
            "add-safe-entry" => {
                let tomorrow = millis(&server, 24 * 3_600_000).await.parse().unwrap();
                body["expires"] = Timestamp::from_millis(tomorrow).to_string().into();
            }
            _ => {}
        }
        let known = acts(&server).await;
        let before = known.len();
        match id {
            "add-test-number" => {
                let now = known.last().unwrap()["at"].as_str().unwrap();
                body["expires"] = days_after(now, 1).into();
            }
            "remove-test-number" => body = json!({"testNumberId": made}),
            _ => {}
        }
        let answer = server.operator().post(id, body).await;
        let after = acts(&server).await;
        assert_eq!(after.len(), before + 1, "{id} {answer}");
        let act = after.last().unwrap();
        let makes = ["add-test-number", "invite-staff"].contains(&id);
        if makes || id.ends_with("-key") || id.ends_with("-entry") {
            made = act["target"]["name"].as_str().unwrap().to_owned();
        }
        let told = told(act);
        assert_eq!(
            told.replace(&made_or_none(&made), "[id]"),
            expected,
            "{answer}"
        );
        assert_eq!(act["request"], answer["requestId"], "{act}");
        assert_eq!(act["who"], json!({"kind": "owner"}), "{act}");
        assert_eq!(act["door"], "management_api", "{act}");
        assert_eq!(act["from"], "127.0.0.1", "{act}");
    }
    let whole = serde_json::to_string(&acts(&server).await).unwrap();
    for hidden in [
        "18800008888",
        "18800009999",
        "a-secret-of",
        "424242",
        "dev-access-key-secret",
    ] {
        assert!(!whole.contains(hidden), "{hidden} in {whole}");
    }
}

/// The name, or a text that is in no act.
fn made_or_none(name: &str) -> String {
    match name {
        "" => "\n".to_owned(),
        name => name.to_owned(),
    }
}

#[tokio::test]
async fn an_operation_that_reads_or_is_refused_puts_nothing_on_record() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let before = acts(&server).await;
    for operation in operations(&server).await {
        let reads = operation.method == Method::GET || READS.contains(&operation.id.as_str());
        if operation.is_management && reads {
            let token = format!("Bearer {}", server.token());
            operation.ask(&server, Some(&token)).await;
        }
    }
    let operator = server.operator();
    for (id, body) in [
        (
            "create-application",
            json!({"appId": "dev-app", "appName": "Again"}),
        ),
        ("delete-sms-provider", json!({"name": "none"})),
        ("set-sms-route", json!({"providers": [{"name": "none"}]})),
        ("unlock-phone", json!({"phoneNumber": "1"})),
        ("erase-phone", json!({"phoneNumber": "1"})),
    ] {
        let answer = operator.post(id, body).await;
        assert_ne!(answer.status(), 200, "{answer}");
    }
    assert_eq!(acts(&server).await, before);
}

#[tokio::test]
async fn an_act_names_its_author_and_door() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    server
        .terminal()
        .ok(&["app", "create", "--name", "Shop", "--id", "shop"]);
    let operations = operations(&server).await;
    let create = operations
        .iter()
        .find(|found| found.id == "create-access-key");
    let signed = create.unwrap().ask_signed(&server, DEV, "audit").await;
    assert_eq!(signed.status(), 200, "{signed}");
    // Whoever proves an access key is not at the command line of the machine, whatever the request says.
    let token = {
        let body = json!({"accessKeyId": DEV.0, "accessKeySecret": DEV.1}).to_string();
        server
            .post("get-management-token", &[], body)
            .await
            .text("access_token")
    };
    let headers = [
        ("authorization", token.as_str()),
        ("x-countersign-door", "command_line"),
    ];
    let renewed = server
        .post("renew-application-secret", &headers, r#"{"appId":"shop"}"#)
        .await;
    assert_eq!(renewed.status(), 200, "{renewed}");
    let authors: Vec<_> = acts(&server)
        .await
        .iter()
        .map(|act| {
            format!(
                "{} {} {} {}",
                act["act"], act["who"], act["door"], act["from"]
            )
        })
        .collect();
    let key = r#"{"id":"dev-access-key","kind":"access_key"} "management_api" "127.0.0.1""#;
    assert_eq!(
        authors,
        [
            r#""application_created" {"kind":"service"} "service" null"#.to_owned(),
            r#""access_key_created" {"kind":"service"} "service" null"#.to_owned(),
            r#""application_created" {"kind":"owner"} "command_line" "127.0.0.1""#.to_owned(),
            format!(r#""access_key_created" {key}"#),
            format!(r#""application_secret_renewed" {key}"#),
        ]
    );
}

#[tokio::test]
async fn a_backup_is_on_record_before_it_is_made_and_a_start_on_it_too() {
    let (data, elsewhere) = (folder(), folder());
    let dir = |name: &str| elsewhere.path().join(name).to_str().unwrap().to_owned();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let running = server.terminal().ok(&["backup", &dir("running"), "--json"]);
    // A backup that is refused before it begins is no act; one that fails on the way is two.
    assert_ne!(server.terminal().run(&["backup", &dir("running")]).code, 0);
    let newest = acts(&server).await.pop().unwrap();
    assert_eq!(
        told(&newest),
        format!("backup_made backup {} done", dir("running"))
    );
    let running: Value = serde_json::from_str(&running).unwrap();
    let head = format!("{}:{}", newest["seq"], newest["hash"].as_str().unwrap());
    assert_eq!(running["audit"], head, "the backup holds its own act");
    std::fs::remove_file(data.path().join("signing-keys.json")).unwrap();
    std::fs::create_dir(data.path().join("signing-keys.json")).unwrap();
    assert_ne!(server.terminal().run(&["backup", &dir("failed")]).code, 0);
    let all = acts(&server).await;
    let failed: Vec<_> = all[all.len() - 2..].iter().map(told).collect();
    let act = |end: &str| format!("backup_made backup {} {end}", dir("failed"));
    assert_eq!(failed, [act("done"), act("failed")]);
    std::fs::remove_dir(data.path().join("signing-keys.json")).unwrap();
    server.stop().await;

    let stopped = Terminal::on(data.path()).ok(&["backup", &dir("stopped"), "--json"]);
    let stopped: Value = serde_json::from_str(&stopped).unwrap();
    let data = folder();
    let restored = data.path().join("data");
    Terminal::on(&restored).ok(&["restore", &dir("stopped")]);
    let server = Server::start(&restored, &["--quiet", "--accept-restored"]).await;
    let all = acts(&server).await;
    let last: Vec<_> = all[all.len() - 2..].iter().collect();
    assert_eq!(
        told(last[0]),
        format!("backup_made backup {} done", dir("stopped"))
    );
    assert_eq!(last[0]["who"], json!({"kind": "owner"}));
    let head = format!("{}:{}", last[0]["seq"], last[0]["hash"].as_str().unwrap());
    assert_eq!(stopped["audit"], head);
    assert_eq!(told(last[1]), "restore_accepted database countersign done");
    assert_eq!(
        last[1]["after"],
        json!({"found": "was restored from a backup"})
    );
}

/// The head that `countersign audit verify` prints.
fn verified(terminal: &Terminal, arguments: &[&str]) -> String {
    let found = terminal.ok(&[&["audit", "verify", "--json"], arguments].concat());
    let found: Value = serde_json::from_str(&found).unwrap();
    assert_eq!(found["intact"], true, "{found}");
    found["head"].as_str().unwrap().to_owned()
}

// shows: G9
#[tokio::test]
async fn the_record_is_verified_and_exported_running_stopped_and_from_a_file() {
    let data = folder();
    let server = Server::start(data.path(), &[]).await;
    let terminal = server.terminal();
    terminal.ok(&["app", "create", "--name", "Shop", "--id", "shop"]);
    let head = verified(&terminal, &[]);
    let lines = terminal.ok(&["audit", "export"]);
    let stopped = server.stop().await;
    let told = format!("\"head\":\"{head}\"");
    assert!(stopped.stderr.contains(&told), "{}", stopped.stderr);
    assert_eq!(
        stopped
            .stderr
            .matches("the head of the audit record")
            .count(),
        2
    );

    assert_eq!(verified(&terminal, &["--head", &head]), head);
    assert_eq!(terminal.ok(&["audit", "export"]), lines);
    let file = data.path().join("audit.jsonl");
    let path = file.to_str().unwrap();
    std::fs::write(&file, &lines).unwrap();
    assert_eq!(
        verified(&terminal, &["--file", path, "--head", &head]),
        head
    );

    // The newest act, in one line.
    let newest = lines.lines().last().unwrap();
    std::fs::write(&file, lines.replace(newest, "")).unwrap();
    let cut = terminal.run(&["audit", "verify", "--file", path, "--head", &head]);
    insta::assert_snapshot!(cut, @r"
    exit code 1
    countersign: act 3 cannot be read
    ");
    std::fs::write(&file, lines.replace("Shop", "Ship")).unwrap();
    let changed = terminal.run(&["audit", "verify", "--file", path]);
    insta::assert_snapshot!(changed, @r"
    exit code 1
    countersign: act 3 was changed: its text does not have its hash
    ");
}

// shows: G9
#[tokio::test]
async fn a_byte_changed_in_the_file_of_a_stopped_service_is_found_by_the_command() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let terminal = server.terminal();
    terminal.ok(&["app", "create", "--name", "Shop", "--id", "shop"]);
    server.stop().await;
    let path = data.path().join("countersign.db");
    let whole = std::fs::read(&path).unwrap();
    let text = b"{\"seq\":3,";
    let start = whole.windows(text.len()).position(|piece| piece == text);
    let mut changed = whole.clone();
    changed[start.unwrap() + 20] ^= 1;
    std::fs::write(&path, &changed).unwrap();
    let found = terminal.run(&["audit", "verify", "--json"]);
    assert_eq!(found.code, 1, "{found}");
    assert!(found.stderr.contains("act 3 was changed"), "{found}");
    std::fs::write(&path, &whole).unwrap();
    verified(&terminal, &[]);
}

#[tokio::test]
async fn a_filter_that_no_act_can_fit_is_refused_and_names_what_it_can_be() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    for (field, value) in [("act", "zzz"), ("door", "zz"), ("result", "zz")] {
        let answer = operator
            .get(&format!("list-audit-acts?{field}={value}"))
            .await;
        let told = answer["message"].as_str().unwrap();
        assert_eq!(answer.status(), 400, "{told}");
        assert!(told.contains(&format!("{field}: must be one of")), "{told}");
    }
    let answer = operator.get("list-messages?failedAt=%00").await;
    assert_eq!(answer.status(), 400);
    let told = answer["message"].as_str().unwrap();
    assert!(told.contains("failedAt"), "{told}");
    let all = operator
        .list("list-audit-acts?who=&act=&door=&result=")
        .await;
    assert_eq!(all, operator.list("list-audit-acts").await);
}

#[tokio::test]
async fn a_misspelt_field_ends_no_session_and_changes_no_mode() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    for (endpoint, body) in [
        (
            "end-staff-sessions",
            json!({"personId": "0a1b2c3d4e5f6071", "session": "x"}),
        ),
        ("set-guard-mode", json!({"mod": "monitor"})),
    ] {
        let answer = operator.post(endpoint, body).await;
        assert_eq!(answer.status(), 400, "{endpoint}");
    }
}
