//! Attacks and an ordinary day in virtual time, against the rules that a service goes by.
//!
//! The judged path is the real one: the [messenger](countersign_core::send::messenger), the
//! [checker](countersign_core::code::checker), every limit, and the embedded store. Time is virtual, so that a day passes
//! within seconds; a vendor is played, who takes every message.
//!
//! | module | content |
//! |---|---|
//! | `traffic` | people with their numbers, addresses and habits, and attackers; it knows no rule |
//! | `stage` | the parts of a service that judge, over a store of the simulation's own |
//! | `quotas` | the quotas that an operator of those applications sets |
//! | `run`, `agenda` | the order of everything that happens |
//! | `crowd`, `attacker` | what became of people's wishes, and what an attack came to |
//! | `figure` | the figures of the requirements, which the rules must meet |
//! | `report` | tables, and the same for programs |

mod agenda;
mod attacker;
mod crowd;
mod figure;
mod price;
mod quotas;
mod report;
mod rule;
mod run;
mod stage;
mod traffic;

pub use figure::Figure;
pub use report::{AttackLine, AttackReport, DayReport, GroupLine, RuleLine};
pub use stage::{Deployment, Keep};
pub use traffic::day::Scale;

use countersign_core::entropy::EntropyError;
use countersign_core::limit::InvalidSendLimits;
use countersign_core::ports::StoreError;
use countersign_core::ports::setup::ChangeError;
use countersign_core::send::messenger::SendError;
use countersign_store::ClaimError;
use countersign_store::sqlite::OpenError;

use attacker::Attacker;
use crowd::Crowd;
use stage::Stage;
use traffic::day::{Forecast, GROUPS, forecasts};
use traffic::{Dice, attackers};

/// The reason why a simulation ended early. It says nothing about the rules.
#[derive(Debug, thiserror::Error)]
pub enum SimulationError {
    /// The limits cannot be judged together.
    #[error(transparent)]
    Limits(#[from] InvalidSendLimits),
    /// The folder for the store cannot be used.
    #[error(transparent)]
    Folder(#[from] ClaimError),
    /// The store cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A send came to an end that no rule explains.
    #[error(transparent)]
    Send(#[from] SendError),
    /// The store could not answer a check.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store did not take an application.
    #[error(transparent)]
    Setup(#[from] ChangeError),
    /// There were no random bytes.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// A message was sent without its code.
    #[error("a message was sent without its code")]
    Lost,
    /// An application was not set up.
    #[error("an application was not set up")]
    NoApplication,
}

/// Lets an ordinary day pass at `deployment`. The folder of `keep` holds the store afterwards; without one, the store ends with
/// the simulation. Call this within a tokio runtime with time.
///
/// # Errors
/// [`SimulationError`] when the simulation cannot go on.
pub async fn day(
    seed: u64,
    scale: Scale,
    deployment: &Deployment,
    keep: Option<Keep>,
) -> Result<DayReport, SimulationError> {
    let (foreseen, mut crowd) = people(seed, scale);
    let stage = Stage::set(deployment, &foreseen, keep).await?;
    run::run(&stage, &mut crowd, &mut Attacker::nobody()).await?;
    Ok(DayReport::of(seed, &crowd))
}

/// Lets every attack hit `deployment`, each with an empty store. Call this within a tokio runtime with time.
///
/// # Errors
/// [`SimulationError`] when the simulation cannot go on.
pub async fn attack(seed: u64, deployment: &Deployment) -> Result<AttackReport, SimulationError> {
    let mut report = AttackReport::new(seed);
    for attack in &attackers::ATTACKS {
        let (foreseen, people) = people(seed, Scale::Tenth);
        let stage = Stage::set(deployment, &foreseen, None).await?;
        let mut attacker = Attacker::of(attack, &mut Dice::new(seed));
        let mut crowd = match attack.among_people {
            true => people,
            false => Crowd::nobody(),
        };
        run::run(&stage, &mut crowd, &mut attacker).await?;
        report.add(attack, &attacker.loot, crowd.total());
    }
    Ok(report)
}

/// Returns the people of a day, and what the operators of their applications foresee.
fn people(seed: u64, scale: Scale) -> (Vec<Forecast>, Crowd) {
    let mut dice = Dice::new(seed);
    let visits = traffic::day::visits(&mut dice, scale);
    let foreseen = forecasts(&visits);
    (foreseen, Crowd::of(visits, GROUPS.len(), &mut dice))
}
