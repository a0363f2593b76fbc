//! The error of a value that does not fit its wire type. It learns from the methods that serde calls, such as
//! `missing_field`, and never from a sentence.

use std::fmt;

use countersign_api::{Fault, FieldProblem};
use serde::de::{Error, Expected, Unexpected};

use super::malformed::malformed;

/// A value that does not fit the wire type.
#[derive(Debug)]
pub(super) struct Misfit {
    cause: Cause,
    /// The fault of a value of the wrong kind, once the kind is known.
    wanted: Option<FieldProblem>,
    /// The steps to the value, the innermost first.
    path: Vec<Step>,
}

#[derive(Debug, PartialEq, Eq)]
enum Cause {
    /// The object lacks this member.
    Missing(&'static str),
    /// The value is null.
    Null,
    /// The value is of another kind, or out of bounds.
    Unfit,
}

/// A step from a value into one of its parts.
#[derive(Debug)]
pub(super) enum Step {
    Key(String),
    Index(usize),
}

impl Misfit {
    const fn new(cause: Cause) -> Self {
        Self {
            cause,
            wanted: None,
            path: Vec::new(),
        }
    }

    /// A value whose kind is not the one that the fault `wanted` demands.
    pub(super) fn of(wanted: FieldProblem) -> Self {
        Self::new(Cause::Unfit).wanting(wanted)
    }

    /// Whether a value of the kind that the fault `wanted` demands would fit.
    pub(super) fn wants(&self, wanted: FieldProblem) -> bool {
        self.wanted == Some(wanted)
    }

    /// The same misfit, of a value whose kind the fault `wanted` demands. The kind of an inner value stays.
    pub(super) fn wanting(mut self, wanted: FieldProblem) -> Self {
        self.wanted.get_or_insert(wanted);
        self
    }

    /// The same misfit, seen from the value around.
    pub(super) fn within(mut self, step: Step) -> Self {
        self.path.push(step);
        self
    }

    /// The fault that names the field.
    pub(super) fn fault(self) -> Fault {
        let is_channel = matches!(self.path.first(), Some(Step::Key(name)) if name == "channel");
        let path = self.path();
        let problem = match self.cause {
            Cause::Missing(name) if path.is_empty() => {
                return malformed(Some(name.to_owned()), FieldProblem::Required);
            }
            Cause::Missing(name) => {
                return malformed(Some(format!("{path}.{name}")), FieldProblem::Required);
            }
            Cause::Unfit | Cause::Null if path.is_empty() => {
                return malformed(None, FieldProblem::NotObject);
            }
            Cause::Null => FieldProblem::Required,
            // Some wire types have a channel as text.
            Cause::Unfit if is_channel => FieldProblem::NotAChannel,
            Cause::Unfit => self.wanted.unwrap_or(FieldProblem::NotText),
        };
        malformed(Some(path), problem)
    }

    /// The way to the value, such as `providers[0].name`; empty for the body as a whole.
    fn path(&self) -> String {
        let mut path = String::new();
        for step in self.path.iter().rev() {
            match step {
                Step::Key(name) if path.is_empty() => path += name,
                Step::Key(name) => path += &format!(".{name}"),
                Step::Index(index) => path += &format!("[{index}]"),
            }
        }
        path
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value does not fit")
    }
}

impl std::error::Error for Misfit {}

impl Error for Misfit {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::new(Cause::Unfit)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(Cause::Missing(field))
    }

    fn invalid_type(unexpected: Unexpected<'_>, _: &dyn Expected) -> Self {
        match unexpected {
            Unexpected::Unit => Self::new(Cause::Null),
            _ => Self::new(Cause::Unfit),
        }
    }
}
