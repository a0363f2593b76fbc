//! The words of the search for messages.

use countersign_core::message_filter::OutcomeFilter;
use countersign_core::zone::Day;

use super::{TermWords, Words};
use crate::console::language::Language;
use crate::console::range::{Last, Range};

words! {
    /// Filters of messages, and the range of time of a page.
    SearchWords {
        filters, range, all_time, last_day, last_week, last_month, days, from, to, days_hint, application, purpose, country,
        country_hint, provider, outcome, accepted, every, apply, drop_filter, none_fit, none_since, searched_to, go_on,
        table, table_hint, bad_day, bad_country, bad_value,
    }
}

pub(super) const ENGLISH: SearchWords = SearchWords {
    filters: "Filters",
    range: "Time",
    all_time: "All on record",
    last_day: "Last 24 hours",
    last_week: "Last 7 days",
    last_month: "Last 30 days",
    days: "Days",
    from: "From the day",
    to: "To the day",
    days_hint: "Both days are included. Where a day is given, it holds, and not the choice above.",
    application: "Application",
    purpose: "Purpose",
    country: "Country or region",
    country_hint: "Two letters, or the calling code of one country.",
    provider: "Provider",
    outcome: "Outcome",
    accepted: "Taken by a provider",
    every: "All",
    apply: "Show",
    drop_filter: "drop this filter",
    none_fit: "No message fits these filters.",
    none_since: "No message fits these filters since",
    searched_to: "Searched back to",
    go_on: "Look further back",
    table: "As a CSV file",
    table_hint: "10,000 rows at most, numbers masked. Where the search may have more, the last line says searchedTo.",
    bad_day: "Enter a day such as 2026-11-30, and no last day before the first one",
    bad_country: "Enter two letters such as CN, or the calling code of one country such as +86",
    bad_value: "There is nothing of this name to filter by",
};

pub(super) const CHINESE: SearchWords = SearchWords {
    filters: "筛选",
    range: "时间范围",
    all_time: "全部记录",
    last_day: "最近 24 小时",
    last_week: "最近 7 天",
    last_month: "最近 30 天",
    days: "日期",
    from: "开始日期",
    to: "结束日期",
    days_hint: "包含首尾两天。填写日期后以日期为准，不看上面的选择。",
    application: "应用",
    purpose: "用途",
    country: "国家和地区",
    country_hint: "两个字母，或只属于一个国家和地区的区号。",
    provider: "服务商",
    outcome: "结果",
    accepted: "服务商已接收",
    every: "全部",
    apply: "查看",
    drop_filter: "去掉此筛选",
    none_fit: "没有符合筛选条件的消息。",
    none_since: "没有符合筛选条件的消息，已查找至",
    searched_to: "已查找至",
    go_on: "继续向前查找",
    table: "下载 CSV 文件",
    table_hint: "最多 10,000 行，号码打码。如可能还有更多，最后一行为 searchedTo。",
    bad_day: "请填写日期，例如 2026-11-30，结束日期不能早于开始日期",
    bad_country: "请填写两个字母，例如 CN，或只属于一个国家和地区的区号，例如 +86",
    bad_value: "没有这个名称，无法筛选",
};

impl SearchWords {
    /// The name of a length of time up to now.
    pub(in super::super) const fn last(&self, last: Last) -> &'static str {
        match last {
            Last::Day => self.last_day,
            Last::Week => self.last_week,
            Last::Month => self.last_month,
        }
    }

    /// The name of a range of time.
    pub(in super::super) fn range_name(&self, range: Range) -> String {
        match range {
            Range::All => self.all_time.to_owned(),
            Range::Last(last) => self.last(last).to_owned(),
            Range::Days { from, to } => {
                let day =
                    |day: Option<Day>| day.map_or_else(|| "…".to_owned(), |day| format!("{day}"));
                format!("{} – {}", day(from), day(to))
            }
        }
    }

    /// The name of what became of messages. A reason why one was not sent has the name that the vendor's answer is told by.
    pub(in super::super) const fn outcome_name(
        &self,
        terms: &TermWords,
        outcome: OutcomeFilter,
    ) -> &'static str {
        match outcome {
            OutcomeFilter::Pending => terms.sending,
            OutcomeFilter::Accepted => self.accepted,
            OutcomeFilter::Unknown => terms.unknown,
            OutcomeFilter::NotSent => terms.not_sent,
            OutcomeFilter::Refused(kind) => kind.as_str(),
            OutcomeFilter::Delivered => terms.delivered,
            OutcomeFilter::Failed => terms.not_delivered,
            OutcomeFilter::Verified => terms.verified,
        }
    }
}

/// A filter that holds, such as `Provider: acme`.
pub(in super::super) fn filter(language: Language, name: &str, value: &str) -> String {
    match language {
        Language::English => format!("{name}: {value}"),
        Language::Chinese => format!("{name}：{value}"),
    }
}

/// The zone in which the days of a search begin and end.
pub(in super::super) fn days_hint(language: Language, zone: &str) -> String {
    let hint = Words::of(language).search.days_hint;
    match language {
        Language::English => format!("{hint} In the zone {zone}."),
        Language::Chinese => format!("{hint}时区：{zone}。"),
    }
}
