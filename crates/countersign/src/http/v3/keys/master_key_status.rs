//! The generations of master keys as the API shows them.

use countersign_api::{KeyGenerationDto, MasterKeyStatus, NeededForDto};
use countersign_store::{GenerationStatus, NeededFor};
use serde_json::{Value, json};

pub(super) fn of(generations: Vec<GenerationStatus>) -> MasterKeyStatus {
    let generations = generations.into_iter().map(|generation| KeyGenerationDto {
        number: generation.number,
        since: generation.since.to_string(),
        needed_for: generation.needed_for.map(needed_for),
    });
    MasterKeyStatus {
        generations: generations.collect(),
    }
}

fn needed_for(needed_for: NeededFor) -> NeededForDto {
    let applications = needed_for.applications.iter();
    NeededForDto {
        windows_until: needed_for.windows_until.to_string(),
        messages_to_seal: needed_for.messages,
        unlocks_to_seal: needed_for.unlocks,
        index_to_make: needed_for.index,
        applications: applications.map(|id| id.as_str().to_owned()).collect(),
    }
}

/// Returns an answer with a generation in use and one before.
pub(super) fn example() -> Value {
    json!({"generations": [
        {"number": 2, "since": "2026-11-21T20:00:00.000Z"},
        {"number": 1, "since": "2026-01-02T09:30:00.000Z", "neededFor": {
            "windowsUntil": "2026-12-22T20:11:00.000Z", "messagesToSeal": 0, "unlocksToSeal": false,
            "indexToMake": false, "applications": ["shop"],
        }},
    ]})
}
