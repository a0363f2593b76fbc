//! The kinds of vendor accounts and their fields, in the language of the page. English is what the kinds say of themselves.

use countersign_providers::kind::{Field, Kind};

use super::super::language::Language;

/// The vendor and the countries, in one line, and what messages of the kind are.
pub(in super::super) fn kind(language: Language, kind: &Kind) -> [String; 2] {
    let chinese = chinese_kind(kind.name).filter(|_| language == Language::Chinese);
    match chinese {
        Some(chinese) => chinese.map(|phrase| format!("{phrase}。")),
        None => [kind.about, kind.content].map(sentence),
    }
}

/// The name of a field and what to give. A field that a vendor names keeps that name in every language.
pub(in super::super) fn field(language: Language, kind: &Kind, field: &Field) -> [String; 2] {
    let vendors_own = field.at_vendor.map(|term| term.label.to_owned());
    let chinese = chinese_field(kind.name, field.name);
    match (language, chinese) {
        (Language::Chinese, Some([name, hint])) => [
            vendors_own.unwrap_or_else(|| name.to_owned()),
            hint.to_owned(),
        ],
        _ => {
            let spelled = field.name.replace('_', " ");
            let mut letters = spelled.chars();
            let first = letters.next().map(|letter| letter.to_ascii_uppercase());
            let name = first.into_iter().chain(letters).collect();
            // A phrase that begins with a value of the field is spelled as that value.
            let is_value = !field.example.is_empty() && field.about.starts_with(field.example);
            let hint = match is_value {
                true => format!("{}.", field.about),
                false => sentence(field.about),
            };
            [vendors_own.unwrap_or(name), hint]
        }
    }
}

/// A phrase as a sentence.
fn sentence(phrase: &str) -> String {
    let mut letters = phrase.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    let start: String = first.into_iter().chain(letters).collect();
    format!("{start}.")
}

fn chinese_kind(name: &str) -> Option<[&'static str; 2]> {
    Some(match name {
        "alibaba-cloud" => [
            "阿里云短信：中国大陆；使用国际模板可发往其他国家和地区",
            "所有号码都使用厂商审核过的模板",
        ],
        "alibaba-cloud-international" => [
            "阿里云国际站短信：所有国家和地区",
            "发送文本；发往中国大陆时使用厂商审核过的模板",
        ],
        "tencent-cloud" => ["腾讯云短信：国内和国际", "所有号码都使用厂商审核过的模板"],
        "chuanglan" => [
            "创蓝 253：中国大陆",
            "发送文本；api 为 v2 时使用厂商审核过的模板",
        ],
        "chuanglan-international" => ["创蓝 253：所有国家和地区", "发送文本"],
        "http" => [
            "任何提供 HTTP 接口的厂商，由您描述其接口",
            "发送文本；content 为 template 时使用厂商的模板",
        ],
        _ => return None,
    })
}

