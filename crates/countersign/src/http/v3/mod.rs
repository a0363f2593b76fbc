//! The endpoints under `/api/v3`, one file each, in one folder per subject.

pub(crate) mod applications;
pub(crate) mod audit;
pub(crate) mod codes;
pub(crate) mod countries;
pub(crate) mod guard;
pub(crate) mod keys;
pub(crate) mod limits;
pub(crate) mod messages;
pub(crate) mod not_served;
pub(crate) mod numbers;
pub(crate) mod providers;
pub(crate) mod routes;
pub(crate) mod staff;
pub(crate) mod system;
pub(crate) mod templates;
