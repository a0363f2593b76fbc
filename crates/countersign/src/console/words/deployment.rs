//! The words of what holds for the deployment: signing keys, test numbers, erasures, retention.

use countersign_core::retention::Retention;

use super::sentences::length;
use crate::console::language::Language;

words! {
    /// What holds for the deployment.
    DeploymentWords {
        sign_in, sign_in_about, retention,
        signing_lead, kid, algorithm, signs_from, published_until, next_change, no_change, rotate_title, rotate, rotated,
        test_numbers, test_lead, not_allowed, no_test_number, number, until, has_code, is_exempt, change, yes, no, for_tests, over,
        add_title, add, for_days, code, code_hint, exempt_label, remove, remove_title, remove_about,
        erase, erase_lead, reason, reason_hint, erase_on, erase_title, erase_goes, erase_stays, erase_for_good, erase_button, country,
        erased_messages, erased_checks, erased_unlocks, erased_refusals, erased_inbox,
    }
}

pub(super) const ENGLISH: DeploymentWords = DeploymentWords {
    sign_in: "Signing in",
    sign_in_about: "By name, password and authenticator app. Signing in by an identity provider (OIDC) is not there yet.",
    retention: "Retention",
    signing_lead: "These keys sign verification tokens. A new one is published at once and signs eleven minutes later, when every cache knows it. \
        The old one stays published until its last tokens have ended, so nothing has to be restarted.",
    kid: "Key id (kid)",
    algorithm: "Algorithm",
    signs_from: "Signs from",
    published_until: "Published until",
    next_change: "Next change",
    no_change: "None is planned",
    rotate_title: "Replace the key",
    rotate: "Make a new key now",
    rotated: "A new key is published. It begins to sign in eleven minutes.",
    test_numbers: "Test numbers",
    test_lead: "A message to a test number is recorded, and reaches no vendor. With a fixed code, whoever knows the code can sign in with the number.",
    not_allowed: "Test numbers are not allowed here: set allow = true in [test_numbers] of the settings file, and start the service again.",
    no_test_number: "No test number.",
    number: "Number",
    until: "Until",
    has_code: "Fixed code",
    is_exempt: "Left alone by limits",
    change: "Change",
    yes: "Yes",
    no: "No",
    for_tests: "For tests",
    over: "Over",
    add_title: "Add a test number",
    add: "Add the number",
    for_days: "For how long",
    code: "Fixed code (optional)",
    code_hint: "6 to 8 digits, which every message to the number brings. Without one, codes are random and nobody sees them.",
    exempt_label: "No limit but that of one a minute counts its messages",
    remove: "Remove",
    remove_title: "Remove a test number?",
    remove_about: "From then on it is a number like any other: its messages go to a vendor.",
    erase: "Erase a number",
    erase_lead: "For somebody who wants to be forgotten. Before anything goes, you see what goes.",
    reason: "Reason",
    reason_hint: "It stays on the audit record, without numbers in it: 200 characters at most, such as the number of the request.",
    erase_on: "Show what goes",
    erase_title: "Erase this number?",
    erase_goes: "It goes out of messages, checks, unlocks, refused sends and the index, and its bytes are overwritten. Its live codes end at once.",
    erase_stays: "Counts stay, and so does what limits have counted, under keys from which no number can be read. Backups that were made before, and vendors, are out of reach.",
    erase_for_good: "This cannot be undone.",
    erase_button: "Erase it for good",
    country: "Country or region",
    erased_messages: "Erased: messages",
    erased_checks: "Checks of codes",
    erased_unlocks: "Unlocks",
    erased_refusals: "Refused sends",
    erased_inbox: "Messages in the inbox of development",
};

pub(super) const CHINESE: DeploymentWords = DeploymentWords {
    sign_in: "登录方式",
    sign_in_about: "使用姓名、密码和身份验证器应用登录。暂不支持通过身份提供方（OIDC）登录。",
    retention: "保留期限",
    signing_lead: "这些密钥用于签署验证令牌。新密钥立即公布，十一分钟后开始签名，此时所有缓存都已获取。旧密钥继续公布到最后的令牌失效为止，无需重启任何服务。",
    kid: "密钥编号（kid）",
    algorithm: "算法",
    signs_from: "开始签名",
    published_until: "公布至",
    next_change: "下次更换",
    no_change: "暂无计划",
    rotate_title: "更换密钥",
    rotate: "立即生成新密钥",
    rotated: "新密钥已公布，十一分钟后开始签名。",
    test_numbers: "测试号码",
    test_lead: "发往测试号码的短信会被记录，但不会交给任何厂商。设置固定验证码后，知道该验证码的人都可以用此号码登录。",
    not_allowed: "此处不允许测试号码：请在设置文件的 [test_numbers] 中设置 allow = true，然后重新启动服务。",
    no_test_number: "没有测试号码。",
    number: "号码",
    until: "有效期至",
    has_code: "固定验证码",
    is_exempt: "不受规则限制",
    change: "操作",
    yes: "是",
    no: "否",
    for_tests: "用于测试",
    over: "已结束",
    add_title: "添加测试号码",
    add: "添加号码",
    for_days: "有效时长",
    code: "固定验证码（可选）",
    code_hint: "6 至 8 位数字，发往此号码的每条短信都使用它。留空则随机生成，没有人能看到。",
    exempt_label: "除每分钟一条的规则外，其短信不计入任何规则",
    remove: "移除",
    remove_title: "移除测试号码？",
    remove_about: "移除后即为普通号码，发往它的短信会交给厂商。",
    erase: "抹除号码",
    erase_lead: "用于应本人要求删除其数据。在删除之前，您会看到将要删除的内容。",
    reason: "原因",
    reason_hint: "记录在审计日志中，其中的号码会被隐去：最多 200 个字符，例如申请编号。",
    erase_on: "查看将删除的内容",
    erase_title: "抹除此号码？",
    erase_goes: "将从消息、校验、解锁、拒绝记录和索引中抹除，并覆写其数据。仍有效的验证码立即作废。",
    erase_stays: "统计数字以及各项规则的计数会保留，它们无法还原出号码。此前的备份和各厂商的数据不受影响。",
    erase_for_good: "此操作无法撤销。",
    erase_button: "永久抹除",
    country: "国家和地区",
    erased_messages: "已抹除：消息",
    erased_checks: "验证码校验",
    erased_unlocks: "解锁记录",
    erased_refusals: "拒绝记录",
    erased_inbox: "开发收件箱中的短信",
};

/// How long what happened is kept, and where that is set.
pub(in super::super) fn kept(language: Language, retention: Retention) -> String {
    let (messages, security) = (
        length(language, retention.messages()),
        length(language, retention.security()),
    );
    match language {
        Language::English => format!(
            "Messages go after {messages}, checks of codes and unlocks after {security}, by whole days in UTC. This is set in [retention] of \
             the settings file, and counts from the next start. Acts on the audit log stay."
        ),
        Language::Chinese => format!(
            "消息保留 {messages}，验证码校验和解锁记录保留 {security}，按 UTC 整日删除。在设置文件的 [retention] 中设置，重新启动后生效。审计日志不会删除。"
        ),
    }
}

/// A new signing key waits already.
pub(in super::super) fn key_waits(language: Language, at: &str) -> String {
    match language {
        Language::English => format!("A new key waits already, and begins to sign at {at}"),
        Language::Chinese => format!("已有新密钥在等待，将于 {at} 开始签名"),
    }
}
