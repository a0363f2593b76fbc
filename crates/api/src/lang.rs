/// A language of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// Simplified Chinese, the default.
    #[default]
    ZhCn,
    /// English.
    EnUs,
}

impl Lang {
    /// The language that an `x-authing-lang` header asks for; `None` where it asks for nothing that is
    /// spoken here.
    ///
    /// ```
    /// use countersign_api::Lang;
    /// assert_eq!(Lang::parse("en-US"), Some(Lang::EnUs));
    /// assert_eq!(Lang::parse(""), None);
    /// ```
    #[must_use]
    pub fn parse(header: &str) -> Option<Self> {
        let header = header.trim();
        [("zh-CN", Lang::ZhCn), ("en-US", Lang::EnUs)]
            .into_iter()
            .find(|(name, _)| header.eq_ignore_ascii_case(name))
            .map(|(_, lang)| lang)
    }
}
