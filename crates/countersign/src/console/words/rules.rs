//! What is wrong with a value, beside its field; and why a test message was not sent.

use countersign_core::limit::{InvalidLimitChange, InvalidRules, InvalidSendLimits};
use countersign_core::phone::InvalidPhone;
use countersign_core::send::messenger::SendError;
use countersign_core::send::route::{InvalidRoute, MOST_PROVIDERS};
use countersign_core::staff::password::{FEWEST, InvalidPassword, MOST};
use countersign_core::staff::person::PersonName;
use countersign_core::template::InvalidText;
use countersign_core::time::Timestamp;

use super::super::language::Language;
use super::sentences::{length, titled};
use super::{Words, drafts, vendor_fields};
use crate::manage::{LastChange, Note, Rule};

/// What is wrong with a value.
pub(in super::super) fn rule(language: Language, rule: &Rule) -> String {
    match language {
        Language::English => in_english(rule),
        Language::Chinese => in_chinese(rule),
    }
}

/// A sentence about what is wrong with the field of this label, so that it is understood without looking at the field: it names the
/// field. `is_chosen` is for a field whose value is one of some.
pub(in super::super) fn of_field(
    words: &Words,
    label: &str,
    sentence: &str,
    is_chosen: bool,
) -> String {
    let label = label.trim_end_matches(words.forms.optional);
    let language = words.language;
    if sentence == words.forms.missing {
        return match (language, is_chosen) {
            (_, true) => titled(language, label, words.forms.choose),
            (Language::English, false) => format!("Enter the {}", within(label)),
            (Language::Chinese, false) if label.starts_with(|c: char| c.is_ascii()) => {
                format!("请填写 {label}")
            }
            (Language::Chinese, false) => format!("请填写{label}"),
        };
    }
    let is_asked = label.ends_with(['?', '？']);
    match is_asked || sentence.to_lowercase().contains(&label.to_lowercase()) {
        true => sentence.to_owned(),
        false => titled(language, label, sentence),
    }
}

/// A label within a sentence: its first word in small letters, unless it is a name such as `AccessKey`.
fn within(label: &str) -> String {
    let mut letters = label.chars();
    let first = letters.next();
    let word = label.split(' ').next().unwrap_or_default();
    let is_name = word.chars().skip(1).any(|c| !c.is_lowercase()) || word.chars().count() < 2;
    match first.filter(|_| !is_name) {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => label.to_owned(),
    }
}

fn in_english(rule: &Rule) -> String {
    match rule {
        Rule::Vendor(words) if words == "missing" => {
            Words::of(Language::English).forms.missing.to_owned()
        }
        Rule::NoteTooLong => format!("Use {} characters at most", Note::MOST),
        Rule::PersonName => format!("Enter a name of 1 to {} characters", PersonName::MOST),
        Rule::Password(InvalidPassword::TooShort) => {
            format!("Enter a password of at least {FEWEST} characters")
        }
        Rule::Password(InvalidPassword::TooLong) => {
            format!("Enter a password of at most {MOST} characters")
        }
        Rule::Password(InvalidPassword::Common) => {
            "This password is one of those that are guessed first".to_owned()
        }
        Rule::Code => "Enter the code that the app shows now".to_owned(),
        Rule::ApplicationsOfPerson => {
            "Enter ids of applications that there are. An owner works with all: leave the field empty"
                .to_owned()
        }
        Rule::Between(least, most) => format!("Enter a whole number from {least} to {most}"),
        Rule::SafeEnd(days) => format!("Enter a time in the future, at most {days} days away"),
        Rule::TestCode => "Enter a fixed code of 6 to 8 digits".to_owned(),
        rule => capitalized(&rule.to_string()),
    }
}

fn in_chinese(rule: &Rule) -> String {
    match rule {
        Rule::NoteTooLong => format!("最多 {} 个字符", Note::MOST),
        Rule::TextTooLong(why) => format!(
            "内置文本放不进一条短信：需要 {}，最多 {}",
            why.needed, why.limit
        ),
        Rule::PersonName => format!("请输入 1 至 {} 个字符的姓名", PersonName::MOST),
        Rule::PersonNameTaken => "此姓名已被使用".to_owned(),
        Rule::Password(InvalidPassword::TooShort) => format!("密码至少需要 {FEWEST} 个字符"),
        Rule::Password(InvalidPassword::TooLong) => format!("密码最多 {MOST} 个字符"),
        Rule::Password(InvalidPassword::Common) => "此密码过于常见，容易被猜中".to_owned(),
        Rule::Code => "请输入应用当前显示的验证码".to_owned(),
        Rule::ApplicationsOfPerson => "请填写存在的应用 ID；所有者管理全部应用，请留空".to_owned(),
        Rule::NeedsSecondFactor => "需要第二验证因素，由本人在重置后设置".to_owned(),
        Rule::NoProvider(name) => format!("没有服务商 {name}"),
        Rule::Route(why) => route_in_chinese(why),
        Rule::Limit(why) => limit_in_chinese(why).to_owned(),
        Rule::MinuteLimit => "每分钟一条的规则不能修改".to_owned(),
        Rule::Template(finding) => drafts::finding(Language::Chinese, finding),
        Rule::Text(why) => text_in_chinese(why).to_owned(),
        Rule::Variable(_) => {
            "变量写作 name={code} 或 {code}，可用的有 {code}、{minutes}、{seconds}、{app}"
                .to_owned()
        }
        Rule::VendorTemplate => "厂商模板需要指定服务商".to_owned(),
        Rule::Between(least, most) => format!("请填写 {least} 到 {most} 的整数"),
        Rule::SafeEnd(days) => format!("请填写将来的时间，最多 {days} 天之后"),
        Rule::SafeListFull(most) => format!("放行名单最多 {most} 条，请先移出一条"),
        Rule::TestEnd(days) => format!("请填写将来的时间，最多 {days} 天之后"),
        Rule::TestCode => "固定验证码为 6 至 8 位数字".to_owned(),
        Rule::NoTestNumbers => {
            "此处不允许测试号码：请先在设置文件的 [test_numbers] 中设置 allow = true".to_owned()
        }
        Rule::OtherHost => "请求将发往另一台主机，请重新填写此密钥，或将其删除".to_owned(),
        Rule::Vendor(words) => vendor_fields::rule_in_chinese(words),
        Rule::Other(why) => format!("该值不可用：{why}"),
    }
}

