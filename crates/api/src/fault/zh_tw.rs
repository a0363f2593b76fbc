use super::throttle::{Span, Throttle, Unit, Units};
use super::{BadField, BadPhone, BadSignature, Fault, FieldProblem, NotSent, code_point};
use crate::Channel;

pub(super) fn message(fault: &Fault) -> String {
    match fault {
        Fault::Malformed { field, problem } => {
            let field = field.as_deref().unwrap_or("請求主體");
            format!("{field} {}。", problem_of(*problem))
        }
        Fault::BadPhone { why } => phone(*why),
        Fault::NoApplication => "缺少請求標頭 x-authing-app-id：必須指明應用程式。".to_owned(),
        Fault::UnknownApplication => "x-authing-app-id 或 appId 對應的應用程式不存在。".to_owned(),
        Fault::ApplicationExists => "此 appId 的應用程式已存在。".to_owned(),
        Fault::SigningKeyWaits { signs_from } => {
            format!("已有新的簽章金鑰等待啟用（{signs_from} 開始簽章），請於此之後再輪替。")
        }
        Fault::Unauthorized => "缺少憑證或憑證錯誤。".to_owned(),
        Fault::BadSignature { why } => signature(*why).to_owned(),
        Fault::UnknownAccessKey => "此 accessKeyId 對應的存取金鑰不存在。".to_owned(),
        Fault::CountryNotServed { country } => {
            format!("尚未設定此號碼所屬國家或地區（{country}）的國際簡訊服務。")
        }
        Fault::CountryNotAllowed { country } => {
            format!("不會向此號碼所屬國家或地區（{country}）發送驗證碼。")
        }
        Fault::Throttled {
            by,
            retry_after,
            forever,
        } => throttled(*by, *retry_after, *forever),
        Fault::BadSetting { fields } => {
            BadField::lines(fields, |BadField { field, why }| format!("{field} 的設定無法使用（{why}）。"))
        }
        Fault::UnknownSetting { what } => format!("沒有這項設定（{what}）。"),
        Fault::SettingInUse { by } => format!("正在使用中，無法刪除（{by}）。"),
        Fault::ChangedMeanwhile { version } => {
            format!(
                "它在此期間已被修改：目前版本為 {version}（0 表示不存在）。請重新讀取後再修改。"
            )
        }
        Fault::KeyOfAnotherBody => "此 Idempotency-Key 已用於另一個請求主體。重複請求必須使用相同的請求主體；新的請求需要新的鍵。".to_owned(),
        Fault::KeyUnderWay => "使用此 Idempotency-Key 的首次請求仍在處理中。請稍後以相同的鍵重試。".to_owned(),
        Fault::ChallengeRequired { .. } => "請先完成人機驗證，然後再試一次。".to_owned(),
        Fault::ForeignPage => "其他來源的網頁不能在此變更任何內容：請求所指明的應用不允許該來源。".to_owned(),
        Fault::OtherMachine => "此服務僅供開發使用，只回應本機的請求：請使用 localhost 或 127.0.0.1，且不要透過為他人服務的代理存取。".to_owned(),
        Fault::TooSlow => "請求主體未在 10 秒內送達。".to_owned(),
        Fault::TooLarge => "請求主體超過 16 KiB。".to_owned(),
        Fault::UnknownEncoding { encoding } => format!("不支援內容編碼（content encoding）{encoding}：請按原樣傳送請求主體。"),
        Fault::HeadTooLarge => "請求標頭超過 16 KiB 或多於 64 個欄位。".to_owned(),
        Fault::NotHttp => "請求不是有效的 HTTP/1.1。".to_owned(),
        Fault::NotServed { asked } => format!("此處不提供 {asked}，可用的介面見 /openapi.json。"),
        Fault::Internal => "服務內部錯誤，如需協助請提供 requestId。".to_owned(),
        Fault::Unavailable => {
            "服務暫時無法回應。未發送任何簡訊，也未告知任何結果。請稍後再試。".to_owned()
        }
        Fault::Held { retry_after } => format!(
            "服務剛剛重新啟動，暫不發送驗證碼。未發送任何簡訊。請在 {wait}後再試。",
            wait = Span::of(*retry_after).in_words(&UNITS)
        ),
        Fault::GuessesThrottled { retry_after } => format!(
            "來自此位址的錯誤驗證碼過多，請於 {wait}後再試。",
            wait = Span::of(*retry_after).in_words(&UNITS)
        ),
        Fault::ProviderUnreachable => {
            "簡訊未發送。請稍後再試，如需協助請提供 requestId。".to_owned()
        }
        Fault::ProviderRefused { why, .. } => not_sent(*why).to_owned(),
    }
}

