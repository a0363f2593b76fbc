//! The accounts of the sandbox, and the templates that are approved for them. Nothing here is secret.

/// `accessKeyId` of Alibaba Cloud, both products.
pub const ALIBABA_KEY_ID: &str = "sandbox-access-key-id";
/// Its secret.
pub const ALIBABA_KEY_SECRET: &str = "sandbox-access-key-secret-0001";
/// The signature that was approved at Alibaba Cloud.
pub const ALIBABA_SIGN: &str = "阿里云";

/// `SecretId` of Tencent Cloud.
pub const TENCENT_SECRET_ID: &str = "sandbox-secret-id";
/// Its key.
pub const TENCENT_SECRET_KEY: &str = "sandbox-secret-key-0001";
/// `SmsSdkAppId` of Tencent Cloud.
pub const TENCENT_APP_ID: &str = "1400000000";
/// The signature that was approved at Tencent Cloud.
pub const TENCENT_SIGN: &str = "腾讯云";

/// The account at Chuanglan for messages at home.
pub const CHUANGLAN_ACCOUNT: &str = "YZM0000001";
/// The account at Chuanglan for messages abroad.
pub const CHUANGLAN_INTERNATIONAL_ACCOUNT: &str = "I0000001";
/// The password of both.
pub const CHUANGLAN_PASSWORD: &str = "sandbox-password-0001";
/// The name and the password in Chuanglan's reports.
pub const CHUANGLAN_RECEIVER: (&str, &str) = ("sandbox-receiver", "sandbox-receiver-password");

/// The secret of the generic vendor: its requests and its reports are signed with it.
pub const WEBHOOK_SECRET: &str = "whsec_c2FuZGJveC13ZWJob29rLXNpZ25pbmcta2V5LTAwMDE=";

/// A template that a vendor approved.
pub(crate) struct Template {
    /// The vendor's id for it.
    pub(crate) id: &'static str,
    /// Whether it is for numbers outside mainland China, and for no others.
    pub(crate) abroad: bool,
    /// Its words, with `{name}` for a variable.
    pub(crate) text: &'static str,
    /// Its variables, in their order.
    pub(crate) variables: &'static [&'static str],
}

const CODE: &str = "您的验证码是{code}，请勿告诉他人。";
const CODE_AND_MINUTES: &str = "您的验证码是{code}，{min}分钟内有效，请勿告诉他人。";
const ABROAD: &str = "Your code is {code}.";

const fn template(
    id: &'static str,
    abroad: bool,
    text: &'static str,
    variables: &'static [&'static str],
) -> Template {
    Template {
        id,
        abroad,
        text,
        variables,
    }
}

/// Approved at Alibaba Cloud.
pub(crate) const ALIBABA_TEMPLATES: &[Template] = &[
    template("SMS_154950909", false, CODE, &["code"]),
    template("SMS_154950910", false, CODE_AND_MINUTES, &["code", "min"]),
    template("SMS_154950911", true, ABROAD, &["code"]),
];

/// Approved at Tencent Cloud, where variables have places and no names.
pub(crate) const TENCENT_TEMPLATES: &[Template] = &[
    template("449739", false, CODE, &["code"]),
    template("449740", false, CODE_AND_MINUTES, &["code", "min"]),
    template("449741", true, ABROAD, &["code"]),
];

/// Approved at Chuanglan, where variables are called `param1`, `param2`.
pub(crate) const CHUANGLAN_TEMPLATES: &[Template] = &[
    template("1000001", false, CODE, &["code"]),
    template("1000002", false, CODE_AND_MINUTES, &["code", "min"]),
];

impl Template {
    /// The one of that id.
    pub(crate) fn find(templates: &'static [Template], id: &str) -> Option<&'static Template> {
        templates.iter().find(|template| template.id == id)
    }

    /// The words, after the signature, with these values in the order of the variables.
    pub(crate) fn fill(&self, sign: &str, values: &[&str]) -> String {
        let mut text = self.text.to_owned();
        for (name, value) in self.variables.iter().zip(values) {
            text = text.replace(&format!("{{{name}}}"), value);
        }
        match sign {
            "" => text,
            sign => format!("【{sign}】{text}"),
        }
    }
}

/// The templates of an account as a person reads them, after the signature: ids and variables.
pub(crate) fn approved(sign: &str, templates: &[Template]) -> String {
    let shown = templates.iter().map(|template| {
        let abroad = if template.abroad { "abroad " } else { "" };
        format!(
            "{abroad}{} ({})",
            template.id,
            template.variables.join(", ")
        )
    });
    format!("{sign}; {}", shown.collect::<Vec<_>>().join(", "))
}
