//! A person who wants a code: asks, waits, reads, types, and asks again, until the code passes or patience ends.

use countersign_core::channel::Channel;
use countersign_core::code::passcode::Passcode;
use countersign_core::phone::PhoneNumber;
use countersign_core::send::client::Client;

use super::dice::{Dice, Range};
use super::habits::{Delivery, Habits};
use super::{Act, Answer, App, Ask, Guess, Second};

/// A person at the moment of wanting a code.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    pub(crate) at: Second,
    /// The place of the person's group in the list of groups.
    pub(crate) group: usize,
    pub(crate) app: App,
    pub(crate) channel: Channel,
    pub(crate) phone: PhoneNumber,
    pub(crate) client: Client,
    pub(crate) habits: Habits,
}

/// Something that a person does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Presses the button that sends a code.
    Press,
    /// Presses it again without waiting for the countdown.
    PressTwice,
    /// Sends the solution of a challenge.
    Solve,
    /// Types the code of a message.
    Type,
}

/// The meaning of an answer for the statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reaction {
    /// The person goes on.
    GoesOn,
    /// The person sits out the wait that the answer names.
    WaitsOut,
    /// The person pressed twice, and the message of the first press is on its way.
    HasOne,
    /// The person gives up.
    GivesUp,
    /// The person is done: the code passed.
    Done,
}

/// A person on the way to a code.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) visit: Visit,
    dice: Dice,
    /// The codes that arrived or will arrive, oldest first.
    codes: Vec<Passcode>,
    presses: u8,
    typed: u8,
    last_press: Second,
    /// When the person presses again; the button shows a countdown until then.
    press_at: Second,
    done: bool,
}

/// The seconds that a page takes to solve a challenge.
const SOLVING: Range = Range(1, 4);

/// The seconds of the countdown that pages show after a send.
const COUNTDOWN: u64 = 61;

impl Person {
    /// Makes the person of a visit, whose chances follow from `dice`.
    pub(crate) fn new(visit: Visit, dice: Dice) -> Self {
        Self {
            press_at: visit.at,
            visit,
            dice,
            codes: Vec::new(),
            presses: 0,
            typed: 0,
            last_press: 0,
            done: false,
        }
    }

    /// Returns the act of `step` at `now`; `None` where the person no longer means to do it.
    pub(crate) fn act(&mut self, step: Step, now: Second) -> Option<Act> {
        if self.done || (step == Step::Press && self.press_at != now) {
            return None;
        }
        let Visit {
            app,
            channel,
            ref phone,
            client,
            ..
        } = self.visit;
        if step != Step::Type {
            return Some(Act::Send(Ask {
                app,
                channel,
                phone: phone.clone(),
                client,
                solved: step == Step::Solve,
            }));
        }
        Some(Act::Check(Guess {
            app,
            channel,
            phone: phone.clone(),
            typed: self.types()?,
        }))
    }

    /// Returns the code that the person types: of the newest message as a rule, with a wrong digit at times.
    fn types(&mut self) -> Option<String> {
        let habits = self.visit.habits;
        let several = self.codes.len() > 1;
        let code = match several && self.dice.chance(habits.confuses) {
            true => self.codes.first(),
            false => self.codes.last(),
        };
        let mut typed = code?.reveal().to_owned();
        if self.dice.chance(habits.mistypes) {
            let last = typed.pop().and_then(|digit| digit.to_digit(10))?;
            typed.push(char::from_digit((last + 1) % 10, 10)?);
        }
        Some(typed)
    }

    /// Takes the answer to `step`, and returns what it means and what the person does next, at which second.
    pub(crate) fn take(
        &mut self,
        step: Step,
        answer: &Answer,
        now: Second,
    ) -> (Reaction, Vec<(Second, Step)>) {
        match answer {
            Answer::Sent(code) => (Reaction::GoesOn, self.after_send(code.clone(), now)),
            Answer::Challenge if self.visit.app.solves_challenges() && step != Step::Solve => {
                let solved = now + self.dice.within(SOLVING);
                (Reaction::GoesOn, vec![(solved, Step::Solve)])
            }
            Answer::Checked(true) => {
                self.done = true;
                (Reaction::Done, Vec::new())
            }
            Answer::Checked(false) => (Reaction::GoesOn, self.after_wrong(now)),
            Answer::Wait(_) if step == Step::PressTwice => (Reaction::HasOne, Vec::new()),
            Answer::Wait(wait) if *wait <= self.visit.habits.waits && !self.is_tired() => {
                self.presses += 1;
                (Reaction::WaitsOut, vec![self.press_at(now + wait + 1)])
            }
            Answer::Wait(_) | Answer::Challenge | Answer::NotAllowed => {
                // A code that is still on its way may pass all the same.
                (Reaction::GivesUp, Vec::new())
            }
        }
    }

