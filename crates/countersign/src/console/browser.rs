//! What a browser calls itself, in words: which browser, on which system.

use super::language::Language;

/// Parts of what browsers call themselves, and their names. Many claim to be another one too, so the first that fits is right.
const BROWSERS: [(&str, &str); 8] = [
    ("MicroMessenger/", "WeChat"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

/// Parts of what browsers say of their system, and its name.
const SYSTEMS: [(&str, &str); 8] = [
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

/// The words for a browser that calls itself `agent`.
pub(super) fn words(language: Language, agent: &str) -> String {
    let named = |names: [(&str, &'static str); 8]| {
        let mut names = names.into_iter();
        names.find_map(|(part, name)| agent.contains(part).then_some(name))
    };
    match (language, named(BROWSERS), named(SYSTEMS)) {
        (Language::English, Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Language::Chinese, Some(browser), Some(system)) => format!("{system} 上的 {browser}"),
        (_, Some(name), None) => name.to_owned(),
        (Language::English, None, Some(system)) => format!("Another browser on {system}"),
        (Language::Chinese, None, Some(system)) => format!("{system} 上的其他浏览器"),
        (Language::English, None, None) => "Another program".to_owned(),
        (Language::Chinese, None, None) => "其他程序".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_told_by_its_own_name_and_its_system() {
        for (agent, english, chinese) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0",
                "Edge on Windows",
                "Windows 上的 Edge",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
                "iPhone 上的 Safari",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0",
                "Firefox on Linux",
                "Linux 上的 Firefox",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14) Other/1",
                "Another browser on Android",
                "Android 上的其他浏览器",
            ),
            ("curl/8.5.0", "Another program", "其他程序"),
        ] {
            assert_eq!(words(Language::English, agent), english);
            assert_eq!(words(Language::Chinese, agent), chinese);
        }
    }
}
