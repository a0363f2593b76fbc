/// A language of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// Simplified Chinese, the default.
    #[default]
    ZhCn,
    /// English.
    EnUs,
    /// Traditional Chinese.
    ZhTw,
    /// Japanese.
    JaJp,
}

impl Lang {
    /// All four languages.
    pub const ALL: [Lang; 4] = [Lang::ZhCn, Lang::EnUs, Lang::ZhTw, Lang::JaJp];

    /// The tag on the wire, such as `zh-CN`.
    ///
    /// ```
    /// assert_eq!(countersign_api::Lang::JaJp.as_str(), "ja-JP");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Lang::ZhCn => "zh-CN",
            Lang::EnUs => "en-US",
            Lang::ZhTw => "zh-TW",
            Lang::JaJp => "ja-JP",
        }
    }

    /// Chooses the language of an answer: the one that `x-authing-lang` asks for, else the supported one that
    /// `Accept-Language` ranks highest, else Simplified Chinese.
    ///
    /// ```
    /// use countersign_api::Lang;
    /// assert_eq!(Lang::negotiate(Some("en-US"), Some("ja")), Lang::EnUs);
    /// assert_eq!(Lang::negotiate(None, Some("fr, ja;q=0.7, en;q=0.8")), Lang::EnUs);
    /// assert_eq!(Lang::negotiate(Some(""), None), Lang::ZhCn);
    /// ```
    #[must_use]
    pub fn negotiate(x_authing_lang: Option<&str>, accept_language: Option<&str>) -> Self {
        x_authing_lang
            .and_then(Self::of_tag)
            .or_else(|| Self::best_of(accept_language?))
            .unwrap_or_default()
    }

    /// Returns the supported language of a tag (RFC 5646), perhaps with underscores: `en-GB` and `en_GB` are English.
    ///
    /// ```
    /// use countersign_api::Lang;
    /// assert_eq!(Lang::of_tag("zh-HK"), Some(Lang::ZhTw));
    /// assert_eq!(Lang::of_tag("fr"), None);
    /// ```
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        let tag = tag.trim().to_ascii_lowercase();
        let mut parts = tag.split(['-', '_']);
        match parts.next()? {
            "en" => Some(Lang::EnUs),
            "ja" => Some(Lang::JaJp),
            "zh" => {
                match parts.find(|part| matches!(*part, "hans" | "hant" | "tw" | "hk" | "mo")) {
                    None | Some("hans") => Some(Lang::ZhCn),
                    Some(_) => Some(Lang::ZhTw),
                }
            }
            _ => None,
        }
    }

    fn best_of(accept_language: &str) -> Option<Self> {
        let mut best = None;
        for range in accept_language.split(',') {
            let (tag, quality) = range.split_once(';').unwrap_or((range, ""));
            let quality = quality
                .trim()
                .strip_prefix("q=")
                .map_or(Some(1.0), |q| q.parse::<f32>().ok());
            let (Some(lang), Some(quality)) = (Self::of_tag(tag), quality) else {
                continue;
            };
            if quality > best.map_or(0.0, |(_, quality)| quality) {
                best = Some((lang, quality));
            }
        }
        best.map(|(lang, _)| lang)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_names_a_language_in_many_ways() {
        for (tag, lang) in [
            ("zh-CN", Some(Lang::ZhCn)),
            ("zh", Some(Lang::ZhCn)),
            ("zh-Hans-HK", Some(Lang::ZhCn)),
            ("zh-Hant", Some(Lang::ZhTw)),
            ("ZH-tw", Some(Lang::ZhTw)),
            ("en-GB", Some(Lang::EnUs)),
            (" ja-JP ", Some(Lang::JaJp)),
            ("en_US", Some(Lang::EnUs)),
            ("zh_Hant_HK", Some(Lang::ZhTw)),
            ("fr", None),
            ("", None),
            ("*", None),
        ] {
            assert_eq!(Lang::of_tag(tag), lang, "{tag:?}");
        }
    }

    #[test]
    fn accept_language_is_weighed_and_never_trusted() {
        for (header, lang) in [
            ("zh-CN,zh;q=0.8", Some(Lang::ZhCn)),
            ("fr-FR, fr;q=0.9, ja;q=0.5, en;q=0.4", Some(Lang::JaJp)),
            ("en;q=0", None),
            ("en;q=nan, ja;q=inf", Some(Lang::JaJp)),
            ("en;q=x, zh-TW", Some(Lang::ZhTw)),
            (",,;;q=1", None),
        ] {
            assert_eq!(Lang::best_of(header), lang, "{header:?}");
        }
        assert_eq!(Lang::negotiate(Some("fr"), Some("en")), Lang::EnUs);
        assert_eq!(Lang::negotiate(None, None), Lang::ZhCn);
    }
}
