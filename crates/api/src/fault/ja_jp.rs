use super::throttle::{Span, Throttle, Unit, Units};
use super::{BadField, BadPhone, BadSignature, Fault, FieldProblem, NotSent, code_point};
use crate::Channel;

pub(super) fn message(fault: &Fault) -> String {
    match fault {
        Fault::Malformed { field, problem } => {
            let field = field.as_deref().unwrap_or("リクエストボディ");
            format!("{field} {}。", problem_of(*problem))
        }
        Fault::BadPhone { why } => phone(*why),
        Fault::NoApplication => "ヘッダー x-authing-app-id がありません。アプリケーションを指定してください。".to_owned(),
        Fault::UnknownApplication => "この x-authing-app-id または appId のアプリケーションは存在しません。".to_owned(),
        Fault::ApplicationExists => "この appId のアプリケーションはすでに存在します。".to_owned(),
        Fault::SigningKeyWaits { signs_from } => {
            format!("新しい署名鍵がすでに待機しています（{signs_from} に署名を開始）。その後にもう一度ローテーションしてください。")
        }
        Fault::Unauthorized => "認証情報がないか、正しくありません。".to_owned(),
        Fault::BadSignature { why } => signature(*why).to_owned(),
        Fault::UnknownAccessKey => "この accessKeyId のアクセスキーは存在しません。".to_owned(),
        Fault::CountryNotServed { country } => {
            format!("この番号の国または地域（{country}）向けの国際 SMS サービスが設定されていません。")
        }
        Fault::CountryNotAllowed { country } => {
            format!("この番号の国または地域（{country}）には確認コードを送信しません。")
        }
        Fault::Throttled { by, retry_after, forever } => throttled(*by, *retry_after, *forever),
        Fault::BadSetting { fields } => {
            BadField::lines(fields, |BadField { field, why }| format!("{field} の設定が正しくありません（{why}）。"))
        }
        Fault::UnknownSetting { what } => format!("そのような設定はありません（{what}）。"),
        Fault::SettingInUse { by } => format!("使用中のため削除できません（{by}）。"),
        Fault::ChangedMeanwhile { version } => {
            format!("その間に変更されています。現在のバージョンは {version} です（0 は存在しないことを表します）。もう一度読み込んでから変更してください。")
        }
        Fault::KeyOfAnotherBody => "この Idempotency-Key は別のリクエストボディで使用されています。再送には同じボディが必要です。別のリクエストには別のキーを使ってください。".to_owned(),
        Fault::KeyUnderWay => "この Idempotency-Key の最初のリクエストはまだ処理中です。しばらくしてから同じキーで再送してください。".to_owned(),
        Fault::ChallengeRequired { .. } => "ロボットではないことを確認してから、もう一度お試しください。".to_owned(),
        Fault::ForeignPage => "別のオリジンのページはここで何も変更できません。リクエストが指定するアプリケーションがそのオリジンを許可していません。".to_owned(),
        Fault::OtherMachine => "このサービスは開発用で、このマシンからのリクエストにのみ応答します。localhost または 127.0.0.1 を使い、他者向けのプロキシを経由しないでください。".to_owned(),
        Fault::TooSlow => "リクエストボディが 10 秒以内に届きませんでした。".to_owned(),
        Fault::TooLarge => "リクエストボディが 16 KiB を超えています。".to_owned(),
        Fault::UnknownEncoding { encoding } => format!("コンテンツエンコーディング（content encoding）{encoding} には対応していません。リクエストボディをそのまま送信してください。"),
        Fault::HeadTooLarge => "リクエストヘッダーが 16 KiB を超えているか、64 個より多くのフィールドがあります。".to_owned(),
        Fault::NotHttp => "リクエストが有効な HTTP/1.1 ではありません。".to_owned(),
        Fault::NotServed { asked } => format!("{asked} はここでは提供していません。利用できる API は /openapi.json をご覧ください。"),
        Fault::Internal => "内部エラーが発生しました。お問い合わせの際は requestId をお知らせください。".to_owned(),
        Fault::Unavailable => {
            "サービスは現在応答できません。何も送信されておらず、何も通知されていません。しばらくしてからお試しください。".to_owned()
        }
        Fault::Held { retry_after } => format!(
            "サービスは再起動したばかりで、まだコードを送信できません。SMS は送信されていません。{wait}後にお試しください。",
            wait = Span::of(*retry_after).in_words(&UNITS)
        ),
        Fault::GuessesThrottled { retry_after } => format!(
            "このアドレスからの誤った確認コードが多すぎます。{wait}後にもう一度お試しください。",
            wait = Span::of(*retry_after).in_words(&UNITS)
        ),
        Fault::ProviderUnreachable => {
            "SMS は送信されていません。少し待ってもう一度お試しいただくか、requestId を添えてお問い合わせください。".to_owned()
        }
        Fault::ProviderRefused { why, .. } => not_sent(*why).to_owned(),
    }
}

