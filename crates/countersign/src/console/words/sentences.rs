//! Sentences with a value in them: a function for each kind of sentence, with an arm for each language.

use std::time::Duration;

use countersign_core::price::Price;

use super::super::language::Language;
use super::super::when::Length;

/// A length of time, such as `12 seconds`.
pub(in super::super) fn length(language: Language, span: Duration) -> String {
    let length = Length::of(span);
    match language {
        Language::English if length == Length::Seconds(0) => "less than a second".to_owned(),
        Language::Chinese if length == Length::Seconds(0) => "不到 1 秒".to_owned(),
        Language::English => {
            let (count, unit) = match length {
                Length::Seconds(count) => (count, "second"),
                Length::Minutes(count) => (count, "minute"),
                Length::Hours(count) => (count, "hour"),
                Length::Days(count) => (count, "day"),
            };
            let plural = if count == 1 { "" } else { "s" };
            format!("{count} {unit}{plural}")
        }
        Language::Chinese => match length {
            Length::Seconds(count) => format!("{count} 秒"),
            Length::Minutes(count) => format!("{count} 分钟"),
            Length::Hours(count) => format!("{count} 小时"),
            Length::Days(count) => format!("{count} 天"),
        },
    }
}

/// Two statements about one thing.
pub(in super::super) fn joined(language: Language, first: &str, second: &str) -> String {
    match language {
        Language::English => format!("{first}, {second}"),
        Language::Chinese => format!("{first}，{second}"),
    }
}

/// A price, such as `0.045 CNY`.
pub(in super::super) fn money(price: &Price) -> String {
    format!("{} {}", price.amount, price.currency)
}

/// That all countries and regions of a part of the world are meant.
pub(in super::super) fn all_of(language: Language, count: usize, region: &str) -> String {
    match language {
        Language::English => format!("All {count} countries and regions of {region}"),
        Language::Chinese => format!("{region}的全部 {count} 个国家和地区"),
    }
}

/// The title of a page about the thing that has this name.
pub(in super::super) fn titled(language: Language, title: &str, name: &str) -> String {
    match language {
        Language::English => format!("{title}: {name}"),
        Language::Chinese => format!("{title}：{name}"),
    }
}

/// A statement, and what it would have refused besides.
pub(in super::super) fn listed(
    language: Language,
    first: &str,
    then: &str,
    names: &[&str],
) -> String {
    match language {
        Language::English => format!("{first}. {then}: {}", names.join(", ")),
        Language::Chinese => format!("{first}。{then}：{}", names.join("、")),
    }
}

/// The zone in which a page shows times.
pub(in super::super) fn zone(language: Language, name: &str) -> String {
    match language {
        Language::English => format!("Times are in the zone {name}."),
        Language::Chinese => format!("时间均为 {name} 时区。"),
    }
}

/// The button that signs in, in a role.
pub(in super::super) fn sign_in_as(language: Language, role: &str) -> String {
    match language {
        Language::English => format!("Continue as {role}"),
        Language::Chinese => format!("以“{role}”身份登录"),
    }
}

/// The waits between one message and the next.
pub(in super::super) fn waits(language: Language, waits: &[Duration]) -> String {
    let waits: Vec<_> = waits.iter().map(|wait| length(language, *wait)).collect();
    match language {
        Language::English => format!("waits of {}", waits.join(", ")),
        Language::Chinese => format!("间隔 {}", waits.join("、")),
    }
}

/// A statement, and the reason for it.
pub(in super::super) fn because(language: Language, first: &str, why: &str) -> String {
    match language {
        Language::English => format!("{first}. {why}"),
        Language::Chinese => format!("{first}。{why}"),
    }
}

/// The time within which a provider usually reports.
pub(in super::super) fn usually_reports(language: Language, within: Duration) -> String {
    // Rounded up: a report after 5.2 seconds has come within 6.
    let within = length(language, within + Duration::from_millis(999));
    match language {
        Language::English => format!("It usually reports within {within}."),
        Language::Chinese => format!("通常 {within}内会有回执。"),
    }
}

/// How many limits judged a message, none of which refused it.
pub(in super::super) fn limits_asked(language: Language, count: usize) -> String {
    match (language, count) {
        (Language::English, 1) => "1 limit asked, none refused".to_owned(),
        (Language::English, _) => format!("{count} limits asked, none refused"),
        (Language::Chinese, _) => format!("共 {count} 条规则，均未拒绝"),
    }
}

/// The time until a person may see another whole number.
pub(in super::super) fn too_many_reveals(language: Language, wait: Duration) -> String {
    let wait = length(language, wait);
    match language {
        Language::English => format!(
            "You have seen 20 whole numbers in the last hour. The next is possible in {wait}"
        ),
        Language::Chinese => format!("最近一小时您已查看 20 个完整号码，{wait}后可以继续"),
    }
}

/// The reason why what was searched for is no number.
pub(in super::super) fn not_found_by(language: Language, searched: &str) -> String {
    match language {
        Language::English => {
            format!("“{searched}” is no number that gets codes, and no id of a message")
        }
        Language::Chinese => format!("“{searched}”不是可以接收验证码的号码，也不是消息的 ID"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_has_its_unit_in_the_right_number() {
        for (seconds, english, chinese) in [
            (0, "less than a second", "不到 1 秒"),
            (1, "1 second", "1 秒"),
            (125, "2 minutes", "2 分钟"),
            (86_400 * 3, "3 days", "3 天"),
        ] {
            let span = Duration::from_secs(seconds);
            assert_eq!(length(Language::English, span), english);
            assert_eq!(length(Language::Chinese, span), chinese);
        }
    }
}
