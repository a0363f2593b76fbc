use crate::{Channel, Lang};

/// Everything that can go wrong, in one table: `statusCode`, `apiCode` and sentence of each.
///
/// Codes of our own come from the block 2990000 to 2990099.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The body is not JSON of the right shape.
    Malformed {
        /// The field that is wrong; `None` for the body as a whole.
        field: Option<String>,
        /// What is wrong with it.
        problem: FieldProblem,
    },
    /// Not a valid mobile number.
    BadPhone {
        /// Why.
        why: BadPhone,
    },
    /// No application is named.
    NoApplication,
    /// The application does not exist.
    UnknownApplication,
    /// The application exists already.
    ApplicationExists,
    /// Credentials are missing or wrong.
    Unauthorized,
    /// No SMS service is configured for the number's country.
    CountryNotServed {
        /// The country, ISO 3166-1 alpha-2.
        country: String,
    },
    /// A limit refuses.
    Throttled {
        /// Whole seconds until it would not.
        retry_after: u64,
    },
    /// The body is larger than is read.
    TooLarge,
    /// The path is not served.
    NotServed {
        /// What was asked for: method and path.
        asked: String,
        /// What is served: methods and paths.
        served: String,
    },
    /// Something failed in a way that nobody foresaw.
    Internal,
    /// Overloaded, or the store is down. Nothing was sent.
    Unavailable,
    /// No provider could be reached. Nothing was sent.
    ProviderUnreachable,
    /// The provider refused. Nothing was sent.
    ProviderRefused {
        /// Our word for the reason.
        kind: String,
    },
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldProblem {
    /// Missing, null or empty.
    Required,
    /// Present twice.
    Duplicate,
    /// Of another type than this.
    Type(String),
    /// Not one of the channels.
    NotAChannel,
    /// Not JSON at all; where it stops to be.
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// Breaks a constraint, which the text states.
    Constraint(String),
}

/// Why a number cannot get a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadPhone {
    /// It has a character that numbers do not have.
    Character,
    /// The country code is none.
    CountryCode,
    /// Number and country code name different countries.
    Contradiction,
    /// No such number.
    NotValid,
    /// Not a mobile number.
    NotMobile,
}

impl Fault {
    /// The `statusCode` of the answer.
    #[must_use]
    pub const fn status_code(&self) -> u16 {
        match self {
            Fault::Malformed { .. } | Fault::BadPhone { .. } | Fault::NoApplication => 400,
            Fault::Unauthorized => 401,
            Fault::UnknownApplication => 404,
            Fault::ApplicationExists => 409,
            Fault::TooLarge => 413,
            Fault::CountryNotServed { .. } => 422,
            Fault::Throttled { .. } => 429,
            Fault::Internal => 500,
            Fault::NotServed { .. } => 501,
            Fault::Unavailable => 503,
            Fault::ProviderUnreachable => 601,
            Fault::ProviderRefused { .. } => 602,
        }
    }

    /// The `apiCode` of the answer, where the fault has a business meaning.
    #[must_use]
    pub const fn api_code(&self) -> Option<u32> {
        match self {
            Fault::BadPhone { .. } => Some(2028),
            Fault::NoApplication => Some(2101),
            Fault::UnknownApplication => Some(2011),
            Fault::CountryNotServed { .. } => Some(2_990_001),
            _ => None,
        }
    }

    /// How long the caller should wait, in whole seconds, where waiting helps.
    #[must_use]
    pub const fn retry_after(&self) -> Option<u64> {
        match self {
            Fault::Throttled { retry_after } => Some(*retry_after),
            Fault::Unavailable => Some(1),
            _ => None,
        }
    }

