//! The rules that fields of an operator's acts break, each with what its sentence needs: English for the API and the command
//! line here, and the languages of the console there.

use std::fmt;

use countersign_core::limit::InvalidLimitChange;
use countersign_core::send::route::{InvalidRoute, ProviderName};
use countersign_core::staff::password::InvalidPassword;
use countersign_core::template::lint::Finding;
use countersign_core::template::{InvalidText, InvalidVariable, TooLong};

use super::Note;

/// A rule that a field breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// A note has [`Note::MOST`] characters at most.
    NoteTooLong,
    /// The built-in texts of the application must fit into one SMS.
    TextTooLong(TooLong),
    /// The name of a person has 1 to 64 printable characters.
    PersonName,
    /// Two people cannot have one name.
    PersonNameTaken,
    /// A password must keep the rules of passwords.
    Password(InvalidPassword),
    /// A code must be the one that the authenticator app shows.
    Code,
    /// People are limited to applications that exist, at least one, and owners to none.
    ApplicationsOfPerson,
    /// The role needs a second factor, which the person has not.
    NeedsSecondFactor,
    /// The provider must exist.
    NoProvider(ProviderName),
    /// A route must keep the rules of routes.
    Route(InvalidRoute),
    /// A limit must bear the change.
    Limit(InvalidLimitChange),
    /// The one-minute limit stays as it is.
    MinuteLimit,
    /// A template must keep the rules of the linter.
    Template(Finding),
    /// A text is written by the rules of gaps.
    Text(InvalidText),
    /// A variable is written as a variable.
    Variable(InvalidVariable),
    /// A vendor's template names the provider that knows it.
    VendorTemplate,
    /// A whole number within bounds.
    Between(u64, u64),
    /// An entry of the safe list ends in the future, at most so many days away.
    SafeEnd(u64),
    /// The safe list has so many entries at most.
    SafeListFull(usize),
    /// A number for tests ends in the future, within so many days.
    TestEnd(u64),
    /// The fixed code of a number for tests.
    TestCode,
    /// The settings allow no numbers for tests.
    NoTestNumbers,
    /// Secrets go to no other host than they were given for.
    OtherHost,
    /// A setting or a secret of a vendor account, by the vendor's kind: the words that follow the field and a colon.
    Vendor(String),
    /// Another rule, as an English sentence without a full stop.
    Other(String),
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rule::NoteTooLong => write!(f, "at most {} characters", Note::MOST),
            Rule::TextTooLong(why) => why.fmt(f),
            Rule::PersonName => f.write_str("1 to 64 printable characters"),
            Rule::PersonNameTaken => f.write_str("somebody has this name already"),
            Rule::Password(why) => why.fmt(f),
            Rule::Code => f.write_str("not the code that the app shows now"),
            Rule::ApplicationsOfPerson => f.write_str(
                "must name applications that exist, at least one; an owner works with all: leave them out",
            ),
            Rule::NeedsSecondFactor => {
                f.write_str("needs a second factor, which the person sets up after a reset")
            }
            Rule::NoProvider(name) => write!(f, "there is no provider {name}"),
            Rule::Route(why) => why.fmt(f),
            Rule::Limit(why) => why.fmt(f),
            Rule::MinuteLimit => f.write_str("the one-minute limit cannot be changed"),
            Rule::Template(finding) => f.write_str(&finding.sentence),
            Rule::Text(why) => why.fmt(f),
            Rule::Variable(why) => why.fmt(f),
            Rule::VendorTemplate => {
                f.write_str("a vendor's template names the provider that knows it")
            }
            Rule::Between(least, most) => write!(f, "{least} to {most}"),
            Rule::SafeEnd(days) => {
                write!(f, "a time in the future, at most {days} days away")
            }
            Rule::SafeListFull(most) => {
                write!(f, "the safe list has {most} entries: remove one first")
            }
            Rule::TestEnd(days) => write!(f, "must be in the future, and within {days} days"),
            Rule::TestCode => f.write_str("must be 6 to 8 digits"),
            Rule::NoTestNumbers => f.write_str(
                "test numbers are not allowed here: set allow = true in [test_numbers] of the settings first",
            ),
            Rule::OtherHost => f.write_str(
                "requests go to another host than before: give it again, or empty to take it away",
            ),
            Rule::Vendor(words) | Rule::Other(words) => f.write_str(words),
        }
    }
}
