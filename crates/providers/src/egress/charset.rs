//! The charset of answers: every body is read as UTF-8 from here on.

use encoding_rs::{Encoding, GB18030, UTF_8};

/// The text of `body` without a byte order mark, and U+FFFD for what cannot be read. The charset is that of the mark, of
/// `content_type`, or of an XML declaration, by the names that the Encoding Standard of browsers knows. Bytes without one
/// that are not UTF-8 are read as GB 18030, in which GBK and GB 2312 are contained.
pub(super) fn to_utf8(content_type: Option<&str>, body: Vec<u8>) -> Vec<u8> {
    let marked = Encoding::for_bom(&body).map(|(charset, _)| charset);
    let charset = marked
        .or_else(|| content_type.and_then(parameter))
        .or_else(|| declared(&body))
        .unwrap_or_else(|| guessed(&body));
    let (text, _, _) = charset.decode(&body);
    text.into_owned().into_bytes()
}

/// The charset in the parameter `charset` of a content type.
fn parameter(content_type: &str) -> Option<&'static Encoding> {
    let mut parameters = content_type.split(';').skip(1);
    let name = parameters.find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then_some(value)
    });
    let name = name?.trim().trim_matches(['"', '\'']);
    Encoding::for_label_no_replacement(name.as_bytes())
}

/// The charset in an XML declaration, which is in ASCII.
fn declared(body: &[u8]) -> Option<&'static Encoding> {
    let head = body.get(..body.len().min(128))?;
    let head = String::from_utf8_lossy(head);
    let (declaration, _) = head.trim_start().strip_prefix("<?xml")?.split_once("?>")?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (name, _) = value.get(1..)?.split_once(quote)?;
    Encoding::for_label_no_replacement(name.as_bytes())
}

/// The charset of bytes that do not say theirs.
fn guessed(body: &[u8]) -> &'static Encoding {
    if std::str::from_utf8(body).is_ok() {
        UTF_8
    } else {
        GB18030
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
    fn a_named_charset_is_read_whole() {
        // U+92C5 is e4 5c in GBK: its second byte looks like a backslash.
        let gbk = b"{\"message\":\"\xd5\xcb\xbb\xa7\xe4\x5c\",\"id\":\"7\"}";
        let shown = "{\"message\":\"账户\u{92c5}\",\"id\":\"7\"}";
        for content_type in [
            "application/json; charset=GBK",
            "text/plain;charset=\"gb2312\"",
            "text/plain; Charset = 'gb18030'",
            "text/plain; charset=x-of-our-own",
            "text/plain",
        ] {
            assert_eq!(read(content_type, gbk), shown, "{content_type}");
        }
        for (charset, bytes, shown) in [
            ("gb18030", b"a\x81\x30\x81\x30b".as_slice(), "a\u{80}b"),
            ("Big5", b"\xbe\x6c\xc3\x42\xa4\xa3\xa8\xac", "餘額不足"),
            ("EUC-KR", b"\xc0\xdc\xbe\xd7 \xba\xce\xc1\xb7", "잔액 부족"),
            ("Shift_JIS", b"\x8e\x63\x8d\x82\x95\x73\x91\xab", "残高不足"),
            ("ISO-8859-1", b"caf\xe9", "café"),
            ("utf-16be", b"\0O\0K", "OK"),
        ] {
            let content_type = format!("text/plain; charset={charset}");
            assert_eq!(read(&content_type, bytes), shown, "{charset}");
        }
    }

    #[test]
    fn an_xml_declaration_names_the_charset_where_nothing_else_does() {
        for xml in [
            b"<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><a>\x8e\x63</a>",
            b"<?xml version='1.0' encoding = 'Shift_JIS'?><a>\x8e\x63</a>".as_slice(),
        ] {
            assert!(read("text/xml", xml).ends_with("<a>残</a>"));
            assert!(!read("text/xml; charset=big5", xml).ends_with("<a>残</a>"));
        }
    }

    #[test]
    fn utf_8_stays_as_it_is_and_bytes_that_break_off_are_read_to_their_end() {
        assert_eq!(read("application/json", "余额不足".as_bytes()), "余额不足");
        assert_eq!(read("text/plain", b"a\xd5"), "a\u{fffd}");
        assert_eq!(read("text/plain", b""), "");
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_become_a_text(body in proptest::collection::vec(proptest::num::u8::ANY, 0..64)) {
            for charset in ["gbk", "big5", "euc-kr", "shift_jis", "utf-16", "iso-8859-1", "x"] {
                let content_type = format!("text/plain; charset={charset}");
                let read = to_utf8(Some(&content_type), body.clone());
                proptest::prop_assert!(String::from_utf8(read).is_ok());
            }
        }
    }
}
