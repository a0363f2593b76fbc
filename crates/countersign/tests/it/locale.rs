//! The command line speaks the language of its terminal, as far as its sentences come from the service.

use insta::assert_snapshot;

use crate::server::{Server, folder, number};

#[tokio::test]
async fn the_service_answers_the_command_line_in_the_language_of_its_terminal() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let refused = |locale: &str, more: &[&str]| {
        let terminal = server.terminal().in_locale(locale);
        let send = [&["send", "--to", "12345"], more].concat();
        terminal.run(&send).stderr
    };
    let english = refused("en_GB.UTF-8", &[]);
    assert_snapshot!(english, @"countersign: phoneNumber is not a valid number of its country. (statusCode 400)");
    assert_eq!(refused("C", &[]), english);
    assert_eq!(refused("de_DE.UTF-8", &[]), english);
    let chinese = refused("zh_CN.UTF-8", &[]);
    assert_snapshot!(chinese, @"countersign: phoneNumber 不是所属国家或地区的有效号码。 (statusCode 400)");
    let japanese = refused("ja_JP.UTF-8", &[]);
    assert_snapshot!(japanese, @"countersign: phoneNumber はその国または地域の有効な番号ではありません。 (statusCode 400)");
    assert_eq!(refused("ja_JP.UTF-8", &["--lang", "zh-CN"]), chinese);
    assert_eq!(refused("zh_CN.UTF-8", &["--lang", "en"]), english);
    let unknown = refused("C", &["--lang", "fr"]);
    assert!(unknown.contains("must be one of zh-CN, en-US"), "{unknown}");
}

#[tokio::test]
async fn the_operator_looks_at_a_code_in_the_language_of_the_terminal() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let number = number(1);
    let look = |locale: &str| {
        let terminal = server.terminal().in_locale(locale);
        let arguments = ["check", "--keep", "--to", &number, "--code", "123456"];
        terminal.run(&arguments).stderr
    };
    assert_snapshot!(look("C"), @"countersign: not valid: The code is wrong or no longer valid.");
    assert_snapshot!(look("zh_CN.UTF-8"), @"countersign: not valid: 验证码错误或已失效。");
}

#[tokio::test]
async fn the_operator_previews_a_message_in_the_language_of_the_terminal() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let preview = |locale: &str, more: &[&str]| {
        let terminal = server.terminal().in_locale(locale);
        terminal.ok(&[&["template", "preview"], more].concat())
    };
    let english = preview("C", &[]);
    assert_snapshot!(english, @"
    [Countersign] 123456 is your code to sign in. It expires in 5 minutes. Never share it.
    GSM-7, 88 of 160 places, 1 SMS
    ");
    assert_snapshot!(preview("zh_CN.UTF-8", &[]), @"
    【Countersign】123456 是您的登录验证码，5 分钟内有效，请勿告诉他人。
    UCS-2, 44 of 70 places, 1 SMS
    ");
    assert_eq!(preview("ja_JP", &["--language", "en-US"]), english);
}
