//! The words of the pages about refusals, the safe list, the guard and replays.

use super::super::language::Language;

words! {
    /// Refusals, the safe list, the guard, and replays of drafts.
    GuardWords {
        refusals, refusals_lead, to_number, find_title, number, find, counts_caption, rule, application, country, count, newest,
        none_refused, newest_caption, time, purpose, of_maximum, refusal, refusal_lead, caller, consequence, allowed_from,
        to_safe,
        safe, safe_lead, safe_caption, kind, value, value_hint, until, state, note, note_hint, change, counts, over, remove,
        none_safe, add_title, days_label, add, remove_title, remove_about, remove_button,
        calling_code, carrier, prefix, hundred, network, bad_country, bad_network, wide_network,
        guard, guard_lead, mode, watches_until, standing, noted, blocks_caption, area, reason, since, no_block,
        all_applications, by_limit, by_operator, stands, lifted, until_lifted, lift, block_title, range_hint, hours, block,
        lift_title, lift_about,
        replay, replay_lead, replay_leaves_out, draft_title, draft, draft_hint, replayed_days, bad_days, try_out, whole_label,
        whole, not_whole, sends, would_refuse, numbers, verified, cost, not_tried, outcomes_caption, conversion_rule,
        block_rule, try_change,
    }
}

pub(super) const ENGLISH: GuardWords = GuardWords {
    refusals: "Refused sends",
    refusals_lead: "Why did somebody get no code? These are the sends that a limit or the guard refused lately. No message was made of \
        them.",
    to_number: "To this number alone:",
    find_title: "Find the refused sends to a number",
    number: "Phone number",
    find: "Find",
    counts_caption: "How many each limit refused, the most first",
    rule: "Limit",
    application: "Application",
    country: "Country or region",
    count: "Refused",
    newest: "Newest",
    none_refused: "Nothing was refused.",
    newest_caption: "The newest refused sends",
    time: "Time",
    purpose: "Purpose",
    of_maximum: "Counted, of the maximum",
    refusal: "A refused send",
    refusal_lead: "What a limit counts passes by itself with time. Nothing here sends the message: whoever waits for a code asks again.",
    caller: "Address of the caller",
    consequence: "What the limit does",
    allowed_from: "Allowed again from",
    to_safe: "Put this number on the safe list",
    safe: "Safe list",
    safe_lead: "The guard lets these pass, and its blocks too; limits on ranges of numbers, or on addresses for a network, do not count \
        them. The one-minute limit, the limits on a number and the quotas hold for everybody.",
    safe_caption: "What is on the safe list",
    kind: "Kind",
    value: "Value",
    value_hint: "A number such as +8618800008888, a calling code such as +86, the first digits of numbers such as +1415555, or a \
        network such as 203.0.113.0/24.",
    until: "Until",
    state: "State",
    note: "Note, for the audit log",
    note_hint: "Why, in 200 characters at most.",
    change: "Change",
    counts: "Counts",
    over: "Over",
    remove: "Remove",
    none_safe: "Nothing is on the safe list.",
    add_title: "Put something on the safe list",
    days_label: "For how long",
    add: "Put it on the safe list",
    remove_title: "Take it off the safe list?",
    remove_about: "The guard and the limits on ranges judge it like everything else from then on.",
    remove_button: "Take it off",
    calling_code: "Calling code",
    carrier: "Carrier",
    prefix: "Ten thousand numbers",
    hundred: "A hundred numbers",
    network: "Network of addresses",
    bad_country: "Enter the two letters of a country or region, such as US",
    bad_network: "Enter an address or a network, such as 203.0.113.7 or 10.0.0.0/8",
    wide_network: "This network is so wide that strangers are in it",
    guard: "Guard",
    guard_lead: "The guard finds ranges of numbers to which codes go that nobody enters, as when somebody earns by calling for them, and \
        blocks them for 1 hour, then 6, then 24, then until somebody lifts the block.",
    mode: "Mode",
    watches_until: "Only watches until",
    standing: "Blocks that refuse now",
    noted: "Sends that it would have refused since the start",
    blocks_caption: "Blocks, newest first",
    area: "Blocked",
    reason: "Why",
    since: "Since",
    no_block: "Nothing is blocked.",
    all_applications: "every application",
    by_limit: "the limit",
    by_operator: "decided here",
    stands: "Stands",
    lifted: "Lifted",
    until_lifted: "until it is lifted",
    lift: "Lift the block",
    block_title: "Block a range of numbers",
    range_hint: "Two letters for a country or region, else + and the first digits of the numbers.",
    hours: "For how long",
    block: "Block it",
    lift_title: "Lift the block?",
    lift_about: "Codes go there again at once. What was sent before is no reason for another block.",
    replay: "Try a rule",
    replay_lead: "Tries draft rules on the messages on record: how many sends each would have refused, and how many of these people were \
        real, since they entered a code later. Nothing is changed.",
    replay_leaves_out: "The record has no addresses of callers, so limits by address or network are not tried.",
    draft_title: "A draft",
    draft: "Rules",
    draft_hint: "Limits as the settings file has them, each with [[limits]], and [guard] if you like.",
    replayed_days: "Days",
    bad_days: "Enter whole days, from 1 to 365",
    try_out: "Try it",
    whole_label: "Messages of that time",
    whole: "all were tried",
    not_whole: "the newest were tried; there are earlier ones",
    sends: "Sends",
    would_refuse: "Would have refused",
    numbers: "Numbers",
    verified: "Of these, real",
    cost: "What they cost",
    not_tried: "not tried",
    outcomes_caption: "What each rule would have done, by itself",
    conversion_rule: "guard, where few codes are entered",
    block_rule: "guard, by its blocks",
    try_change: "Try a change of it on the record",
};

