//! The language in which the running countersign answers the command line.

use countersign_api::Lang;

/// The variables that name the locale of a terminal. The first one that is set and not empty holds (POSIX).
const VARIABLES: [&str; 3] = ["LC_ALL", "LC_MESSAGES", "LANG"];

/// Returns the language of this terminal, by its locale.
pub(super) fn of_terminal() -> Lang {
    #[expect(
        clippy::disallowed_methods,
        reason = "the command line follows the locale of its terminal"
    )]
    let value = |name: &str| std::env::var(name).ok();
    let mut set = VARIABLES.into_iter().filter_map(value);
    let locale = set.find(|locale| !locale.is_empty());
    of(&locale.unwrap_or_default())
}

/// Returns the supported language of a locale such as `zh_CN.UTF-8`, and English for all others, `C` among them.
fn of(locale: &str) -> Lang {
    let name = locale.split(['.', '@']).next().unwrap_or_default();
    Lang::of_tag(&name.replace('_', "-")).unwrap_or(Lang::EnUs)
}

/// Reads the tag of a language, such as `en-US` or `ja`.
pub(super) fn parse(tag: &str) -> Result<Lang, String> {
    Lang::of_tag(tag).ok_or_else(|| {
        let all = Lang::ALL.map(Lang::as_str).join(", ");
        format!("must be one of {all}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_speaks_the_language_of_its_locale() {
        for (locale, lang) in [
            ("en_US.UTF-8", Lang::EnUs),
            ("en_GB", Lang::EnUs),
            ("C", Lang::EnUs),
            ("C.UTF-8", Lang::EnUs),
            ("POSIX", Lang::EnUs),
            ("", Lang::EnUs),
            ("de_DE.UTF-8", Lang::EnUs),
            ("zh_CN.UTF-8", Lang::ZhCn),
            ("zh_SG.UTF-8", Lang::ZhCn),
            ("zh_TW.UTF-8", Lang::ZhTw),
            ("zh_HK", Lang::ZhTw),
            ("ja_JP.eucJP", Lang::JaJp),
            ("ja", Lang::JaJp),
            ("sr_RS@latin", Lang::EnUs),
        ] {
            assert_eq!(of(locale), lang, "{locale:?}");
        }
    }
}