    fn is_tired(&self) -> bool {
        self.presses >= self.visit.habits.presses
    }

    fn after_send(&mut self, code: Passcode, now: Second) -> Vec<(Second, Step)> {
        let habits = self.visit.habits;
        self.presses += 1;
        self.last_press = now;
        self.codes.push(code);
        let mut next = Vec::new();
        if self.dice.chance(habits.impatient) {
            next.push((now + self.dice.within(Range(3, 15)), Step::PressTwice));
        }
        let noticed = !self.dice.chance(habits.overlooks);
        if let (Delivery::After(delay), true) = (Delivery::draw(&mut self.dice), noticed) {
            next.push((now + delay + self.dice.within(habits.reading), Step::Type));
        }
        let patience = now + self.dice.within(habits.patience);
        let typed_by_then = next
            .iter()
            .any(|(at, step)| *step == Step::Type && *at < patience);
        if !typed_by_then && !self.is_tired() {
            next.push(self.press_at(patience));
        }
        next
    }

    /// Means to press at `second`, and at no other.
    fn press_at(&mut self, second: Second) -> (Second, Step) {
        self.press_at = second;
        (second, Step::Press)
    }

    /// A person looks again after a wrong code, and asks for another after three of them.
    fn after_wrong(&mut self, now: Second) -> Vec<(Second, Step)> {
        self.typed += 1;
        if !self.typed.is_multiple_of(3) {
            return vec![(
                now + self.dice.within(self.visit.habits.reading),
                Step::Type,
            )];
        }
        if self.is_tired() {
            return Vec::new();
        }
        let allowed = self.last_press + COUNTDOWN;
        vec![self.press_at(allowed.max(now + 5))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::traffic::habits::ORDINARY;

    fn person(app: App) -> Person {
        let visit = Visit {
            at: 0,
            group: 0,
            app,
            channel: Channel::Login,
            phone: PhoneNumber::parse("13800138000", None).unwrap(),
            client: Client::Public([192, 0, 2, 1].into()),
            habits: ORDINARY,
        };
        Person::new(visit, Dice::new(5))
    }

    #[test]
    fn a_person_waits_as_the_answer_tells_and_gives_up_when_that_is_too_long() {
        let (reaction, next) = person(App::Shop).take(Step::Press, &Answer::Wait(60), 100);
        assert_eq!(
            (reaction, next),
            (Reaction::WaitsOut, vec![(161, Step::Press)])
        );
        let (reaction, next) = person(App::Shop).take(Step::Press, &Answer::Wait(3_600), 100);
        assert_eq!((reaction, next), (Reaction::GivesUp, vec![]));
    }

    #[test]
    fn a_page_solves_a_challenge_where_it_can_and_once() {
        let (_, next) = person(App::Shop).take(Step::Press, &Answer::Challenge, 0);
        assert!(matches!(next[..], [(1..=4, Step::Solve)]), "{next:?}");
        for (app, step) in [(App::Office, Step::Press), (App::Shop, Step::Solve)] {
            let (reaction, _) = person(app).take(step, &Answer::Challenge, 0);
            assert_eq!(reaction, Reaction::GivesUp);
        }
    }

    #[test]
    fn a_person_whose_code_passed_does_nothing_more() {
        let mut person = person(App::Shop);
        let code = Passcode::parse("246810").unwrap();
        let (_, next) = person.take(Step::Press, &Answer::Sent(code), 0);
        assert!(next.iter().any(|(_, step)| *step == Step::Type), "{next:?}");
        assert!(matches!(person.act(Step::Type, 20), Some(Act::Check(_))));
        let (reaction, _) = person.take(Step::Type, &Answer::Checked(true), 20);
        assert_eq!(reaction, Reaction::Done);
        assert!(person.act(Step::Press, 200).is_none());
    }
}