/// Returns the sentence for a refusal by a limit of this kind.
fn throttled(by: Throttle, retry_after: u64, forever: bool) -> String {
    let wait = || Span::of(retry_after).in_words(&UNITS);
    match (by, forever) {
        (Throttle::Minute, _) => {
            format!(
                "確認コードは送信されたばかりです。{retry_after} 秒後にもう一度お試しください。"
            )
        }
        (Throttle::Number, false) => format!(
            "この番号への確認コードの要求が多すぎます。{}後にもう一度お試しください。",
            wait()
        ),
        (Throttle::Number, true) => "この番号には確認コードを送信しません。".to_owned(),
        (Throttle::Caller, false) => format!(
            "このアドレスからの確認コードの要求が多すぎます。{}後にもう一度お試しください。",
            wait()
        ),
        (Throttle::Caller, true) => {
            "このアドレスからの要求には確認コードを送信しません。".to_owned()
        }
        (Throttle::Everybody, false) => format!(
            "現在、確認コードの要求が多すぎます。{}後にもう一度お試しください。",
            wait()
        ),
        (Throttle::Everybody, true) => "このような要求には確認コードを送信しません。".to_owned(),
    }
}

const UNITS: Units = Units {
    day: Unit("日", "日"),
    hour: Unit("時間", "時間"),
    minute: Unit("分", "分"),
    second: Unit("秒", "秒"),
    between: " ",
};

/// Returns the sentence for a message that a provider refused.
fn not_sent(why: NotSent) -> &'static str {
    match why {
        NotSent::BadNumber => "SMS は送信されていません。この番号は SMS を受信できません。",
        NotSent::TooManyMessages => {
            "SMS は送信されていません。この番号への送信が多すぎます。時間をおいてお試しください。"
        }
        NotSent::Momentary => "SMS は送信されていません。少し待ってもう一度お試しください。",
        NotSent::Unsaid => {
            "SMS は送信されていません。お問い合わせの際は requestId をお知らせください。"
        }
    }
}

fn signature(why: BadSignature) -> &'static str {
    match why {
        BadSignature::NotValid => {
            "署名が、このアクセスキーによるこのリクエストの署名と一致しません。"
        }
        BadSignature::Method => "x-authing-signature-method は HMAC-SHA1 でなければなりません。",
        BadSignature::Version => "x-authing-signature-version は 1.0 でなければなりません。",
        BadSignature::Date => {
            "date または x-authing-date は GMT の HTTP 日付か、1970 年からのミリ秒でなければなりません。"
        }
        BadSignature::NoDate => "署名されたリクエストに date も x-authing-date もありません。",
        BadSignature::Skew => {
            "署名されたリクエストの時刻が、このサービスの時刻と 15 分以上ずれています。"
        }
        BadSignature::Used => {
            "この署名は使用済みです。リクエストごとに、固有の nonce で署名し直してください。"
        }
    }
}

fn phone(why: BadPhone) -> String {
    match why {
        BadPhone::Character(found) => {
            return format!("phoneNumber に使えるのは数字、空白、- . ( ) と先頭の + 一つだけです。{} は使えません。", code_point(found));
        }
        BadPhone::CountryCode => "phoneCountryCode は +86 のような国番号でなければなりません。",
        BadPhone::Contradiction => "phoneNumber と phoneCountryCode の国または地域が異なります。",
        BadPhone::NotValid => "phoneNumber はその国または地域の有効な番号ではありません。",
        BadPhone::NotMobile => "phoneNumber は携帯電話番号ではありません。",
        BadPhone::NotOfAssumedCountry => {
            "phoneNumber に国番号がないため中国（+86）の番号として読みましたが、有効な携帯電話番号ではありません。phoneCountryCode を指定するか、+ で始めてください。"
        }
        BadPhone::OlderForm(form) => return format!("phoneNumber は現行の形式ではありません。このような番号は {form} と書きます。"),
    }
    .to_owned()
}

