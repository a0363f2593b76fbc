//! The sentences for the reasons why a code is not valid.

use crate::{InvalidReason, Lang};

impl InvalidReason {
    /// The sentence for people, in the language `lang`.
    ///
    /// ```
    /// use countersign_api::{InvalidReason, Lang};
    /// assert_eq!(InvalidReason::Expired.sentence(Lang::EnUs), "The code has expired.");
    /// ```
    #[must_use]
    pub const fn sentence(self, lang: Lang) -> &'static str {
        match lang {
            Lang::ZhCn => self.zh_cn(),
            Lang::EnUs => self.en_us(),
            Lang::ZhTw => self.zh_tw(),
            Lang::JaJp => self.ja_jp(),
        }
    }

    const fn en_us(self) -> &'static str {
        match self {
            Self::Wrong => "The code is wrong.",
            Self::Replaced => "The code was replaced by a newer one.",
            Self::Expired => "The code has expired.",
            Self::Used => "The code was used before.",
            Self::Exhausted => "The code is dead after too many wrong guesses.",
            Self::NotSent => "No code was sent to this number for this purpose.",
            Self::Locked => {
                "Too many wrong guesses about this number: codes are not compared for a while."
            }
            Self::Malformed => "This cannot be a code: it has other characters or another length.",
        }
    }

    const fn zh_cn(self) -> &'static str {
        match self {
            Self::Wrong => "验证码错误。",
            Self::Replaced => "该验证码已被新的验证码取代。",
            Self::Expired => "验证码已过期。",
            Self::Used => "验证码已被使用。",
            Self::Exhausted => "错误次数过多，该验证码已失效。",
            Self::NotSent => "尚未向该号码发送此用途的验证码。",
            Self::Locked => "该号码错误次数过多，暂时不再校验验证码。",
            Self::Malformed => "这不是验证码：含有其他字符或长度不符。",
        }
    }

    const fn zh_tw(self) -> &'static str {
        match self {
            Self::Wrong => "驗證碼錯誤。",
            Self::Replaced => "該驗證碼已被新的驗證碼取代。",
            Self::Expired => "驗證碼已過期。",
            Self::Used => "驗證碼已被使用。",
            Self::Exhausted => "錯誤次數過多，該驗證碼已失效。",
            Self::NotSent => "尚未向該號碼發送此用途的驗證碼。",
            Self::Locked => "該號碼錯誤次數過多，暫時不再驗證。",
            Self::Malformed => "這不是驗證碼：含有其他字元或長度不符。",
        }
    }

    const fn ja_jp(self) -> &'static str {
        match self {
            Self::Wrong => "コードが正しくありません。",
            Self::Replaced => "このコードは新しいコードに置き換えられました。",
            Self::Expired => "コードの有効期限が切れています。",
            Self::Used => "このコードはすでに使用されています。",
            Self::Exhausted => "入力の誤りが多すぎたため、このコードは無効になりました。",
            Self::NotSent => "この用途のコードはこの番号に送信されていません。",
            Self::Locked => "この番号での入力の誤りが多すぎるため、しばらく照合しません。",
            Self::Malformed => "コードではありません：文字または桁数が異なります。",
        }
    }
}
