//! The words of the page about the SMS service: what a person who asks for a code would get now.

use std::time::Duration;

use countersign_core::tally::Histogram;

use super::super::language::Language;
use super::sentences::length;

words! {
    /// The SMS service: its two halves, the steps of setting it up, and which route holds.
    ServiceWords {
        ready, degraded, nothing, not_set_up, words_missing,
        steps, steps_lead, step_done, step_open, step_account, step_words, step_route, step_test,
        edit, up, down, route, spare, spare_lead, day_hint, by_default,
        others, why, of_both, of_app, of_country, of_all, none_other,
        holds, holds_lead, ask, any_app, every_purpose,
    }
}

pub(super) const ENGLISH: ServiceWords = ServiceWords {
    ready: "Ready",
    degraded: "Degraded",
    nothing: "Nothing goes",
    not_set_up: "Not set up",
    words_missing: "Words missing",
    steps: "Set it up",
    steps_lead: "This list stays until a message has arrived.",
    step_done: "Done",
    step_open: "To do",
    step_account: "Add an account of a vendor",
    step_words: "Name the templates that the vendor has approved",
    step_route: "Let a route name the account",
    step_test: "Send yourself a test message, and see it arrive",
    edit: "Edit",
    up: "Move up",
    down: "Move down",
    route: "Edit this route",
    spare: "Providers that no route above names",
    spare_lead: "Nothing goes through them, but for routes of an application or a country below.",
    day_hint: "Counts are those of 24 hours, of all countries together.",
    by_default: "By the route for every country.",
    others: "Other routes",
    why: "Why it holds",
    of_both: "It names application and country, and goes before all others.",
    of_app: "It names the application, and goes before routes that name none.",
    of_country: "It names the country, for applications without a route of their own.",
    of_all: "No nearer route names application or country.",
    none_other: "No other route: the two halves above hold for every application and country.",
    holds: "Which route holds?",
    holds_lead: "Choose an application and a country or region.",
    ask: "Show the route",
    any_app: "An application without a route of its own",
    every_purpose: "every purpose",
};

pub(super) const CHINESE: ServiceWords = ServiceWords {
    ready: "可用",
    degraded: "降级",
    nothing: "无法发送",
    not_set_up: "未配置",
    words_missing: "缺少模板",
    steps: "开始设置",
    steps_lead: "有短信送达后，此清单会消失。",
    step_done: "已完成",
    step_open: "待完成",
    step_account: "添加厂商账号",
    step_words: "填写厂商已审核的模板",
    step_route: "设置使用该账号的路由",
    step_test: "给自己发一条测试短信，确认送达",
    edit: "编辑",
    up: "上移",
    down: "下移",
    route: "编辑此路由",
    spare: "以上路由未使用的服务商",
    spare_lead: "除下方针对应用或国家和地区的路由外，不会通过它们发送。",
    day_hint: "数字为最近 24 小时内所有国家和地区的合计。",
    by_default: "使用适用于所有国家和地区的路由。",
    others: "其他路由",
    why: "生效原因",
    of_both: "同时指明应用和国家和地区，优先于其他所有路由。",
    of_app: "指明了应用，优先于未指明应用的路由。",
    of_country: "指明了国家和地区，用于没有专用路由的应用。",
    of_all: "没有更近的路由指明该应用或国家和地区。",
    none_other: "没有其他路由：以上两部分适用于所有应用、国家和地区。",
    holds: "哪条路由生效？",
    holds_lead: "请选择应用和国家或地区。",
    ask: "查看路由",
    any_app: "没有专用路由的应用",
    every_purpose: "所有用途",
};

/// What becomes of codes to some numbers now.
pub(in super::super) enum Service {
    /// These providers carry them, in this order, or drawn by weight.
    Ready {
        providers: Vec<String>,
        is_drawn: bool,
    },
    /// Some of the providers carry nothing now.
    Degraded {
        working: Vec<String>,
        idle: Vec<Idle>,
    },
    /// No provider carries anything now.
    AllIdle { idle: Vec<Idle> },
    /// Routes lead to some countries alone.
    Some { countries: Vec<String> },
    /// No route leads anywhere.
    NotSetUp { is_development: bool },
}

