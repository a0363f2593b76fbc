//! The rules of a one-time passcode sent by SMS, and the ports those rules need.
//!
//! Nothing here does I/O: no files, no sockets, no runtime, no HTTP. Time, randomness, storage and
//! SMS vendors come in through traits ([`entropy`], [`ports`], [`time`]), so that a test
//! owns all of them.
//!
//! Start reading at [`send::messenger::Messenger::send`]: it is the whole life of a send in one function. How its
//! code is checked is [`code::checker::Checker::check`].

#![deny(missing_docs)]

pub mod application;
pub mod autofill;
pub mod channel;
pub mod code;
pub mod entropy;
pub mod id;
pub mod limit;
pub mod message;
pub mod phone;
pub mod policy;
pub mod ports;
pub mod receipt;
pub mod seal;
pub mod secret;
pub mod send;
pub mod template;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod text;
pub mod time;
