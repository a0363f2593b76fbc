//! Attackers who let an application send to numbers that earn them a share of each message's price.
//!
//! An attacker knows the id of the application, has a thousand addresses, never waits, and solves every challenge.

use std::net::IpAddr;

use countersign_core::channel::Channel;
use countersign_core::phone::PhoneNumber;
use countersign_core::send::client::Client;

use super::addresses::ipv4;
use super::dice::{Dice, Range};
use super::hours::{DAY, HOUR};
use super::numbers::Target;
use super::{App, Ask, Second};

/// The numbers that an attacker sends to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aim {
    /// Random numbers of one range of 10,000.
    Random,
    /// Numbers that follow one another within one block of 100, again and again.
    Sequence,
    /// Numbers that follow one another, a few in each block of 100.
    FewInEachBlock,
    /// Random numbers of 50 ranges of one carrier.
    Carrier,
}

/// An attack.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attack {
    pub(crate) name: &'static str,
    pub(crate) target: Target,
    pub(crate) aim: Aim,
    pub(crate) app: App,
    /// When it begins, and how long it lasts, in seconds.
    pub(crate) begins: Second,
    pub(crate) lasts: u64,
    pub(crate) sends: u64,
    /// In how many of 1,000 cases the attacker has the number and enters the code.
    pub(crate) verifies: u64,
    /// Whether real people go on to use the deployment meanwhile.
    pub(crate) among_people: bool,
}

/// The seconds of an attack at full speed.
const TEN_MINUTES: u64 = 600;

const FAST: Attack = Attack {
    name: "",
    target: Target::Abroad,
    aim: Aim::Random,
    app: App::Office,
    begins: 14 * HOUR,
    lasts: TEN_MINUTES,
    sends: 3_000,
    verifies: 0,
    among_people: false,
};

/// All attacks.
pub(crate) const ATTACKS: [Attack; 12] = [
    Attack {
        name: "random abroad",
        ..FAST
    },
    Attack {
        name: "random abroad, challenges on",
        app: App::Shop,
        ..FAST
    },
    Attack {
        name: "random at home",
        target: Target::Home,
        ..FAST
    },
    Attack {
        name: "sequence abroad",
        aim: Aim::Sequence,
        ..FAST
    },
    Attack {
        name: "sequence at home",
        aim: Aim::Sequence,
        target: Target::Home,
        ..FAST
    },
    Attack {
        name: "few in each block",
        aim: Aim::FewInEachBlock,
        ..FAST
    },
    Attack {
        name: "carrier abroad",
        aim: Aim::Carrier,
        ..FAST
    },
    Attack {
        name: "slow drip abroad",
        ..DRIP
    },
    Attack {
        name: "slow drip at home",
        target: Target::Home,
        ..DRIP
    },
    Attack {
        name: "self-verified, a quarter",
        aim: Aim::Carrier,
        verifies: 250,
        ..DRIP
    },
    Attack {
        name: "country not allowed",
        target: Target::NotAllowed,
        ..FAST
    },
    Attack {
        name: "random abroad, among people",
        app: App::Shop,
        among_people: true,
        ..FAST
    },
];

const DRIP: Attack = Attack {
    begins: 0,
    lasts: DAY,
    sends: 1_440,
    ..FAST
};

/// The number of addresses that an attacker has.
const ADDRESSES: u64 = 1_000;

/// The seconds after which an attacker who has the number enters the code.
pub(crate) const VERIFYING: Range = Range(5, 60);

impl Attack {
    /// Whether the attacker goes at full speed.
    pub(crate) const fn is_fast(&self) -> bool {
        self.lasts == TEN_MINUTES
    }

    /// Returns the sends of the attack in the order of time.
    pub(crate) fn sends(&self, dice: &mut Dice) -> Vec<(Second, Ask)> {
        let addresses: Vec<_> = (0..ADDRESSES).map(|_| ipv4(dice)).collect();
        let spacing = self.lasts / self.sends.max(1);
        let sends = (0..self.sends).filter_map(|n| {
            let at = self.begins + n * self.lasts / self.sends.max(1) + dice.below(spacing.max(1));
            let address = dice.pick(&addresses).copied()?;
            Some((at, self.ask(self.number(n, dice)?, address)))
        });
        sends.collect()
    }

    fn number(&self, n: u64, dice: &mut Dice) -> Option<PhoneNumber> {
        match self.aim {
            Aim::Random => Some(self.target.random(dice)),
            Aim::Sequence => self.target.nth(n % 100),
            Aim::FewInEachBlock => self.target.nth(n / 4 * 100 + n % 4),
            Aim::Carrier => Some(self.target.of_a_carrier(dice)),
        }
    }

    fn ask(&self, phone: PhoneNumber, address: IpAddr) -> Ask {
        Ask {
            app: self.app,
            channel: Channel::Login,
            phone,
            client: Client::Public(address),
            solved: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn sends(name: &str) -> (Attack, Vec<(Second, Ask)>) {
        let attack = *ATTACKS.iter().find(|attack| attack.name == name).unwrap();
        (attack, attack.sends(&mut Dice::new(1)))
    }

    #[test]
    fn a_fast_attack_comes_from_a_thousand_addresses_within_ten_minutes() {
        let (attack, sends) = sends("random abroad");
        let addresses: BTreeSet<_> = sends.iter().map(|(_, ask)| ask.client.shown()).collect();
        assert!(addresses.len() > 900, "{}", addresses.len());
        let within = attack.begins..attack.begins + 600;
        assert!(sends.iter().all(|(at, _)| within.contains(at)));
        assert_eq!(sends.len(), 3_000);
    }

    #[test]
    fn a_sequence_stays_in_its_block_and_a_few_in_each_block_do_not() {
        let blocks = |name| {
            let (_, sends) = sends(name);
            let of = |ask: &Ask| ask.phone.e164()[..ask.phone.e164().len() - 2].to_owned();
            let blocks: BTreeSet<_> = sends.iter().map(|(_, ask)| of(ask)).collect();
            blocks.len()
        };
        assert_eq!(blocks("sequence abroad"), 1);
        assert_eq!(blocks("few in each block"), 100);
    }

    #[test]
    fn a_slow_drip_spreads_over_the_day() {
        let (_, sends) = sends("slow drip abroad");
        let hours: BTreeSet<_> = sends.iter().map(|(at, _)| at / HOUR).collect();
        assert_eq!(hours.len(), 24);
    }
}
