//! The run of a simulation: takes what is due from the agenda, performs it on the stage, and puts down what follows.

use crate::SimulationError;
use crate::agenda::Agenda;
use crate::attacker::Attacker;
use crate::crowd::Crowd;
use crate::stage::{Stage, Told};
use crate::traffic::people::Step;
use crate::traffic::{Act, Second};

/// Something that is due.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Due {
    /// A step of a person, by the person's place in the crowd.
    Person(usize, Step),
    /// A send of the attacker, by its place in the attack.
    Attack(usize),
    /// The send again, with the solution of the challenge that it met.
    Solution(usize),
    /// The code of that send, which the attacker enters.
    Entry(usize),
}

/// The number of acts that are performed at once, as concurrent requests of a service are.
const AT_ONCE: usize = 256;

/// Performs everything that `crowd` and `attacker` do, until nobody does anything more. Time stands still while acts of the
/// same second are performed.
///
/// # Errors
/// [`SimulationError`] when the stage fails.
pub(crate) async fn run(
    stage: &Stage,
    crowd: &mut Crowd,
    attacker: &mut Attacker,
) -> Result<(), SimulationError> {
    let mut agenda = Agenda::default();
    crowd.begin(&mut agenda);
    attacker.begin(&mut agenda);
    while let Some((now, due)) = agenda.next() {
        stage.turn_to(now);
        for due in due.chunks(AT_ONCE) {
            for (due, told) in perform(stage, crowd, attacker, due, now).await? {
                take(due, &told, now, crowd, attacker, &mut agenda);
            }
        }
    }
    crowd.end();
    Ok(())
}

async fn perform(
    stage: &Stage,
    crowd: &mut Crowd,
    attacker: &Attacker,
    due: &[Due],
    now: Second,
) -> Result<Vec<(Due, Told)>, SimulationError> {
    let act = |due: &Due| -> Option<(Due, Act)> {
        let act = match *due {
            Due::Person(person, step) => crowd.act(person, step, now),
            Due::Attack(place) => attacker.send(place, false),
            Due::Solution(place) => attacker.send(place, true),
            Due::Entry(place) => attacker.entry(place),
        };
        Some((*due, act?))
    };
    let (due, acts): (Vec<_>, Vec<_>) = due.iter().filter_map(act).unzip();
    let told = stage.perform(&acts).await?;
    Ok(due.into_iter().zip(told).collect())
}

fn take(
    due: Due,
    told: &Told,
    now: Second,
    crowd: &mut Crowd,
    attacker: &mut Attacker,
    agenda: &mut Agenda<Due>,
) {
    match due {
        Due::Person(person, step) => crowd.take(person, step, told, now, agenda),
        Due::Attack(place) | Due::Solution(place) => attacker.take(place, told, now, agenda),
        Due::Entry(_) => {}
    }
}
