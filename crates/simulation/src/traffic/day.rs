//! An ordinary day of six applications, and the people who use them.
//!
//! Every figure is one of people and networks. Where a figure is not known, the harder one for the rules was taken: fewer
//! addresses to share, more people at once.

use std::net::{IpAddr, Ipv4Addr};

use countersign_core::channel::Channel;
use countersign_core::phone::PhoneNumber;
use countersign_core::send::client::Client;

use super::addresses::{MobilePool, Shared, ipv4};
use super::dice::{Dice, Range};
use super::habits::{Habits, OLD, ORDINARY};
use super::hours::{HOUR, Hours, busiest};
use super::numbers::{Region, traveller};
use super::people::Visit;
use super::{App, Second};

/// How much of the day is simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// All of it: more than 60,000 sends.
    Whole,
    /// A tenth of the people, with a tenth of the addresses and numbers that they share.
    Tenth,
}

impl Scale {
    /// Returns the part of `whole` that this scale has, at least 1.
    const fn of(self, whole: u64) -> u64 {
        match self {
            Scale::Whole => whole,
            Scale::Tenth => whole.div_ceil(10),
        }
    }
}

/// The groups of people, in the order of [`Visit::group`].
pub(crate) const GROUPS: [&str; 9] = [
    "at home",
    "on the move",
    "launch hour",
    "campus",
    "office",
    "company numbers",
    "elderly",
    "from abroad",
    "back end",
];

/// The place of the group whose sends all come from the servers of one application.
pub(crate) const BEHIND_THE_BACK_END: usize = GROUPS.len() - 1;

/// The networks and ranges of numbers that the people of one region share.
struct Places {
    region: Region,
    mobile: MobilePool,
    /// The gateways that mobile carriers share among phones without IPv6, some 3,000 phones each.
    gateways: Shared,
}

impl Places {
    fn draw(dice: &mut Dice, scale: Scale) -> Self {
        Self {
            region: Region::draw(dice, scale.of(1_500)),
            mobile: MobilePool::draw(dice, scale.of(600)),
            gateways: Shared::draw(dice, scale.of(1_500)),
        }
    }

    /// The address of a phone in the network of its carrier: two in three have IPv6.
    fn on_the_move(&self, dice: &mut Dice) -> IpAddr {
        match dice.chance(650) {
            true => self.mobile.address(dice),
            false => self.gateways.address(dice),
        }
    }
}

/// Draws the visits of one group.
type Draw = fn(&mut Dice, Scale, &Places) -> Vec<Visit>;

/// Returns the visits of a day, in no order.
pub(crate) fn visits(dice: &mut Dice, scale: Scale) -> Vec<Visit> {
    let places = Places::draw(&mut dice.split(), scale);
    let groups: [Draw; 9] = [
        at_home,
        on_the_move,
        launch_hour,
        campus,
        offices,
        company_numbers,
        elderly,
        from_abroad,
        back_end,
    ];
    let mut visits = Vec::new();
    for (group, draw) in groups.into_iter().enumerate() {
        let drawn = draw(&mut dice.split(), scale, &places).into_iter();
        visits.extend(drawn.map(|visit| Visit { group, ..visit }));
    }
    visits
}

/// The codes that the operator of an application foresees for a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Forecast {
    pub(crate) app: App,
    pub(crate) day: u64,
    /// The codes of the busiest ten minutes.
    pub(crate) ten_minutes: u64,
}

/// Returns what the operators foresee, who know how many people will come.
pub(crate) fn forecasts(visits: &[Visit]) -> Vec<Forecast> {
    let of = |app| {
        let visits = visits.iter().filter(|visit| visit.app == app);
        let moments: Vec<_> = visits.map(|visit| visit.at).collect();
        Forecast {
            app,
            day: moments.len() as u64,
            ten_minutes: busiest(moments.into_iter(), 600),
        }
    };
    App::ALL.into_iter().map(of).collect()
}

/// Makes a visit to sign in, of a person of the group that draws it.
fn visit(at: Second, app: App, phone: PhoneNumber, address: IpAddr, habits: Habits) -> Visit {
    Visit {
        at,
        group: 0,
        app,
        channel: Channel::Login,
        phone,
        client: Client::Public(address),
        habits,
    }
}

/// Draws so many visits.
fn many(count: u64, mut draw: impl FnMut() -> Visit) -> Vec<Visit> {
    (0..count).map(|_| draw()).collect()
}

/// Households, two or three people behind each address.
fn at_home(dice: &mut Dice, scale: Scale, places: &Places) -> Vec<Visit> {
    let homes = Shared::draw(dice, scale.of(60_000));
    many(scale.of(9_000), || {
        let (at, phone) = (Hours::Waking.moment(dice), places.region.number(dice));
        visit(at, App::Shop, phone, homes.address(dice), ORDINARY)
    })
}

/// Phones in the networks of their carriers, many behind one address.
fn on_the_move(dice: &mut Dice, scale: Scale, places: &Places) -> Vec<Visit> {
    many(scale.of(19_000), || {
        let (at, phone) = (Hours::Waking.moment(dice), places.region.number(dice));
        visit(at, App::Shop, phone, places.on_the_move(dice), ORDINARY)
    })
}

/// The launch of a product at eight in the evening: for an hour ten times as many people as at any other evening. New
/// ones register, half of all within the first quarter of an hour.
fn launch_hour(dice: &mut Dice, scale: Scale, places: &Places) -> Vec<Visit> {
    let begin = 20 * HOUR;
    many(scale.of(18_900), || {
        let hours = match dice.chance(500) {
            true => Hours::Between(begin, begin + 900),
            false => Hours::Between(begin, begin + HOUR),
        };
        let (at, phone) = (hours.moment(dice), places.region.number(dice));
        let channel = match dice.chance(600) {
            true => Channel::Register,
            false => Channel::Login,
        };
        let address = places.on_the_move(dice);
        Visit {
            channel,
            ..visit(at, App::Shop, phone, address, ORDINARY)
        }
    })
}

