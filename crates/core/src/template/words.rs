//! The words of the built-in texts, by language. No text of another language may take more room than the
//! Simplified Chinese or English one in as few words: an application whose last lines fit must not lose
//! them to a language that came later.

use std::fmt::{self, Write};
use std::time::Duration;

use super::builtin::Wording;
use super::{CAPACITY, Language, Sender, last_lines, minutes};
use crate::application::SmsName;
use crate::channel::Channel;

/// The values that a built-in text is made of.
struct TextInput<'a> {
    wording: Wording,
    signature: Signature<'a>,
    code: &'a str,
    minutes: u64,
}

/// The name of the sender before the words; nothing, where messages carry no name.
#[derive(Clone, Copy)]
struct Signature<'a> {
    name: &'a SmsName,
    is_english: bool,
}

impl fmt::Display for Signature<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name.as_str() {
            "" => Ok(()),
            name if self.is_english => write!(f, "[{name}] "),
            name => write!(f, "【{name}】"),
        }
    }
}

/// Writes the text for a code in the given `wording`, with its last lines.
pub(super) fn compose(
    wording: Wording,
    language: Language,
    channel: Channel,
    sender: Sender<'_>,
    code: &str,
    life: Duration,
) -> String {
    let input = TextInput {
        wording,
        signature: Signature {
            name: sender.name,
            is_english: language == Language::EnUs,
        },
        code,
        minutes: minutes(life),
    };
    let mut text = String::with_capacity(CAPACITY);
    match language {
        Language::ZhCn => input.zh_cn(channel, &mut text),
        Language::ZhTw => input.zh_tw(channel, &mut text),
        Language::EnUs => input.en_us(channel, &mut text),
        Language::JaJp => input.ja_jp(channel, &mut text),
    }
    last_lines(&mut text, sender, code);
    text
}

// Writing to a String cannot fail.
impl TextInput<'_> {
    fn zh_cn(&self, channel: Channel, text: &mut String) {
        let (signature, code, minutes) = (self.signature, self.code, self.minutes);
        let purpose = match channel {
            Channel::Login => "登录",
            Channel::Register => "注册",
            Channel::ResetPassword => "重置密码",
            Channel::BindPhone => "绑定手机号",
            Channel::UnbindPhone => "解绑手机号",
            Channel::BindMfa => "绑定多因素认证",
            Channel::VerifyMfa => "多因素认证",
            Channel::UnbindMfa => "解绑多因素认证",
            Channel::CompletePhone => "完善手机号",
            Channel::IdentityVerification => "身份验证",
            Channel::DeleteAccount => "注销账号",
        };
        let _ = write!(text, "{signature}{code} 是");
        let _ = match self.wording {
            Wording::Full => write!(
                text,
                "您的{purpose}验证码，{minutes} 分钟内有效，请勿告诉他人。"
            ),
            Wording::Warned => write!(text, "您的{purpose}验证码，请勿告诉他人。"),
            Wording::Plain => write!(text, "您的{purpose}验证码。"),
            Wording::Bare => write!(text, "验证码。"),
        };
    }

    fn zh_tw(&self, channel: Channel, text: &mut String) {
        let (signature, code, minutes) = (self.signature, self.code, self.minutes);
        let purpose = match channel {
            Channel::Login => "登入",
            Channel::Register => "註冊",
            Channel::ResetPassword => "重設密碼",
            Channel::BindPhone => "綁定手機號碼",
            Channel::UnbindPhone => "解除綁定手機號碼",
            Channel::BindMfa => "啟用兩步驟登入",
            Channel::VerifyMfa => "兩步驟登入",
            Channel::UnbindMfa => "停用兩步驟登入",
            Channel::CompletePhone => "補填手機號碼",
            Channel::IdentityVerification => "身分確認",
            Channel::DeleteAccount => "刪除帳號",
        };
        let _ = write!(text, "{signature}{code} 是");
        let _ = match self.wording {
            Wording::Full => write!(
                text,
                "您的{purpose}驗證碼，{minutes} 分鐘內有效，請勿告訴他人。"
            ),
            Wording::Warned => write!(text, "您的{purpose}驗證碼，請勿告訴他人。"),
            Wording::Plain => write!(text, "您的{purpose}驗證碼。"),
            Wording::Bare => write!(text, "驗證碼。"),
        };
    }

    fn en_us(&self, channel: Channel, text: &mut String) {
        let (signature, code, minutes) = (self.signature, self.code, self.minutes);
        let purpose = match channel {
            Channel::Login => "sign in",
            Channel::Register => "sign up",
            Channel::ResetPassword => "reset your password",
            Channel::BindPhone => "add this number",
            Channel::UnbindPhone => "remove this number",
            Channel::BindMfa => "turn on two-step sign-in",
            Channel::VerifyMfa => "confirm your sign-in",
            Channel::UnbindMfa => "turn off two-step sign-in",
            Channel::CompletePhone => "complete your profile",
            Channel::IdentityVerification => "confirm your identity",
            Channel::DeleteAccount => "delete your account",
        };
        let _ = write!(text, "{signature}{code} is your code");
        let _ = match self.wording {
            Wording::Full => write!(
                text,
                " to {purpose}. It expires in {minutes} minutes. Never share it."
            ),
            Wording::Warned => write!(text, " to {purpose}. Never share it."),
            Wording::Plain => write!(text, " to {purpose}."),
            Wording::Bare => write!(text, "."),
        };
    }

    fn ja_jp(&self, channel: Channel, text: &mut String) {
        let (signature, code, minutes) = (self.signature, self.code, self.minutes);
        let purpose = match channel {
            Channel::Login => "ログイン",
            Channel::Register => "会員登録",
            Channel::ResetPassword => "パスワード再設定",
            Channel::BindPhone => "電話番号登録",
            Channel::UnbindPhone => "電話番号解除",
            Channel::BindMfa => "二段階認証設定",
            Channel::VerifyMfa => "二段階認証",
            Channel::UnbindMfa => "二段階認証解除",
            Channel::CompletePhone => "電話番号追加",
            Channel::IdentityVerification => "本人確認",
            Channel::DeleteAccount => "アカウント削除",
        };
        let _ = write!(text, "{signature}{code} ");
        let _ = match self.wording {
            Wording::Full => write!(
                text,
                "は{purpose}の認証コードです。{minutes}分間有効です。誰にも教えないでください。"
            ),
            Wording::Warned => write!(
                text,
                "は{purpose}の認証コードです。誰にも教えないでください。"
            ),
            Wording::Plain => write!(text, "は{purpose}の認証コードです。"),
            Wording::Bare => write!(text, "認証コード"),
        };
    }
}