/// A provider that carries nothing now.
pub(in super::super) struct Idle {
    pub(in super::super) name: String,
    /// The time of day until which it rests; `None` where it cannot be used.
    pub(in super::super) until: Option<String>,
}

/// What becomes of codes to some numbers now.
pub(in super::super) fn service(language: Language, service: &Service) -> String {
    match language {
        Language::English => in_english(service),
        Language::Chinese => in_chinese(service),
    }
}

fn in_english(service: &Service) -> String {
    let idle = |all: &[Idle]| {
        let all = all.iter().map(|Idle { name, until }| match until {
            Some(until) => format!("{name} is resting until {until}"),
            None => format!("{name} cannot be used"),
        });
        all.collect::<Vec<_>>().join(", ")
    };
    match service {
        Service::Ready { providers, is_drawn } => match (providers.as_slice(), is_drawn) {
            ([only], _) => format!("Ready: {only}."),
            (all, true) => format!("Ready: {}, drawn by weight.", all.join(", ")),
            ([first, others @ ..], false) => {
                format!("Ready: {first} first, then {}.", others.join(", then "))
            }
            ([], false) => String::new(),
        },
        Service::Degraded { working, idle: all } => {
            format!("Working through {}: {}.", working.join(", then "), idle(all))
        }
        Service::AllIdle { idle: all } => format!("Nothing is sent: {}.", idle(all)),
        Service::Some { countries } => {
            format!("Ready for {}. No route is set for others.", countries.join(", "))
        }
        Service::NotSetUp { is_development: true } => {
            "Not set up: in development the inbox gets the messages.".to_owned()
        }
        Service::NotSetUp { is_development: false } => {
            "Not set up: callers get 2990001, “No international SMS service is configured for the country of this number”."
                .to_owned()
        }
    }
}

fn in_chinese(service: &Service) -> String {
    let idle = |all: &[Idle]| {
        let all = all.iter().map(|Idle { name, until }| match until {
            Some(until) => format!("{name} 暂停至 {until}"),
            None => format!("{name} 无法使用"),
        });
        all.collect::<Vec<_>>().join("，")
    };
    match service {
        Service::Ready {
            providers,
            is_drawn,
        } => match (providers.as_slice(), is_drawn) {
            ([only], _) => format!("可用：{only}。"),
            (all, true) => format!("可用：{}，按权重抽取。", all.join("、")),
            (all, false) => format!("可用：先 {}。", all.join("，后 ")),
        },
        Service::Degraded { working, idle: all } => {
            format!("由 {} 发送：{}。", working.join("，后 "), idle(all))
        }
        Service::AllIdle { idle: all } => format!("暂时无法发送：{}。", idle(all)),
        Service::Some { countries } => {
            format!("可发往{}。其他国家和地区没有路由。", countries.join("、"))
        }
        Service::NotSetUp {
            is_development: true,
        } => "未配置：开发模式下短信进入收件箱。".to_owned(),
        Service::NotSetUp {
            is_development: false,
        } => "未配置：调用方会收到 2990001“未配置该号码所属国家或地区的国际短信服务”。".to_owned(),
    }
}

/// How long ago a message was delivered last.
pub(in super::super) fn last_delivered(language: Language, ago: Duration) -> String {
    let ago = length(language, ago);
    match language {
        Language::English => format!("Last delivered {ago} ago."),
        Language::Chinese => format!("{ago}前刚有短信送达。"),
    }
}

/// The templates that an application lacks: at a provider that is passed over, or at all providers of a route.
pub(in super::super) struct Lack {
    pub(in super::super) app: String,
    pub(in super::super) provider: String,
    pub(in super::super) purposes: Vec<&'static str>,
    /// Whether no other provider of the route carries them.
    pub(in super::super) is_dead: bool,
}

