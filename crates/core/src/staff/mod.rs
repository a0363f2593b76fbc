//! The people who work with the console: who they are, what they may do, and how they prove it.
//!
//! | room | what is in it |
//! |---|---|
//! | [`person`] | a person, from the invitation on |
//! | [`role`], [`permission`] | what people may do |
//! | [`owners`] | the rule that an owner stays |
//! | [`token`] | random texts that stand for somebody: links of invitations, sessions |
//! | [`password`] | which passwords are taken |
//! | [`totp`] | codes of an authenticator app, each good once |
//! | [`recovery`] | codes on paper for a lost app, each good once |
//! | [`session`] | how long somebody stays signed in |
//! | [`pace`] | how often something may be tried |
//!
//! People are settings of the [setup](crate::ports::setup), so that a change of one has a version, an act on the audit record,
//! and one winner among several nodes. What changes with every visit is behind the port [`Staff`](crate::ports::staff::Staff).

pub mod owners;
pub mod pace;
pub mod password;
pub mod permission;
pub mod person;
pub mod recovery;
pub mod role;
pub mod session;
pub mod token;
pub mod totp;

pub use permission::{Permission, Permissions};
pub use role::{Access, Applications, Reach, Role};
