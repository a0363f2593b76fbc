//! The rules of a one-time passcode sent by SMS, and the ports those rules need.
//!
//! Nothing here does I/O: no files, no sockets, no runtime, no HTTP. Time, randomness, storage and
//! SMS vendors come in through traits ([`entropy`], [`ports`], [`time`]), so that a test
//! owns all of them.
//!
//! Start reading at [`send::messenger::Messenger::send`]: it is the whole life of a send in one function. How its
//! code is checked is [`code::checker::Checker::check`], and [`code::check::judge`] is the rule.
//!
//! # Glossary
//!
//! One word means one thing in code, API, command line and documents. A new noun gets its line here in the same commit.
//!
//! | word | meaning |
//! |---|---|
//! | access key | an id and a secret with which a program of the operator's manages |
//! | account | the credentials and settings of a customer at an SMS vendor; never a user's |
//! | act | one entry of the audit record: who did what to which thing ([`audit::Act`]) |
//! | application | a tenant's product, named by `x-authing-app-id`; its servers prove themselves by its secret |
//! | area | a range of numbers, for one application or for all ([`guard::Area`]) |
//! | attempt | one call to one provider for a message, or the reason why it was not called ([`send::attempt`]) |
//! | audit record | all acts of operators and of the service itself, in a chain of hashes ([`audit`]) |
//! | author | who acts, through which door, from where and in which request ([`audit::Author`]) |
//! | back end | a server of an application, known by its address, that sends for end users |
//! | block | a stop of all sends to an area for a while; a block of numbers is a hundred in a row ([`guard::Block`]) |
//! | bucket | the events that a limit counts together, by a name and the values they share ([`limit::Bucket`]) |
//! | caller | on whose behalf a code is checked: the public, or the application ([`code::check::Caller`]) |
//! | challenge | work that a caller proves before a code is sent or compared, where a rule demands it ([`challenge`]) |
//! | change | puts or removes one setting, and makes the next version of the setup ([`ports::setup::Change`]) |
//! | channel | the purpose of a code: one of GenAuth's eleven `CHANNEL_*`; not the transport |
//! | client | where a send comes from: an address, or a back end and the end user that it names ([`send::client::Client`]) |
//! | claim | the right to be the one call with its idempotency key ([`idempotency::Claim`]) |
//! | code | a passcode as it is kept: a MAC, a life, tries ([`code::Code`]) |
//! | conversion | how many of the newest sends of an area were verified ([`guard::Reading`]) |
//! | decision | the ledger's answer to an intent: admitted, or refused by limits ([`message::Decision`]) |
//! | demo | the example application that `countersign demo` serves (crate countersign-demo) |
//! | effect | the change that an act on codes makes: a wrong guess, a use, an unlock ([`code::check::Effect`]) |
//! | envelope | the JSON object of an answer: `statusCode`, `message`, `requestId`, and `apiCode` or `data` |
//! | erasure | an operator's act that takes a number out of everything that holds it ([`ports::erasure`]) |
//! | give back | to let the hits of a message count no more, since nothing was sent ([`send::settle::GiveBack`]) |
//! | guard | notices SMS pumping by low conversions, and blocks ([`guard`]) |
//! | head | the number and the hash of the newest act on record ([`audit::chain::Head`]) |
//! | hit | one event that counts in a bucket, with a time and a weight ([`limit::Hit`]) |
//! | home | the country of a deployment; every other one is abroad ([`country_rules::CountryRules`]) |
//! | horizon | the place in the log of the embedded store from which a start reads events again |
//! | idempotency key | a text that a caller chose for one call: a repeat with it gets the first answer again ([`idempotency`]) |
//! | inbox | the page of `countersign dev` on which a person reads the messages of the outbox |
//! | intent | the wish to send one code to one number, before it is decided on ([`message::Intent`]) |
//! | invitation | a link, good once and for an hour, by which somebody becomes a person ([`staff::person::Invitation`]) |
//! | ledger | the port that decides on sends and checks in one atomic step each ([`ports::ledger`]) |
//! | limit | a rule that refuses an event, or notes that it would: a window and a maximum ([`limit::Limit`]) |
//! | lint rule | a rule that a template must keep; breaking it refuses the save or warns ([`template::lint::LintRule`]) |
//! | message | one SMS that was decided on |
//! | minute | the one-minute limit: one code per application, channel and number in a rolling 60 s |
//! | node | one process of a deployment |
//! | operator | the person who runs the service, and the programs that manage in that person's name |
//! | outbox | the provider of `countersign dev`, which plays the phone: it keeps messages with their codes |
//! | outcome | what became of a message at a vendor: accepted, not accepted, unknown ([`send::outcome`]) |
//! | owed | a record that has taken effect in memory and is written until it is durable |
//! | pace | how often something may be tried, such as a password ([`staff::pace::Pace`]) |
//! | passcode | the one-time code in clear; it exists between its making and the hand-over to a provider |
//! | person | somebody who works with the console, by name, role and second factor ([`staff::person::Person`]) |
//! | plan | routes and templates as the messenger uses them ([`send::messenger::Plan`]) |
//! | price | the cost of one message through a provider to a country, exact to a ten-thousandth ([`price::PriceTable`]) |
//! | provider | an account that can carry messages ([`ports::provider`]) |
//! | quarter | a quarter of an hour, the shortest span of tallies ([`tally::Span`]) |
//! | quota | the maximum of a limit on all sends, or on those of one application ([`limit::Quota`]) |
//! | reach | what an operator's act is about: applications and what is theirs, or the deployment ([`staff::Reach`]) |
//! | receipt | a vendor's delivery report |
//! | records | the port to timelines, receipts and unlocks ([`ports::records`]) |
//! | refusal | a send that a limit refused, and the limit ([`limit::Refusal`]); recorded for a while ([`ports::refusals`]) |
//! | retention | how long messages, and events of codes, stay on record ([`retention::Retention`]) |
//! | role | a part that people play: owner, operator, support, auditor ([`staff::Role`]) |
//! | roll back | to take a message out of memory whose record failed; nothing was sent for it |
//! | route | the providers that may carry a number of a country, and in which order |
//! | rules | limits together with the buckets of one event ([`limit::Rules`]) |
//! | safe list | numbers, ranges and networks that the guard leaves alone for a while ([`guard::SafeEntry`]) |
//! | sandbox | the program that plays the vendors' side, for tests |
//! | scope | application, channel and number together: a code passes for its scope only; also the application and country of a route, or what a template is for |
//! | session | the time from a person's signing in to the end ([`staff::session::Session`]) |
//! | setting | one thing of a setup: an application, a provider, a route, a template, an access key, a block, an entry of the safe list, a person |
//! | settlement | the record of what became of an admitted message ([`send::settle`]) |
//! | setup | everything that an operator has set up, at one version ([`ports::setup`]) |
//! | signing key | a key that signs verification tokens, and if it is of RSA also management tokens; its public half is published |
//! | solution | the proof that the work of a challenge was done; good once ([`challenge`]) |
//! | staff | the people who work with the console ([`staff`]) |
//! | tally | the counts of the messages of a span of time, and of what became of them ([`tally::Tally`]) |
//! | template | the text of a message with gaps, or one that a vendor has approved |
//! | test number | a number of the operator's for tests, whose messages reach no vendor ([`test_number::TestNumber`]) |
//! | timeline | all that is known of one message, in order of time |
//! | tries | the number of further wrong guesses that a code survives |
//! | unlock | an operator's act that forgets the wrong guesses about a number |
//! | vendor | a company that sends SMS |
//! | verification token | a signed token which says that a number proved a channel for an application at a time |
//! | version | the number of the change that made a setup, or last put a setting ([`ports::setup::SetupVersion`]) |
//! | zone | the time zone in which a person reads times and days ([`zone::Zone`]) |

#![deny(missing_docs)]

pub mod application;
pub mod attention;
pub mod audit;
pub mod autofill;
pub mod challenge;
pub mod channel;
pub mod code;
pub mod country_rules;
pub mod csv;
pub mod entropy;
pub mod guard;
pub mod id;
pub mod idempotency;
pub mod language;
pub mod limit;
pub mod message;
pub mod message_filter;
pub mod network;
pub mod phone;
pub mod policy;
pub mod ports;
pub mod price;
pub mod printable;
pub mod receipt;
pub mod retention;
pub mod seal;
pub mod secret;
pub mod send;
pub mod staff;
pub mod tally;
pub mod template;
pub mod test_number;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod text;
pub mod time;
pub mod typed;
pub mod zone;
