//! An attacker at work, and what the attack came to.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use countersign_core::limit::LimitKind;

use crate::agenda::Agenda;
use crate::price::Money;
use crate::rule::Rule;
use crate::run::Due;
use crate::stage::Told;
use crate::traffic::attackers::{Attack, VERIFYING};
use crate::traffic::{Act, Answer, Ask, Dice, Guess, Second};

/// What an attack came to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Loot {
    pub(crate) attempts: u64,
    pub(crate) sent: u64,
    pub(crate) money: Money,
    pub(crate) challenged: u64,
    /// How often each rule refused.
    pub(crate) refused: BTreeMap<String, u64>,
    /// The seconds from the first send to the first refusal by a rule about more than one number, and the rule.
    pub(crate) stopped: Option<(u64, String)>,
    /// The distinct numbers that got a message, by block of 100.
    blocks: BTreeMap<String, BTreeSet<String>>,
}

impl Loot {
    /// Returns the greatest number of distinct numbers of one block of 100 that got a message.
    pub(crate) fn most_of_a_block(&self) -> u64 {
        let counts = self.blocks.values().map(|numbers| numbers.len() as u64);
        counts.max().unwrap_or_default()
    }
}

/// An attacker, or nobody.
pub(crate) struct Attacker {
    sends: Vec<(Second, Ask)>,
    dice: Dice,
    verifies: u64,
    /// The codes that the attacker is about to enter, by the place of the send.
    codes: HashMap<usize, String>,
    pub(crate) loot: Loot,
}

impl Attacker {
    /// Makes the attacker of `attack`.
    pub(crate) fn of(attack: &Attack, dice: &mut Dice) -> Self {
        Self {
            sends: attack.sends(dice),
            dice: dice.split(),
            verifies: attack.verifies,
            codes: HashMap::new(),
            loot: Loot::default(),
        }
    }

    /// Returns nobody.
    pub(crate) fn nobody() -> Self {
        Self {
            sends: Vec::new(),
            dice: Dice::new(0),
            verifies: 0,
            codes: HashMap::new(),
            loot: Loot::default(),
        }
    }

    /// Puts all sends down.
    pub(crate) fn begin(&mut self, agenda: &mut Agenda<Due>) {
        for (place, (at, _)) in self.sends.iter().enumerate() {
            agenda.put(*at, Due::Attack(place));
        }
        self.loot.attempts = self.sends.len() as u64;
    }

    /// Returns the send at `place`, with or without the solution of a challenge.
    pub(crate) fn send(&self, place: usize, solved: bool) -> Option<Act> {
        let (_, ask) = self.sends.get(place)?;
        Some(Act::Send(Ask {
            solved,
            ..ask.clone()
        }))
    }

    /// Returns the entry of the code that the send at `place` brought.
    pub(crate) fn entry(&self, place: usize) -> Option<Act> {
        let (_, ask) = self.sends.get(place)?;
        Some(Act::Check(Guess {
            app: ask.app,
            channel: ask.channel,
            phone: ask.phone.clone(),
            typed: self.codes.get(&place)?.clone(),
        }))
    }

    /// Takes the answer to the send at `place`.
    pub(crate) fn take(
        &mut self,
        place: usize,
        told: &Told,
        now: Second,
        agenda: &mut Agenda<Due>,
    ) {
        let Some((_, ask)) = self.sends.get(place) else {
            return;
        };
        match &told.answer {
            Answer::Sent(code) => {
                let e164 = ask.phone.e164();
                let block = e164.get(..e164.len().saturating_sub(2)).unwrap_or_default();
                let numbers = self.loot.blocks.entry(block.to_owned()).or_default();
                numbers.insert(e164.to_owned());
                self.loot.sent += 1;
                self.loot.money = self
                    .loot
                    .money
                    .and(Money::of_a_message(ask.phone.country()));
                if self.dice.chance(self.verifies) {
                    self.codes.insert(place, code.reveal().to_owned());
                    agenda.put(now + self.dice.within(VERIFYING), Due::Entry(place));
                }
            }
            Answer::Challenge => {
                self.loot.challenged += 1;
                agenda.put(now + 1, Due::Solution(place));
            }
            Answer::Wait(_) | Answer::NotAllowed => self.refused(told, now),
            Answer::Checked(_) => {}
        }
    }

    fn refused(&mut self, told: &Told, now: Second) {
        let rule = Rule::behind(told);
        let kind = told.refusal.as_ref().map(|refusal| refusal.kind);
        let is_about_one = matches!(kind, Some(LimitKind::Minute | LimitKind::Number));
        if self.loot.stopped.is_none() && !is_about_one {
            let begin = self.sends.first().map_or(now, |(at, _)| *at);
            self.loot.stopped = Some((now.saturating_sub(begin), rule.name.clone()));
        }
        *self.loot.refused.entry(rule.name).or_default() += 1;
    }
}
