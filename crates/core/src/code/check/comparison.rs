//! Comparing a guess with the codes of a scope.

use super::CheckView;
use crate::code::guess::Guess;
use crate::code::{Code, CodeState, are_forgotten, resend};
use crate::id::MessageId;

/// The result of comparing a guess with the codes of a scope.
pub(super) struct Compared {
    /// The result for the codes that no newer one has replaced.
    pub(super) with: Comparison,
    /// Whether the guess is a replaced code within its life.
    pub(super) is_replaced: bool,
}

/// The result of comparing a guess with the codes that no newer one has replaced.
pub(super) enum Comparison {
    /// The guess is the first of these codes; the others are good as well.
    Right(Vec<MessageId>),
    /// The guess is none of these good codes. The newest one survives `tries_left` more wrong guesses.
    Wrong {
        codes: Vec<MessageId>,
        tries_left: u8,
    },
    /// The guess is a code that was used before.
    Used,
    /// The scope has no good code. Holds the state of the newest code, if one is remembered.
    Nothing(Option<CodeState>),
}

/// Compares `guess` with every remembered code of the scope, dead and replaced codes included.
pub(super) fn compare(guess: &Guess, view: &CheckView<'_>) -> Compared {
    let (replaced, codes) = match resend::split(view.codes, view.now) {
        (_, codes) if are_forgotten(codes, view.now) => (&[][..], &[][..]),
        split => split,
    };
    if codes.is_empty() {
        guess.compare_with_nothing();
    }
    let mut is_replaced = false;
    for code in replaced {
        // The comparison comes first, so that it is made for every code.
        is_replaced |= guess.is(code.message, &code.mac) && is_within_its_life(code, view);
    }
    Compared {
        with: compare_with(guess, codes, view),
        is_replaced,
    }
}

fn is_within_its_life(code: &Code, view: &CheckView<'_>) -> bool {
    code.decided_at() >= view.dead_before && code.expires_at() > view.now
}

fn compare_with(guess: &Guess, codes: &[Code], view: &CheckView<'_>) -> Comparison {
    let state = |code: &Code| code.state(view.now, view.dead_before);
    let (mut good, mut tries_left, mut right, mut used) = (Vec::new(), 0, None, false);
    for code in codes {
        let is_it = guess.is(code.message, &code.mac);
        match state(code) {
            state if state.is_good() => {
                good.push(code.message);
                tries_left = code.tries_left;
                right = if is_it { Some(code.message) } else { right };
            }
            CodeState::Used => used |= is_it,
            _ => {}
        }
    }
    match right {
        Some(right) => {
            let others = good.into_iter().filter(|message| *message != right);
            Comparison::Right(std::iter::once(right).chain(others).collect())
        }
        None if used => Comparison::Used,
        None if good.is_empty() => Comparison::Nothing(codes.last().map(state)),
        None => Comparison::Wrong {
            codes: good,
            tries_left,
        },
    }
}