/// What an application lacks.
pub(in super::super) fn lack(language: Language, lack: &Lack) -> String {
    let Lack {
        app,
        provider,
        purposes,
        ..
    } = lack;
    match (language, lack.is_dead) {
        (Language::English, true) => {
            let purposes = purposes.join(", ");
            format!("{app}: {purposes} cannot be sent: no template at {provider}.")
        }
        (Language::English, false) => {
            let purposes = purposes.join(", ");
            format!("{app}: {purposes} passes {provider} by: no template there.")
        }
        (Language::Chinese, true) => {
            let purposes = purposes.join("、");
            format!("{app}：“{purposes}”无法发送：{provider} 缺少模板。")
        }
        (Language::Chinese, false) => {
            let purposes = purposes.join("、");
            format!("{app}：“{purposes}”会跳过 {provider}：那里缺少模板。")
        }
    }
}

/// What a provider carried, each with what is known of it.
pub(in super::super) fn carried(language: Language, sent: &str, delivered: Option<&str>) -> String {
    match (language, delivered) {
        (Language::English, None) => format!("{sent} sent"),
        (Language::English, Some(delivered)) => format!("{sent} sent, {delivered} delivered"),
        (Language::Chinese, None) => format!("已发送 {sent}"),
        (Language::Chinese, Some(delivered)) => format!("已发送 {sent}，送达率 {delivered}"),
    }
}

/// The time that half of the calls to a vendor took, by the step that it is in.
pub(in super::super) fn latency(language: Language, step: usize) -> String {
    let [.., longest] = Histogram::OF_VENDOR;
    let bound = Histogram::OF_VENDOR.get(step);
    let millis = bound.copied().unwrap_or(longest);
    let seconds = format!("{}.{:03}", millis / 1_000, millis % 1_000);
    let seconds = seconds.trim_end_matches('0').trim_end_matches('.');
    match (language, bound) {
        (Language::English, Some(_)) => format!("median up to {seconds} s"),
        (Language::English, None) => format!("median over {seconds} s"),
        (Language::Chinese, Some(_)) => format!("中位耗时 {seconds} 秒以内"),
        (Language::Chinese, None) => format!("中位耗时超过 {seconds} 秒"),
    }
}

/// The route that holds for an application and a country, and the reason.
pub(in super::super) fn holds(language: Language, providers: &str, why: &str) -> String {
    match language {
        Language::English => format!("It goes through {providers}. {why}"),
        Language::Chinese => format!("通过 {providers} 发送。{why}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(told: &Service) -> [String; 2] {
        [Language::English, Language::Chinese].map(|language| service(language, told))
    }

    #[test]
    fn the_first_line_says_what_becomes_of_a_code_now() {
        let providers = || vec!["aliyun".to_owned(), "tencent".to_owned()];
        let idle = |until: Option<&str>| Idle {
            name: "aliyun".to_owned(),
            until: until.map(str::to_owned),
        };
        for (told, english, chinese) in [
            (
                Service::Ready {
                    providers: providers(),
                    is_drawn: false,
                },
                "Ready: aliyun first, then tencent.",
                "可用：先 aliyun，后 tencent。",
            ),
            (
                Service::Ready {
                    providers: providers(),
                    is_drawn: true,
                },
                "Ready: aliyun, tencent, drawn by weight.",
                "可用：aliyun、tencent，按权重抽取。",
            ),
            (
                Service::Degraded {
                    working: vec!["tencent".to_owned()],
                    idle: vec![idle(Some("13:10:00"))],
                },
                "Working through tencent: aliyun is resting until 13:10:00.",
                "由 tencent 发送：aliyun 暂停至 13:10:00。",
            ),
            (
                Service::AllIdle {
                    idle: vec![idle(None)],
                },
                "Nothing is sent: aliyun cannot be used.",
                "暂时无法发送：aliyun 无法使用。",
            ),
        ] {
            assert_eq!(both(&told), [english, chinese]);
        }
    }

    #[test]
    fn a_median_is_told_by_the_bound_of_its_step() {
        for (step, english) in [
            (0, "median up to 0.05 s"),
            (6, "median up to 1 s"),
            (11, "median over 5 s"),
        ] {
            assert_eq!(latency(Language::English, step), english);
        }
    }
}
