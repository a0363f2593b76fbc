//! Countersign: one-time passcodes by SMS, behind GenAuth's V3 "Send SMS" contract.
//!
//! This crate is the only one that knows all others: it puts a store and a provider behind HTTP and a
//! command line. `ARCHITECTURE.md` at the root of the repository is the map.

pub mod audit_head;
pub mod backup;
pub mod challenge;
pub mod cli;
pub mod config;
pub mod connection;
pub mod console;
pub mod disk;
pub mod first_calls;
mod guard;
pub mod http;
pub mod lifecycle;
pub mod low_priority;
pub mod manage;
pub mod master_keys;
mod metrics;
pub mod operator;
mod passwords;
mod price_reload;
mod readiness;
pub mod service;
pub mod sntp;
mod supervisor;
pub mod system;
pub mod telemetry;
mod time_server;
pub mod tls;
pub mod token;
mod traces;
pub mod vendors;
pub mod wall_clock;
pub mod watch;
