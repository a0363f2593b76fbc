//! Tables as comma-separated values (RFC 4180), for spreadsheets.

/// The characters with which a spreadsheet begins a formula, or that it skips before one.
const OF_FORMULAS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Appends a line with these cells to `table`. A cell that a spreadsheet would take for a formula gets an apostrophe in front:
/// names in it are chosen by others than the person who opens the table.
///
/// ```
/// let mut table = String::new();
/// countersign_core::csv::line(&mut table, ["-shop", "2", "a \"b\", c"]);
/// assert_eq!(table, "'-shop,2,\"a \"\"b\"\", c\"\r\n");
/// ```
pub fn line<C: AsRef<str>>(table: &mut String, cells: impl IntoIterator<Item = C>) {
    for (place, text) in cells.into_iter().enumerate() {
        if place > 0 {
            table.push(',');
        }
        cell(table, text.as_ref());
    }
    table.push_str("\r\n");
}

fn cell(table: &mut String, text: &str) {
    let apostrophe = if text.starts_with(OF_FORMULAS) {
        "'"
    } else {
        ""
    };
    if text.contains(['"', ',', '\n', '\r']) {
        let text = text.replace('"', "\"\"");
        table.extend(["\"", apostrophe, &text, "\""]);
    } else {
        table.extend([apostrophe, text]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_no_formula_and_ends_where_it_should() {
        for (text, expected) in [
            ("", ""),
            ("CN", "CN"),
            ("=1+1", "'=1+1"),
            ("+86", "'+86"),
            ("-1", "'-1"),
            ("@a", "'@a"),
            ("\tx", "'\tx"),
            ("\rx", "\"'\rx\""),
            ("1=1", "1=1"),
            ("=a,b", "\"'=a,b\""),
            ("a\nb", "\"a\nb\""),
            ("\"", "\"\"\"\""),
        ] {
            let mut table = String::new();
            line(&mut table, [text]);
            assert_eq!(table, format!("{expected}\r\n"), "{text:?}");
        }
    }
}
