//! The words of the pages, in two languages.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

/// The language of a page.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Language {
    English,
    Chinese,
}

/// The words of a page that are always the same.
pub(crate) struct Words {
    /// The language tag of the document.
    pub(crate) lang: &'static str,
    pub(crate) sign_in: &'static str,
    pub(crate) check_your_messages: &'static str,
    pub(crate) welcome: &'static str,
    pub(crate) your_mobile_number: &'static str,
    pub(crate) number_hint: &'static str,
    pub(crate) send_me_a_code: &'static str,
    pub(crate) code_from_the_message: &'static str,
    pub(crate) digits_of_the_code: &'static str,
    pub(crate) send_another_code: &'static str,
    pub(crate) another_number: &'static str,
    pub(crate) known_by_signature: &'static str,
    pub(crate) sign_out: &'static str,
    pub(crate) one_moment: &'static str,
    pub(crate) needs_a_script: &'static str,
    pub(crate) no_sms_in_development: &'static str,
    pub(crate) open_the_inbox: &'static str,
}

/// A sentence about what happened, at the top of a page.
pub(crate) enum Notice {
    Sent {
        number: String,
    },
    MayBeOnItsWay,
    NotAMobileNumber,
    CannotSend,
    /// The right code has this many wrong tries left, one at least.
    WrongCode {
        left: u32,
    },
    NotACode,
    TooManyTries,
    CodeEnded,
    CannotCheck,
    SignedIn {
        number: String,
    },
    SignInAgain,
    CannotTell,
    /// The browser computes the proof that it is no robot.
    Computing,
    /// The service's own sentence, which is in the language of the client.
    Service(String),
}

const ENGLISH: Words = Words {
    lang: "en",
    sign_in: "Sign in",
    check_your_messages: "Check your messages",
    welcome: "Welcome",
    your_mobile_number: "Your mobile number",
    number_hint: "For example +1 415 555 0132",
    send_me_a_code: "Send me a code",
    code_from_the_message: "The code from the message",
    digits_of_the_code: "the digits of the code",
    send_another_code: "Send another code",
    another_number: "Another number",
    known_by_signature: "The application knows you by the signature of a token, without asking anyone.",
    sign_out: "Sign out",
    one_moment: "One moment",
    needs_a_script: "This step needs JavaScript.",
    no_sms_in_development: "No SMS is sent in development.",
    open_the_inbox: "Open the inbox where messages arrive",
};

const CHINESE: Words = Words {
    lang: "zh-CN",
    sign_in: "登录",
    check_your_messages: "请查看短信",
    welcome: "欢迎",
    your_mobile_number: "手机号",
    number_hint: "中国大陆以外的号码请加国家代码，例如 +1 415 555 0132",
    send_me_a_code: "获取验证码",
    code_from_the_message: "短信中的验证码",
    digits_of_the_code: "验证码的数字",
    send_another_code: "重新发送验证码",
    another_number: "换一个手机号",
    known_by_signature: "应用通过令牌的签名认出您，无需再询问任何服务。",
    sign_out: "退出登录",
    one_moment: "请稍候",
    needs_a_script: "此步骤需要 JavaScript。",
    no_sms_in_development: "开发环境不会真正发送短信。",
    open_the_inbox: "打开接收短信的收件箱",
};

impl Language {
    pub(crate) fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::Chinese => &CHINESE,
        }
    }

    /// Chooses by the value of an `Accept-Language`: the language with the greatest weight, the earlier of two that weigh
    /// the same, and English where the browser wants neither.
    fn accepted(header: &str) -> Self {
        let mut best = (0.0, Self::English);
        for range in header.split(',') {
            let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
            let primary = tag.trim().split('-').next().unwrap_or_default();
            let language = match primary.to_ascii_lowercase().as_str() {
                "en" => Self::English,
                "zh" => Self::Chinese,
                _ => continue,
            };
            let weight = weight.trim().strip_prefix("q=").unwrap_or_default();
            let weight = weight.parse::<f32>().unwrap_or_default();
            if weight > best.0 {
                best = (weight, language);
            }
        }
        best.1
    }
}

impl<S: Sync> FromRequestParts<S> for Language {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let header = parts.headers.get(header::ACCEPT_LANGUAGE);
        let header = header.and_then(|value| value.to_str().ok());
        Ok(Self::accepted(header.unwrap_or_default()))
    }
}

impl Notice {
    pub(crate) fn sentence(&self, language: Language) -> String {
        match language {
            Language::English => self.english(),
            Language::Chinese => self.chinese(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Sent { number } => return format!("We sent a code to {number}."),
            Self::MayBeOnItsWay => "A code may be on its way.",
            Self::NotAMobileNumber => "That is not a mobile number that we can send to.",
            Self::CannotSend => "We cannot send codes just now.",
            Self::WrongCode { left } => {
                return format!("That is not the code. Tries left: {left}.");
            }
            Self::NotACode => "That cannot be the code. Please copy all its digits.",
            Self::TooManyTries => "Too many wrong codes for this number. Please wait a while.",
            Self::CodeEnded => "That is not a good code, or no longer. Ask for another.",
            Self::CannotCheck => "We cannot check codes just now. Ask for another later.",
            Self::SignedIn { number } => return format!("Signed in as {number}"),
            Self::Computing => "Your browser is showing that you are not a robot.",
            Self::SignInAgain => "Please sign in again.",
            Self::CannotTell => "We cannot tell just now whether you are signed in.",
            Self::Service(sentence) => sentence,
        }
        .to_owned()
    }

    fn chinese(&self) -> String {
        match self {
            Self::Sent { number } => return format!("验证码已发送至 {number}。"),
            Self::MayBeOnItsWay => "验证码可能已在发送途中。",
            Self::NotAMobileNumber => "该号码不是可以接收验证码的手机号。",
            Self::CannotSend => "暂时无法发送验证码。",
            Self::WrongCode { left } => return format!("验证码不正确，还可以再试 {left} 次。"),
            Self::NotACode => "这不是完整的验证码，请填写全部数字。",
            Self::TooManyTries => "该号码的错误次数过多，请稍后再试。",
            Self::CodeEnded => "验证码不正确或已失效，请重新获取。",
            Self::CannotCheck => "暂时无法核对验证码，请稍后重新获取。",
            Self::SignedIn { number } => return format!("已登录：{number}"),
            Self::Computing => "浏览器正在完成人机验证。",
            Self::SignInAgain => "请重新登录。",
            Self::CannotTell => "暂时无法确认您的登录状态。",
            Self::Service(sentence) => sentence,
        }
        .to_owned()
    }
}
