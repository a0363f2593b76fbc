use super::throttle::{Span, Throttle, Unit, Units};
use super::{BadField, BadPhone, BadSignature, Fault, FieldProblem, NotSent, code_point};
use crate::Channel;

pub(super) fn message(fault: &Fault) -> String {
    match fault {
        Fault::Malformed { field, problem } => {
            let field = field.as_deref().unwrap_or("请求体");
            format!("{field} {}。", problem_of(*problem))
        }
        Fault::BadPhone { why } => phone(*why),
        Fault::NoApplication => "缺少请求头 x-authing-app-id：必须指明应用。".to_owned(),
        Fault::UnknownApplication => "x-authing-app-id 或 appId 对应的应用不存在。".to_owned(),
        Fault::ApplicationExists => "该 appId 的应用已存在。".to_owned(),
        Fault::SigningKeyWaits { signs_from } => {
            format!("已有新的签名密钥等待启用（{signs_from} 开始签名），请在此之后再轮换。")
        }
        Fault::Unauthorized => "缺少凭证或凭证错误。".to_owned(),
        Fault::BadSignature { why } => signature(*why).to_owned(),
        Fault::UnknownAccessKey => "该 accessKeyId 对应的访问密钥不存在。".to_owned(),
        Fault::CountryNotServed { country } => {
            format!("未配置该号码所属国家或地区（{country}）的国际短信服务。")
        }
        Fault::CountryNotAllowed { country } => {
            format!("不向该号码所属国家或地区（{country}）发送验证码。")
        }
        Fault::Throttled {
            by,
            retry_after,
            forever,
        } => throttled(*by, *retry_after, *forever),
        Fault::BadSetting { fields } => {
            BadField::lines(fields, |BadField { field, why }| format!("{field} 的设置不可用（{why}）。"))
        }
        Fault::UnknownSetting { what } => format!("没有这项设置（{what}）。"),
        Fault::SettingInUse { by } => format!("正在使用中，无法删除（{by}）。"),
        Fault::ChangedMeanwhile { version } => {
            format!(
                "它在此期间已被修改：当前版本为 {version}（0 表示不存在）。请重新读取后再修改。"
            )
        }
        Fault::KeyOfAnotherBody => "此 Idempotency-Key 已用于另一个请求体。重复请求必须使用相同的请求体；新的请求需要新的键。".to_owned(),
        Fault::KeyUnderWay => "使用此 Idempotency-Key 的首次请求仍在处理中。请稍后以相同的键重试。".to_owned(),
        Fault::ChallengeRequired { .. } => "请先完成人机验证，然后重试。".to_owned(),
        Fault::ForeignPage => "其他来源的网页不能在此更改任何内容：请求所指明的应用不允许该来源。".to_owned(),
        Fault::OtherMachine => "此服务仅供开发使用，只响应本机的请求：请使用 localhost 或 127.0.0.1，且不要通过为他人服务的代理访问。".to_owned(),
        Fault::TooSlow => "请求体未在 10 秒内送达。".to_owned(),
        Fault::TooLarge => "请求体超过 16 KiB。".to_owned(),
        Fault::UnknownEncoding { encoding } => format!("不支持内容编码（content encoding）{encoding}：请按原样发送请求体。"),
        Fault::HeadTooLarge => "请求头超过 16 KiB 或多于 64 个字段。".to_owned(),
        Fault::NotHttp => "请求不是有效的 HTTP/1.1。".to_owned(),
        Fault::NotServed { asked } => format!("此处不提供 {asked}，可用的接口见 /openapi.json。"),
        Fault::Internal => "服务内部错误，如需帮助请提供 requestId。".to_owned(),
        Fault::Unavailable => {
            "服务暂时无法应答。未发送任何短信，也未告知任何结果。请稍后重试。".to_owned()
        }
        Fault::Held { retry_after } => format!(
            "服务刚刚重新启动，暂不发送验证码。未发送任何短信。请在 {wait}后重试。",
            wait = Span::of(*retry_after).in_words(&UNITS)
        ),
        Fault::GuessesThrottled { retry_after } => format!(
            "来自该地址的错误验证码过多，请在 {wait}后重试。",
            wait = Span::of(*retry_after).in_words(&UNITS)
        ),
        Fault::ProviderUnreachable => {
            "短信未发送。请稍后重试，如需帮助请提供 requestId。".to_owned()
        }
        Fault::ProviderRefused { why, .. } => not_sent(*why).to_owned(),
    }
}

