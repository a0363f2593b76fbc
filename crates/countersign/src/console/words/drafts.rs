//! The words of the page on which templates are written, and what the linter finds.

use countersign_core::template::Preview;
use countersign_core::template::lint::{Finding, LintRule, Severity};

use super::super::language::Language;

words! {
    /// Writing a template.
    DraftWords {
        own, own_template, inherited, built_in, missing, texts_caption, vendors_caption,
        no_application, shows, title_text, title_vendor, text, text_hint, text_missing, preview_button, preview, preview_of,
        preview_built_in, findings, no_finding, delete, delete_short, act, delete_title, delete_about, delete_button,
        vendor_id, vendor_id_hint, signature, signature_hint, variables, variables_hint, vendor_lead, text_lead,
        english, chinese, nothing_yet, check_button,
    }
}

pub(super) const ENGLISH: DraftWords = DraftWords {
    own: "Own text",
    inherited: "Inherited",
    built_in: "Built-in text",
    missing: "Missing",
    own_template: "Own template",
    texts_caption: "Texts, by purpose and language",
    vendors_caption: "Templates at vendors, by purpose",
    no_application: "No application yet: there is nobody to write for.",
    shows: "Templates of the application",
    title_text: "Text",
    title_vendor: "Vendor's template",
    text: "Text of the message",
    text_hint: "{code} stands for the code, {minutes} for its life, {app} for the name of the application.",
    text_missing: "Enter a text with {code}",
    preview_button: "Preview",
    preview: "On the phone",
    preview_of: "With the code 123456",
    preview_built_in: "This is the built-in text: nothing of yours is used here.",
    findings: "What the linter says",
    no_finding: "Nothing to improve.",
    nothing_yet: "Nothing is written here yet.",
    check_button: "Check",
    delete: "Delete this template",
    delete_short: "Delete",
    act: "Act",
    delete_title: "Delete a template?",
    delete_about: "Messages get the next nearest template from then on; text vendors the built-in text, where there is none.",
    delete_button: "Delete the template",
    vendor_id: "Template id",
    vendor_id_hint: "The id of the template that the vendor approved.",
    signature: "Signature",
    signature_hint: "The signature as the vendor approved it, without brackets.",
    variables: "Variables",
    variables_hint: "One a line, in the vendor's order.",
    vendor_lead: "The vendor holds the words and approves them. Here stands which of its templates to fill, and with what.",
    text_lead: "Used by vendors that send text. It must fit into one SMS with the longest code.",
    english: "English (en-US)",
    chinese: "Chinese (zh-CN)",
};

pub(super) const CHINESE: DraftWords = DraftWords {
    own: "专用文本",
    inherited: "继承",
    built_in: "内置文本",
    missing: "缺少",
    own_template: "专用模板",
    texts_caption: "文本，按用途和语言",
    vendors_caption: "厂商模板，按用途",
    no_application: "还没有应用，无需设置模板。",
    shows: "当前应用",
    title_text: "文本",
    title_vendor: "厂商模板",
    text: "短信文本",
    text_hint: "{code} 代表验证码，{minutes} 代表有效分钟数，{app} 代表应用名称。",
    text_missing: "请填写包含 {code} 的文本",
    preview_button: "预览",
    preview: "手机上的样子",
    preview_of: "以验证码 123456 为例",
    preview_built_in: "这是内置文本：此处没有使用您的文本。",
    findings: "检查结果",
    no_finding: "没有需要改进之处。",
    nothing_yet: "这里还没有填写内容。",
    check_button: "检查",
    delete: "删除该模板",
    delete_short: "删除",
    act: "操作",
    delete_title: "删除模板？",
    delete_about: "之后的短信将使用次近的模板；没有时，文本类厂商使用内置文本。",
    delete_button: "删除模板",
    vendor_id: "模板 ID",
    vendor_id_hint: "厂商审核通过的模板的 ID。",
    signature: "签名",
    signature_hint: "厂商审核通过的签名，不带括号。",
    variables: "变量",
    variables_hint: "每行一个，按厂商的顺序。",
    vendor_lead: "文字由厂商保管和审核。这里只填写使用哪个模板，以及填入什么内容。",
    text_lead: "用于发送文本的厂商。使用最长的验证码时，也必须能放入一条短信。",
    english: "英文（en-US）",
    chinese: "中文（zh-CN）",
};

/// The size of a message, with its code and at its longest.
pub(in super::super) fn size(language: Language, preview: &Preview) -> String {
    let (size, longest) = (&preview.size, &preview.longest);
    let (encoding, alone) = (size.encoding.as_str(), longest.encoding.alone());
    match language {
        Language::English => {
            let plural = if longest.segments == 1 { "" } else { "s" };
            format!(
                "{} of {alone} places · {encoding} · {} segment{plural}; at most {} places",
                size.units, longest.segments, longest.units
            )
        }
        Language::Chinese => format!(
            "{} / {alone} 字 · {encoding} · 计费 {} 条；最长 {} 字",
            size.units, longest.segments, longest.units
        ),
    }
}

/// The name of the severity of a finding.
pub(in super::super) const fn severity(language: Language, severity: Severity) -> &'static str {
    match (language, severity) {
        (Language::English, Severity::Error) => "Error",
        (Language::English, Severity::Warning) => "Advice",
        (Language::Chinese, Severity::Error) => "错误",
        (Language::Chinese, Severity::Warning) => "建议",
    }
}

/// What the linter finds.
pub(in super::super) fn finding(language: Language, finding: &Finding) -> String {
    match language {
        Language::English => super::rules::capitalized(&finding.sentence),
        Language::Chinese => in_chinese(finding.rule).to_owned(),
    }
}

const fn in_chinese(rule: LintRule) -> &'static str {
    match rule {
        LintRule::TooManySegments => "文本过长：使用最长的验证码时超过一条短信",
        LintRule::LineBreak => "文本只能有一行：手机按行查找验证码",
        LintRule::ControlCharacter => "文本中有控制字符",
        LintRule::HiddenCharacter => "文本中有看不见或改变文字方向的字符",
        LintRule::Link => "文本中有会被手机识别为链接的内容",
        LintRule::SignatureLink => "签名中有会被识别为链接、验证码或电话号码的内容",
        LintRule::CodeInSignature => "签名中有 {code}，那里应是应用名称",
        LintRule::NoCode => "没有变量是 {code}",
        LintRule::CodeRepeated => "{code} 只能出现一次",
        LintRule::TemplateId => "模板 ID 为可打印的 ASCII 字符，不含空格",
        LintRule::SignatureText => "签名为文字本身，不带括号，括号由厂商添加",
        LintRule::MixedNames => "变量要么都有名称，要么都没有",
        LintRule::RepeatedName => "变量名称不能重复",
        LintRule::TooManyVariables => "变量过多：最多 10 个",
        LintRule::NoSignature => "开头没有【{app}】或 [{app}]",
        LintRule::OtherSignature => "签名与应用名称不同",
        LintRule::CostlyCharacter => "去掉少数特殊字符后可用 GSM-7 编码，容量为 160 字而不是 70 字",
        LintRule::NoLifetime => "没有 {minutes} 或 {seconds}：未说明验证码的有效期",
        LintRule::NoRoomForLastLines => "放不下应用的自动填充行，这些应用将使用内置文本",
        LintRule::NoLanguage => "未指定语言，会遮住其他语言的文本：请指定语言",
        LintRule::NoChannel => "未指定用途，会遮住某个用途的模板：请指定用途",
    }
}
