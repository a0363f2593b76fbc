//! SMS vendors behind one port, [`Provider`](countersign_core::ports::provider::Provider).
//!
//! | kind | module | vendor |
//! |---|---|---|
//! | `alibaba-cloud` | [`alibaba::domestic`] | Alibaba Cloud SMS, the domestic product |
//! | `alibaba-cloud-international` | [`alibaba::international`] | Alibaba Cloud SMS, the international product |
//! | `tencent-cloud` | [`tencent`] | Tencent Cloud SMS: templates, to every country |
//! | `chuanglan` | [`chuanglan::domestic`] | Chuanglan 253: text or templates, to mainland China |
//! | `chuanglan-international` | [`chuanglan::international`] | Chuanglan 253: text, to every country |
//! | `http` | [`http`] | any vendor with an HTTP interface, as an operator describes it |
//!
//! | module | contents |
//! |---|---|
//! | [`kinds`] | the table of vendors |
//! | [`kind`], [`account`] | what the table holds of each vendor; what an operator sets up |
//! | [`meaning`] | from a vendor's answer to an outcome |
//! | [`egress`], [`signing`] | the way out to vendors, and signatures that several vendors ask for |
//! | [`carriage`] | the wrapping of every provider: deadline, bulkhead, circuit breaker, gate, alarm |
//! | [`development`] | the outbox, the sink and the loopback provider |
//!
//! # Adding a vendor
//!
//! An operator can describe most vendors with the kind [`http`], without any code. A kind of its own is worth it where
//! a vendor signs its requests, fills templates, or answers in more than one shape. This checklist names every file that
//! a new kind touches; `crates/countersign/tests/it/vendor_checklist.rs` fails while one of steps 2 to 7 is missing.
//!
//! 1. `crates/providers/src/VENDOR/mod.rs`: a [`Kind`](kind::Kind) and a provider, as below. Its tests stand beside it.
//! 2. `crates/providers/src/lib.rs`: the module, and a row of the first table above.
//! 3. `crates/providers/src/kinds.rs`: a row of [`KINDS`](kinds::KINDS). The tests of that table check that the fields
//!    of the kind are those that its parser reads and requires. The command line lists them from there.
//! 4. `crates/sandbox/src/vendor.rs`, `crates/sandbox/src/vendors/mod.rs`, `crates/sandbox/src/accounts.rs`: the vendor's
//!    server side, written from its documents and not from the provider, so that each notices what the other misread;
//!    and a row in the table of `crates/sandbox/src/lib.rs`.
//! 5. `crates/countersign/tests/it/products.rs`: a row for each product. Tests over the whole program then send through
//!    it with every fault, fail over from it, and read its reports.
//! 6. `docs/providers.md`: a row in the table of kinds, and what operators should know.
//! 7. `conformance/providers/accounts.py`: an entry of `SETUPS`. Where the vendor has an SDK, a desk in
//!    `conformance/providers/verify.py` lets the SDK judge our requests.
//! 8. `CHANGELOG.md`: a line for operators.
//!
//! ## The example
//!
//! Acme takes JSON with a bearer token, answers `{"id": ...}` or `{"error": CODE}`, and reports by `POST`. This is the
//! whole provider; `crates/providers/tests/example/main.rs` runs it.
//!
//! ```
#![doc = include_str!("../tests/example/acme.rs")]
//! ```
//!
//! ## What matters
//!
//! * **An outcome is a promise.** `NotAccepted` lets another vendor send and gives the minute back, so it must be
//!   certain. [`ExchangeError::outcome`](egress::ExchangeError::outcome) and [`answer::bare`](meaning::answer::bare) keep that rule for
//!   connections and statuses; the table of codes keeps it for the vendor. A code that may stand for a message that was
//!   sent is [`Meaning::Unknown`](meaning::Meaning::Unknown).
//! * **The request counts once.** [`Egress::exchange`](egress::Egress::exchange) follows no redirect, repeats
//!   nothing that the vendor may have processed, goes only where the operator's [`Reach`](egress::Reach) allows, and reads a bounded answer. The deadline is
//!   [`Guarded`](carriage::Guarded)'s.
//! * **The vendor's words stay out.** [`answer::code`](meaning::answer::code) and [`answer::id`](meaning::answer::id) let
//!   pass only what looks like a code or an id. A passcode or a number must not reach a log, an error or an outcome:
//!   [`Guarded`](carriage::Guarded) withholds words that repeat one, or a secret of the account.
//! * **Time and randomness are lent.** Signatures use [`Resources::clock`](account::Resources::clock) and
//!   [`Resources::entropy`](account::Resources::entropy), so that tests can hold them still. Digests are in [`signing`].
//! * **Templates.** A vendor that fills templates answers `Content::Template` in `Provider::content`, reads
//!   `Sms::template`, and returns `RefusalKind::NoTemplate` where there is none. [`tencent`] is the shortest of those.
//! * **Sessions.** A vendor that reports over a session of its own gives its reports to
//!   [`Resources::reports`](account::Resources::reports), and acknowledges them once they are recorded.

pub mod account;
pub mod alibaba;
pub mod carriage;
pub mod chuanglan;
pub mod development;
pub mod egress;
pub mod http;
pub mod kind;
pub mod kinds;
pub mod meaning;
pub mod signing;
pub mod tencent;
#[cfg(test)]
mod testing;
