//! Patterns over the text of an answer, for vendors that answer neither JSON nor XML.

/// A pattern for a whole text, in which a star stands for anything: `0: *`.
pub(super) struct Shape(String);

impl Shape {
    pub(super) fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Whether it describes `text`, white space around it aside.
    pub(super) fn fits(&self, text: &str) -> bool {
        let mut parts = self.0.split('*');
        let first = parts.next().unwrap_or_default();
        let Some(mut rest) = text.trim().strip_prefix(first) else {
            return false;
        };
        let Some(last) = parts.next_back() else {
            return rest.is_empty(); // no star
        };
        for part in parts {
            match rest.split_once(part) {
                Some((_, after)) => rest = after,
                None => return false,
            }
        }
        rest.ends_with(last)
    }
}

/// A pattern for a value within a text, in which `{}` stands for the value: `ERR: {}`, or `<id>{}</id>`.
pub(super) struct Around {
    before: String,
    after: String,
}

impl Around {
    /// Reads a pattern with exactly one `{}` and something before it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (before, after) = text.split_once("{}")?;
        let one = !before.is_empty() && !after.contains("{}");
        one.then(|| Self {
            before: before.to_owned(),
            after: after.to_owned(),
        })
    }

    /// The value in `text`: up to what follows it in the pattern, or else up to white space, a comma or a semicolon.
    pub(super) fn find<'a>(&self, text: &'a str) -> Option<&'a str> {
        let (_, rest) = text.split_once(&self.before)?;
        let rest = rest.trim_start();
        let value = if self.after.is_empty() {
            let end = rest.find(|c: char| c.is_whitespace() || matches!(c, ',' | ';'));
            rest.get(..end.unwrap_or(rest.len()))?
        } else {
            rest.split_once(&self.after)?.0.trim_end()
        };
        (!value.is_empty()).then_some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (shape, text, fits) in [
            ("OK", " OK\r\n", true),
            ("OK", "OK!", false),
            ("OK*", "OK id=7", true),
            ("0: *", "0: Accepted for delivery", true),
            ("0: *", "10: x", false),
            ("*accepted*", "message accepted, id 7", true),
            ("a*b*c", "a--b--c", true),
            ("a*b*c", "a--c--b", false),
            ("a*a", "a", false),
            ("*", "", true),
            ("", "", true),
            ("", "x", false),
        ] {
            assert_eq!(Shape::new(shape).fits(text), fits, "{shape:?} {text:?}");
        }
    }

    #[test]
    fn a_value_is_found_between_what_surrounds_it() {
        for (pattern, text, value) in [
            ("ERR: {}", "ERR: 102", Some("102")),
            ("ERR:{}", "ERR: 102, no money", Some("102")),
            ("id={}", "OK id=a-7\r\n", Some("a-7")),
            ("[{}]", "refused [12] now", Some("12")),
            ("[{}]", "refused [12", None),
            ("ERR: {}", "OK", None),
            ("ERR: {}", "ERR: ", None),
        ] {
            assert_eq!(
                Around::parse(pattern).unwrap().find(text),
                value,
                "{pattern} {text}"
            );
        }
        for bad in ["", "{}", "ERR", "a{}b{}"] {
            assert!(Around::parse(bad).is_none(), "{bad}");
        }
    }
}
