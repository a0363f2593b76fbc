//! Numbers and country codes as lines of text, in the format of `lines.py`.

/// Replaces `\u{hex}` by that character and `\u{}` by nothing; everything else stays.
pub(crate) fn unescape(text: &str) -> Option<String> {
    let mut pieces = text.split("\\u{");
    let mut plain = pieces.next()?.to_owned();
    for piece in pieces {
        let (hex, rest) = piece.split_once('}')?;
        if !hex.is_empty() {
            plain.push(char::from_u32(u32::from_str_radix(hex, 16).ok()?)?);
        }
        plain.push_str(rest);
    }
    Some(plain)
}

/// The number and the country code at the start of a line, and what follows them.
pub(crate) fn pair(line: &str) -> Option<(String, Option<String>, &str)> {
    let (number, rest) = line.split_once('\t')?;
    let (code, rest) = rest.split_once('\t').unwrap_or((rest, ""));
    let code = match code {
        "-" => None,
        code => Some(unescape(code)?),
    };
    Some((unescape(number)?, code, rest))
}
