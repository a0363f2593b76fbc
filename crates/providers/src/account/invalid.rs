//! Why an account cannot be used.

use std::fmt;

/// The problems of an account that cannot be used: at least one. No problem holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidSetup {
    first: Problem,
    rest: Vec<Problem>,
}

/// One rule that an account breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The place of the value in the account: `kind`, `settings.endpoint`, `secrets.access_key_secret`; or
    /// `settings` where no single setting is at fault.
    pub path: String,
    /// The rule, as the words that follow the path and a colon: `missing`.
    pub constraint: String,
}

/// The most characters of a name in a path that are shown: names come from the operator's request.
const SHOWN: usize = 64;

impl Problem {
    /// A problem of the value at `path`.
    pub fn new(path: impl Into<String>, constraint: impl fmt::Display) -> Self {
        Self {
            path: path.into(),
            constraint: constraint.to_string(),
        }
    }

    /// A problem of the setting `field`.
    pub fn setting(field: &str, constraint: impl fmt::Display) -> Self {
        Self::new(format!("settings.{}", shown(field)), constraint)
    }

    /// A problem of the secret `field`. The constraint must not hold its value.
    pub fn secret(field: &str, constraint: impl fmt::Display) -> Self {
        Self::new(format!("secrets.{}", shown(field)), constraint)
    }
}

/// The first characters of a name.
pub(crate) fn shown(name: &str) -> String {
    name.chars().take(SHOWN).collect()
}

impl InvalidSetup {
    /// The one problem of the setting `field`.
    pub fn setting(field: &str, constraint: impl fmt::Display) -> Self {
        Problem::setting(field, constraint).into()
    }

    /// The one problem of the secret `field`. The constraint must not hold its value.
    pub fn secret(field: &str, constraint: impl fmt::Display) -> Self {
        Problem::secret(field, constraint).into()
    }

    /// Refuses an account that has any `problems`.
    ///
    /// # Errors
    /// [`InvalidSetup`] with all of them, in their order.
    pub fn refuse(problems: impl IntoIterator<Item = Problem>) -> Result<(), Self> {
        let mut problems = problems.into_iter();
        match problems.next() {
            None => Ok(()),
            Some(first) => Err(Self {
                first,
                rest: problems.collect(),
            }),
        }
    }

    /// Refuses an account where any of some values that were judged apart has problems.
    ///
    /// # Errors
    /// [`InvalidSetup`] with the problems of all values, in their order.
    pub fn refuse_any<'a>(judged: impl IntoIterator<Item = Option<&'a Self>>) -> Result<(), Self> {
        let invalid = judged.into_iter().flatten();
        Self::refuse(invalid.flat_map(Self::problems).cloned())
    }

    /// The first problem.
    #[must_use]
    pub fn first(&self) -> &Problem {
        &self.first
    }

    /// All problems, in the order in which they were found.
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        std::iter::once(&self.first).chain(&self.rest)
    }
}

impl From<Problem> for InvalidSetup {
    fn from(first: Problem) -> Self {
        Self {
            first,
            rest: Vec::new(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.constraint)
    }
}

impl fmt::Display for InvalidSetup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.first.fmt(f)?;
        self.rest
            .iter()
            .try_for_each(|problem| write!(f, "; {problem}"))
    }
}

impl std::error::Error for InvalidSetup {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_without_problems_is_not_refused() {
        assert_eq!(InvalidSetup::refuse([]), Ok(()));
        assert_eq!(InvalidSetup::refuse_any([None, None]), Ok(()));
    }

    #[test]
    fn problems_keep_their_order_and_are_shown_with_their_paths() {
        let problems = [
            Problem::new("kind", "unknown"),
            Problem::setting(&"x".repeat(99), "unknown"),
        ];
        let invalid = InvalidSetup::refuse(problems.clone()).unwrap_err();
        assert_eq!(invalid.first(), &problems[0]);
        assert!(invalid.problems().eq(&problems));
        let long = "x".repeat(SHOWN);
        let shown = format!("kind: unknown; settings.{long}: unknown");
        assert_eq!(invalid.to_string(), shown);
        let apart = problems.map(InvalidSetup::from);
        let again = InvalidSetup::refuse_any([Some(&apart[0]), None, Some(&apart[1])]);
        assert_eq!(again, Err(invalid));
    }
}
