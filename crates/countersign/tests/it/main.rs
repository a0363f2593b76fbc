//! The real program from outside: HTTP, the command line, and vendors in other processes.
//!
//! `server` starts the program, `deployment` one in production, `actors` speak to it, and `answer` shows in snapshots
//! what came back. `sandbox` and `vendor` play the vendors, `products` are the accounts at
//! them, `collector` takes traces, and `signed` signs requests. `arrows` and `documents` test the workspace and its documents; each other file is about one thing that is
//! asked of the program.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod access_keys;
mod actors;
mod addresses;
mod allowed_countries;
mod answer;
mod applications;
mod arrows;
mod audit;
mod authority;
mod backup;
mod bodies;
mod bounds;
mod challenge_verifiers;
mod challenged_checks;
mod challenges;
mod checks;
mod cli;
mod clock;
#[cfg(feature = "otlp")]
mod collector;
mod console;
mod cors;
mod countries;
mod crash;
mod custody;
mod demo;
mod deployment;
mod doctor;
mod documents;
mod documents_of_logs;
mod doors;
mod drafts;
mod ended;
mod erase;
mod failover;
mod guard;
mod guess_sources;
mod idempotency;
mod idle;
mod inbox;
mod iso_3166;
mod key_sources;
mod kinds;
mod languages;
mod last_lines;
mod limit_windows;
mod limits;
mod limits_changed;
mod limits_on_money;
mod load;
mod locale;
mod log_lines;
mod master_keys;
mod may_send;
mod messages;
mod metrics;
mod migrate;
mod minute;
mod next_steps;
mod not_served;
mod outbox;
mod outcomes;
mod owner;
#[cfg(feature = "postgres")]
mod postgres;
mod prices;
mod products;
mod program_name;
mod proxied;
mod pumping;
mod raw;
mod readiness;
mod receipts;
mod refusals;
mod removed;
mod renewals;
mod report_shapes;
mod reports_forged;
mod reports_killed;
mod restored;
mod retention;
mod roles;
mod safety_headers;
mod sandbox;
mod secrecy;
mod send;
mod serve;
mod server;
mod setup;
mod setup_verbs;
mod signatures;
mod signed;
mod simulate;
mod slow;
mod start;
mod start_refused;
mod statistics;
mod supervisor;
mod test_codes;
mod test_numbers;
mod this_machine;
mod time_zones;
mod tls;
mod tokens;
mod told_nothing;
mod too_late;
#[cfg(feature = "otlp")]
mod traces;
#[cfg(not(feature = "otlp"))]
mod traces_absent;
mod typed_codes;
mod typed_numbers;
mod unread;
mod upgrade;
mod vendor;
mod vendor_checklist;
mod vendor_faults;
mod vendor_sandbox;
mod vendor_words;
mod vendors;
mod versions;
