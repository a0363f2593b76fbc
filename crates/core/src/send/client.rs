//! Where a send comes from.

use std::net::IpAddr;

use crate::limit::Standing;
use crate::network::Networks;

/// The origin of a send, by its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Client {
    /// Anyone at this address.
    Public(IpAddr),
    /// A back end of the application, which sends for its end users.
    Backend {
        /// The address of the back end.
        address: IpAddr,
        /// The address of the end user, where the back end names one.
        end_user: Option<IpAddr>,
    },
}

/// The end user whom a request names (`x-real-ip`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndUser {
    /// The request names none.
    Unnamed,
    /// The end user has this address.
    At(IpAddr),
    /// The request names an end user by something that is no address.
    Unreadable,
}

impl Client {
    /// The client at `address` that names `end_user`, of an application with these back ends: they alone are believed.
    /// An end user without a readable address has that of the back end, so that garbage never lifts a limit.
    #[must_use]
    pub fn of(backends: &Networks, address: IpAddr, end_user: EndUser) -> Self {
        let address = address.to_canonical();
        if !backends.contain(address) {
            return Self::Public(address);
        }
        let end_user = match end_user {
            EndUser::Unnamed => None,
            EndUser::At(end_user) => Some(end_user.to_canonical()),
            EndUser::Unreadable => Some(address),
        };
        Self::Backend { address, end_user }
    }

    /// Returns the address that limits on addresses count the send under: the end user's. A back end that names no end
    /// user counts under none.
    #[must_use]
    pub fn counted(&self) -> Option<IpAddr> {
        match self {
            Self::Public(address) => Some(*address),
            Self::Backend { end_user, .. } => *end_user,
        }
    }

    /// Returns the address that limits on wrong guesses count a check under which the application's own server makes: that of
    /// the end user whom a back end names. Other servers are not counted, since all their users share one address.
    #[must_use]
    pub fn vouched(&self) -> Option<IpAddr> {
        match self {
            Self::Public(_) => None,
            Self::Backend { end_user, .. } => *end_user,
        }
    }

    /// Returns the standing of the client, which has solved no challenge, of an application whose callers can solve
    /// challenges or cannot.
    #[must_use]
    pub fn standing(&self, can_solve: bool) -> Standing {
        match self {
            Self::Public(_) if can_solve => Standing::Unsolved,
            Self::Public(_) => Standing::Public,
            Self::Backend { .. } => Standing::Trusted,
        }
    }

    /// Returns the address that the record shows: the end user's, or else the back end's.
    #[must_use]
    pub fn shown(&self) -> IpAddr {
        match self {
            Self::Public(address) => *address,
            Self::Backend { address, end_user } => end_user.unwrap_or(*address),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Network;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn of(address: &str, end_user: EndUser) -> (Option<IpAddr>, IpAddr) {
        let backends = Networks::new(vec![Network::parse("10.1.0.0/16").unwrap()]).unwrap();
        let client = Client::of(&backends, ip(address), end_user);
        (client.counted(), client.shown())
    }

    // shows: B6
    #[test]
    fn an_end_user_that_a_stranger_names_is_not_believed() {
        for end_user in [
            EndUser::Unnamed,
            EndUser::Unreadable,
            EndUser::At(ip("203.0.113.9")),
        ] {
            let stranger = ip("192.0.2.1");
            assert_eq!(of("192.0.2.1", end_user), (Some(stranger), stranger));
            assert_eq!(of("::ffff:192.0.2.1", end_user), (Some(stranger), stranger));
        }
    }

    #[test]
    fn a_back_end_counts_under_the_end_user_that_it_names() {
        let (backend, user) = (ip("10.1.2.3"), ip("203.0.113.9"));
        assert_eq!(of("10.1.2.3", EndUser::At(user)), (Some(user), user));
        let mapped = EndUser::At(ip("::ffff:203.0.113.9"));
        assert_eq!(of("::ffff:10.1.2.3", mapped), (Some(user), user));
        assert_eq!(of("10.1.2.3", EndUser::Unnamed), (None, backend));
        let backends = Networks::new(vec![Network::parse("10.1.0.0/16").unwrap()]).unwrap();
        let vouched = |address, named| Client::of(&backends, ip(address), named).vouched();
        assert_eq!(vouched("10.1.2.3", EndUser::At(user)), Some(user));
        assert_eq!(vouched("192.0.2.1", EndUser::At(user)), None);
        assert_eq!(
            of("10.1.2.3", EndUser::Unreadable),
            (Some(backend), backend)
        );
    }

    #[test]
    fn a_back_end_is_trusted_and_others_are_as_their_application_says() {
        let backends = Networks::new(vec![Network::parse("10.1.0.0/16").unwrap()]).unwrap();
        let standing = |address| {
            let client = Client::of(&backends, ip(address), EndUser::Unnamed);
            [false, true].map(|can_solve| client.standing(can_solve))
        };
        assert_eq!(standing("10.1.2.3"), [Standing::Trusted; 2]);
        let public = [Standing::Public, Standing::Unsolved];
        assert_eq!(standing("192.0.2.1"), public);
    }
}
