//! The verbs with which an operator changes the setup at a terminal.

use insta::assert_snapshot;
use serde_json::Value;

use crate::server::{Server, folder};

/// A provider that is never called.
const PROVIDER: &str = r#"
name = "acme"
kind = "http"
[settings]
url = "https://sms.acme.example/{to}/{code}"
"#;

/// `PROVIDER` in a file of this folder: its path.
fn provider_file(folder: &std::path::Path) -> String {
    let file = folder.join("acme.toml");
    std::fs::write(&file, PROVIDER).unwrap();
    file.to_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_operator_removes_the_default_route_only_by_its_name() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let terminal = server.terminal();
    terminal.ok(&["provider", "add", "--file", &provider_file(data.path())]);
    terminal.ok(&["route", "set", "acme"]);
    terminal.ok(&["route", "set", "--country", "CN", "acme"]);
    let all = terminal.ok(&["route", "list"]);
    assert_snapshot!(all, @"
    APPLICATION           COUNTRY   ORDER     PROVIDERS
    all                   all       listed    acme  (default)
    all                   CN        listed    acme
    ");

    assert_snapshot!(terminal.run(&["route", "remove"]), @"
    exit code 2
    error: the following required arguments were not provided:
      <--app <APP_ID>|--country <CC>|--default>

    Usage: countersign route remove --data <DIR> <--app <APP_ID>|--country <CC>|--default>

    For more information, try '--help'.
    ");
    for empty in ["--app", "--country"] {
        // A variable of the shell that is not set makes such a command.
        let refused = terminal.run(&["route", "remove", empty, ""]);
        assert_eq!(refused.code, 2, "{empty}: {refused}");
    }
    let both = terminal.run(&["route", "remove", "--default", "--country", "CN"]);
    assert_eq!(both.code, 2, "{both}");
    assert_eq!(terminal.ok(&["route", "list"]), all);

    terminal.ok(&["route", "remove", "--default"]);
    assert_snapshot!(terminal.ok(&["route", "list"]), @"
    APPLICATION           COUNTRY   ORDER     PROVIDERS
    all                   CN        listed    acme
    ");
    assert_snapshot!(terminal.run(&["route", "remove", "--default"]), @"
    exit code 1
    countersign: There is no such setting: the default route. (statusCode 404)
    ");
    terminal.ok(&["route", "set", "--default", "acme"]);
    assert_eq!(terminal.ok(&["route", "list"]), all);
}

#[tokio::test]
async fn the_operator_removes_the_default_text_only_by_its_name() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let terminal = server.terminal();
    let text = "[{app}] {code} is your code, good for {minutes} minutes.";
    terminal.ok(&["template", "set", "--text", text]);
    terminal.ok(&["template", "set", "--language", "en-US", "--text", text]);
    let all = terminal.ok(&["template", "list"]);
    assert_snapshot!(all, @"
    APPLICATION       CHANNEL                       PROVIDER          LANGUAGE  WORDS
    all               all                           all               all       [{app}] {code} is your code, good for {minutes} minutes.  (default)
    all               all                           all               en-US     [{app}] {code} is your code, good for {minutes} minutes.
    ");

    assert_snapshot!(terminal.run(&["template", "remove"]), @"
    exit code 2
    error: the following required arguments were not provided:
      <--app <APP_ID>|--channel <CHANNEL>|--provider <PROVIDER>|--language <LANGUAGE>|--default>

    Usage: countersign template remove --data <DIR> <--app <APP_ID>|--channel <CHANNEL>|--provider <PROVIDER>|--language <LANGUAGE>|--default>

    For more information, try '--help'.
    ");
    for empty in ["--app", "--provider", "--language"] {
        let refused = terminal.run(&["template", "remove", empty, ""]);
        assert_eq!(refused.code, 2, "{empty}: {refused}");
    }
    assert_eq!(terminal.ok(&["template", "list"]), all);

    terminal.ok(&["template", "remove", "--default"]);
    assert_snapshot!(terminal.ok(&["template", "list"]), @"
    APPLICATION       CHANNEL                       PROVIDER          LANGUAGE  WORDS
    all               all                           all               en-US     [{app}] {code} is your code, good for {minutes} minutes.
    ");
    terminal.ok(&["template", "set", "--default", "--text", text]);
    assert_eq!(terminal.ok(&["template", "list"]), all);
}

#[tokio::test]
async fn the_operator_removes_a_setting_by_remove_and_by_delete() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let terminal = server.terminal();
    let file = provider_file(data.path());
    let text = "[{app}] {code} is your code, good for {minutes} minutes.";
    for word in ["remove", "delete"] {
        terminal.ok(&["provider", "add", "--file", &file]);
        terminal.ok(&["route", "set", "--country", "CN", "acme"]);
        terminal.ok(&["template", "set", "--language", "en-US", "--text", text]);
        let key = terminal.ok(&["access-key", "create", "--json"]);
        let key: Value = serde_json::from_str(&key).unwrap();
        let key = key["accessKeyId"].as_str().unwrap();
        for scope in [
            &["route", word, "--country", "CN"][..],
            &["template", word, "--language", "en-US"],
            &["provider", word, "acme"],
            &["access-key", word, key],
        ] {
            assert_eq!(terminal.ok(scope), "removed\n", "{scope:?}");
        }
    }
    for verb in ["route", "template", "provider", "access-key"] {
        let help = terminal.ok(&[verb, "--help"]);
        let line = help.lines().find(|line| line.contains("  remove  "));
        let line = line.unwrap_or_else(|| panic!("{verb}: {help}"));
        assert!(line.ends_with("[alias: delete]"), "{verb}: {line}");
    }
}

#[tokio::test]
async fn the_operator_that_sets_a_text_without_a_language_is_warned_and_undoes_it() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let terminal = server.terminal();
    let text = "【{app}】{code} 是您的登录验证码，{minutes} 分钟内有效。";
    let set = |scope: &[&str]| {
        let command = [&["template", "set", "--text", text], scope].concat();
        terminal.ok(&command)
    };
    let undo = |printed: &str| {
        let (_, command) = printed.split_once("undo     countersign ").unwrap();
        let command: Vec<_> = command.split_whitespace().collect();
        assert_eq!(terminal.ok(&command), "removed\n", "{printed}");
    };
    let default = set(&[]);
    assert_snapshot!(default, @"
    warning  no_language: has no language, so it hides the built-in texts of every channel in zh-CN, zh-TW, en-US and ja-JP: name the language that it is in, such as `--language zh-CN`
    saved
    undo     countersign template remove --default
    ");
    undo(&default);
    let narrow = set(&["--app", "dev-app", "--channel", "login"]);
    assert_snapshot!(narrow, @"
    warning  no_language: has no language, so it hides the built-in texts for CHANNEL_LOGIN in zh-CN, zh-TW, en-US and ja-JP: name the language that it is in, such as `--language zh-CN`
    saved
    undo     countersign template remove --app dev-app --channel CHANNEL_LOGIN
    ");
    undo(&narrow);
    assert_eq!(set(&["--language", "zh-CN"]), "saved\n");
}
