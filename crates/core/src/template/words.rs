//! The words of the built-in texts, by language.

use std::fmt::Write;
use std::time::Duration;

use super::builtin::Wording;
use super::{CAPACITY, Language, Sender, last_lines, minutes};
use crate::channel::Channel;

/// The text for a code in as many words as `wording` says, and its last lines.
pub(super) fn compose(
    wording: Wording,
    language: Language,
    channel: Channel,
    sender: Sender<'_>,
    code: &str,
    life: Duration,
) -> String {
    let (app, minutes) = (sender.name.as_str(), minutes(life));
    let purpose = purpose(language, channel);
    let mut text = String::with_capacity(CAPACITY);
    // Writing to a String cannot fail.
    let _ = match (language, wording) {
        (Language::ZhCn, Wording::Full) => write!(
            text,
            "【{app}】{code} 是您的{purpose}验证码，{minutes} 分钟内有效，请勿告诉他人。"
        ),
        (Language::ZhCn, Wording::Warned) => {
            write!(
                text,
                "【{app}】{code} 是您的{purpose}验证码，请勿告诉他人。"
            )
        }
        (Language::ZhCn, Wording::Plain) => write!(text, "【{app}】{code} 是您的{purpose}验证码。"),
        (Language::ZhCn, Wording::Bare) => write!(text, "【{app}】{code} 是验证码。"),
        (Language::EnUs, Wording::Full) => write!(
            text,
            "[{app}] {code} is your code to {purpose}. It expires in {minutes} minutes. Never share it."
        ),
        (Language::EnUs, Wording::Warned) => {
            write!(
                text,
                "[{app}] {code} is your code to {purpose}. Never share it."
            )
        }
        (Language::EnUs, Wording::Plain) => {
            write!(text, "[{app}] {code} is your code to {purpose}.")
        }
        (Language::EnUs, Wording::Bare) => write!(text, "[{app}] {code} is your code."),
    };
    last_lines(&mut text, sender, code);
    text
}

fn purpose(language: Language, channel: Channel) -> &'static str {
    let (zh, en) = match channel {
        Channel::Login => ("登录", "sign in"),
        Channel::Register => ("注册", "sign up"),
        Channel::ResetPassword => ("重置密码", "reset your password"),
        Channel::BindPhone => ("绑定手机号", "add this number"),
        Channel::UnbindPhone => ("解绑手机号", "remove this number"),
        Channel::BindMfa => ("绑定多因素认证", "turn on two-step sign-in"),
        Channel::VerifyMfa => ("多因素认证", "confirm your sign-in"),
        Channel::UnbindMfa => ("解绑多因素认证", "turn off two-step sign-in"),
        Channel::CompletePhone => ("完善手机号", "complete your profile"),
        Channel::IdentityVerification => ("身份验证", "confirm your identity"),
        Channel::DeleteAccount => ("注销账号", "delete your account"),
    };
    match language {
        Language::ZhCn => zh,
        Language::EnUs => en,
    }
}