fn chinese_field(kind: &str, name: &str) -> Option<[&'static str; 2]> {
    Some(match (kind, name) {
        ("http", "signature") => [
            "请求签名",
            "standard-webhooks：使用密钥 webhook_secret 签名。",
        ],
        ("http", "password") => ["密码", "代入 {secret.password}；auth 为 basic 时使用。"],
        (_, "access_key_id") => ["AccessKey ID", "有短信权限的 AccessKey 的公开部分。"],
        (_, "access_key_secret") => ["AccessKey Secret", "该 AccessKey 的密钥部分。"],
        (_, "security_token") => ["SecurityToken", "仅用于临时密钥（STS）。"],
        (_, "signature") => ["签名算法", "v3；网关只支持旧算法时填 v1。"],
        (_, "endpoint") => ["接口地址", "厂商其他地域的主机，或沙箱。"],
        (_, "errors") => ["错误码含义", "您对厂商错误码的更准确的解释，JSON 对象。"],
        (_, "sender_id") => ["发送方", "手机上显示的发送方，取决于国家和地区是否允许。"],
        (_, "secret_id") => ["SecretId", "有短信权限的 API 密钥的公开部分。"],
        (_, "secret_key") => ["SecretKey", "该 API 密钥的密钥部分。"],
        (_, "sdk_app_id") => ["SDKAppID", "短信控制台中用于发送的应用。"],
        (_, "region") => ["地域", "处理请求的地域；留空为 ap-guangzhou。"],
        (_, "account") => ["API 账号", "接口账号，不是登录控制台的账号。"],
        (_, "api") => ["接口版本", "v1 发送文本，v2 使用模板。"],
        (_, "receiver") => ["回执用户名", "回执中的用户名，由厂商客服设置时填写。"],
        (_, "receipts_password") => ["回执密码", "回执中的密码，由厂商客服设置时填写。"],
        (_, "password") => ["密码", "接口账号的密码。"],
        (_, "url") => ["请求地址", "请求发往的网址，可以带占位符。"],
        (_, "method") => ["请求方法", "POST、GET、PUT 或 PATCH；留空为 POST。"],
        (_, "headers") => ["请求头", "JSON 对象，值中可以带占位符。"],
        (_, "format") => ["正文格式", "json、form，或 raw（纯文本）。"],
        (_, "body") => ["正文", "值中可以带占位符。"],
        (_, "auth") => ["认证方式", "basic：使用密钥 username 和 password。"],
        (_, "content") => ["内容", "text；厂商有自己的模板时填 template。"],
        (_, "success") => [
            "成功的判断",
            "表示成功的状态码，还可以有一个值或模式，JSON 对象。",
        ],
        (_, "message_id") => [
            "消息 ID 的位置",
            "厂商消息 ID 在应答中的位置：JSON 指针，或 \"ID: {}\"。",
        ],
        (_, "error_code") => ["错误码的位置", "厂商错误码在应答中的位置，写法同上。"],
        (_, "error_message") => [
            "错误说明的位置",
            "厂商对拒绝原因的说明在应答中的位置，写法同上。",
        ],
        (_, "reports") => [
            "回执的读法",
            "回执中各项的名称和取值：to、status 等，JSON 对象。",
        ],
        (_, "key") => ["密钥 key", "代入 {secret.key}。"],
        (_, "token") => ["密钥 token", "代入 {secret.token}。"],
        (_, "username") => ["用户名", "代入 {secret.username}；auth 为 basic 时使用。"],
        (_, "webhook_secret") => [
            "签名密钥",
            "用于校验回执签名，以及请求签名；以 whsec_ 开头。",
        ],
        (_, "webhook_secret_next") => ["下一个签名密钥", "更换 webhook_secret 期间的新密钥。"],
        _ => return None,
    })
}

/// The rules of vendor accounts that people meet most, in Chinese: each by the words with which it begins, since every kind has rules
/// of its own.
const RULES: &[(&str, &str)] = &[
    ("missing", "请填写此项"),
    ("not a URL", "请填写网址，例如 https://vendor.example/path"),
    ("only https is allowed", "只允许 https，运维可以放宽"),
    ("only port 443 is allowed", "只允许 443 端口，运维可以放宽"),
    (
        "addresses of this machine",
        "不允许本机和内网地址，运维可以放宽",
    ),
    ("it has no query", "网址不能带查询参数"),
    (
        "it has 1 to 128 characters of ASCII",
        "请填写 1 到 128 个 ASCII 字符，不含空格",
    ),
    ("invalid type", "值的类型不对，请参照示例"),
    ("unknown variant", "不是可选的值，请参照说明"),
    (
        "is whsec_ and then",
        "请填写 whsec_ 加上 24 到 64 字节的 base64",
    ),
    ("not a JSON document", "请填写 JSON"),
];

/// A rule of a vendor account in Chinese; where it is not known, as it is.
pub(super) fn rule_in_chinese(words: &str) -> String {
    let known = RULES.iter().find(|(start, _)| words.starts_with(start));
    match known {
        Some((_, sentence)) => (*sentence).to_owned(),
        None => format!("该值不可用：{words}"),
    }
}

#[cfg(test)]
mod tests {
    use countersign_providers::kinds::KINDS;

    use super::*;

    #[test]
    fn every_kind_and_every_field_has_words_in_chinese() {
        for known in KINDS {
            assert!(chinese_kind(known.name).is_some(), "{}", known.name);
            for given in known.fields {
                let words = chinese_field(known.name, given.name);
                assert!(words.is_some(), "{} {}", known.name, given.path());
            }
        }
    }

    #[test]
    fn a_field_keeps_the_name_that_its_vendor_gives_it() {
        let tencent = KINDS
            .iter()
            .find(|kind| kind.name == "tencent-cloud")
            .unwrap();
        let id = tencent
            .fields
            .iter()
            .find(|field| field.name == "sdk_app_id")
            .unwrap();
        for language in Language::ALL {
            assert_eq!(field(language, tencent, id)[0], "SDKAppID");
        }
    }
}