/// Returns the sentence for a refusal by a limit of this kind.
fn throttled(by: Throttle, retry_after: u64, forever: bool) -> String {
    let wait = || Span::of(retry_after).in_words(&UNITS);
    match (by, forever) {
        (Throttle::Minute, _) => format!("验证码刚刚发送过，请在 {retry_after} 秒后重试。"),
        (Throttle::Number, false) => format!("该号码请求验证码的次数过多，请在 {}后重试。", wait()),
        (Throttle::Number, true) => "不向该号码发送验证码。".to_owned(),
        (Throttle::Caller, false) => format!("来自该地址的验证码请求过多，请在 {}后重试。", wait()),
        (Throttle::Caller, true) => "不为来自该地址的请求发送验证码。".to_owned(),
        (Throttle::Everybody, false) => format!("当前的验证码请求过多，请在 {}后重试。", wait()),
        (Throttle::Everybody, true) => "不为此类请求发送验证码。".to_owned(),
    }
}

const UNITS: Units = Units {
    day: Unit("天", "天"),
    hour: Unit("小时", "小时"),
    minute: Unit("分钟", "分钟"),
    second: Unit("秒", "秒"),
    between: " ",
};

/// Returns the sentence for a message that a provider refused.
fn not_sent(why: NotSent) -> &'static str {
    match why {
        NotSent::BadNumber => "短信未发送：该号码无法接收短信。",
        NotSent::TooManyMessages => "短信未发送：该号码近期收到的短信过多，请晚些时候再试。",
        NotSent::Momentary => "短信未发送，请稍后重试。",
        NotSent::Unsaid => "短信未发送，如需帮助请提供 requestId。",
    }
}

fn signature(why: BadSignature) -> &'static str {
    match why {
        BadSignature::NotValid => "签名与该访问密钥对此请求的签名不符。",
        BadSignature::Method => "x-authing-signature-method 必须是 HMAC-SHA1。",
        BadSignature::Version => "x-authing-signature-version 必须是 1.0。",
        BadSignature::Date => {
            "date 或 x-authing-date 必须是 GMT 的 HTTP 日期，或自 1970 年起的毫秒数。"
        }
        BadSignature::NoDate => "已签名的请求缺少 date 或 x-authing-date。",
        BadSignature::Skew => "已签名请求的时间与本服务的时间相差 15 分钟或以上。",
        BadSignature::Used => "该签名已被使用：每个请求都须重新签名，并使用各自的 nonce。",
    }
}

fn phone(why: BadPhone) -> String {
    match why {
        BadPhone::Character(found) => {
            return format!(
                "phoneNumber 只能包含数字、空格、- . ( ) 和一个开头的 +，不能包含 {}。",
                code_point(found)
            );
        }
        BadPhone::CountryCode => "phoneCountryCode 必须是国家或地区的电话区号，例如 +86。",
        BadPhone::Contradiction => "phoneNumber 与 phoneCountryCode 指向不同的国家或地区。",
        BadPhone::NotValid => "phoneNumber 不是所属国家或地区的有效号码。",
        BadPhone::NotMobile => "phoneNumber 不是手机号。",
        BadPhone::NotOfAssumedCountry => {
            "phoneNumber 未指明国家或地区，按中国大陆（+86）读取时不是有效的手机号：请提供 phoneCountryCode，或以 + 开头。"
        }
        BadPhone::OlderForm(form) => {
            return format!("phoneNumber 不是现行的号码格式：这类号码应写作 {form}。");
        }
    }
    .to_owned()
}