fn problem_of(problem: FieldProblem) -> String {
    match problem {
        FieldProblem::Required => "は必須です",
        FieldProblem::Duplicate => "が重複しています",
        FieldProblem::NotText => "は文字列でなければなりません",
        FieldProblem::NotTexts => "は文字列のリストでなければなりません",
        FieldProblem::NotAList => "はリストでなければなりません",
        FieldProblem::NotBool => "は true か false でなければなりません",
        FieldProblem::NotACodeType => "は SMS でなければなりません（メールのコードは提供していません）",
        FieldProblem::NotANote => "は 200 文字までです",
        FieldProblem::NotObject => "は JSON オブジェクトでなければなりません",
        FieldProblem::NotAChannel => {
            return format!("は次のいずれかでなければなりません：{}", Channel::NAMES.join("、"));
        }
        FieldProblem::TooDeep => "の入れ子は 16 段までです",
        FieldProblem::Syntax { line, column } => {
            return format!("は JSON オブジェクトでなければなりません。{line} 行 {column} 列で JSON ではなくなっています");
        }
        FieldProblem::NotJson => "は UTF-8 の application/json でなければなりません",
        FieldProblem::NotAnAppId => "は A-Z a-z 0-9 - _ の 1～64 文字でなければなりません",
        FieldProblem::NotAnAppName => "は表示できる 1～64 文字でなければなりません",
        FieldProblem::NotAnSmsName => {
            "は ASCII 以外に一種類の文字だけを使う 1～20 文字の文字、数字、空白、一般的な記号で、数字が五つ以上続いたり、リンクに見えたりしてはなりません"
        }
        FieldProblem::NotAnOrigin => "は https://shop.example や http://localhost:3000 のようなオリジンで、20 個までです",
        FieldProblem::NotNetworks => "は 203.0.113.7 や 10.1.0.0/16 のようなアドレスまたはネットワークで、64 個までです",
        FieldProblem::NetworkTooWide => "に /8（IPv6 は /7）より広いネットワークを含めてはなりません。他人までアプリケーションのサーバーと見なされます",
        FieldProblem::NotAWebHost => "は shop.example のようなドメイン名で、スキームとポートを含んではなりません",
        FieldProblem::NotACountry => "は電話番号を持つ国または地域の 2 文字コード（例: CN）でなければなりません",
        FieldProblem::NotCountries => "は電話番号を持つ国または地域の 2 文字コードの一覧（例: CN と HK）でなければなりません",
        FieldProblem::NotALanguageChoice => "は number、request、または fr-FR のような言語タグでなければなりません",
        FieldProblem::NotATokenAlgorithm => "は RS256 または ES256 でなければなりません",
        FieldProblem::NotALanguageTag => "は fr-FR のような言語タグでなければなりません",
        FieldProblem::NotAnAndroidAppHash => "は A-Z a-z 0-9 + / のちょうど 11 文字でなければなりません",
        FieldProblem::TextTooLong { channel, language, needed, limit } => {
            return format!("により {channel} の {language} の本文が SMS 1 通に収まりません。最短でも {needed} 必要ですが、上限は {limit} です");
        }
        FieldProblem::NotAUuid => "は UUID でなければなりません",
        FieldProblem::NotALimit => "は 1～1000 の整数でなければなりません",
        FieldProblem::NotASeq => "は監査記録の番号でなければなりません（例：7）",
        FieldProblem::NotAHead => "は監査記録の番号、コロン、16 進数 64 桁のハッシュでなければなりません",
        FieldProblem::NotAVersion => "は 0 以上の整数でなければなりません",
        FieldProblem::NotATime => "は RFC 3339 の時刻でなければなりません（例：2026-11-21T20:00:00Z）",
        FieldProblem::NotAnIdempotencyKey => "は表示できる ASCII 文字 1～255 文字でなければなりません",
    }
    .to_owned()
}
