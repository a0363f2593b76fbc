use super::*;
use crate::template::VendorTemplate;

fn text(text: &str) -> Template {
    Template::Text(text.parse().unwrap())
}

fn chinese() -> Template {
    text("【{app}】{code} 是您的验证码，{minutes} 分钟内有效。")
}

fn vendor() -> Template {
    Template::Vendor(VendorTemplate {
        id: "SMS_1".to_owned(),
        signature: Some("Shop".to_owned()),
        variables: vec!["code={code}".parse().unwrap()],
    })
}

/// The scope that `words` name: `app`, `login`, `provider`, and languages by their tags.
fn of(words: &str) -> TemplateScope {
    let mut scope = TemplateScope::default();
    for word in words.split_whitespace() {
        match word {
            "app" => scope.app = Some(AppId::parse("shop").unwrap()),
            "login" => scope.channel = Some(Channel::Login),
            "provider" => scope.provider = Some(ProviderName::parse("acme").unwrap()),
            tag => scope.language = Some(LanguageTag::parse(tag).unwrap()),
        }
    }
    scope
}

/// The warnings about `template` in a scope beside others.
fn warnings(template: &Template, scope: &str, others: &[&str]) -> Vec<String> {
    let others: Vec<_> = others.iter().map(|words| of(words)).collect();
    let others: Vec<_> = others.iter().collect();
    let findings = super::scope(template, &of(scope), &others);
    assert!(!super::super::is_refused(&findings));
    findings.iter().map(ToString::to_string).collect()
}

const NOTHING: [&str; 0] = [];

#[test]
fn a_text_without_a_language_hides_the_built_in_texts_of_other_languages() {
    let all = "warning no_language: has no language, so it hides the built-in texts of every channel in zh-CN, zh-TW, \
        en-US and ja-JP: name the language that it is in, such as `--language zh-CN`";
    assert_eq!(warnings(&chinese(), "", &[]), [all]);
    assert_eq!(
        warnings(&chinese(), "", &[""]),
        [all],
        "it takes its own place"
    );
    let login = "warning no_language: has no language, so it hides the built-in texts for CHANNEL_LOGIN in zh-CN, \
        zh-TW, en-US and ja-JP: name the language that it is in, such as `--language zh-CN`";
    assert_eq!(warnings(&chinese(), "app login", &[]), [login]);
}

#[test]
fn a_text_with_a_language_hides_nothing() {
    for scope in ["zh-CN", "login zh-CN", "app login provider zh-CN"] {
        let others = ["en-US", "login en-US", "provider"];
        assert_eq!(warnings(&chinese(), scope, &others), NOTHING, "{scope}");
    }
}

#[test]
fn a_text_for_the_languages_that_others_leave_hides_those_only() {
    let english = text("[{app}] {code} is your code, good for {minutes} minutes.");
    let left = warnings(&english, "", &["zh-CN", "ja-JP"]);
    let expected = "warning no_language: has no language, so it hides the built-in texts of every channel in zh-TW and \
        en-US: name the language that it is in, such as `--language en-US`";
    assert_eq!(left, [expected]);
    let last = warnings(&english, "", &["zh-CN", "zh-TW", "ja-JP"]);
    assert_eq!(last, NOTHING, "English is all that is left");
}

#[test]
fn a_text_without_a_language_hides_stored_texts_of_one_language() {
    let hidden = warnings(
        &chinese(),
        "login",
        &["en-US", "provider ja-JP", "app zh-TW"],
    );
    let expected = "warning no_language: has no language, so it hides the built-in texts for CHANNEL_LOGIN in zh-CN, \
        zh-TW and ja-JP, and the text in en-US, the text through acme in ja-JP: name the language that it is in, such as \
        `--language zh-CN`";
    assert_eq!(hidden, [expected], "the text of an application is nearer");
    let nothing = warnings(&chinese(), "login", &[""]);
    assert_eq!(nothing, NOTHING, "one text has every language already");
}

#[test]
fn a_text_without_a_channel_hides_stored_texts_of_one_channel() {
    let hidden = warnings(
        &chinese(),
        "app zh-CN",
        &["login zh-CN", "login en-US", "app login"],
    );
    let expected = "warning no_channel: has no channel, so it hides the text for CHANNEL_LOGIN in zh-CN: name the \
        channel that it is for, such as `--channel login`";
    assert_eq!(hidden, [expected]);
    assert_eq!(warnings(&chinese(), "zh-CN", &["login zh-CN"]), NOTHING);
}

#[test]
fn a_vendors_template_hides_stored_templates_only() {
    assert_eq!(warnings(&vendor(), "provider", &[]), NOTHING);
    let hidden = warnings(&vendor(), "login provider", &["provider en-US"]);
    let expected = "warning no_language: has no language, so it hides the template through acme in en-US: name the \
        language that it is in, such as `--language en-US`";
    assert_eq!(hidden, [expected]);
}

#[test]
fn a_japanese_text_is_taken_for_one() {
    let japanese = text("【{app}】認証コードは{code}です。{minutes}分間有効です。");
    let found = warnings(&japanese, "", &[]);
    assert!(
        found.concat().ends_with("such as `--language ja-JP`"),
        "{found:?}"
    );
}
