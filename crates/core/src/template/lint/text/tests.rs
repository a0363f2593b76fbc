use super::*;
use crate::autofill::{AndroidAppHash, WebHost};
use crate::template::lint::{Severity, is_refused};

fn name(text: &str) -> SmsName {
    SmsName::parse(text).unwrap()
}

fn parse(template: &str) -> TextTemplate {
    template.parse().unwrap()
}

fn lint(template: &str, names: &[&str]) -> Vec<Finding> {
    let names: Vec<_> = names.iter().map(|text| name(text)).collect();
    let senders: Vec<_> = names.iter().map(Sender::from).collect();
    text(&parse(template), &senders)
}

/// Returns the rules that a template of Shop breaks.
fn rules(template: &str) -> Vec<&'static str> {
    let findings = lint(template, &["Shop"]);
    findings
        .iter()
        .map(|finding| finding.rule.as_str())
        .collect()
}

fn sentence(findings: &[Finding], rule: LintRule) -> &str {
    let mut of_rule = findings.iter().filter(|finding| finding.rule == rule);
    let finding = of_rule.next().unwrap();
    assert_eq!(of_rule.next(), None, "once is enough");
    &finding.sentence
}

const NOTHING: [&str; 0] = [];

#[test]
fn a_good_text_has_no_findings() {
    for good in [
        "【{app}】验证码 {code}，{minutes} 分钟内有效。如非本人操作，请忽略。",
        "[{app}] {code} is your code for the next {minutes} minutes. Keep it to yourself!",
        "[Shop] Code: {code}, for {seconds} seconds",
        "【{app}】{code} は認証コードです。{minutes}分間有効です。",
        "【{app}】{code}，{minutes}",
    ] {
        assert_eq!(rules(good), NOTHING, "{good:?}");
        assert!(!is_refused(&lint(good, &[])), "{good:?}");
    }
}

// shows: E6
#[test]
fn a_text_takes_one_segment_for_every_sender() {
    let words = |count| format!("[{{app}}] {{code}} {{minutes}} {}", "x".repeat(count));
    // Brackets take two places each in GSM-7: 4 + 4 + 1 + 8 + 1 + 2 + 1.
    assert_eq!(rules(&words(160 - 21)), NOTHING);
    assert_eq!(rules(&words(161 - 21)), ["too_many_segments"]);
    let findings = lint(&words(60), &["Shop", "示例商城", "商城"]);
    assert_eq!(
        sentence(&findings, LintRule::TooManySegments),
        "takes 79 of 70 places in UCS-2, which makes 2 segments: with a code of 8 digits that lives 10 minutes, of 示例商城"
    );
    assert!(is_refused(&findings));
    let findings = lint(&"{code}".repeat(21), &["Shop", "商城"]);
    assert_eq!(
        sentence(&findings, LintRule::TooManySegments),
        "takes 168 of 160 places in GSM-7, which makes 2 segments: with a code of 8 digits that lives 10 minutes"
    );
    let long = format!("【{{app}}】{{code}} {{minutes}}{}", "码".repeat(57));
    let findings = lint(&long, &[]);
    assert!(
        sentence(&findings, LintRule::TooManySegments)
            .starts_with("takes 71 of 70 places in UCS-2")
    );
}

#[test]
fn a_text_is_one_line_of_characters_that_can_be_seen() {
    let with = |text: &str| rules(&format!("[{{app}}] {{code}} {{minutes}}码{text}"));
    for (bad, rule) in [
        ("\n", "line_break"),
        ("\r\n", "line_break"),
        ("\u{2028}", "line_break"),
        ("\t", "control_character"),
        ("\0", "control_character"),
        ("\u{202e}", "hidden_character"),
        ("\u{2066}", "hidden_character"),
        ("\u{200b}", "hidden_character"),
        ("\u{ad}", "hidden_character"),
    ] {
        assert!(with(bad).contains(&rule), "{bad:?}");
        let findings = lint(&format!("[{{app}}] {{code}}{bad}"), &["Shop"]);
        assert!(is_refused(&findings), "{bad:?}");
    }
}

#[test]
fn no_text_has_a_link() {
    for bad in [
        "[{app}] {code} {minutes} see https://shop.example",
        "[{app}] {code} {minutes} at shop.example/login",
        "[{app}] {code} {minutes} t.cn",
        "[{app}] {minutes} {code}.com",
        "[{app}] {minutes} {code} {app}.example",
        "[{app}] {minutes} {code} www.{app}.{app}",
        "[{app}] {minutes} @shop.example #{code}",
    ] {
        assert_eq!(rules(bad), ["link"], "{bad:?}");
    }
    let findings = lint("[{app}] {code} {app}.example", &["Shop", "Store"]);
    assert_eq!(
        sentence(&findings, LintRule::Link),
        "Shop.example, Store.example: reads as a link"
    );
}