fn route_in_chinese(why: &InvalidRoute) -> String {
    match why {
        InvalidRoute::Count => format!("请选择 1 到 {MOST_PROVIDERS} 个服务商"),
        InvalidRoute::Twice(name) => format!("服务商 {name} 只能出现一次"),
        InvalidRoute::Share(name) => format!("{name} 的权重为 1 到 1000"),
        InvalidRoute::SameCodeForAll => {
            "此项只能用于某个应用的路由：用户可能收到两条相同的短信".to_owned()
        }
    }
}

const fn limit_in_chinese(why: &InvalidLimitChange) -> &'static str {
    match why {
        InvalidLimitChange::HasWaits | InvalidLimitChange::Limits(InvalidSendLimits::Waits(_)) => {
            "按间隔计算的规则没有上限"
        }
        InvalidLimitChange::Limits(InvalidSendLimits::Max(..)) => "上限过大",
        InvalidLimitChange::Limits(InvalidSendLimits::Rules(InvalidRules::Window)) => {
            "时间窗口为 1 毫秒到 31 天"
        }
        InvalidLimitChange::Limits(InvalidSendLimits::Rules(InvalidRules::Waits)) => {
            "时间窗口不能短于规则的间隔"
        }
        InvalidLimitChange::Limits(_) => "该规则不支持此修改",
    }
}

const fn text_in_chinese(why: &InvalidText) -> &'static str {
    match why {
        InvalidText::NoCode => "文本中需要有 {code}",
        InvalidText::UnknownGap(_) => "占位符只有 {code}、{minutes}、{seconds}、{app}",
        InvalidText::DoubleBrace => "占位符两边各一个大括号：{code}",
        InvalidText::OpenBrace => "大括号没有成对：占位符写作 {code}",
        InvalidText::Length => "文本过长，任何短信都放不下",
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
    use countersign_core::send::route::ProviderName;

    use super::*;

    #[test]
    fn a_sentence_names_the_field_that_it_is_about() {
        let (english, chinese) = (Words::of(Language::English), Words::of(Language::Chinese));
        let missing = |words: &Words, label| of_field(words, label, words.forms.missing, false);
        for (label, told) in [
            ("AccessKey Secret", "Enter the AccessKey Secret"),
            ("SecretId (optional)", "Enter the SecretId"),
            ("Number", "Enter the number"),
            ("API account", "Enter the API account"),
        ] {
            assert_eq!(missing(english, label), told);
        }
        assert_eq!(
            missing(chinese, "AccessKey Secret"),
            "请填写 AccessKey Secret"
        );
        assert_eq!(missing(chinese, "号码"), "请填写号码");
        let chosen = of_field(chinese, "时长", chinese.forms.missing, true);
        assert_eq!(chosen, "时长：请选择一项");
        let between = "Enter a whole number from 1 to 365";
        let told = of_field(english, "Maximum", between, false);
        assert_eq!(told, "Maximum: Enter a whole number from 1 to 365");
        let named = "Enter a name of 1 to 64 characters";
        assert_eq!(of_field(english, "Name", named, false), named);
    }

    #[test]
    fn a_rule_is_told_in_the_language_of_the_page() {
        let aliyun = ProviderName::parse("aliyun").unwrap();
        for (broken, english, chinese) in [
            (
                Rule::Vendor("missing".to_owned()),
                "Enter a value",
                "请填写此项",
            ),
            (
                Rule::Route(InvalidRoute::Twice(aliyun)),
                "Aliyun is named twice",
                "服务商 aliyun 只能出现一次",
            ),
            (
                Rule::Between(1, 365),
                "Enter a whole number from 1 to 365",
                "请填写 1 到 365 的整数",
            ),
            (
                Rule::Other("new and unknown".to_owned()),
                "New and unknown",
                "该值不可用：new and unknown",
            ),
        ] {
            assert_eq!(rule(Language::English, &broken), english);
            assert_eq!(rule(Language::Chinese, &broken), chinese);
        }
    }
}