pub(super) const CHINESE: GuardWords = GuardWords {
    refusals: "被拒绝的发送",
    refusals_lead: "用户为什么没有收到验证码？这里是最近被规则或防护拒绝的发送，它们没有产生消息。",
    to_number: "仅显示发往该号码的记录：",
    find_title: "查找发往某个号码的拒绝记录",
    number: "手机号",
    find: "查找",
    counts_caption: "各规则的拒绝次数，从多到少",
    rule: "规则",
    application: "应用",
    country: "国家和地区",
    count: "拒绝次数",
    newest: "最近一次",
    none_refused: "没有拒绝记录。",
    newest_caption: "最近被拒绝的发送",
    time: "时间",
    purpose: "用途",
    of_maximum: "计数 / 上限",
    refusal: "被拒绝的发送",
    refusal_lead: "规则的计数会随时间自行消退。这里不会补发短信，需要验证码的人请重新获取。",
    caller: "调用方地址",
    consequence: "规则的处理方式",
    allowed_from: "再次允许的时间",
    to_safe: "将该号码加入放行名单",
    safe: "放行名单",
    safe_lead: "名单中的号码和网段不受防护及其拦截影响，也不计入号段规则（网段则不计入地址规则）。每分钟一条、单个号码的规则和总量规则仍然有效。",
    safe_caption: "放行名单中的内容",
    kind: "类型",
    value: "内容",
    value_hint: "号码如 +8618800008888，国家和地区码如 +86，号码的前几位如 +1415555，网段如 203.0.113.0/24。",
    until: "有效期至",
    state: "状态",
    note: "备注（记入审计日志）",
    note_hint: "原因，最多 200 个字符。",
    change: "操作",
    counts: "有效",
    over: "已过期",
    remove: "移出",
    none_safe: "放行名单为空。",
    add_title: "加入放行名单",
    days_label: "有效时长",
    add: "加入放行名单",
    remove_title: "移出放行名单？",
    remove_about: "之后防护和号段规则将照常判断。",
    remove_button: "移出放行名单",
    calling_code: "国家和地区码",
    carrier: "运营商号段",
    prefix: "一万个号码的号段",
    hundred: "一百个号码的号段",
    network: "地址网段",
    bad_country: "请填写国家和地区的两个字母，例如 US",
    bad_network: "请填写地址或网段，例如 203.0.113.7 或 10.0.0.0/8",
    wide_network: "网段过大，会包含陌生人",
    guard: "防护",
    guard_lead: "防护会发现那些收到验证码却从不使用的号段（例如有人靠接收短信牟利），并拦截 1 小时，再犯为 6 小时、24 小时，之后直到人工解除。",
    mode: "方式",
    watches_until: "仅观察，直到",
    standing: "正在生效的拦截",
    noted: "启动以来本应拒绝的发送",
    blocks_caption: "拦截，最新的在前",
    area: "拦截范围",
    reason: "原因",
    since: "开始时间",
    no_block: "没有拦截。",
    all_applications: "所有应用",
    by_limit: "规则",
    by_operator: "人工决定",
    stands: "生效中",
    lifted: "已解除",
    until_lifted: "直到人工解除",
    lift: "解除拦截",
    block_title: "拦截一个号段",
    range_hint: "国家和地区填写两个字母，其他填写 + 和号码的前几位。",
    hours: "时长",
    block: "拦截",
    lift_title: "解除拦截？",
    lift_about: "立即恢复向该范围发送验证码。之前的发送不会再成为拦截的理由。",
    replay: "试算规则",
    replay_lead: "用已记录的消息试算规则草稿：每条规则本会拒绝多少次发送，其中有多少是真实用户（之后输入过验证码）。不会改动任何设置。",
    replay_leaves_out: "记录中没有调用方地址，因此按地址或网段的规则不参与试算。",
    draft_title: "规则草稿",
    draft: "规则",
    draft_hint: "写法与设置文件相同，每条规则以 [[limits]] 开头，也可以包含 [guard]。",
    replayed_days: "天数",
    bad_days: "请填写 1 到 365 的整数天数",
    try_out: "试算",
    whole_label: "该时段的消息",
    whole: "已全部试算",
    not_whole: "仅试算了最新的消息，还有更早的消息",
    sends: "发送次数",
    would_refuse: "本会拒绝",
    numbers: "号码数",
    verified: "其中真实用户",
    cost: "费用",
    not_tried: "未试算",
    outcomes_caption: "每条规则单独的结果",
    conversion_rule: "防护：验证转化率过低",
    block_rule: "防护：拦截",
    try_change: "用记录试算对它的修改",
};

