//! What is wrong with a value, beside its field; and why a test message was not sent.

use countersign_core::phone::InvalidPhone;
use countersign_core::send::messenger::SendError;
use countersign_core::time::Timestamp;

use super::super::language::Language;
use super::sentences::length;
use super::{Words, people};
use crate::manage::{LastChange, Note, Rule};

/// What is wrong with a value.
pub(in super::super) fn rule(language: Language, rule: &Rule) -> String {
    let words = &Words::of(language).forms;
    match (language, rule) {
        (_, Rule::Other(why)) if why == "missing" => words.missing.to_owned(),
        (Language::English, Rule::NoteTooLong) => {
            format!("Use {} characters at most", Note::MOST)
        }
        (Language::Chinese, Rule::NoteTooLong) => format!("最多 {} 个字符", Note::MOST),
        (Language::English, Rule::TextTooLong(why)) => capitalized(&why.to_string()),
        (Language::Chinese, Rule::TextTooLong(why)) => format!(
            "内置文本放不进一条短信：需要 {}，最多 {}",
            why.needed, why.limit
        ),
        (
            _,
            Rule::PersonName
            | Rule::PersonNameTaken
            | Rule::ApplicationsOfPerson
            | Rule::Password(_)
            | Rule::Code,
        ) => people::broken_rule(language, rule),
        (Language::English, Rule::Other(why)) => capitalized(why),
        (Language::Chinese, Rule::Other(why)) => match in_chinese(why) {
            Some(sentence) => sentence.to_owned(),
            None => format!("该值不可用：{why}"),
        },
    }
}

/// The rules of `manage` and of vendor accounts that people meet most, in Chinese: each by the words with which its English
/// sentence begins.
const RULES: &[(&str, &str)] = &[
    ("not a URL", "请填写网址，例如 https://vendor.example/path"),
    ("only https is allowed", "只允许 https，运维可以放宽"),
    ("only port 443 is allowed", "只允许 443 端口，运维可以放宽"),
    (
        "addresses of this machine",
        "不允许本机和内网地址，运维可以放宽",
    ),
    (
        "requests go to another host",
        "请求将发往另一台主机，请重新填写此密钥，或将其删除",
    ),
    ("it has no query", "网址不能带查询参数"),
    (
        "it has 1 to 128 characters of ASCII",
        "请填写 1 到 128 个 ASCII 字符，不含空格",
    ),
    ("invalid type", "值的类型不对，请参照示例"),
    ("unknown variant", "不是可选的值，请参照说明"),
    (
        "is whsec_ and then",
        "请填写 whsec_ 加上 24 到 64 字节的 base64",
    ),
    ("not a JSON document", "请填写 JSON"),
    ("a route names 1 to", "请选择 1 到 8 个服务商"),
    (
        "failover-same-code is for",
        "此项只能用于某个应用的路由：用户可能收到两条相同的短信",
    ),
    ("there is no provider", "没有这个服务商"),
    ("a window has", "时间窗口为 1 毫秒到 31 天"),
    ("a limit with waits", "按间隔计算的规则没有上限"),
    ("the one-minute limit", "每分钟一条的规则不能修改"),
    ("a vendor's template names", "厂商模板需要指定服务商"),
    ("a text needs {code}", "文本中需要有 {code}"),
    ("a gap has one brace", "占位符两边各一个大括号：{code}"),
    ("a brace is open", "大括号没有成对：占位符写作 {code}"),
    ("a text has at most", "文本过长，任何短信都放不下"),
    (
        "a variable is written",
        "变量写作 name={code} 或 {code}，可用的有 {code}、{minutes}、{seconds}、{app}",
    ),
];

fn in_chinese(why: &str) -> Option<&'static str> {
    let known = RULES.iter().find(|(start, _)| why.starts_with(start));
    if let Some((_, sentence)) = known {
        return Some(sentence);
    }
    match why.ends_with("is named twice") {
        true => Some("同一个服务商只能出现一次"),
        false if why.contains("is none of {code}") => {
            Some("占位符只有 {code}、{minutes}、{seconds}、{app}")
        }
        false if why.starts_with("the share of") => Some("权重为 1 到 1000"),
        false => None,
    }
}

