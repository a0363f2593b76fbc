//! Text that phones turn into links, and the end of a signature.

/// Returns the first part of `text` that looks like a link: a scheme, or a host with a dot in it. It also finds
/// text that phones do not link today (`Hello.World`), since top-level domains come and go.
pub(crate) fn find(text: &str) -> Option<String> {
    let plain = as_ascii(text);
    if let Some(at) = plain.find("://") {
        let (before, after) = plain.split_at(at);
        let scheme = before.rsplit(|c: char| !c.is_ascii_alphanumeric()).next()?;
        let rest = after.split_whitespace().next()?;
        return Some(short(&format!("{scheme}{rest}")));
    }
    let in_host = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    let mut runs = plain.split(|c| !in_host(c));
    runs.find(|run| is_host(run)).map(short)
}

/// Returns why a signature looks like a link, like a code, or like a number to call; `None` if it does not.
pub(super) fn in_signature(signature: &str) -> Option<String> {
    if let Some(link) = find(signature) {
        return Some(format!("{link} in the signature looks like a link"));
    }
    let letters: Vec<_> = as_ascii(signature).chars().collect();
    let scheme = |three: &[char]| matches!(three, [a, ':', b] if a.is_ascii_alphabetic() && !b.is_whitespace());
    if letters.windows(3).any(scheme) {
        return Some("a scheme in the signature looks like a link".to_owned());
    }
    let digits = signature.split(|c: char| !c.is_numeric());
    let longest = digits.map(|run| run.chars().count()).max().unwrap_or(0);
    (longest >= 5).then(|| {
        format!("{longest} digits in a row in the signature read as a code or a number to call")
    })
}

/// Splits off the signature that `text` begins with, `【...】` or `[...]`. Returns it without its brackets, and
/// the rest.
pub(super) fn split_signature(text: &str) -> (Option<&str>, &str) {
    for (open, close) in [('【', '】'), ('[', ']')] {
        let inner = text.trim_start().strip_prefix(open);
        if let Some((signature, rest)) = inner.and_then(|inner| inner.split_once(close)) {
            return (Some(signature), rest);
        }
    }
    (None, text)
}

/// Replaces the other forms of dots, colons and slashes that browsers take for the plain ones. A full stop of
/// Chinese or Japanese ends sentences, so it becomes a dot only between ASCII letters.
fn as_ascii(text: &str) -> String {
    let is_ascii = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let (mut plain, mut last) = (String::with_capacity(text.len()), None);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        plain.push(match c {
            '．' => '.',
            '。' | '｡' if is_ascii(last) && is_ascii(rest.peek().copied()) => '.',
            '：' => ':',
            '／' => '/',
            other => other,
        });
        last = Some(c);
    }
    plain
}

fn is_host(run: &str) -> bool {
    let labels: Vec<_> = run.split('.').collect();
    let named = labels
        .windows(2)
        .any(|pair| matches!(pair, [name, top] if !name.is_empty() && is_top(top)));
    let octet = |label: &&str| (1..=3).contains(&label.len()) && is_digits(label);
    named || labels.windows(4).any(|four| four.iter().all(octet))
}

/// Returns whether a label could be the last one of a host, or begins like one.
fn is_top(label: &str) -> bool {
    let head = label.split(['-', '_']).next().unwrap_or(label);
    let letters = head.chars().count() >= 2 && head.chars().all(char::is_alphabetic);
    letters || label.starts_with("xn--")
}

fn is_digits(label: &str) -> bool {
    label.bytes().all(|b| b.is_ascii_digit())
}

/// Shortens a link for a sentence.
fn short(link: &str) -> String {
    link.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_a_phone_may_link_is_found() {
        for (text, link) in [
            ("see https://shop.example/x now", "https://shop.example/x"),
            ("weixin://dl", "weixin://dl"),
            ("go to t.cn/AbC", "t.cn"),
            ("www.shop.example", "www.shop.example"),
            ("123456.com", "123456.com"),
            ("a@shop.example", "shop.example"),
            ("请访问商城.中国。", "请访问商城.中国"),
            ("点击t.cn", "点击t.cn"),
            ("shop．example", "shop.example"),
            ("shop。example", "shop.example"),
            ("shop｡example", "shop.example"),
            ("https：／／a", "https://a"),
            ("xn--czru2d.xn--fiqs8s", "xn--czru2d.xn--fiqs8s"),
            ("10.0.0.1 is", "10.0.0.1"),
            ("shop.example-", "shop.example-"),
            ("Done.Thanks", "Done.Thanks"),
        ] {
            assert_eq!(find(text).as_deref(), Some(link), "{text:?}");
        }
    }

    #[test]
    fn a_sentence_is_not_taken_for_a_link() {
        for text in [
            "Your code is 123456. It expires in 5 minutes. Never share it.",
            "123456 是您的验证码，5 分钟内有效。请勿告诉他人。",
            "验证码。Please wait",
            "認証コードです。誰にも教えないでください。",
            "Wait... what",
            "...and",
            "No.5, v1.2, 3.14, 1.2.3, e.g. a.m.",
            "Code: 123456",
            "either/or, 24/7",
            "Tel. 123",
        ] {
            assert_eq!(find(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_signature_that_is_not_a_name_is_found() {
        for bad in [
            "shop.example",
            "https://x",
            "tel:1",
            "Club 12345",
            "１２３４５",
        ] {
            assert!(in_signature(bad).is_some(), "{bad:?}");
        }
        for good in [
            "Shop",
            "示例商城",
            "Shop 1234",
            "A & B's",
            "Shop: login",
            "24-7",
        ] {
            assert_eq!(in_signature(good), None, "{good:?}");
        }
    }

    #[test]
    fn a_signature_is_between_brackets_at_the_start() {
        for (text, signature, rest) in [
            ("【Shop】 code", Some("Shop"), " code"),
            ("[Shop] code", Some("Shop"), " code"),
            (" [Shop]code", Some("Shop"), "code"),
            ("[]code", Some(""), "code"),
            ("[Shop code", None, "[Shop code"),
            ("code [Shop]", None, "code [Shop]"),
            ("【Shop] code", None, "【Shop] code"),
        ] {
            assert_eq!(split_signature(text), (signature, rest), "{text:?}");
        }
    }
}
