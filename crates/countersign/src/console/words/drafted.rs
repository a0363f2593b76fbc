//! The words about drafts of limits that were tried.

use countersign_core::limit::{Bound, SendLimit};

use super::super::language::Language;
use super::sentences::length;

words! {
    /// Making a draft the setting.
    DraftedWords { shared, adopt_title, adopt_lead, limit, mode_as_now, adopt, nothing }
}

pub(super) const ENGLISH: DraftedWords = DraftedWords {
    shared: "An address of this draft, to share",
    adopt_title: "Switch it on",
    adopt_lead: "The maximum and the window of the draft hold from the next send on, until they are taken back. Other parts of a limit, \
        and new limits, are written into the settings file.",
    limit: "Limit",
    mode_as_now: "as it is now",
    adopt: "Make it the setting",
    nothing: "The limit is like that already: change the draft, or choose another mode",
};

pub(super) const CHINESE: DraftedWords = DraftedWords {
    shared: "该草稿的网址，可以分享",
    adopt_title: "启用草稿",
    adopt_lead: "草稿的上限和时间窗口从下一次发送起生效，直到撤销。规则的其他部分和新规则请写入设置文件。",
    limit: "规则",
    mode_as_now: "保持现状",
    adopt: "设为当前设置",
    nothing: "该规则已经是这样，请修改草稿或选择其他方式",
};

/// What a draft makes of a limit, such as `app-day: 500 in 1 day (now 1000 in 1 day)`.
pub(in super::super) fn change(
    language: Language,
    held: &SendLimit,
    drafted: &SendLimit,
) -> String {
    let told = |limit: &SendLimit| {
        let window = length(language, limit.window);
        match (&limit.bound, language) {
            (Bound::Max(max), Language::English) => {
                format!("{} in {window}", limit.counts.told(*max))
            }
            (Bound::Max(max), Language::Chinese) => {
                format!("{window}内 {}", limit.counts.told(*max))
            }
            (Bound::Waits(_), _) => window,
        }
    };
    let (name, now, then) = (&held.name, told(held), told(drafted));
    match language {
        Language::English if now == then => format!("{name}: {now}"),
        Language::Chinese if now == then => format!("{name}：{now}"),
        Language::English => format!("{name}: {then} (now {now})"),
        Language::Chinese => format!("{name}：{then}（现为{now}）"),
    }
}
