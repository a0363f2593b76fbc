//! The addresses that people and attackers come from.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::dice::Dice;

/// Addresses that people share: the gateways of a carrier, the way out of a campus or of an office.
#[derive(Debug, Clone)]
pub(crate) struct Shared(Vec<IpAddr>);

impl Shared {
    /// Draws so many addresses of IPv4.
    pub(crate) fn draw(dice: &mut Dice, count: u64) -> Self {
        Self((0..count).map(|_| ipv4(dice)).collect())
    }

    /// Returns one of the addresses.
    pub(crate) fn address(&self, dice: &mut Dice) -> IpAddr {
        let picked = dice.pick(&self.0).copied();
        picked.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
    }
}

/// Returns a public address of IPv4.
pub(crate) fn ipv4(dice: &mut Dice) -> IpAddr {
    // No network for private use, for tests or for one machine begins with any of these.
    let first = 11 + dice.below(80);
    let rest = dice.below(1 << 24);
    IpAddr::V4(Ipv4Addr::from_bits(
        u32::try_from(first << 24 | rest).unwrap_or_default(),
    ))
}

/// Networks of IPv6 (/48) out of which a mobile carrier gives each phone a /64 of its own.
#[derive(Debug, Clone)]
pub(crate) struct MobilePool(Vec<u64>);

impl MobilePool {
    /// Draws so many networks.
    pub(crate) fn draw(dice: &mut Dice, networks: u64) -> Self {
        Self((0..networks).map(|_| dice.below(1 << 24)).collect())
    }

    /// Returns the address of a phone.
    pub(crate) fn address(&self, dice: &mut Dice) -> IpAddr {
        let network = dice.pick(&self.0).copied().unwrap_or_default();
        let of_phone = dice.below(1 << 16);
        let bits = (0x24_0900_u128 << 104 | u128::from(network) << 80 | u128::from(of_phone) << 64)
            | u128::from(1 + dice.below(1 << 32));
        IpAddr::V6(Ipv6Addr::from_bits(bits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_have_a_network_each_within_the_networks_of_their_carrier() {
        let mut dice = Dice::new(1);
        let pool = MobilePool::draw(&mut dice, 2);
        let bits = |address| match address {
            IpAddr::V6(address) => Ipv6Addr::to_bits(address),
            IpAddr::V4(_) => panic!("not IPv6"),
        };
        let phones: Vec<_> = (0..40).map(|_| bits(pool.address(&mut dice))).collect();
        let networks = |prefix: u32| {
            let networks = phones.iter().map(|phone| phone >> (128 - prefix));
            networks.collect::<std::collections::BTreeSet<_>>().len()
        };
        assert_eq!((networks(48), networks(64)), (2, 40));
    }

    #[test]
    fn shared_addresses_are_public_and_as_many_as_were_asked_for() {
        let mut dice = Dice::new(1);
        let shared = Shared::draw(&mut dice, 5);
        let seen: std::collections::BTreeSet<_> =
            (0..200).map(|_| shared.address(&mut dice)).collect();
        assert_eq!(seen.len(), 5, "{seen:?}");
        for address in seen {
            let IpAddr::V4(address) = address else {
                panic!("not IPv4");
            };
            assert!(!address.is_private() && !address.is_loopback(), "{address}");
        }
    }
}
