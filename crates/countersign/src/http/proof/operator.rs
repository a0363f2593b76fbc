//! The operator of a management request.

use axum::http::Extensions;
use countersign_api::Fault;
use countersign_core::audit::Author;

use crate::operator::{Access, Permission};

/// An operator whom [`admission`](super::admission) has let in, with the permission that the endpoint needs.
///
/// Only the admission layer makes one: a management endpoint that is routed without that layer refuses every request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Operator {
    author: Author,
    access: Access,
}

/// An operator who lacks the permission that an endpoint needs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotPermitted(pub(super) Author);

impl Operator {
    /// The operator whose acts are those of `author`, who has this `access`, at an endpoint that needs `needed`.
    ///
    /// # Errors
    /// [`NotPermitted`] when the access does not allow `needed`.
    pub(super) fn admit(
        author: Author,
        access: Access,
        needed: Permission,
    ) -> Result<Self, NotPermitted> {
        if access.allows(needed) {
            Ok(Self { author, access })
        } else {
            Err(NotPermitted(author))
        }
    }

    /// The author of whatever this request changes.
    pub(crate) fn author(&self) -> Author {
        self.author.clone()
    }

    /// What the operator may do, and with which applications.
    pub(crate) fn access(&self) -> &Access {
        &self.access
    }

    /// The operator whom the admission layer left in a request.
    ///
    /// # Errors
    /// [`Fault::Unauthorized`] when the request did not come through the layer.
    pub(crate) fn admitted(extensions: &Extensions) -> Result<Self, Fault> {
        extensions.get().cloned().ok_or(Fault::Unauthorized)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operator::{Applications, OperatorIdentity, Permissions};

    fn admit(
        permissions: &'static [Permission],
        needed: Permission,
    ) -> Result<Operator, NotPermitted> {
        let access = Access {
            permissions: Permissions::of(permissions),
            applications: Applications::All,
        };
        Operator::admit(Author::service(), access, needed)
    }

    fn refused() -> Result<Operator, NotPermitted> {
        Err(NotPermitted(Author::service()))
    }

    #[test]
    fn an_operator_without_the_needed_permission_is_refused() {
        for needed in [
            Permission::UnlockNumbers,
            Permission::ReadSetup,
            Permission::ManageSetup,
            Permission::ManageKeys,
            Permission::ReadAudit,
        ] {
            assert_eq!(admit(&[], needed), refused());
            let found = admit(&[Permission::ReadMessages], needed);
            assert_eq!(found, refused(), "{needed:?}");
        }
    }

    #[test]
    fn an_operator_with_the_needed_permission_is_let_in() {
        let both: &[_] = &[Permission::ReadMessages, Permission::UnlockNumbers];
        assert!(admit(both, Permission::ReadMessages).is_ok());
        assert!(admit(both, Permission::UnlockNumbers).is_ok());
    }

    #[test]
    fn a_request_that_came_around_the_layer_is_refused() {
        let mut extensions = Extensions::new();
        let refused = Operator::admitted(&extensions);
        assert_eq!(refused, Err(Fault::Unauthorized));
        let operator = admit(&[Permission::ReadSetup], Permission::ReadSetup).unwrap();
        extensions.insert(operator.clone());
        assert_eq!(Operator::admitted(&extensions), Ok(operator));
    }

    #[test]
    fn the_data_folder_and_access_keys_have_every_permission() {
        for identity in [
            OperatorIdentity::DataFolder,
            OperatorIdentity::AccessKey("any".into()),
        ] {
            assert_eq!(identity.access(), Access::FULL);
        }
    }
}
