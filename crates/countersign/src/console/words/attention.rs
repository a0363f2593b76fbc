//! What needs attention, as the overview tells it.

use super::super::language::Language;

words! {
    /// What needs attention.
    AttentionWords { title, nothing, mend, add_route, add_template }
}

pub(super) const ENGLISH: AttentionWords = AttentionWords {
    title: "Needs attention",
    nothing: "Nothing needs attention.",
    mend: "Mend it",
    add_route: "Add a route",
    add_template: "Add a template",
};

pub(super) const CHINESE: AttentionWords = AttentionWords {
    title: "需要处理",
    nothing: "没有需要处理的事项。",
    mend: "去修正",
    add_route: "添加路由",
    add_template: "添加模板",
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
