//! The words of the pages about vendor accounts.

use super::super::language::Language;

words! {
    /// Vendor accounts: their kinds, their forms, tests and deletion.
    ProviderWords {
        add, kinds_title, kinds_lead, new_lead, name, name_hint, bad_name, name_taken, kind,
        save_and_test, edit_lead, reports, reports_about, state, never_used, unusable, routes, no_route,
        test, test_title, test_lead, application, purpose, number, number_hint, no_application, send,
        delete, delete_title, delete_about, delete_reports, delete_button, mend,
        messages_a_day, errors_caption, errors_when, errors_what, errors_mend, errors_code, errors_none,
        last_hour, guide, good_to_know, test_hint, sample, sample_about, sample_button, sample_none,
    }
}

pub(super) const ENGLISH: ProviderWords = ProviderWords {
    add: "Add a provider",
    kinds_title: "Which vendor is your account with?",
    kinds_lead: "You need an account with one of them, and a key of it. Saving is safe: nothing goes through a provider until a \
        route names it.",
    new_lead: "Nothing goes through this account until a route names it.",
    name: "Name",
    name_hint: "What you and routes call this account: a-z, 0-9 and -, a letter first.",
    bad_name: "The name has 1 to 32 characters of a-z 0-9 -, and begins with a letter",
    name_taken: "There is a provider of this name. Enter another name",
    kind: "Kind",
    save_and_test: "Save and send a test message",
    edit_lead: "A change holds from the next message on.",
    reports: "Address for delivery reports",
    reports_about: "Set the address for delivery reports in the vendor's console, so that the vendor can say what became of a message.",
    state: "State",
    never_used: "Not used lately",
    unusable: "Cannot be used",
    routes: "Routes that name it",
    no_route: "none: nothing goes through it yet",
    test: "Send a test",
    test_title: "Send a test message",
    test_lead: "Sends a real code through this provider and no other, whatever the routes say, within all limits. You see at once \
        what the vendor said.",
    application: "Application",
    purpose: "Purpose",
    number: "Phone number",
    number_hint: "With + and the country's code.",
    no_application: "Choose an application",
    send: "Send the test message",
    delete: "Delete this provider",
    delete_title: "Delete a provider",
    delete_about: "The account and its secrets are forgotten. Nobody can bring the secrets back.",
    delete_reports: "Delivery reports that the vendor still makes are not taken any more.",
    delete_button: "Delete the provider",
    mend: "Mend this provider",
    messages_a_day: "Messages a day",
    errors_caption: "Its last 20 failures in 7 days, also where another provider carried the message",
    errors_when: "Time",
    errors_what: "What it means",
    errors_mend: "What mends it",
    errors_code: "The vendor's code",
    errors_none: "No message failed here in the last 7 days.",
    last_hour: "Last hour",
    guide: "Where to find these",
    good_to_know: "Good to know",
    test_hint: "For a test message alone, with + and the country's code. It is not saved with the account.",
    sample: "The request that would leave",
    sample_about: "For the code 123456 to +86 188 0000 8888. Secrets are dots.",
    sample_button: "Show the request",
    sample_none: "Fill the form, and show the request.",
};

pub(super) const CHINESE: ProviderWords = ProviderWords {
    add: "添加服务商",
    kinds_title: "您的账号属于哪家厂商？",
    kinds_lead: "您需要其中一家的账号和密钥。保存是安全的：在路由指向它之前，不会有短信经过该服务商。",
    new_lead: "在路由指向它之前，不会有短信经过此账号。",
    name: "名称",
    name_hint: "您和路由对此账号的称呼：a-z、0-9 和 -，以字母开头。",
    bad_name: "名称为 1 到 32 个字符（a-z 0-9 -），并以字母开头",
    name_taken: "已有同名的服务商。请填写其他名称",
    kind: "类型",
    save_and_test: "保存并发送测试短信",
    edit_lead: "修改从下一条短信起生效。",
    reports: "送达回执的接收地址",
    reports_about: "请在厂商的控制台中填写送达回执的接收地址，厂商才能告知短信的结果。",
    state: "状态",
    never_used: "近期未使用",
    unusable: "无法使用",
    routes: "指向它的路由",
    no_route: "无：还没有短信经过它",
    test: "发送测试短信",
    test_title: "发送测试短信",
    test_lead: "只通过该服务商发送一条真实的验证码，不看路由，但遵守所有规则。您会立即看到厂商的答复。",
    application: "应用",
    purpose: "用途",
    number: "手机号",
    number_hint: "以 + 和国家或地区码开头。",
    no_application: "请选择应用",
    send: "发送测试短信",
    delete: "删除该服务商",
    delete_title: "删除服务商",
    delete_about: "账号及其密钥将被删除，密钥无法恢复。",
    delete_reports: "厂商之后发来的送达回执不再接收。",
    delete_button: "删除服务商",
    mend: "修正该服务商",
    messages_a_day: "每天的消息数",
    errors_caption: "最近 7 天内的最近 20 次失败，包括由其他服务商发出的",
    errors_when: "时间",
    errors_what: "含义",
    errors_mend: "处理方法",
    errors_code: "厂商错误码",
    errors_none: "最近 7 天没有失败的消息。",
    last_hour: "最近 1 小时",
    guide: "在哪里可以找到",
    good_to_know: "须知",
    test_hint: "仅用于测试短信，包含 + 和国家和地区的区号，不随账号保存。",
    sample: "将要发出的请求",
    sample_about: "以验证码 123456、号码 +86 188 0000 8888 为例，密钥以点代替。",
    sample_button: "查看请求",
    sample_none: "填写表单后查看请求。",
};

/// The calls of the last minutes, and how many of them failed.
pub(in super::super) fn calls(language: Language, calls: usize, failed: usize) -> String {
    match language {
        Language::English => format!("{calls} calls lately, {failed} failed"),
        Language::Chinese => format!("近期 {calls} 次调用，{failed} 次失败"),
    }
}

/// How many messages a day an account carried, of so many in so many days.
pub(in super::super) fn messages_a_day(language: Language, total: u64, days: u32) -> String {
    let a_day = total.div_ceil(days.max(1).into());
    match language {
        Language::English => format!("{a_day} ({total} in the last {days} days)"),
        Language::Chinese => format!("{a_day}（最近 {days} 天共 {total} 条）"),
    }
}
