//! The words about what the guard may do, and what of it stands in the settings file.

words! {
    /// The mode of the guard, and watches.
    GuardingWords {
        settings_caption, setting, value, from, from_file, changed_here, only_file, watch_days, no_days, mode_title, mode_lead, mode_hint,
        mode_first_days, as_settings, watched, passed, consequence, block_hint,
    }
}

pub(super) const ENGLISH: GuardingWords = GuardingWords {
    settings_caption: "How it is set",
    setting: "Setting",
    value: "Value",
    from: "From",
    from_file: "the settings file",
    changed_here: "changed here",
    only_file: "the settings file alone; a start reads it",
    watch_days: "First days in which it only watches (guard.watch_days)",
    no_days: "none",
    mode_title: "Mode of the guard",
    mode_lead: "What follows where few of the newest codes were entered. It holds at once, on every node, whatever the settings \
        file says. Blocks that were decided here, and those of limits, hold in every mode.",
    mode_hint: "Where callers cannot solve a challenge, asking for proof watches alone.",
    mode_first_days: "In the first days of a deployment the guard only watches, whatever is chosen here: guard.watch_days of the \
        settings file says for how long.",
    as_settings: "As the settings file has it",
    watched: "Watched",
    passed: "sent",
    consequence: "What it does",
    block_hint: "A range that is watched gets its codes; each is counted and told as watched.",
};

pub(super) const CHINESE: GuardingWords = GuardingWords {
    settings_caption: "设置",
    setting: "设置项",
    value: "值",
    from: "来源",
    from_file: "设置文件",
    changed_here: "在此修改过",
    only_file: "仅设置文件，启动时读取",
    watch_days: "最初仅观察的天数（guard.watch_days）",
    no_days: "没有",
    mode_title: "防护的方式",
    mode_lead: "最新的验证码很少被输入时如何处理。立即对所有节点生效，不看设置文件。人工和规则的拦截在任何方式下都有效。",
    mode_hint: "调用方无法完成验证时，“要求验证”等同于仅观察。",
    mode_first_days: "部署后的最初几天，防护只观察，不受此处选择影响；天数由设置文件的 guard.watch_days 规定。",
    as_settings: "与设置文件一致",
    watched: "观察中",
    passed: "已发送",
    consequence: "处理方式",
    block_hint: "观察中的号段照常收到验证码，每次发送都单独计数和标明。",
};
