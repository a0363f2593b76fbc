//! Providers of this machine, for development and tests. No operator sets them up: the command line names them.

pub mod loopback;
pub mod outbox;
pub mod sink;