/// A sentence with a capital letter at its start, where it begins with a word.
pub(super) fn capitalized(sentence: &str) -> String {
    let first = sentence.split(' ').next().unwrap_or_default();
    if !first.chars().all(char::is_alphabetic) {
        return sentence.to_owned();
    }
    let mut letters = sentence.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

/// Somebody else has changed what the form is about, at a time that is `shown`.
pub(in super::super) fn changed(
    language: Language,
    last: &LastChange,
    shown: impl Fn(Timestamp) -> String,
) -> String {
    let words = &Words::of(language).forms;
    let Some((who, at)) = &last.by else {
        return format!("{}{}", words.somebody_changed, words.look_at_both);
    };
    let who = match (who.kind.as_str(), &who.id) {
        ("person", Some(name)) => name.clone(),
        ("access_key", Some(id)) => format!("{} {id}", words.access_key),
        ("service", _) => words.service.to_owned(),
        _ => words.command_line.to_owned(),
    };
    let at = shown(*at);
    match language {
        Language::English => format!("{who} changed this at {at}.{}", words.look_at_both),
        Language::Chinese => format!("{who} 于 {at} 修改了此内容。{}", words.look_at_both),
    }
}

/// Why a text is no number that gets codes.
pub(in super::super) fn bad_number(language: Language, why: &InvalidPhone) -> String {
    match (language, why) {
        (Language::English, why) => capitalized(&why.to_string()),
        (Language::Chinese, InvalidPhone::Character(_)) => {
            "号码只能包含数字、空格、- . ( ) 和开头的一个 +".to_owned()
        }
        (Language::Chinese, InvalidPhone::CountryCode | InvalidPhone::Contradiction) => {
            "国家和地区码与号码不符".to_owned()
        }
        (Language::Chinese, InvalidPhone::NotValid) => "该国家或地区没有这样的号码".to_owned(),
        (Language::Chinese, InvalidPhone::NotMobile) => "这不是手机号".to_owned(),
        (Language::Chinese, InvalidPhone::OlderForm(form)) => {
            format!("这是旧号码格式，现在写作 {form}")
        }
    }
}

/// Why a test message was not sent.
pub(in super::super) fn not_sent(language: Language, why: &SendError) -> String {
    match (language, why) {
        (Language::English, SendError::CountryNotServed(country)) => {
            format!("No provider carries codes to {country}")
        }
        (Language::Chinese, SendError::CountryNotServed(country)) => {
            format!("没有服务商向 {country} 发送验证码")
        }
        (Language::English, SendError::CountryNotAllowed(country)) => {
            format!("Codes to {country} are not allowed: set a route that names it")
        }
        (Language::Chinese, SendError::CountryNotAllowed(country)) => {
            format!("不允许向 {country} 发送验证码：请为其设置路由")
        }
        (Language::English, SendError::Limited(refusal) | SendError::ChallengeNeeded(refusal)) => {
            format!(
                "The limit {} refuses. Try again in {}",
                refusal.limit,
                length(language, refusal.wait())
            )
        }
        (Language::Chinese, SendError::Limited(refusal) | SendError::ChallengeNeeded(refusal)) => {
            format!(
                "规则 {} 拒绝了此次发送，请在 {}后重试",
                refusal.limit,
                length(language, refusal.wait())
            )
        }
        (Language::English, _) => "It was not sent. Try again in a moment".to_owned(),
        (Language::Chinese, _) => "短信未发出，请稍后重试".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_told_in_the_language_of_the_page() {
        for (why, english, chinese) in [
            ("missing", "Enter a value", "请填写此项"),
            (
                "aliyun is named twice",
                "Aliyun is named twice",
                "同一个服务商只能出现一次",
            ),
            (
                "new and unknown",
                "New and unknown",
                "该值不可用：new and unknown",
            ),
        ] {
            let why = Rule::Other(why.to_owned());
            assert_eq!(rule(Language::English, &why), english);
            assert_eq!(rule(Language::Chinese, &why), chinese);
        }
    }
}
