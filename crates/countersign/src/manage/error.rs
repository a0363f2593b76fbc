//! The reasons for which an act of an operator is refused.

use std::fmt;

use countersign_api::AuditActor;
use countersign_core::audit::Target;
use countersign_core::entropy::EntropyError;
use countersign_core::ports::StoreError;
use countersign_core::ports::setup::SetupVersion;
use countersign_core::send::messenger::SendError;
use countersign_core::time::Timestamp;

use super::Rule;

/// The reason for which an act of an operator is refused. Nothing was changed then, unless the reason is
/// [`ManageError::Unavailable`]: that change may still be under way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManageError {
    /// Fields break rules.
    #[error("{0}")]
    Fields(BrokenFields),
    /// There is no such application.
    #[error("there is no application with this id")]
    UnknownApplication,
    /// There is no such access key.
    #[error("there is no access key with this id")]
    UnknownAccessKey,
    /// Nothing of that name or scope exists; in English.
    #[error("there is no {0}")]
    Unknown(String),
    /// An application with this id exists already.
    #[error("an application with this id exists already")]
    ApplicationExists,
    /// Something else needs the setting; in English.
    #[error("in use by {by}")]
    InUse {
        /// The setting that needs it.
        by: String,
    },
    /// The setting has changed since the caller read it.
    #[error("changed meanwhile: the version is {} now", version.number())]
    Changed {
        /// The version of the setting now; [`SetupVersion::NONE`] if it does not exist.
        version: SetupVersion,
        /// The change that came first.
        last: Box<LastChange>,
    },
    /// A new signing key waits already.
    #[error("a new signing key waits already, and begins to sign at {signs_from}")]
    SigningKeyWaits {
        /// The time at which that key begins to sign.
        signs_from: Timestamp,
    },
    /// A test message was not sent.
    #[error(transparent)]
    NotSent(SendError),
    /// The store is overloaded or down, or randomness is missing.
    #[error("the store is overloaded or down")]
    Unavailable,
    /// Something failed that should not.
    #[error("internal error")]
    Internal,
}

/// The newest change of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastChange {
    /// The setting, as the audit record names it.
    pub target: Target,
    /// Who made the change, and when, where the audit record was asked and knows.
    pub by: Option<(AuditActor, Timestamp)>,
}

/// Fields that break a rule: at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenFields {
    first: BrokenField,
    others: Vec<BrokenField>,
}

/// A field that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenField {
    /// The field's name in the HTTP API, such as `secrets.token`; forms use the same names.
    pub field: String,
    /// The rule that it breaks.
    pub rule: Rule,
}

impl ManageError {
    /// Returns the fields that break a rule, for a form to show a sentence beside each; none where the error is about
    /// something else.
    pub fn fields(&self) -> impl Iterator<Item = &BrokenField> {
        let fields = match self {
            ManageError::Fields(fields) => Some(fields),
            _ => None,
        };
        fields.into_iter().flat_map(BrokenFields::iter)
    }

    /// Makes the error of one field that breaks a rule told by `sentence`.
    pub(super) fn field(field: &str, sentence: impl ToString) -> Self {
        Self::rule(field, Rule::Other(sentence.to_string()))
    }

    /// Makes the error of one field that breaks a rule.
    pub(super) fn rule(field: &str, rule: Rule) -> Self {
        BrokenField::new(field, rule).into()
    }
}

impl BrokenFields {
    /// Takes these fields; `None` if there are none.
    pub(super) fn of(fields: impl IntoIterator<Item = BrokenField>) -> Option<Self> {
        let mut fields = fields.into_iter();
        let first = fields.next()?;
        Some(Self {
            first,
            others: fields.collect(),
        })
    }

    /// Returns the fields, in the order of their importance.
    pub fn iter(&self) -> impl Iterator<Item = &BrokenField> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// Returns the most important field.
    #[must_use]
    pub fn first(&self) -> &BrokenField {
        &self.first
    }
}

impl BrokenField {
    pub(super) fn new(field: &str, rule: Rule) -> Self {
        Self {
            field: field.to_owned(),
            rule,
        }
    }
}

impl From<BrokenField> for ManageError {
    fn from(first: BrokenField) -> Self {
        ManageError::Fields(BrokenFields {
            first,
            others: Vec::new(),
        })
    }
}

impl fmt::Display for BrokenFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, BrokenField { field, rule }) in self.iter().enumerate() {
            let separator = if place == 0 { "" } else { "; " };
            write!(f, "{separator}{field}: {rule}")?;
        }
        Ok(())
    }
}

impl From<StoreError> for ManageError {
    fn from(_: StoreError) -> Self {
        ManageError::Unavailable
    }
}

impl From<EntropyError> for ManageError {
    fn from(_: EntropyError) -> Self {
        ManageError::Unavailable
    }
}
