//! The words of the audit log: filters, the head of the chain, and how to verify.

use countersign_core::audit::chain::{Breach, Broken};

use crate::console::language::Language;

words! {
    /// The audit log besides its columns.
    RecordWords {
        own_title, own_lead, own_link, head, head_about, chain_title, verify, verify_hint, verify_head, no_head, offline, offline_about,
        export, export_hint, who_hint, further, details, from, request, hash, none_fit,
    }
}

pub(super) const ENGLISH: RecordWords = RecordWords {
    own_title: "My acts",
    own_lead: "What you did, through the console, as the audit log has it.",
    own_link: "What I did, on the audit log",
    head: "Head of the chain",
    head_about: "Keep it somewhere else: whoever has an earlier head sees also whether the newest acts were cut off.",
    chain_title: "The chain",
    verify: "Verify now",
    verify_hint: "The chain is computed again, from the first act to the newest.",
    verify_head: "A head that you kept (optional)",
    no_head: "Enter a head: the number of an act, a colon, and its hash. Or leave it empty",
    offline: "Verify it elsewhere",
    offline_about: "The file needs no key and no service: anybody can compute its chain.",
    export: "Export all acts",
    export_hint: "One act a line, exactly as it was chained. Asks for a fresh proof.",
    who_hint: "The name of a person, the id of an access key, or owner, access_key, person, service.",
    further: "Look further back",
    details: "Before and after",
    from: "From",
    request: "Request",
    hash: "Hash",
    none_fit: "No act fits these filters.",
};

pub(super) const CHINESE: RecordWords = RecordWords {
    own_title: "我的操作",
    own_lead: "审计日志中记录的您在控制台中的操作。",
    own_link: "审计日志中我的操作",
    head: "链的末端",
    head_about: "请另存一份：持有较早末端的人，还能发现最新的操作是否被截去。",
    chain_title: "校验链",
    verify: "立即校验",
    verify_hint: "从第一个操作到最新的操作，重新计算整条链。",
    verify_head: "您保存的末端（可选）",
    no_head: "请填写末端：操作编号、冒号和哈希值；或留空",
    offline: "在别处校验",
    offline_about: "导出的文件不需要密钥，也不需要服务：任何人都可以计算其链。",
    export: "导出全部操作",
    export_hint: "每行一个操作，与写入链时完全一致。需要重新验证身份。",
    who_hint: "人员姓名、访问密钥 ID，或 owner、access_key、person、service。",
    further: "继续向前查找",
    details: "修改前后",
    from: "来源地址",
    request: "请求编号",
    hash: "哈希值",
    none_fit: "没有符合条件的操作。",
};

/// An author that has no name, by its kind on record.
pub(in super::super) fn actor(language: Language, kind: &str) -> &str {
    match (language, kind) {
        (Language::English, "owner") => "Whoever has the data folder",
        (Language::Chinese, "owner") => "数据目录的所有者",
        (Language::English, "service") => "The service itself",
        (Language::Chinese, "service") => "服务自身",
        (Language::English, "person") => "Somebody who was not signed in",
        (Language::Chinese, "person") => "未登录的人",
        (_, kind) => kind,
    }
}

/// The chain is what was written.
pub(in super::super) fn intact(language: Language, acts: u64) -> String {
    match language {
        Language::English => format!("Intact: {acts} acts, none changed and none left out."),
        Language::Chinese => format!("完好：共 {acts} 个操作，没有改动或遗漏。"),
    }
}

/// The first act that is not what was written.
pub(in super::super) fn broken(language: Language, broken: Broken) -> String {
    let Broken { seq, why } = broken;
    let chinese = match why {
        Breach::Missing => "缺失",
        Breach::Changed => "被改动：内容与哈希值不符",
        Breach::Detached => "没有接在前一个操作之后",
        Breach::OtherHead => "不是您填写的末端",
        Breach::Unreadable => "无法读取",
    };
    match language {
        Language::English => format!("Not intact: act {seq} {why}."),
        Language::Chinese => format!("不完好：操作 {seq} {chinese}。"),
    }
}