fn problem_of(problem: FieldProblem) -> String {
    match problem {
        FieldProblem::Required => "为必填项",
        FieldProblem::Duplicate => "重复出现",
        FieldProblem::NotText => "必须是字符串",
        FieldProblem::NotTexts => "必须是字符串列表",
        FieldProblem::NotAList => "必须是列表",
        FieldProblem::NotBool => "必须是 true 或 false",
        FieldProblem::NotACodeType => "必须是 SMS：这里不提供邮件验证码",
        FieldProblem::NotANote => "最多 200 个字符",
        FieldProblem::NotObject => "必须是 JSON 对象",
        FieldProblem::NotAChannel => {
            return format!("必须是以下之一：{}", Channel::NAMES.join("、"));
        }
        FieldProblem::TooDeep => "的嵌套不能超过 16 层",
        FieldProblem::Syntax { line, column } => {
            return format!("必须是 JSON 对象；第 {line} 行第 {column} 列处不是合法的 JSON");
        }
        FieldProblem::NotJson => "必须是 UTF-8 编码的 application/json",
        FieldProblem::NotAnAppId => "必须为 1 到 64 个字符，仅限 A-Z a-z 0-9 - _",
        FieldProblem::NotAnAppName => "必须是 1 至 64 个可见字符",
        FieldProblem::NotAnSmsName => {
            "必须是 1 至 20 个字母、数字、空格或常用标点，除 ASCII 外只能有一种文字，不能有连续五位数字，也不能像链接"
        }
        FieldProblem::NotAnOrigin => {
            "必须是形如 https://shop.example 或 http://localhost:3000 的来源，最多 20 个"
        }
        FieldProblem::NotNetworks => "必须是形如 203.0.113.7 或 10.1.0.0/16 的地址或网段，最多 64 个",
        FieldProblem::NetworkTooWide => "不能包含大于 /8（IPv6 为 /7）的网段：否则外人也会被当作应用的服务器",
        FieldProblem::NotAWebHost => "必须是形如 shop.example 的域名，不含协议和端口",
        FieldProblem::NotACountry => "必须是有电话号码的国家或地区的两位字母代码，例如 CN",
        FieldProblem::NotCountries => "必须是有电话号码的国家或地区的两位字母代码列表，例如 CN 和 HK",
        FieldProblem::NotALanguageChoice => "必须是 number、request 或语言标签，例如 fr-FR",
        FieldProblem::NotATokenAlgorithm => "必须是 RS256 或 ES256",
        FieldProblem::NotALanguageTag => "必须是语言标签，例如 fr-FR",
        FieldProblem::NotAnAndroidAppHash => "必须恰好为 11 个字符，仅限 A-Z a-z 0-9 + /",
        FieldProblem::TextTooLong {
            channel,
            language,
            needed,
            limit,
        } => {
            return format!(
                "使 {channel} 的 {language} 短信超出一条的长度：最短也需 {needed}，上限为 {limit}"
            );
        }
        FieldProblem::NotAUuid => "必须是 UUID",
        FieldProblem::NotALimit => "必须是 1 到 1000 的整数",
        FieldProblem::NotASeq => "必须是操作记录的序号，例如 7",
        FieldProblem::NotAHead => "必须是操作记录的序号、冒号和 64 位十六进制哈希",
        FieldProblem::NotAVersion => "必须是不小于 0 的整数",
        FieldProblem::NotATime => "必须是 RFC 3339 时间，例如 2026-11-21T20:00:00Z",
        FieldProblem::NotAnIdempotencyKey => "必须为 1 到 255 个可见的 ASCII 字符",
    }
    .to_owned()
}