/// What is wrong with the digits of a range.
pub(in super::super) fn bad_digits(language: Language, least: usize, most: usize) -> String {
    match language {
        Language::English => format!("Enter + and {least} to {most} digits"),
        Language::Chinese => format!("请填写 + 和 {least} 到 {most} 位数字"),
    }
}

/// How few codes were entered of those that were sent.
pub(in super::super) fn conversion(language: Language, sends: u32, verified: u32) -> String {
    match language {
        Language::English => format!("{verified} of {sends} codes were entered"),
        Language::Chinese => format!("{sends} 个验证码中仅输入了 {verified} 个"),
    }
}

/// How many of the numbers were those of real people.
pub(in super::super) fn of_whom(language: Language, verified: u64, numbers: u64) -> String {
    match language {
        Language::English => format!("{verified} of {numbers}"),
        Language::Chinese => format!("{numbers} 个中有 {verified} 个"),
    }
}

/// How far back the record of refused sends goes.
pub(in super::super) fn since(
    language: Language,
    count: usize,
    oldest: &str,
    dropped: u64,
) -> String {
    match (language, dropped) {
        (Language::English, 0) => format!("On record: {count}, since {oldest}."),
        (Language::Chinese, 0) => format!("记录 {count} 次，最早为 {oldest}。"),
        (Language::English, _) => {
            format!("On record: {count}, since {oldest}; {dropped} were dropped.")
        }
        (Language::Chinese, _) => {
            format!("记录 {count} 次，最早为 {oldest}；另有 {dropped} 次未保留。")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_says_how_far_back_it_goes_and_what_it_dropped() {
        let at = "2026-11-21 20:00:00";
        let all = since(Language::English, 3, at, 0);
        assert_eq!(all, "On record: 3, since 2026-11-21 20:00:00.");
        let some = since(Language::Chinese, 3, at, 7);
        assert_eq!(
            some,
            "记录 3 次，最早为 2026-11-21 20:00:00；另有 7 次未保留。"
        );
    }
}
