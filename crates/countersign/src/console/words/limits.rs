//! The words of the form of a limit.

words! {
    /// Changing a limit.
    LimitWords {
        lead, has_waits, max, max_hint, window, window_hint, mode, mode_hint, bad_max, bad_window, take_back, reset_title,
        reset_about, reset_button, changed, changed_yes, counted, fullest, refused_today, fullest_about, refused_from,
    }
}

pub(super) const ENGLISH: LimitWords = LimitWords {
    lead: "The next send is judged by it. It holds until it is taken back, whatever the settings say.",
    has_waits: "This limit has waits between one message and the next, and no maximum.",
    max: "Maximum",
    max_hint: "How many are admitted in a window. 0 refuses all.",
    window: "Window, in seconds",
    window_hint: "An hour has 3600, a day 86400.",
    mode: "Mode",
    mode_hint: "A limit that watches refuses nothing and says on each message what it would have done.",
    bad_max: "Enter a whole number, or an amount of money where the limit is on money",
    bad_window: "Enter whole seconds, from 1 to 2678400 (31 days)",
    take_back: "Take the change back",
    reset_title: "Take a change back",
    reset_about: "The limit is as the settings have it from then on.",
    reset_button: "Take the change back",
    changed: "Changed",
    changed_yes: "changed here",
    counted: "Counted together",
    fullest: "Fullest now",
    refused_today: "Refused today",
    fullest_about: "The fullest are those among the newest messages and refused sends; numbers are masked. Messages keep no \
        address, so limits by address show callers that were refused.",
    refused_from: "Refused sends are on record from",
};

pub(super) const CHINESE: LimitWords = LimitWords {
    lead: "从下一次发送起按此判断。在撤销之前一直有效，不看设置文件。",
    has_waits: "该规则规定两条短信之间的间隔，没有上限。",
    max: "上限",
    max_hint: "一个时间窗口内受理的数量。0 表示全部拒绝。",
    window: "时间窗口（秒）",
    window_hint: "一小时为 3600，一天为 86400。",
    mode: "方式",
    mode_hint: "仅观察的规则不拒绝任何发送，只在每条消息上注明本应如何处理。",
    bad_max: "请填写整数；金额规则请填写金额",
    bad_window: "请填写 1 到 2678400（31 天）的整数秒",
    take_back: "撤销修改",
    reset_title: "撤销修改",
    reset_about: "之后该规则以设置文件为准。",
    reset_button: "撤销修改",
    changed: "修改",
    changed_yes: "在此修改过",
    counted: "合并计数",
    fullest: "当前最满",
    refused_today: "今天拒绝",
    fullest_about: "“当前最满”取自最新的消息和拒绝记录，号码已打码。消息不保存地址，因此按地址的规则只显示被拒绝过的调用方。",
    refused_from: "拒绝记录始于",
};
