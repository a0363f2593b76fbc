//! A pill: the state of something, as a shape, a word and a colour together, since no one of them reaches everybody.

use super::headline::State;
use super::words::Words;

/// A pill.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pill {
    /// The name of the colours, which is also the class of the element.
    pub(super) tone: &'static str,
    /// The path of the shape, in 12 by 12.
    pub(super) shape: &'static str,
    pub(super) word: &'static str,
}

/// A tick.
pub(super) const TICK: &str = "M4.6 9.6 1 6l1.3-1.3 2.3 2.3 5.1-5.1L11 3.2z";
/// A cross.
pub(super) const CROSS: &str = "m6 4.7 3-3L10.3 3l-3 3 3 3L9 10.3l-3-3-3 3L1.7 9l3-3-3-3L3 1.7z";
/// A question mark.
pub(super) const QUESTION: &str = "M5 9h2v2H5zM6 1c2 0 3.2 1.1 3.2 2.7C9.2 5.5 7 5.7 7 7.8H5c0-2.9 2.1-3 2.1-4.1C7.1 3.2 6.7 2.9 6 2.9c-.7 0-1.2.4-1.3 1.1L2.8 3.7C3 2 4.2 1 6 1z";
/// A bar.
pub(super) const BAR: &str = "M1 5h10v2H1z";
/// A clock.
pub(super) const CLOCK: &str = "M6 0a6 6 0 1 1 0 12A6 6 0 0 1 6 0zm0 1.6a4.4 4.4 0 1 0 0 8.8 4.4 4.4 0 0 0 0-8.8zM5.3 3h1.4v2.6l1.8 1.8-1 1L5.3 6.2z";
/// A triangle.
pub(super) const TRIANGLE: &str = "M6 1 11.5 11H.5z";

impl Pill {
    /// A pill of these colours, with this shape and word.
    pub(super) const fn new(tone: &'static str, shape: &'static str, word: &'static str) -> Self {
        Self { tone, shape, word }
    }

    /// The pill of the state of a message.
    pub(super) const fn of(state: State, words: &Words) -> Self {
        let (tone, shape) = match state {
            State::Delivered | State::Verified => ("ok", TICK),
            State::NotDelivered | State::NotSent => ("bad", CROSS),
            State::Unknown => ("unknown", QUESTION),
            State::NoReceipt => ("quiet", BAR),
            State::Sending => ("quiet", CLOCK),
        };
        Self {
            tone,
            shape,
            word: words.terms.state(state),
        }
    }
}
