use std::borrow::Cow;
use std::fmt;

/// A code that a person typed, with its purpose and number.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Code {
    pub(crate) channel: Cow<'static, str>,
    pub(crate) phone_number: String,
    pub(crate) phone_country_code: Option<String>,
    pub(crate) pass_code: String,
}

impl Code {
    pub(crate) fn new(
        channel: Cow<'static, str>,
        phone_number: impl Into<String>,
        pass_code: impl Into<String>,
    ) -> Self {
        Self {
            channel,
            phone_number: phone_number.into(),
            phone_country_code: None,
            pass_code: pass_code.into(),
        }
    }

    /// Writes the `Debug` form, under the name of the type that holds the code.
    pub(crate) fn show(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(name)
            .field("channel", &self.channel)
            .field("phone_number", &masked(&self.phone_number))
            .field("phone_country_code", &self.phone_country_code)
            .finish_non_exhaustive()
    }
}

/// Returns the last four characters of a text that is long enough to stay secret without them.
pub(crate) fn masked(number: &str) -> String {
    let shown = if number.chars().count() < 8 { 0 } else { 4 };
    let hidden = number.chars().count() - shown;
    format!("****{}", number.chars().skip(hidden).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_any_length_and_script_is_masked() {
        for (number, shown) in [
            ("18800008888", "****8888"),
            ("12345678", "****5678"),
            ("1234567", "****"),
            ("", "****"),
            ("１８８００００８８８８", "****８８８８"),
        ] {
            assert_eq!(masked(number), shown);
        }
    }
}
