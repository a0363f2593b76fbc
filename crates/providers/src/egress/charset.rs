//! The charset of answers: every body is read as UTF-8 from here on.
//!
//! Codes, ids and the syntax of JSON and XML are ASCII in every charset here, so all of them are read. Characters of the
//! double-byte charsets of East Asia are kept as [`GETA`]: only a vendor's sentence has any, and no decision rests on it.

/// The sign for a character that cannot be shown.
const GETA: char = '〓';

/// The bytes of `body` as UTF-8 without a byte order mark. The charset is that of the mark, of `content_type`, or of an
/// XML declaration. Bytes without one that are not UTF-8 are taken for a double-byte charset.
pub(super) fn to_utf8(content_type: Option<&str>, body: Vec<u8>) -> Vec<u8> {
    match body.as_slice() {
        [0xef, 0xbb, 0xbf, rest @ ..] => return rest.to_vec(),
        [0xff, 0xfe, rest @ ..] => return utf16(rest, u16::from_le_bytes).into_bytes(),
        [0xfe, 0xff, rest @ ..] => return utf16(rest, u16::from_be_bytes).into_bytes(),
        _ => {}
    }
    let named = content_type.and_then(parameter).or_else(|| declared(&body));
    match named.as_deref() {
        Some("iso-8859-1" | "latin1" | "windows-1252") => body
            .into_iter()
            .map(char::from)
            .collect::<String>()
            .into_bytes(),
        Some("utf-16" | "utf-16be") => utf16(&body, u16::from_be_bytes).into_bytes(),
        Some("utf-16le") => utf16(&body, u16::from_le_bytes).into_bytes(),
        Some("gbk" | "gb2312" | "gb18030" | "big5" | "euc-kr") => double_byte(&body).into_bytes(),
        _ if std::str::from_utf8(&body).is_ok() => body,
        _ => double_byte(&body).into_bytes(),
    }
}

/// The parameter `charset` of a content type, in lower case.
fn parameter(content_type: &str) -> Option<String> {
    let mut parameters = content_type.split(';').skip(1);
    let charset = parameters.find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then_some(value)
    });
    charset.map(|value| value.trim().trim_matches('"').to_ascii_lowercase())
}

/// The encoding in an XML declaration, in lower case.
fn declared(body: &[u8]) -> Option<String> {
    let head = body.get(..body.len().min(128))?;
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let (_, rest) = head.strip_prefix("<?xml")?.split_once("encoding=")?;
    let quote = rest.chars().next()?;
    let (name, _) = rest.get(1..)?.split_once(quote)?;
    Some(name.to_owned())
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (pairs, _) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    char::decode_utf16(units)
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// The ASCII characters of a text in GBK, Big5 or EUC-KR, with [`GETA`] for each of the others. A byte of 0x81 and more
/// takes the next one along, which may look like ASCII; in GB18030 it may take three.
fn double_byte(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    loop {
        rest = match rest {
            [] => return text,
            [
                0x81..=0xfe,
                b'0'..=b'9',
                0x81..=0xfe,
                b'0'..=b'9',
                after @ ..,
            ] => {
                text.push(GETA);
                after
            }
            [0x80..=0xff, _, after @ ..] | [0x80..=0xff, after @ ..] => {
                text.push(GETA);
                after
            }
            [ascii, after @ ..] => {
                text.push(char::from(*ascii));
                after
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content_type: &str, body: &[u8]) -> String {
        String::from_utf8(to_utf8(Some(content_type), body.to_vec())).unwrap()
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        assert_eq!(
            read("application/json", b"\xef\xbb\xbf{\"a\":1}"),
            "{\"a\":1}"
        );
        assert_eq!(read("text/plain", b"\xff\xfeO\0K\0"), "OK");
        assert_eq!(read("text/plain; charset=gbk", b"\xfe\xff\0O\0K"), "OK");
    }

    #[test]
    fn ascii_is_read_in_every_charset() {
        // "\u{6d3d}" is e4 5c in GBK: its second byte is a backslash.
        let gbk = b"{\"code\":\"OK\",\"message\":\"\xd5\xcb\xbb\xa7\xe4\x5c\",\"id\":\"7\"}";
        let shown = "{\"code\":\"OK\",\"message\":\"〓〓〓\",\"id\":\"7\"}";
        for content_type in [
            "application/json; charset=GBK",
            "text/plain;charset=\"gb2312\"",
            "text/plain",
        ] {
            assert_eq!(read(content_type, gbk), shown, "{content_type}");
        }
        let xml = b"<?xml version=\"1.0\" encoding=\"GBK\"?><a>\xd5\xcb</a>";
        assert!(read("text/xml", xml).ends_with("<a>〓</a>"));
        assert_eq!(
            read("text/plain; charset=gb18030", b"a\x81\x30\x81\x30b"),
            "a〓b"
        );
        assert_eq!(read("text/plain; charset=ISO-8859-1", b"caf\xe9"), "café");
    }

    #[test]
    fn utf_8_stays_as_it_is_and_bytes_that_break_off_are_read_to_their_end() {
        assert_eq!(read("application/json", "余额不足".as_bytes()), "余额不足");
        assert_eq!(read("text/plain", b"a\xd5"), "a〓");
        assert_eq!(read("text/plain", b""), "");
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_become_a_text(body in proptest::collection::vec(proptest::num::u8::ANY, 0..64)) {
            for charset in ["gbk", "utf-16", "iso-8859-1", "x"] {
                let content_type = format!("text/plain; charset={charset}");
                let read = to_utf8(Some(&content_type), body.clone());
                proptest::prop_assert!(String::from_utf8(read).is_ok());
            }
        }
    }
}
