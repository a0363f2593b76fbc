//! The words of the overview.

use countersign_core::tally::Histogram;

use crate::console::language::Language;

words! {
    /// The overview.
    OverviewWords {
        title, ranges, other_days, admitted, delivered, verified, not_sent, of_those_with_receipt, of_all_admitted,
        nothing_before, time_to_verify, of_half_of_codes,
        chart, lost, time, as_table, as_file,
        by_provider, by_country, name, sent, conversion, none, nobody, setup, setup_lead,
        step_provider, step_route, step_template, step_send,
        counting,
    }
}

pub(super) const ENGLISH: OverviewWords = OverviewWords {
    title: "Overview",
    ranges: "Time that this page is about",
    other_days: "Other days",
    admitted: "Admitted",
    delivered: "Delivered",
    verified: "Verified",
    not_sent: "Not sent or unknown",
    of_those_with_receipt: "of those with a receipt",
    of_all_admitted: "of all admitted",
    nothing_before: "none to compare in the time before",
    time_to_verify: "Time to verify",
    of_half_of_codes: "for half of the codes that were entered",
    chart: "Messages over time",
    lost: "Failed or unknown",
    time: "Time",
    as_table: "As a table",
    as_file: "As a CSV file",
    by_provider: "By provider",
    by_country: "By country or region",
    name: "Name",
    sent: "Sent",
    conversion: "Conversion",
    none: "No message in this time.",
    nobody: "nobody",
    setup: "Not set up yet",
    setup_lead: "Real phones get messages once these steps are done:",
    step_provider: "Add a provider",
    step_route: "Route a country to it",
    step_template: "Set its templates",
    step_send: "Send yourself a test",
    counting: "Still counting. Counted is what was sent since",
};

pub(super) const CHINESE: OverviewWords = OverviewWords {
    title: "概览",
    ranges: "本页的时间范围",
    other_days: "其他日期",
    admitted: "已受理",
    delivered: "已送达",
    verified: "已验证",
    not_sent: "未发出或结果未知",
    of_those_with_receipt: "占有回执的消息",
    of_all_admitted: "占已受理的消息",
    nothing_before: "上一时段没有可比较的数据",
    time_to_verify: "验证用时",
    of_half_of_codes: "半数验证码的用时",
    chart: "消息数量变化",
    lost: "失败或结果未知",
    time: "时间",
    as_table: "查看表格",
    as_file: "下载 CSV 文件",
    by_provider: "按服务商",
    by_country: "按国家和地区",
    name: "名称",
    sent: "已发送",
    conversion: "验证转化率",
    none: "这段时间没有消息。",
    nobody: "无",
    setup: "尚未配置",
    setup_lead: "完成以下步骤后，真实手机才会收到短信：",
    step_provider: "添加服务商",
    step_route: "为国家和地区设置路由",
    step_template: "设置模板",
    step_send: "给自己发一条测试短信",
    counting: "正在统计。已统计的起始时间：",
};

/// How a figure compares with that of the time before, which had as many days.
pub(in super::super) fn before(
    language: Language,
    days: u32,
    figure: &str,
    earlier: &str,
) -> String {
    match (language, days, figure == earlier) {
        (Language::English, 1, true) => "the same in the 24 hours before".to_owned(),
        (Language::English, 1, false) => format!("{earlier} in the 24 hours before"),
        (Language::English, _, true) => format!("the same in the {days} days before"),
        (Language::English, _, false) => format!("{earlier} in the {days} days before"),
        (Language::Chinese, 1, true) => "与前 24 小时相同".to_owned(),
        (Language::Chinese, 1, false) => format!("前 24 小时为 {earlier}"),
        (Language::Chinese, _, true) => format!("与前 {days} 天相同"),
        (Language::Chinese, _, false) => format!("前 {days} 天为 {earlier}"),
    }
}

/// What a chart of messages shows: how many there were, how many of them were delivered, and when most were sent.
pub(in super::super) fn finding(
    language: Language,
    total: &str,
    delivered: &str,
    peak: &str,
    of_peak: &str,
) -> String {
    match (language, total) {
        (Language::English, "1") => format!("1 message, {delivered} delivered, at {peak}"),
        (Language::English, _) => {
            format!("{total} messages, {delivered} delivered, most at {peak} ({of_peak})")
        }
        (Language::Chinese, _) => {
            format!("共 {total} 条，已送达 {delivered} 条，最多在 {peak}（{of_peak} 条）")
        }
    }
}

/// The time within which half of the codes that were entered were entered, by the step that it is in.
pub(in super::super) fn time_to_verify(language: Language, step: usize) -> String {
    let [.., longest] = Histogram::TO_VERIFY;
    let bound = Histogram::TO_VERIFY.get(step);
    let seconds = bound.copied().unwrap_or(longest) / 1_000;
    match (language, bound) {
        (Language::English, Some(_)) => format!("up to {seconds} s"),
        (Language::English, None) => format!("over {seconds} s"),
        (Language::Chinese, Some(_)) => format!("{seconds} 秒以内"),
        (Language::Chinese, None) => format!("超过 {seconds} 秒"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_to_verify_is_told_by_the_bound_of_its_step() {
        for (step, english) in [(0, "up to 5 s"), (10, "up to 300 s"), (11, "over 300 s")] {
            assert_eq!(time_to_verify(Language::English, step), english);
        }
    }
}
