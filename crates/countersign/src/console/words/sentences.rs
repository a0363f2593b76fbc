//! Sentences with a value in them: a function for each kind of sentence, with an arm for each language.

use std::time::Duration;

use countersign_core::price::Price;

use super::super::headline::Headline;
use super::super::language::Language;
use super::super::when::Length;
use super::outcomes;

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

/// What became of a message.
pub(in super::super) fn headline(language: Language, headline: &Headline) -> String {
    match language {
        Language::English => headline_in_english(headline),
        Language::Chinese => headline_in_chinese(headline),
    }
}

fn headline_in_english(headline: &Headline) -> String {
    let length = |span: &Duration| length(Language::English, *span);
    let still = |live: &bool| {
        if *live {
            "; its code is still good"
        } else {
            ""
        }
    };
    match headline {
        Headline::Sending => "It is being sent.".to_owned(),
        Headline::NotSent { gave_back: true } => {
            "Nobody took it; nothing was sent, and the minute was given back.".to_owned()
        }
        Headline::NotSent { gave_back: false } => "Nobody took it; nothing was sent.".to_owned(),
        Headline::Verified { delivered, after } => {
            let start = if *delivered {
                "Delivered, and the"
            } else {
                "The"
            };
            format!("{start} right code was entered after {}.", length(after))
        }
        Headline::Exhausted { wrong, wait } => {
            let then = match wait.as_secs() {
                0 => "now".to_owned(),
                _ => format!("in {}", length(wait)),
            };
            format!(
                "{wrong} wrong codes were entered; this code is dead. A new one can be asked for {then}."
            )
        }
        Headline::NotDelivered { vendor_code: None } => {
            "The carrier could not deliver it.".to_owned()
        }
        Headline::NotDelivered {
            vendor_code: Some(code),
        } => match outcomes::report(Language::English, code) {
            Some(meaning) => format!("The carrier could not deliver it: {meaning} ({code})."),
            None => format!("The carrier could not deliver it ({code})."),
        },
        Headline::Delivered { ago, live } => {
            format!("Delivered {} ago{}.", length(ago), still(live))
        }
        Headline::Unknown { provider } => {
            let provider = provider.as_deref().unwrap_or("The provider");
            format!(
                "{provider} did not answer in time. The message may have arrived, so it counts as sent and is not sent again."
            )
        }
        Headline::NoReceipt {
            provider,
            ago,
            live,
        } => {
            format!(
                "{provider} took it {} ago, and has not reported yet{}.",
                length(ago),
                still(live)
            )
        }
    }
}

fn headline_in_chinese(headline: &Headline) -> String {
    let length = |span: &Duration| length(Language::Chinese, *span);
    let still = |live: &bool| {
        if *live {
            "，验证码仍然有效"
        } else {
            ""
        }
    };
    match headline {
        Headline::Sending => "短信正在发送。".to_owned(),
        Headline::NotSent { gave_back: true } => {
            "所有服务商均未接收，短信未发出，等待时间已退还。".to_owned()
        }
        Headline::NotSent { gave_back: false } => "所有服务商均未接收，短信未发出。".to_owned(),
        Headline::Verified { delivered, after } => {
            let start = if *delivered { "短信已送达，" } else { "" };
            format!("{start}{}后输入了正确的验证码。", length(after))
        }
        Headline::Exhausted { wrong, wait } => match wait.as_secs() {
            0 => format!("已输错 {wrong} 次，验证码作废，可以重新获取。"),
            _ => format!(
                "已输错 {wrong} 次，验证码作废，{}后可以重新获取。",
                length(wait)
            ),
        },
        Headline::NotDelivered { vendor_code: None } => "运营商投递失败。".to_owned(),
        Headline::NotDelivered {
            vendor_code: Some(code),
        } => match outcomes::report(Language::Chinese, code) {
            Some(meaning) => format!("运营商投递失败：{meaning}（{code}）。"),
            None => format!("运营商投递失败（{code}）。"),
        },
        Headline::Delivered { ago, live } => format!("{}前已送达{}。", length(ago), still(live)),
        Headline::Unknown { provider } => {
            let provider = provider.as_deref().unwrap_or("服务商");
            format!("{provider} 未及时应答：短信可能已发出，按已发送处理，不会重发。")
        }
        Headline::NoReceipt {
            provider,
            ago,
            live,
        } => {
            format!(
                "{provider} 已于 {}前接收，暂无回执{}。",
                length(ago),
                still(live)
            )
        }
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

    #[test]
    fn a_headline_says_what_became_of_a_message() {
        let after = Duration::from_secs(14);
        for (told, english, chinese) in [
            (
                Headline::Verified {
                    delivered: true,
                    after,
                },
                "Delivered, and the right code was entered after 14 seconds.",
                "短信已送达，14 秒后输入了正确的验证码。",
            ),
            (
                Headline::NoReceipt {
                    provider: "tencent".to_owned(),
                    ago: after,
                    live: true,
                },
                "tencent took it 14 seconds ago, and has not reported yet; its code is still good.",
                "tencent 已于 14 秒前接收，暂无回执，验证码仍然有效。",
            ),
            (
                Headline::NotDelivered {
                    vendor_code: Some("UNDELIV".to_owned()),
                },
                "The carrier could not deliver it: the phone could not be reached (UNDELIV).",
                "运营商投递失败：无法接通手机（UNDELIV）。",
            ),
            (
                Headline::NotDelivered {
                    vendor_code: Some("MK:0001".to_owned()),
                },
                "The carrier could not deliver it (MK:0001).",
                "运营商投递失败（MK:0001）。",
            ),
            (
                Headline::Exhausted {
                    wrong: 5,
                    wait: after,
                },
                "5 wrong codes were entered; this code is dead. A new one can be asked for in 14 seconds.",
                "已输错 5 次，验证码作废，14 秒后可以重新获取。",
            ),
            (
                Headline::Exhausted {
                    wrong: 3,
                    wait: Duration::ZERO,
                },
                "3 wrong codes were entered; this code is dead. A new one can be asked for now.",
                "已输错 3 次，验证码作废，可以重新获取。",
            ),
        ] {
            assert_eq!(headline(Language::English, &told), english);
            assert_eq!(headline(Language::Chinese, &told), chinese);
        }
    }
}
