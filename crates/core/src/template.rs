//! The words around a code.

use std::fmt;
use std::time::Duration;

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::application::AppName;
use crate::channel::Channel;
use crate::passcode::Passcode;
use crate::phone::{Country, PhoneNumber};

/// The language of a message to a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Simplified Chinese.
    ZhCn,
    /// English.
    EnUs,
}

impl Language {
    /// What the owner of `phone` most likely reads. The language of an API call says nothing about that:
    /// some official SDKs send one whoever their user is.
    #[must_use]
    pub fn of(phone: &PhoneNumber) -> Self {
        if phone.country() == Country::CHINA {
            Language::ZhCn
        } else {
            Language::EnUs
        }
    }
}

/// A text that holds a code in clear. Guarded like the [`Passcode`] in it.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SmsText(String);

impl SmsText {
    /// The text. Call this only to hand it to a vendor.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SmsText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SmsText(..)")
    }
}

/// The built-in text for a code: one SMS segment (70 characters in Chinese, 160 in English), where the
/// name of the application is in the script of the text. A Chinese name in an English text makes two.
///
/// ```
/// # use countersign_core::{application::AppName, channel::Channel, entropy::*, passcode::Passcode, template::*};
/// # struct Zero; impl Entropy for Zero { fn fill(&self, b: &mut [u8]) -> Result<(), EntropyError> { b.fill(0); Ok(()) } }
/// # let code = Passcode::generate(6, &Zero).unwrap();
/// # let app = AppName::parse("Shop").unwrap();
/// # let life = std::time::Duration::from_secs(300);
/// let text = render(Language::EnUs, Channel::Login, &app, &code, life);
/// assert_eq!(text.reveal(), "[Shop] 000000 is your code to sign in. It expires in 5 minutes. Never share it.");
/// ```
#[must_use]
pub fn render(
    language: Language,
    channel: Channel,
    app: &AppName,
    passcode: &Passcode,
    life: Duration,
) -> SmsText {
    let (app, code, minutes) = (app.as_str(), passcode.reveal(), life.as_secs().div_ceil(60));
    let purpose = purpose(language, channel);
    SmsText(match language {
        Language::ZhCn => {
            format!("【{app}】{code} 是您的{purpose}验证码，{minutes} 分钟内有效，请勿告诉他人。")
        }
        Language::EnUs => {
            format!(
                "[{app}] {code} is your code to {purpose}. It expires in {minutes} minutes. Never share it."
            )
        }
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::{Entropy, EntropyError};

    struct Zeros;

    impl Entropy for Zeros {
        fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
            buffer.fill(0);
            Ok(())
        }
    }

    #[test]
    fn every_text_holds_the_code_and_fits_one_segment() {
        let longest = AppName::parse("一二三四五六七八九十一二三四五六七八九十").unwrap();
        let latin = AppName::parse("Twenty letters in it").unwrap();
        let code = Passcode::generate(6, &Zeros).unwrap();
        let life = Duration::from_secs(600);
        for channel in Channel::ALL {
            let zh = render(Language::ZhCn, channel, &longest, &code, life);
            assert!(zh.reveal().contains("000000"));
            assert!(zh.reveal().chars().count() <= 70, "{channel:?}");
            let en = render(Language::EnUs, channel, &latin, &code, life);
            assert!(en.reveal().contains("000000"));
            assert!(
                en.reveal().is_ascii() && en.reveal().len() <= 160,
                "{channel:?}"
            );
        }
    }
}
