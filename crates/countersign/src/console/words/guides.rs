//! The guide beside the form of a vendor account: where its values stand at the vendor, and what is good to know.

use super::super::language::Language;

/// A guide.
pub(in super::super) struct Guide {
    /// The steps at the vendor, each with the page on which to take it.
    pub(in super::super) steps: Vec<(&'static str, &'static str)>,
    pub(in super::super) good: Vec<&'static str>,
}

/// The guide of a kind.
pub(in super::super) fn guide(language: Language, kind: &str) -> Guide {
    let (steps, good) = match language {
        Language::English => in_english(kind),
        Language::Chinese => in_chinese(kind),
    };
    Guide {
        steps: steps.to_vec(),
        good: good.to_vec(),
    }
}

const RAM: &str = "https://ram.console.aliyun.com/users";
const DYSMS: &str = "https://dysms.console.aliyun.com";
const RAM_ABROAD: &str = "https://ram.console.alibabacloud.com/users";
const DYSMS_ABROAD: &str = "https://sms-intl.console.alibabacloud.com";
const CAPI: &str = "https://console.cloud.tencent.com/cam/capi";
const TENCENT_APPS: &str = "https://console.cloud.tencent.com/smsv2/app-manage";
const CHUANGLAN: &str = "https://zz.253.com";

type Written = (
    &'static [(&'static str, &'static str)],
    &'static [&'static str],
);

fn in_english(kind: &str) -> Written {
    match kind {
        "alibaba-cloud" => (
            &[
                (
                    "In RAM › Users, make a user that may call Dysms, and its AccessKey",
                    RAM,
                ),
                (
                    "In 国内消息 or 国际/港澳台消息, have a signature (签名管理) and a template (模板管理) approved",
                    DYSMS,
                ),
                ("Name signature and template under Templates here", ""),
            ],
            &[
                "1 message a minute, 5 an hour and 10 a day for each signature and number.",
                "Codes of 4 to 6 digits on the Chinese mainland.",
                "Messages to mainland China have to be asked for from an address there.",
            ],
        ),
        "alibaba-cloud-international" => (
            &[
                (
                    "In RAM › Users, make a user that may call SMS, and its AccessKey",
                    RAM_ABROAD,
                ),
                (
                    "In the SMS console, ask for a SenderID where a country wants one",
                    DYSMS_ABROAD,
                ),
            ],
            &["Messages to mainland China fill a template; all others are text."],
        ),
        "tencent-cloud" => (
            &[
                ("In API keys, make SecretId and SecretKey", CAPI),
                (
                    "In 应用管理, read the SDKAppID, such as 1400006666",
                    TENCENT_APPS,
                ),
                (
                    "In 国内短信 or 国际/港澳台短信, have a signature (签名管理) and a template (正文模板管理) approved",
                    TENCENT_APPS,
                ),
                ("Name signature and template under Templates here", ""),
            ],
            &["A template has variables without names: their order is what matters."],
        ),
        "chuanglan" => (
            &[
                (
                    "Sign in, and read API账号 and API密码 of the product, not of the person (GenAuth: APP ID and KEY)",
                    CHUANGLAN,
                ),
                (
                    "Ask the vendor to let the address of this service in",
                    CHUANGLAN,
                ),
            ],
            &["A text begins with an approved signature in 【】."],
        ),
        "chuanglan-international" => (
            &[
                (
                    "Sign in, and read API账号 and API密码 of the international product (GenAuth: APP ID and KEY)",
                    CHUANGLAN,
                ),
                (
                    "Ask the vendor to let the address of this service in",
                    CHUANGLAN,
                ),
            ],
            &["Some countries show a SenderID that has to be registered first."],
        ),
        _ => (
            &[(
                "Take URL, headers and body from the vendor's own description of its interface",
                "",
            )],
            &[
                "Placeholders: {to}, {to_digits}, {code}, {text}, {message_id}, {minutes}, {app}, {channel}, {language}, and {secret.NAME}.",
                "The sample shows the request as it would leave. Nothing is sent by looking at it.",
                "A test shows what came back on the page of its message.",
            ],
        ),
    }
}

fn in_chinese(kind: &str) -> Written {
    match kind {
        "alibaba-cloud" => (
            &[
                (
                    "在 RAM 访问控制 › 用户 中创建有短信权限的用户及其 AccessKey",
                    RAM,
                ),
                (
                    "在 国内消息 或 国际/港澳台消息 中申请签名（签名管理）和模板（模板管理）",
                    DYSMS,
                ),
                ("在此处的“短信模板”中填写签名和模板", ""),
            ],
            &[
                "同一签名和号码：每分钟 1 条，每小时 5 条，每天 10 条。",
                "中国大陆的验证码为 4 到 6 位数字。",
                "发往中国大陆的请求须从中国大陆的地址发起。",
            ],
        ),
        "alibaba-cloud-international" => (
            &[
                (
                    "在 RAM › 用户 中创建有短信权限的用户及其 AccessKey",
                    RAM_ABROAD,
                ),
                (
                    "在短信控制台中为有要求的国家和地区申请 SenderID",
                    DYSMS_ABROAD,
                ),
            ],
            &["发往中国大陆时使用模板，其他均为文本。"],
        ),
        "tencent-cloud" => (
            &[
                ("在 API 密钥管理 中创建 SecretId 和 SecretKey", CAPI),
                ("在 应用管理 中查看 SDKAppID，例如 1400006666", TENCENT_APPS),
                (
                    "在 国内短信 或 国际/港澳台短信 中申请签名（签名管理）和模板（正文模板管理）",
                    TENCENT_APPS,
                ),
                ("在此处的“短信模板”中填写签名和模板", ""),
            ],
            &["模板变量没有名称，以顺序为准。"],
        ),
        "chuanglan" => (
            &[
                (
                    "登录后查看产品的 API账号 和 API密码，不是登录账号（GenAuth 中为 APP ID 和 KEY）",
                    CHUANGLAN,
                ),
                ("请厂商将本服务的地址加入白名单", CHUANGLAN),
            ],
            &["文本须以【】中的已审核签名开头。"],
        ),
        "chuanglan-international" => (
            &[
                (
                    "登录后查看国际产品的 API账号 和 API密码（GenAuth 中为 APP ID 和 KEY）",
                    CHUANGLAN,
                ),
                ("请厂商将本服务的地址加入白名单", CHUANGLAN),
            ],
            &["部分国家和地区的 SenderID 须先登记。"],
        ),
        _ => (
            &[("按厂商的接口文档填写请求地址、请求头和正文", "")],
            &[
                "占位符：{to}、{to_digits}、{code}、{text}、{message_id}、{minutes}、{app}、{channel}、{language} 和 {secret.名称}。",
                "示例显示将要发出的请求，查看时不会发送任何内容。",
                "测试后，消息页面会显示厂商的应答。",
            ],
        ),
    }
}

#[cfg(test)]
mod tests {
    use countersign_providers::kinds::KINDS;

    use super::*;

    #[test]
    fn every_kind_has_a_guide_of_its_own_in_each_language() {
        for language in Language::ALL {
            let mut seen = Vec::new();
            for kind in KINDS {
                let guide = guide(language, kind.name);
                assert!(!guide.good.is_empty(), "{}", kind.name);
                for (_, link) in &guide.steps {
                    assert!(link.is_empty() || link.starts_with("https://"));
                }
                let first = guide.steps.first().unwrap().0;
                assert!(!seen.contains(&first), "{}", kind.name);
                seen.push(first);
            }
        }
    }
}