/// Returns the sentence for a refusal by a limit of this kind.
fn throttled(by: Throttle, retry_after: u64, forever: bool) -> String {
    let wait = || Span::of(retry_after).in_words(&UNITS);
    match (by, forever) {
        (Throttle::Minute, _) => format!("驗證碼剛剛發送過，請於 {retry_after} 秒後再試。"),
        (Throttle::Number, false) => format!("此號碼請求驗證碼的次數過多，請於 {}後再試。", wait()),
        (Throttle::Number, true) => "此號碼不會收到驗證碼。".to_owned(),
        (Throttle::Caller, false) => format!("來自此位址的驗證碼請求過多，請於 {}後再試。", wait()),
        (Throttle::Caller, true) => "不為來自此位址的請求發送驗證碼。".to_owned(),
        (Throttle::Everybody, false) => format!("目前的驗證碼請求過多，請於 {}後再試。", wait()),
        (Throttle::Everybody, true) => "不為此類請求發送驗證碼。".to_owned(),
    }
}

const UNITS: Units = Units {
    day: Unit("天", "天"),
    hour: Unit("小時", "小時"),
    minute: Unit("分鐘", "分鐘"),
    second: Unit("秒", "秒"),
    between: " ",
};

/// Returns the sentence for a message that a provider refused.
fn not_sent(why: NotSent) -> &'static str {
    match why {
        NotSent::BadNumber => "簡訊未發送：此號碼無法接收簡訊。",
        NotSent::TooManyMessages => "簡訊未發送：此號碼近期收到的簡訊過多，請過一段時間再試。",
        NotSent::Momentary => "簡訊未發送，請稍後再試。",
        NotSent::Unsaid => "簡訊未發送，如需協助請提供 requestId。",
    }
}

fn signature(why: BadSignature) -> &'static str {
    match why {
        BadSignature::NotValid => "簽章與此存取金鑰對此請求的簽章不符。",
        BadSignature::Method => "x-authing-signature-method 必須是 HMAC-SHA1。",
        BadSignature::Version => "x-authing-signature-version 必須是 1.0。",
        BadSignature::Date => {
            "date 或 x-authing-date 必須是 GMT 的 HTTP 日期，或自 1970 年起的毫秒數。"
        }
        BadSignature::NoDate => "已簽章的請求缺少 date 或 x-authing-date。",
        BadSignature::Skew => "已簽章請求的時間與本服務的時間相差 15 分鐘或以上。",
        BadSignature::Used => "此簽章已被使用：每個請求都須重新簽章，並使用各自的 nonce。",
    }
}

fn phone(why: BadPhone) -> String {
    match why {
        BadPhone::Character(found) => {
            return format!(
                "phoneNumber 只能包含數字、空格、- . ( ) 和一個開頭的 +，不能包含 {}。",
                code_point(found)
            );
        }
        BadPhone::CountryCode => "phoneCountryCode 必須是國家或地區的電話區碼，例如 +86。",
        BadPhone::Contradiction => "phoneNumber 與 phoneCountryCode 指向不同的國家或地區。",
        BadPhone::NotValid => "phoneNumber 不是所屬國家或地區的有效號碼。",
        BadPhone::NotMobile => "phoneNumber 不是手機號碼。",
        BadPhone::NotOfAssumedCountry => {
            "phoneNumber 未指明國家或地區，以中國大陸（+86）讀取時不是有效的手機號碼：請提供 phoneCountryCode，或以 + 開頭。"
        }
        BadPhone::OlderForm(form) => {
            return format!("phoneNumber 不是現行的號碼格式：這類號碼應寫作 {form}。");
        }
    }
    .to_owned()
}

