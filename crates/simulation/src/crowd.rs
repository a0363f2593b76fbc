//! The people of a simulation, and what became of their wishes for codes.

use std::collections::{BTreeMap, HashMap};

use crate::agenda::Agenda;
use crate::rule::Rule;
use crate::run::Due;
use crate::stage::Told;
use crate::traffic::people::{Person, Reaction, Step, Visit};
use crate::traffic::{Act, Answer, Dice, Second};

/// What became of the wishes of one group of people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// People who wanted a code.
    pub(crate) people: u64,
    /// Sends that they asked for. The solution of a challenge belongs to the send that met it.
    pub(crate) asked: u64,
    pub(crate) sent: u64,
    /// People whose code passed.
    pub(crate) verified: u64,
    pub(crate) challenged: u64,
    /// Refusals whose wait the person sat out until another message or the code of an earlier one came, and those of a
    /// second press in a row.
    pub(crate) sat_out: u64,
    /// Refusals after which the person got neither: real people, wrongly refused.
    pub(crate) refused: u64,
}

impl Counts {
    /// Returns the counts of both together.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self {
            people: self.people + other.people,
            asked: self.asked + other.asked,
            sent: self.sent + other.sent,
            verified: self.verified + other.verified,
            challenged: self.challenged + other.challenged,
            sat_out: self.sat_out + other.sat_out,
            refused: self.refused + other.refused,
        }
    }
}

/// What one rule did to real people of one group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RuleCounts {
    pub(crate) refused: u64,
    pub(crate) sat_out: u64,
    pub(crate) challenged: u64,
}

/// All people, with the statistics about them.
pub(crate) struct Crowd {
    people: Vec<Person>,
    groups: Vec<Counts>,
    rules: BTreeMap<(Rule, usize), RuleCounts>,
    /// The rule whose wait a person sits out, by the person.
    waits: HashMap<usize, Rule>,
}

impl Crowd {
    /// Makes the people of these visits, who belong to so many groups.
    pub(crate) fn of(visits: Vec<Visit>, groups: usize, dice: &mut Dice) -> Self {
        let people = visits.into_iter();
        Self {
            people: people
                .map(|visit| Person::new(visit, dice.split()))
                .collect(),
            groups: vec![Counts::default(); groups],
            rules: BTreeMap::new(),
            waits: HashMap::new(),
        }
    }

    /// Returns nobody.
    pub(crate) fn nobody() -> Self {
        Self::of(Vec::new(), 0, &mut Dice::new(0))
    }

    /// Returns what became of the wishes of each group.
    pub(crate) fn groups(&self) -> &[Counts] {
        &self.groups
    }

    /// Returns what became of the wishes of all people.
    pub(crate) fn total(&self) -> Counts {
        self.groups
            .iter()
            .copied()
            .fold(Counts::default(), Counts::and)
    }

    /// Returns what each rule did to each group.
    pub(crate) fn rules(&self) -> impl Iterator<Item = (&Rule, usize, RuleCounts)> {
        self.rules
            .iter()
            .map(|((rule, group), counts)| (rule, *group, *counts))
    }

    /// Puts the first step of each person down.
    pub(crate) fn begin(&mut self, agenda: &mut Agenda<Due>) {
        for (place, person) in self.people.iter().enumerate() {
            agenda.put(person.visit.at, Due::Person(place, Step::Press));
            if let Some(counts) = self.groups.get_mut(person.visit.group) {
                counts.people += 1;
            }
        }
    }

    /// Returns what a person does at `step`, now.
    pub(crate) fn act(&mut self, person: usize, step: Step, now: Second) -> Option<Act> {
        let act = self.people.get_mut(person)?.act(step, now);
        if let (Some(Act::Send(ask)), Some(counts)) = (&act, self.counts(person)) {
            counts.asked += u64::from(!ask.solved);
        }
        act
    }

    /// Takes the answer to a step of a person, and puts down what the person does next.
    pub(crate) fn take(
        &mut self,
        place: usize,
        step: Step,
        told: &Told,
        now: Second,
        agenda: &mut Agenda<Due>,
    ) {
        let Some(person) = self.people.get_mut(place) else {
            return;
        };
        let (reaction, next) = person.take(step, &told.answer, now);
        for (at, step) in next {
            agenda.put(at, Due::Person(place, step));
        }
        self.count(place, told, reaction);
    }

    fn count(&mut self, person: usize, told: &Told, reaction: Reaction) {
        match &told.answer {
            Answer::Sent(_) => {
                self.add(person, |counts| counts.sent += 1);
                self.waited(person, true);
            }
            Answer::Checked(_) if reaction == Reaction::Done => {
                self.add(person, |counts| counts.verified += 1);
                // An earlier message came while the person waited for another one.
                self.waited(person, true);
            }
            Answer::Checked(_) => {}
            Answer::Challenge => {
                self.add(person, |counts| counts.challenged += 1);
                self.add_rule(person, Rule::behind(told), |counts| counts.challenged += 1);
                if reaction == Reaction::GivesUp {
                    self.refused(person, Rule::behind(told));
                }
            }
            Answer::Wait(_) | Answer::NotAllowed => {
                self.waited(person, false);
                let rule = Rule::behind(told);
                match reaction {
                    Reaction::HasOne => self.sat_out(person, rule),
                    Reaction::WaitsOut => drop(self.waits.insert(person, rule)),
                    _ => self.refused(person, rule),
                }
            }
        }
    }

    /// Counts the wait that the person sat out, if there was one, by whether it ended well.
    fn waited(&mut self, person: usize, well: bool) {
        match (self.waits.remove(&person), well) {
            (Some(rule), true) => self.sat_out(person, rule),
            (Some(rule), false) => self.refused(person, rule),
            (None, _) => {}
        }
    }

    /// Counts the waits that nothing came of.
    pub(crate) fn end(&mut self) {
        for (person, rule) in std::mem::take(&mut self.waits) {
            self.refused(person, rule);
        }
    }

    fn sat_out(&mut self, person: usize, rule: Rule) {
        self.add(person, |counts| counts.sat_out += 1);
        self.add_rule(person, rule, |counts| counts.sat_out += 1);
    }

    fn refused(&mut self, person: usize, rule: Rule) {
        self.add(person, |counts| counts.refused += 1);
        self.add_rule(person, rule, |counts| counts.refused += 1);
    }

    fn add(&mut self, person: usize, add: impl FnOnce(&mut Counts)) {
        if let Some(counts) = self.counts(person) {
            add(counts);
        }
    }

    fn add_rule(&mut self, person: usize, rule: Rule, add: impl FnOnce(&mut RuleCounts)) {
        let group = self
            .people
            .get(person)
            .map_or(0, |person| person.visit.group);
        add(self.rules.entry((rule, group)).or_default());
    }

    fn counts(&mut self, person: usize) -> Option<&mut Counts> {
        let group = self.people.get(person)?.visit.group;
        self.groups.get_mut(group)
    }
}
