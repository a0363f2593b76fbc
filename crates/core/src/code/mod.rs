//! The life of a code: how it is made, when it is good, how a guess is checked, and what wrong guesses cost.

pub mod check;
pub mod checker;
pub mod guess;
pub mod passcode;
