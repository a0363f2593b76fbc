//! The vendor's template that messages of an account fill: what an operator names to use one.

/// The parts that an operator gives of a template which the vendor has approved, beside its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TemplateParts {
    /// Whether a signature goes with it.
    pub signature: bool,
    /// How its variables are told apart.
    pub variables: Variables,
    /// The one country, as two letters, whose messages fill it: messages to others are text. `None` where all fill one.
    pub country: Option<&'static str>,
}

/// The variables of a vendor's template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variables {
    /// They have names, such as `code={code}`.
    Named,
    /// They have an order and no names, such as `{code}`.
    Counted,
}

impl Variables {
    /// A variable that holds the code, as an operator writes it.
    #[must_use]
    pub const fn example(self) -> &'static str {
        match self {
            Variables::Named => "code={code}",
            Variables::Counted => "{code}",
        }
    }
}
