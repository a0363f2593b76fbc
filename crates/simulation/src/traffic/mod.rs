//! The traffic of a simulation: people with their numbers, addresses and habits, and attackers.
//!
//! Traffic knows no rule. It shares no constant with the limits, the guard or the challenges, and learns of them as
//! callers do: by the answers to its sends. A test holds that no module of this folder names one of them.

mod addresses;
pub(crate) mod attackers;
pub(crate) mod day;
mod dice;
mod habits;
mod hours;
pub(crate) mod numbers;
pub(crate) mod people;

use countersign_core::channel::Channel;
use countersign_core::code::passcode::Passcode;
use countersign_core::phone::PhoneNumber;
use countersign_core::send::client::Client;

pub(crate) use dice::Dice;
pub(crate) use numbers::ABROAD;

/// Seconds since the midnight at which the virtual day begins.
pub(crate) type Second = u64;

/// An application of the simulated deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum App {
    /// A consumer's app: most of the day's people, and a launch in the evening.
    Shop,
    /// The app of a university, used from its network.
    Campus,
    /// An app for companies, used from their offices.
    Office,
    /// The app of clinics, used by old people.
    Clinic,
    /// The app of hotels, used by people from abroad too.
    Hotel,
    /// An app whose own servers send the codes, all from one address.
    Bank,
}

impl App {
    /// All applications.
    pub(crate) const ALL: [App; 6] = [
        App::Shop,
        App::Campus,
        App::Office,
        App::Clinic,
        App::Hotel,
        App::Bank,
    ];

    /// The id of the application.
    #[must_use]
    pub(crate) const fn id(self) -> &'static str {
        match self {
            App::Shop => "shop",
            App::Campus => "campus",
            App::Office => "office",
            App::Clinic => "clinic",
            App::Hotel => "hotel",
            App::Bank => "bank",
        }
    }

    /// Whether the pages of the application can solve challenges.
    #[must_use]
    pub(crate) const fn solves_challenges(self) -> bool {
        matches!(self, App::Shop | App::Campus | App::Hotel)
    }
}

/// A request to send a code, as an application makes it.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) app: App,
    pub(crate) channel: Channel,
    pub(crate) phone: PhoneNumber,
    pub(crate) client: Client,
    /// Whether the request brings the solution of a challenge.
    pub(crate) solved: bool,
}

/// A typed code, which the application's server checks.
#[derive(Debug, Clone)]
pub(crate) struct Guess {
    pub(crate) app: App,
    pub(crate) channel: Channel,
    pub(crate) phone: PhoneNumber,
    pub(crate) typed: String,
}

/// An act of a person or of an attacker.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    Send(Ask),
    Check(Guess),
}

/// The answer to an [`Act`], as far as a person or an attacker learns of it.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// The message is on its way with this code.
    Sent(Passcode),
    /// A rule refused; the application tells for how many seconds.
    Wait(u64),
    /// The application asks for the solution of a challenge.
    Challenge,
    /// The deployment sends nothing to this country.
    NotAllowed,
    /// Whether the typed code was right.
    Checked(bool),
}

#[cfg(test)]
mod tests {
    /// The sources of this folder, without their tests.
    const SOURCES: [&str; 9] = [
        include_str!("addresses.rs"),
        include_str!("attackers.rs"),
        include_str!("day.rs"),
        include_str!("dice.rs"),
        include_str!("habits.rs"),
        include_str!("hours.rs"),
        include_str!("mod.rs"),
        include_str!("numbers.rs"),
        include_str!("people.rs"),
    ];

    #[test]
    fn traffic_names_no_rule() {
        let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/traffic")).unwrap();
        assert_eq!(
            files.count(),
            SOURCES.len(),
            "a new file belongs to the list"
        );
        for source in SOURCES {
            let program = source
                .split("#[cfg(test)]\nmod ")
                .next()
                .unwrap_or_default();
            for rule in [
                "core::limit",
                "core::guard",
                "core::challenge",
                "core::policy",
                "default.toml",
            ] {
                assert!(!program.contains(rule), "{rule} in {}", &program[..80]);
            }
        }
    }
}
