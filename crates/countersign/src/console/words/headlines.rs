//! The one sentence about what became of a message, in each language.

use std::time::Duration;

use super::super::headline::Headline;
use super::super::language::Language;
use super::outcomes;
use super::sentences::length;

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

#[cfg(test)]
mod tests {
    use super::*;

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
