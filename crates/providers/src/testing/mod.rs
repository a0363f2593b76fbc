//! Messages, accounts and vendors for the tests of this crate.

pub(crate) mod listener;
pub(crate) mod sample;
