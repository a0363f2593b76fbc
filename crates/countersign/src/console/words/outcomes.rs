//! What a failure at a vendor means, and what mends it, in the words of docs/guides/timeline.md.

use countersign_core::send::outcome::{Outcome, RefusalKind};

use super::super::language::Language;

/// What an outcome that is no success means, with its name in the API; `None` for a success.
pub(in super::super) fn meaning(language: Language, outcome: &Outcome) -> Option<String> {
    let (name, [meaning, _]) = match outcome {
        Outcome::Accepted { .. } => return None,
        Outcome::Unknown { .. } => ("unknown", of_silence(language)),
        Outcome::NotAccepted(why) => (why.kind.as_str(), of_kind(language, why.kind)),
    };
    Some(match language {
        Language::English => format!("{meaning} ({name})"),
        Language::Chinese => format!("{meaning}（{name}）"),
    })
}

/// Who has to do what about an outcome that is no success; `None` for a success.
pub(in super::super) fn mend(language: Language, outcome: &Outcome) -> Option<&'static str> {
    let [_, mend] = match outcome {
        Outcome::Accepted { .. } => return None,
        Outcome::Unknown { .. } => of_silence(language),
        Outcome::NotAccepted(why) => of_kind(language, why.kind),
    };
    Some(mend)
}

/// What the code of a vendor's report that a message did not arrive means, where it is a word of SMPP.
pub(in super::super) fn report(language: Language, code: &str) -> Option<&'static str> {
    let [english, chinese] = match code.to_ascii_uppercase().as_str() {
        "UNDELIV" => ["the phone could not be reached", "无法接通手机"],
        "EXPIRED" => [
            "the phone was off or out of reach for too long",
            "手机长时间关机或不在服务区",
        ],
        "REJECTD" => ["the carrier refused it", "运营商拒绝"],
        "DELETED" => ["the carrier dropped it", "运营商已删除"],
        _ => return None,
    };
    Some(match language {
        Language::English => english,
        Language::Chinese => chinese,
    })
}

const fn of_silence(language: Language) -> [&'static str; 2] {
    match language {
        Language::English => [
            "No usable answer: it may have been sent, so it counts as sent",
            "None, unless it happens often: then ask the vendor with the time.",
        ],
        Language::Chinese => [
            "没有可用的应答：短信可能已发出，按已发送处理",
            "偶尔出现无需处理；经常出现时，请向厂商提供时间查询。",
        ],
    }
}

const fn of_kind(language: Language, kind: RefusalKind) -> [&'static str; 2] {
    match language {
        Language::English => in_english(kind),
        Language::Chinese => in_chinese(kind),
    }
}

const fn in_english(kind: RefusalKind) -> [&'static str; 2] {
    match kind {
        RefusalKind::Unreachable => [
            "No connection to the vendor",
            "If it lasts, look at the network and the endpoint of the account.",
        ],
        RefusalKind::BadNumber => [
            "The vendor cannot reach this number",
            "The person needs another number.",
        ],
        RefusalKind::RecipientLimited => [
            "The vendor's own cap for this number is reached",
            "The person waits. Another provider in the route may carry it.",
        ],
        RefusalKind::RouteUnavailable => [
            "The vendor does not serve this country or carrier",
            "Route the country to another provider.",
        ],
        RefusalKind::Throttled => [
            "The account sends too fast",
            "Ask the vendor for a higher quota, or name a second provider in the route.",
        ],
        RefusalKind::ConfigError => [
            "Key, balance, signature or template is wrong",
            "Mend it now, by the vendor's code: here, or in the vendor's console.",
        ],
        RefusalKind::ContentRejected => ["The vendor refused the words", "Write another template."],
        RefusalKind::Transient => [
            "The vendor said “not now”",
            "None. If it lasts, ask the vendor.",
        ],
        RefusalKind::Other => [
            "A code of the vendor that is not known here",
            "Look the code up at the vendor, and say in the field for error codes what it means.",
        ],
        RefusalKind::NoTemplate => [
            "Not asked: there is no template for application, purpose, language and country",
            "Add the template.",
        ],
        RefusalKind::SameContent => [
            "Not asked: another vendor refused these very words",
            "Write another template.",
        ],
        RefusalKind::CircuitOpen => [
            "Not asked: it rests after failures",
            "Look at the failures before.",
        ],
        RefusalKind::Busy => [
            "Not asked: too many messages were on their way to it",
            "If it lasts, name a second provider in the route.",
        ],
        RefusalKind::TooLate => [
            "Not asked: the process stood still for too long",
            "Look whether the machine is overloaded.",
        ],
    }
}

const fn in_chinese(kind: RefusalKind) -> [&'static str; 2] {
    match kind {
        RefusalKind::Unreachable => ["无法连接厂商", "持续出现时，请检查网络和账号的接口地址。"],
        RefusalKind::BadNumber => ["厂商无法送达此号码", "需要用户换一个号码。"],
        RefusalKind::RecipientLimited => [
            "该号码已达到厂商自己的上限",
            "请用户等待，或由路由中的其他服务商发送。",
        ],
        RefusalKind::RouteUnavailable => [
            "厂商不支持该国家和地区或运营商",
            "请将该国家和地区的路由改为其他服务商。",
        ],
        RefusalKind::Throttled => [
            "账号发送过快",
            "请向厂商申请更高的配额，或在路由中增加第二个服务商。",
        ],
        RefusalKind::ConfigError => [
            "密钥、余额、签名或模板有误",
            "请立即根据厂商错误码在此处或厂商控制台修正。",
        ],
        RefusalKind::ContentRejected => ["厂商拒绝了短信内容", "请改用其他模板。"],
        RefusalKind::Transient => ["厂商表示暂时无法处理", "无需处理；持续出现时请联系厂商。"],
        RefusalKind::Other => [
            "未知的厂商错误码",
            "请在厂商处查询该错误码，并在错误码含义一栏中说明。",
        ],
        RefusalKind::NoTemplate => [
            "未请求：没有适用于该应用、用途、语言和国家和地区的模板",
            "请添加模板。",
        ],
        RefusalKind::SameContent => ["未请求：另一厂商已拒绝相同的内容", "请改用其他模板。"],
        RefusalKind::CircuitOpen => ["未请求：失败后暂停中", "请查看之前的失败。"],
        RefusalKind::Busy => [
            "未请求：发往它的短信过多",
            "持续出现时，请在路由中增加第二个服务商。",
        ],
        RefusalKind::TooLate => ["未请求：进程停顿过久", "请检查机器是否过载。"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_has_a_meaning_and_a_mend_in_each_language() {
        for kind in RefusalKind::ALL {
            let outcome = Outcome::not_accepted(kind);
            for language in Language::ALL {
                let meaning = meaning(language, &outcome).unwrap();
                assert!(meaning.contains(kind.as_str()));
                let is_chinese = |text: &str| text.contains(|letter| letter > '\u{2fff}');
                for text in [meaning.as_str(), mend(language, &outcome).unwrap()] {
                    assert_eq!(is_chinese(text), language == Language::Chinese, "{text}");
                }
            }
        }
        let accepted = Outcome::Accepted {
            provider_message_id: None,
        };
        assert_eq!(meaning(Language::English, &accepted), None);
    }
}
