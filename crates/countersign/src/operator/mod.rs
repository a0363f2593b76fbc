//! Operators: who manages a deployment, and what each of them may do. The HTTP API judges by it, and every other way
//! in that lets people manage has to.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use countersign_core::audit::Actor;
pub use countersign_core::staff::{Access, Applications, Permission, Permissions, Reach, Role};

/// The identity of an operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OperatorIdentity {
    /// Somebody who can read the data folder: `owner.json` there holds the owner token.
    DataFolder,
    /// A program with the access key of this id.
    AccessKey(Arc<str>),
    /// A person who is signed in to the console.
    Person {
        /// The name by which the person signs in.
        name: Arc<str>,
        /// What the person's role allows.
        access: Access,
    },
}

impl OperatorIdentity {
    /// What this operator may do, and with which applications. The data folder and access keys may do everything.
    #[must_use]
    pub fn access(&self) -> Access {
        match self {
            OperatorIdentity::DataFolder | OperatorIdentity::AccessKey(_) => Access::FULL,
            OperatorIdentity::Person { access, .. } => access.clone(),
        }
    }

    /// The operator, as the audit record names the party that acts.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match self {
            OperatorIdentity::DataFolder => Actor::Owner,
            OperatorIdentity::AccessKey(id) => Actor::AccessKey(id.to_string()),
            OperatorIdentity::Person { name, .. } => Actor::Person(name.to_string()),
        }
    }

    /// The id of the access key, where the operator is one.
    #[must_use]
    pub fn access_key(&self) -> Option<&str> {
        match self {
            OperatorIdentity::DataFolder | OperatorIdentity::Person { .. } => None,
            OperatorIdentity::AccessKey(id) => Some(id),
        }
    }
}
