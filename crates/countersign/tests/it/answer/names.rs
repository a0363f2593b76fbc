//! The names that stand in snapshots for secrets and for values that differ from run to run.
//!
//! A value is replaced only where it has the form that the name says: a `requestId` that is no UUID, or a time that
//! is not RFC 3339 in UTC, stands in the snapshot as it came, and the test fails.

/// The wait of a refusal in seconds, which depends on the speed of the machine.
pub(super) fn wait(seconds: &str) -> &str {
    match seconds.parse::<u32>() {
        Ok(1..=60) => "[1 to 60]",
        Ok(61..=3_600) => "[61 to 3600]",
        _ => seconds,
    }
}

/// `body` without the seconds of `Retry-After` in its sentence. Some sentences call a minute by that word.
pub(super) fn without_wait(body: &str, seconds: &str) -> String {
    let (unit, plural) = ("second.", "seconds.");
    let body = match seconds {
        "60" => body.replace("in 1 minute.", "in [retry-after] seconds."),
        _ => body.to_owned(),
    };
    body.replace(&format!("in {seconds} {unit}"), "in [retry-after] seconds.")
        .replace(
            &format!("in {seconds} {plural}"),
            "in [retry-after] seconds.",
        )
        .replace(&format!("请在 {seconds} 秒"), "请在 [retry-after] 秒")
}

/// `text`, the value of the member `member`, with every secret and every changing value named.
pub(super) fn named(member: &str, text: &str) -> String {
    match member {
        "requestId" if is_uuid(text) => return "[request id]".to_owned(),
        "messageId" if is_uuid(text) => return "[message id]".to_owned(),
        "providerMessageId" if text.len() >= 12 => return "[provider message id]".to_owned(),
        "kid" | "es256Kid" if text.len() == 43 => return "[key id]".to_owned(),
        "secretHint" if text.len() == 4 && is_hex(text) => return "[4 hex digits]".to_owned(),
        _ => {}
    }
    let in_word = |c: char| c.is_ascii_alphanumeric() || "+-_:.".contains(c);
    let (mut shown, mut rest) = (String::new(), text);
    while let Some(start) = rest.find(in_word) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c| !in_word(c)).unwrap_or(from.len());
        // A full stop may end the sentence.
        let word = from[..end].trim_end_matches(['.', ':', '-']);
        shown += before;
        shown += &word_named(word);
        shown += &from[word.len()..end];
        rest = &from[end..];
    }
    shown + rest
}

/// `number`, the value of the member `member`, or the name of its form.
pub(super) fn number(member: &str, number: u64) -> String {
    match (member, number) {
        ("iat" | "exp" | "expiresAt", 1_700_000_000..=9_999_999_999) => "[unix time]".to_owned(),
        ("issued", 1_700_000_000_000..=9_999_999_999_999) => "[unix milliseconds]".to_owned(),
        ("retryAfter", number) => wait(&number.to_string()).to_owned(),
        _ => number.to_string(),
    }
}

fn word_named(word: &str) -> String {
    if is_uuid(word) {
        return "[uuid]".to_owned();
    }
    if is_time(word) {
        return "[time]".to_owned();
    }
    if word.starts_with("eyJ") && word.matches('.').count() == 2 {
        return "[JWT]".to_owned();
    }
    if word.len() >= 24 && is_hex(word) {
        return format!("[{} hex digits]", word.len());
    }
    match word.strip_prefix("127.0.0.1:") {
        Some(port) if port.parse::<u16>().is_ok() => "127.0.0.1:[port]".to_owned(),
        _ => digits_named(word),
    }
}

/// A run of ten digits or more is a phone number and is masked; a run of six to nine may be a code.
fn digits_named(word: &str) -> String {
    let (mut shown, mut rest) = (String::new(), word);
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c: char| !c.is_ascii_digit());
        let (run, after) = from.split_at(end.unwrap_or(from.len()));
        shown += before;
        match run.len() {
            0..=5 => shown += run,
            6..=9 => shown += &format!("[{} digits]", run.len()),
            long => shown += &format!("{}****{}", &run[..long - 8], &run[long - 4..]),
        }
        rest = after;
    }
    shown + rest
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Whether `text` is a UUID in lower case with hyphens.
fn is_uuid(text: &str) -> bool {
    let groups: Vec<_> = text.split('-').map(str::len).collect();
    let digits = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f' | b'-');
    groups == [8, 4, 4, 4, 12] && text.bytes().all(digits)
}

/// Whether `text` is a time of RFC 3339 in UTC.
fn is_time(text: &str) -> bool {
    let digits: String = text
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    ["0000-00-00T00:00:00Z", "0000-00-00T00:00:00.000Z"].contains(&&*digits)
}

#[test]
fn an_answer_names_secrets_and_changing_values() {
    for (member, text, shown) in [
        (
            "requestId",
            "019ab0c1-7d3e-7e21-8f60-0123456789ab",
            "[request id]",
        ),
        ("requestId", "019AB0C1", "019AB0C1"),
        ("kid", "019ab0c1-7d3e-7e21-8f60-0123456789ab", "[uuid]"),
        ("at", "2026-11-21T20:00:00.123Z", "[time]"),
        (
            "message",
            "It begins at 2026-11-21T20:00:00Z.",
            "It begins at [time].",
        ),
        ("to", "+8618800008888", "+86188****8888"),
        (
            "text",
            "【Shop】042137 是您的登录验证码",
            "【Shop】[6 digits] 是您的登录验证码",
        ),
        (
            "text",
            "042137 is your code. @shop.example #042137",
            "[6 digits] is your code. @shop.example #[6 digits]",
        ),
        ("url", "http://127.0.0.1:40123/", "http://127.0.0.1:[port]/"),
        (
            "appSecret",
            "00112233445566778899aabbccddeeff",
            "[32 hex digits]",
        ),
        ("message", "16 KiB", "16 KiB"),
    ] {
        assert_eq!(named(member, text), shown);
    }
}
