//! What needs attention, as the overview tells it.

use super::super::language::Language;

words! {
    /// What needs attention.
    AttentionWords {
        title, nothing, mend, add_route, add_template, see_messages, see_limit, set_reports, see_keys, see_test_numbers,
    }
}

pub(super) const ENGLISH: AttentionWords = AttentionWords {
    title: "Needs attention",
    nothing: "Nothing needs attention.",
    mend: "Mend it",
    add_route: "Add a route",
    add_template: "Add a template",
    see_messages: "See the messages",
    see_limit: "See the limit",
    set_reports: "See where it reports",
    see_keys: "See the signing keys",
    see_test_numbers: "See the test numbers",
};

pub(super) const CHINESE: AttentionWords = AttentionWords {
    title: "需要处理",
    nothing: "没有需要处理的事项。",
    mend: "去修正",
    add_route: "添加路由",
    add_template: "添加模板",
    see_messages: "查看消息",
    see_limit: "查看规则",
    set_reports: "查看回执地址",
    see_keys: "查看签名密钥",
    see_test_numbers: "查看测试号码",
};

/// Something that an operator has to do.
pub(in super::super) enum Matter {
    /// A provider cannot be used as it is set up.
    Unusable { provider: String },
    /// A vendor refused messages because of the account's set-up.
    Refuses { provider: String, count: u64 },
    /// A provider rests after failures.
    Rests { provider: String },
    /// Codes went to a country that no route carries now.
    NoRoute { country: String, count: u64 },
    /// Purposes lack a template at a vendor that needs one.
    NoTemplate {
        app: String,
        provider: String,
        purposes: Vec<&'static str>,
    },
    /// Fewer codes are entered in a country than in the week before; shares as people read them.
    LessVerified {
        country: String,
        now: String,
        before: String,
    },
    /// Little is left of a quota.
    NearlyUsed {
        limit: String,
        app: Option<String>,
        used: String,
        max: String,
    },
    /// A vendor took messages of an hour and reported on none.
    Unreported { provider: String, count: u64 },
    /// Another key signs tokens from a time on.
    NextKey { from: String },
    /// A test number, masked, ends at a time.
    TestNumberEnds { number: String, at: String },
}

/// What an operator has to know of a matter.
pub(in super::super) fn matter(language: Language, matter: &Matter) -> String {
    match (language, matter) {
        (Language::English, Matter::Unusable { provider }) => {
            format!("{provider} cannot be used as it is set up")
        }
        (Language::Chinese, Matter::Unusable { provider }) => {
            format!("{provider} 的配置无法使用")
        }
        (Language::English, Matter::Refuses { provider, count }) => format!(
            "{provider} refuses: a key, a balance, a signature or a template ({count} in 24 hours)"
        ),
        (Language::Chinese, Matter::Refuses { provider, count }) => {
            format!("{provider} 拒绝发送：密钥、余额、签名或模板有问题（24 小时内 {count} 条）")
        }
        (Language::English, Matter::Rests { provider }) => {
            format!("{provider} is resting after failures")
        }
        (Language::Chinese, Matter::Rests { provider }) => {
            format!("{provider} 失败后暂停")
        }
        (Language::English, Matter::NoRoute { country, count }) => {
            format!("No route carries codes to {country} ({count} in 24 hours)")
        }
        (Language::Chinese, Matter::NoRoute { country, count }) => {
            format!("没有路由向{country}发送验证码（24 小时内 {count} 条）")
        }
        (
            Language::English,
            Matter::NoTemplate {
                app,
                provider,
                purposes,
            },
        ) => format!(
            "{app} has no template at {provider} for {}",
            listed(purposes, ", ", "and more")
        ),
        (
            Language::Chinese,
            Matter::NoTemplate {
                app,
                provider,
                purposes,
            },
        ) => format!(
            "{app} 在 {provider} 缺少模板：{}",
            listed(purposes, "、", "等")
        ),
        (
            Language::English,
            Matter::LessVerified {
                country,
                now,
                before,
            },
        ) => format!(
            "Fewer codes are entered in {country}: {now} in 24 hours, {before} in the week before"
        ),
        (
            Language::Chinese,
            Matter::LessVerified {
                country,
                now,
                before,
            },
        ) => format!("{country}的验证转化率下降：24 小时内 {now}，此前一周 {before}"),
        (
            _,
            Matter::NearlyUsed {
                limit,
                app,
                used,
                max,
            },
        ) => nearly_used(language, limit, app.as_deref(), used, max),
        (Language::English, Matter::Unreported { provider, count }) => format!(
            "{provider} has reported on none of {count} messages of an hour: it may not know where to report"
        ),
        (Language::Chinese, Matter::Unreported { provider, count }) => {
            format!("{provider} 一小时内的 {count} 条短信都没有回执，可能没有设置回执地址")
        }
        (Language::English, Matter::NextKey { from }) => {
            format!("Another key signs tokens from {from} on")
        }
        (Language::Chinese, Matter::NextKey { from }) => {
            format!("{from} 起将改用新的签名密钥")
        }
        (Language::English, Matter::TestNumberEnds { number, at }) => {
            format!("The test number {number} ends at {at}")
        }
        (Language::Chinese, Matter::TestNumberEnds { number, at }) => {
            format!("测试号码 {number} 将于 {at} 到期")
        }
    }
}

/// How much of a quota is used.
fn nearly_used(
    language: Language,
    limit: &str,
    app: Option<&str>,
    used: &str,
    max: &str,
) -> String {
    match (language, app) {
        (Language::English, None) => format!("The limit {limit} is at {used} of {max}"),
        (Language::English, Some(app)) => {
            format!("The limit {limit} of {app} is at {used} of {max}")
        }
        (Language::Chinese, None) => format!("规则 {limit} 已用 {used}，上限 {max}"),
        (Language::Chinese, Some(app)) => {
            format!("应用 {app} 的规则 {limit} 已用 {used}，上限 {max}")
        }
    }
}

/// The first three of some purposes, and that there are more.
fn listed(purposes: &[&str], separator: &str, more: &str) -> String {
    let first: Vec<_> = purposes.iter().take(3).copied().collect();
    match purposes.len() > 3 {
        true => format!("{} {more}", first.join(separator)),
        false => first.join(separator),
    }
}