/// A university of 6,000 students, of whom every fourth signs in anew each day. Four in five do so from its network, which
/// has five addresses; most have numbers of the few ranges that a carrier sold on the campus.
fn campus(dice: &mut Dice, scale: Scale, places: &Places) -> Vec<Visit> {
    let sold = Region::draw(dice, scale.of(30));
    let exits = Shared::draw(dice, scale.of(5));
    many(scale.of(1_500), || {
        let at = Hours::Waking.moment(dice);
        let phone = match dice.chance(700) {
            true => sold.number(dice),
            false => places.region.number(dice),
        };
        let address = match dice.chance(800) {
            true => exits.address(dice),
            false => places.on_the_move(dice),
        };
        visit(at, App::Campus, phone, address, ORDINARY)
    })
}

/// Forty offices of 30 to 300 people behind one address each, and one of 1,200 behind four. Three in ten sign in anew each
/// day, most of them when work begins.
fn offices(dice: &mut Dice, scale: Scale, places: &Places) -> Vec<Visit> {
    let mut firms: Vec<_> = (0..scale.of(40))
        .map(|_| (dice.within(Range(30, 300)), 1))
        .collect();
    if scale == Scale::Whole {
        firms.push((1_200, 4));
    }
    let mut visits = Vec::new();
    for (people, addresses) in firms {
        let exits = Shared::draw(dice, addresses);
        for _ in 0..people {
            if dice.chance(300) {
                let (at, phone) = (Hours::Office.moment(dice), places.region.number(dice));
                visits.push(visit(at, App::Office, phone, exits.address(dice), ORDINARY));
            }
        }
    }
    visits
}

/// Eight companies that gave 40 to 60 people numbers that follow one another. One in five signs in anew each day.
fn company_numbers(dice: &mut Dice, scale: Scale, places: &Places) -> Vec<Visit> {
    let mut visits = Vec::new();
    for _ in 0..scale.of(8) {
        let people = dice.within(Range(40, 60));
        let exit = ipv4(dice);
        for phone in places.region.sequence(dice, people) {
            if dice.chance(200) {
                let at = Hours::Office.moment(dice);
                visits.push(visit(at, App::Office, phone, exit, ORDINARY));
            }
        }
    }
    visits
}

/// Patients of clinics, at home or on the move, by day. One in ten has forgotten the password too.
fn elderly(dice: &mut Dice, scale: Scale, places: &Places) -> Vec<Visit> {
    let homes = Shared::draw(dice, scale.of(20_000));
    many(scale.of(4_000), || {
        let hours = Hours::Between(7 * HOUR, 20 * HOUR);
        let (at, phone) = (hours.moment(dice), places.region.number(dice));
        let address = match dice.chance(600) {
            true => homes.address(dice),
            false => places.on_the_move(dice),
        };
        let channel = match dice.chance(100) {
            true => Channel::ResetPassword,
            false => Channel::Login,
        };
        Visit {
            channel,
            ..visit(at, App::Clinic, phone, address, OLD)
        }
    })
}

/// Guests of hotels. One in eighteen has a number from abroad; guests share the addresses of 150 hotels or are on the move.
fn from_abroad(dice: &mut Dice, scale: Scale, places: &Places) -> Vec<Visit> {
    let hotels = Shared::draw(dice, scale.of(150));
    many(scale.of(2_700), || {
        let at = Hours::Waking.moment(dice);
        let phone = match dice.chance(55) {
            true => traveller(dice),
            false => places.region.number(dice),
        };
        let address = match dice.chance(500) {
            true => hotels.address(dice),
            false => places.on_the_move(dice),
        };
        visit(at, App::Hotel, phone, address, ORDINARY)
    })
}

/// The address of the servers of [`App::Bank`].
pub(crate) const BACK_END: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 20, 30, 40));

/// 5,000 users of one application, whose servers send all of their codes and name nobody's address.
fn back_end(dice: &mut Dice, scale: Scale, places: &Places) -> Vec<Visit> {
    many(scale.of(5_000), || {
        let (at, phone) = (Hours::Waking.moment(dice), places.region.number(dice));
        let client = Client::Backend {
            address: BACK_END,
            end_user: None,
        };
        Visit {
            client,
            ..visit(at, App::Bank, phone, BACK_END, ORDINARY)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_day_has_60_000_visits_and_a_launch_of_ten_times_the_evening() {
        let visits = visits(&mut Dice::new(1), Scale::Whole);
        assert!(visits.len() > 60_000, "{}", visits.len());
        let per_hour = |groups: std::ops::Range<usize>, from| {
            let hour = from * HOUR..(from + 1) * HOUR;
            let of = visits.iter().filter(|visit| groups.contains(&visit.group));
            of.filter(|visit| hour.contains(&visit.at)).count()
        };
        let (usual, launch) = (per_hour(0..2, 20), per_hour(0..3, 20));
        assert!((9..=11).contains(&(launch / usual)), "{usual} {launch}");
    }

    #[test]
    fn a_tenth_of_the_day_has_every_group() {
        let visits = visits(&mut Dice::new(1), Scale::Tenth);
        assert!((5_500..7_500).contains(&visits.len()), "{}", visits.len());
        for (group, name) in GROUPS.into_iter().enumerate() {
            assert!(visits.iter().any(|visit| visit.group == group), "{name}");
        }
        assert!(busiest(visits.iter().map(|visit| visit.at), HOUR) > 1_500);
    }
}
