//! Proof of the sender of a request: an operator, or an application by its secret.

pub(crate) mod access_key;
pub(crate) mod admission;
pub(crate) mod credentials;
pub(crate) mod operator;
pub(crate) mod signature;
pub(crate) mod string_to_sign;
