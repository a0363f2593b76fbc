//! How people deal with codes, and how the mobile network does.

use super::dice::{Dice, Range};

/// The habits of the people of one group.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Habits {
    /// The seconds after which a person without a code presses "send again". Pages show a countdown of a minute first.
    pub(crate) patience: Range,
    /// The seconds that a person takes to find the message and type its code.
    pub(crate) reading: Range,
    /// In how many of 1,000 cases a person does not find a message that has arrived.
    pub(crate) overlooks: u64,
    /// In how many of 1,000 cases a person types a wrong digit.
    pub(crate) mistypes: u64,
    /// In how many of 1,000 cases a person with several messages types the code of an older one.
    pub(crate) confuses: u64,
    /// The longest wait, in seconds, that a person sits out when the page names it.
    pub(crate) waits: u64,
    /// The number of times that a person presses the button before giving up.
    pub(crate) presses: u8,
    /// In how many of 1,000 cases a person presses twice in a row, before the countdown.
    pub(crate) impatient: u64,
}

/// Most people.
pub(crate) const ORDINARY: Habits = Habits {
    patience: Range(62, 120),
    reading: Range(4, 30),
    overlooks: 10,
    mistypes: 25,
    confuses: 50,
    waits: 300,
    presses: 4,
    impatient: 4,
};

/// People who are old: they read and type slowly, overlook messages, and press again as soon as they can.
pub(crate) const OLD: Habits = Habits {
    patience: Range(61, 90),
    reading: Range(15, 80),
    overlooks: 110,
    mistypes: 140,
    confuses: 250,
    waits: 600,
    presses: 5,
    impatient: 15,
};

/// What becomes of a message between the vendor and the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// It arrives after so many seconds.
    After(u64),
    Never,
}

impl Delivery {
    /// Draws what becomes of one message: of 1,000 messages 15 never arrive and 20 come late.
    pub(crate) fn draw(dice: &mut Dice) -> Self {
        match dice.below(1_000) {
            0..15 => Delivery::Never,
            15..35 => Delivery::After(dice.within(Range(40, 160))),
            _ => Delivery::After(dice.within(Range(2, 14))),
        }
    }
}