    /// The sentence for people.
    ///
    /// ```
    /// use countersign_api::{Fault, Lang};
    /// let fault = Fault::Throttled { retry_after: 42 };
    /// assert_eq!(fault.message(Lang::EnUs), "A code was sent a moment ago. Try again in 42 seconds.");
    /// ```
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        match lang {
            Lang::ZhCn => self.in_chinese(),
            Lang::EnUs => self.in_english(),
        }
    }

    fn in_english(&self) -> String {
        match self {
            Fault::Malformed { field, problem } => malformed_in_english(field.as_deref(), problem),
            Fault::BadPhone { why } => match why {
                BadPhone::Character => "phoneNumber may have digits, spaces, - . ( ) and one leading + only.",
                BadPhone::CountryCode => "phoneCountryCode must be the calling code of a country, such as +86.",
                BadPhone::Contradiction => "phoneNumber names another country than phoneCountryCode.",
                BadPhone::NotValid => "phoneNumber is not a valid number of its country.",
                BadPhone::NotMobile => "phoneNumber is not a mobile number.",
            }
            .to_owned(),
            Fault::NoApplication => "The header x-authing-app-id is missing: it must name the application.".to_owned(),
            Fault::UnknownApplication => "There is no application with this x-authing-app-id.".to_owned(),
            Fault::ApplicationExists => "An application with this appId exists already.".to_owned(),
            Fault::Unauthorized => "The credentials are missing or wrong.".to_owned(),
            Fault::CountryNotServed { country } => {
                format!("No international SMS service is configured for the country of this number ({country}).")
            }
            Fault::Throttled { retry_after: 1 } => "A code was sent a moment ago. Try again in 1 second.".to_owned(),
            Fault::Throttled { retry_after } => {
                format!("A code was sent a moment ago. Try again in {retry_after} seconds.")
            }
            Fault::TooLarge => "The body is larger than 16 KiB.".to_owned(),
            Fault::NotServed { asked, served } => format!("{asked} is not served here. Served are: {served}."),
            Fault::Internal => "Something went wrong here. Quote the requestId when you ask for help.".to_owned(),
            Fault::Unavailable => "The service is overloaded or its store is down. Nothing was sent. Try again in a moment.".to_owned(),
            Fault::ProviderUnreachable => "The SMS provider could not be reached. Nothing was sent.".to_owned(),
            Fault::ProviderRefused { kind } => format!("The SMS provider refused the message ({kind}). Nothing was sent."),
        }
    }

    fn in_chinese(&self) -> String {
        match self {
            Fault::Malformed { field, problem } => malformed_in_chinese(field.as_deref(), problem),
            Fault::BadPhone { why } => match why {
                BadPhone::Character => "phoneNumber 只能包含数字、空格、- . ( ) 和一个开头的 +。",
                BadPhone::CountryCode => "phoneCountryCode 必须是国家或地区的电话区号，例如 +86。",
                BadPhone::Contradiction => "phoneNumber 与 phoneCountryCode 指向不同的国家或地区。",
                BadPhone::NotValid => "phoneNumber 不是有效的手机号。",
                BadPhone::NotMobile => "phoneNumber 不是手机号。",
            }
            .to_owned(),
            Fault::NoApplication => "缺少请求头 x-authing-app-id：必须指明应用。".to_owned(),
            Fault::UnknownApplication => "x-authing-app-id 对应的应用不存在。".to_owned(),
            Fault::ApplicationExists => "该 appId 的应用已存在。".to_owned(),
            Fault::Unauthorized => "缺少凭证或凭证错误。".to_owned(),
            Fault::CountryNotServed { country } => {
                format!("未配置该号码所属国家或地区（{country}）的国际短信服务。")
            }
            Fault::Throttled { retry_after } => {
                format!("验证码刚刚发送过，请在 {retry_after} 秒后重试。")
            }
            Fault::TooLarge => "请求体超过 16 KiB。".to_owned(),
            Fault::NotServed { asked, served } => {
                format!("此处不提供 {asked}。可用的接口：{served}。")
            }
            Fault::Internal => "服务内部错误，如需帮助请提供 requestId。".to_owned(),
            Fault::Unavailable => "服务繁忙或存储不可用，短信未发送，请稍后重试。".to_owned(),
            Fault::ProviderUnreachable => "无法连接短信服务商，短信未发送。".to_owned(),
            Fault::ProviderRefused { kind } => {
                format!("短信服务商拒绝了该短信（{kind}），短信未发送。")
            }
        }
    }
}

fn malformed_in_english(field: Option<&str>, problem: &FieldProblem) -> String {
    let field = field.unwrap_or("The body");
    match problem {
        FieldProblem::Required => format!("{field} is required."),
        FieldProblem::Duplicate => format!("{field} is given more than once."),
        FieldProblem::Type(expected) => format!("{field} must be {expected}."),
        FieldProblem::NotAChannel => {
            format!("{field} must be one of {}.", Channel::NAMES.join(", "))
        }
        FieldProblem::Syntax { line, column } => {
            format!(
                "{field} must be a JSON object; it stops being JSON at line {line}, column {column}."
            )
        }
        FieldProblem::Constraint(constraint) => format!("{field}: {constraint}."),
    }
}

fn malformed_in_chinese(field: Option<&str>, problem: &FieldProblem) -> String {
    let field = field.unwrap_or("请求体");
    match problem {
        FieldProblem::Required => format!("{field} 为必填项。"),
        FieldProblem::Duplicate => format!("{field} 重复出现。"),
        FieldProblem::Type(expected) => format!("{field} 的类型错误，应为 {expected}。"),
        FieldProblem::NotAChannel => {
            format!("{field} 必须是以下之一：{}。", Channel::NAMES.join("、"))
        }
        FieldProblem::Syntax { line, column } => {
            format!("{field} 必须是 JSON 对象；第 {line} 行第 {column} 列处不是合法的 JSON。")
        }
        FieldProblem::Constraint(constraint) => format!("{field} 不符合要求：{constraint}。"),
    }
}