fn problem_of(problem: FieldProblem) -> String {
    match problem {
        FieldProblem::Required => "為必填項目",
        FieldProblem::Duplicate => "重複出現",
        FieldProblem::NotText => "必須是字串",
        FieldProblem::NotTexts => "必須是字串列表",
        FieldProblem::NotAList => "必須是清單",
        FieldProblem::NotBool => "必須是 true 或 false",
        FieldProblem::NotACodeType => "必須是 SMS：這裡不提供郵件驗證碼",
        FieldProblem::NotANote => "最多 200 個字元",
        FieldProblem::NotObject => "必須是 JSON 物件",
        FieldProblem::NotAChannel => {
            return format!("必須是下列之一：{}", Channel::NAMES.join("、"));
        }
        FieldProblem::TooDeep => "的巢狀不能超過 16 層",
        FieldProblem::Syntax { line, column } => {
            return format!("必須是 JSON 物件；第 {line} 行第 {column} 欄處不是合法的 JSON");
        }
        FieldProblem::NotJson => "必須是 UTF-8 編碼的 application/json",
        FieldProblem::NotAnAppId => "必須為 1 到 64 個字元，僅限 A-Z a-z 0-9 - _",
        FieldProblem::NotAnAppName => "必須是 1 至 64 個可見字元",
        FieldProblem::NotAnSmsName => {
            "必須是 1 至 20 個字母、數字、空格或常用標點，除 ASCII 外只能有一種文字，不能有連續五位數字，也不能像連結"
        }
        FieldProblem::NotAnOrigin => {
            "必須是形如 https://shop.example 或 http://localhost:3000 的來源，最多 20 個"
        }
        FieldProblem::NotNetworks => "必須是形如 203.0.113.7 或 10.1.0.0/16 的位址或網段，最多 64 個",
        FieldProblem::NetworkTooWide => "不能包含大於 /8（IPv6 為 /7）的網段：否則外人也會被當作應用程式的伺服器",
        FieldProblem::NotAWebHost => "必須是形如 shop.example 的網域名稱，不含通訊協定和連接埠",
        FieldProblem::NotACountry => "必須是有電話號碼的國家或地區的兩位字母代碼，例如 CN",
        FieldProblem::NotCountries => "必須是有電話號碼的國家或地區的兩位字母代碼清單，例如 CN 和 HK",
        FieldProblem::NotALanguageChoice => "必須是 number、request 或語言標籤，例如 fr-FR",
        FieldProblem::NotATokenAlgorithm => "必須是 RS256 或 ES256",
        FieldProblem::NotALanguageTag => "必須是語言標籤，例如 fr-FR",
        FieldProblem::NotAnAndroidAppHash => "必須恰好為 11 個字元，僅限 A-Z a-z 0-9 + /",
        FieldProblem::TextTooLong {
            channel,
            language,
            needed,
            limit,
        } => {
            return format!(
                "使 {channel} 的 {language} 簡訊超出一則的長度：最短也需 {needed}，上限為 {limit}"
            );
        }
        FieldProblem::NotAUuid => "必須是 UUID",
        FieldProblem::NotALimit => "必須是 1 到 1000 的整數",
        FieldProblem::NotASeq => "必須是操作記錄的序號，例如 7",
        FieldProblem::NotAHead => "必須是操作記錄的序號、冒號和 64 位十六進位雜湊",
        FieldProblem::NotAVersion => "必須是不小於 0 的整數",
        FieldProblem::NotATime => "必須是 RFC 3339 時間，例如 2026-11-21T20:00:00Z",
        FieldProblem::NotAnIdempotencyKey => "必須為 1 到 255 個可見的 ASCII 字元",
    }
    .to_owned()
}