// shows: E5
#[test]
fn no_signature_looks_like_a_link_or_a_number() {
    for bad in [
        "[{app}.example] {code} {minutes}",
        "[shop.example] {code} {minutes}",
        "[https://{app}] {code} {minutes}",
        "[{app} 95588] {code} {minutes}",
        "[tel:1] {code} {minutes}",
    ] {
        assert_eq!(rules(bad), ["signature_link", "other_signature"], "{bad:?}");
    }
    // Only the second name makes a number with it.
    let findings = lint("[{app}99] {code} {minutes}", &["Shop", "Club 1999"]);
    assert_eq!(
        sentence(&findings, LintRule::SignatureLink),
        "6 digits in a row in the signature read as a code or a number to call"
    );
}

#[test]
fn the_code_is_there_once_and_not_in_the_signature() {
    assert_eq!(rules("[{app}] {code} {code} {minutes}"), ["code_repeated"]);
    assert_eq!(
        rules("【{code}】{app} {minutes}"),
        ["code_in_signature", "other_signature"]
    );
}

#[test]
fn a_text_is_signed_with_the_name_of_its_application() {
    assert_eq!(rules("{code} {minutes}"), ["no_signature"]);
    assert_eq!(rules("{code} [{app}] {minutes}"), ["no_signature"]);
    assert_eq!(rules("[Store] {code} {minutes}"), ["other_signature"]);
    assert_eq!(rules("[{app} ] {code} {minutes}"), ["other_signature"]);
    let findings = lint("[Shop] {code}", &["Shop", "A", "B", "C", "D", "E"]);
    assert_eq!(
        sentence(&findings, LintRule::OtherSignature),
        "is signed Shop, but is of A, B, C and 2 more"
    );
    assert!(!is_refused(&findings));
    // Without senders there is no name to compare with.
    assert_eq!(lint("[Store] {code} {minutes}", &[]), []);
}

#[test]
fn few_characters_that_cost_all_of_gsm7_are_named() {
    let findings = lint("[{app}] {code}: don’t share it, {minutes}", &["Shop"]);
    assert_eq!(
        sentence(&findings, LintRule::CostlyCharacter),
        "would have 160 places in GSM-7 without ’ (U+2019), instead of 70 in UCS-2"
    );
    assert!(!is_refused(&findings));
    let findings = lint("【{app}】{code} is your code, {minutes}", &["Shop"]);
    assert!(
        sentence(&findings, LintRule::CostlyCharacter)
            .contains("without 【 (U+3010), 】 (U+3011),")
    );
    // The name forces UCS-2 in any case, except where the text does not use it.
    let curly = "[{app}] {code}: don’t share it, {minutes}";
    assert_eq!(lint(curly, &["商城"]), []);
    assert_eq!(lint(curly, &["商城", "Shop"]).len(), 1);
    let findings = lint("{code}: don’t share it, {minutes}", &["商城"]);
    sentence(&findings, LintRule::CostlyCharacter);
}

#[test]
fn a_text_says_how_long_a_code_lives() {
    assert_eq!(rules("[{app}] {code}"), ["no_lifetime"]);
    assert_eq!(rules("[{app}] {code} {seconds}"), NOTHING);
}

#[test]
fn a_text_leaves_room_for_last_lines() {
    let (shop, host) = (name("Shop"), WebHost::parse("shop.example").unwrap());
    let hash = AndroidAppHash::parse("FA+9qCX9VSu").unwrap();
    let sender = |web_host, android_app_hash| Sender {
        name: &shop,
        web_host,
        android_app_hash,
    };
    let words = |count| {
        parse(&format!(
            "[{{app}}] {{code}} {{minutes}} {}",
            "x".repeat(count)
        ))
    };
    let both = [sender(Some(&host), None)];
    assert_eq!(text(&words(160 - 21 - 24), &both), []);
    let findings = text(&words(161 - 21 - 24), &both);
    assert_eq!(
        sentence(&findings, LintRule::NoRoomForLastLines),
        "leaves no room for the last lines of Shop, which get the built-in text instead"
    );
    assert!(!is_refused(&findings));
    // 140 bytes with a hash: the brackets take one each here.
    let android = [sender(None, Some(&hash))];
    assert_eq!(text(&words(140 - 19 - 12), &android), []);
    assert_eq!(text(&words(141 - 19 - 12), &android).len(), 1);
    // A text that is too long by itself is reported once.
    let findings = text(&words(200), &both);
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].rule, LintRule::TooManySegments);
}

#[test]
fn errors_come_before_warnings() {
    let findings = lint("{code} {code} t.cn", &["Shop"]);
    let severities: Vec<_> = findings.iter().map(Finding::severity).collect();
    assert!(severities.is_sorted(), "{findings:?}");
    assert!(severities.contains(&Severity::Warning));
    assert_eq!(findings[0].severity(), Severity::Error);
}
