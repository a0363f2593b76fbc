//! Where the keys are: `[keys]`.

use std::path::PathBuf;

use anyhow::bail;
use countersign_core::secret::Secret;
use serde::Deserialize;

use crate::config::keys::{KeyPlace, KeyPlaces, KeySource};

/// `[keys]`. The keys themselves come from the environment alone.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeysSection {
    file: Option<PathBuf>,
    index_file: Option<PathBuf>,
    seal_file: Option<PathBuf>,
    passcode_file: Option<PathBuf>,
    previous_index_file: Option<PathBuf>,
    previous_seal_file: Option<PathBuf>,
    previous_passcode_file: Option<PathBuf>,
    index: Option<String>,
    seal: Option<String>,
    passcode: Option<String>,
    previous_index: Option<String>,
    previous_seal: Option<String>,
    previous_passcode: Option<String>,
}

/// The names of the three keys, and of those of before.
const NAMES: [&str; 3] = ["index", "seal", "passcode"];
const PREVIOUS: [&str; 3] = ["previous_index", "previous_seal", "previous_passcode"];

/// The three ways in which keys can come, for messages.
const WAYS: &str = "name one file with [keys] file, or three with index_file, seal_file and passcode_file, or set \
    COUNTERSIGN_KEYS__INDEX, COUNTERSIGN_KEYS__SEAL and COUNTERSIGN_KEYS__PASSCODE";

/// The places of three keys, as far as they are named.
type Places = [Option<KeyPlace>; 3];

impl KeysSection {
    /// Returns the one kind of place that the keys come from.
    ///
    /// # Errors
    /// When the section names places of two kinds, or some of three keys only.
    pub(super) fn source(self) -> anyhow::Result<KeySource> {
        let in_files = [
            [self.index_file, self.seal_file, self.passcode_file],
            [
                self.previous_index_file,
                self.previous_seal_file,
                self.previous_passcode_file,
            ],
        ];
        let in_files = in_files.map(|files| files.map(|file| file.map(KeyPlace::File)));
        let in_environment = [
            variables(NAMES, [self.index, self.seal, self.passcode]),
            variables(
                PREVIOUS,
                [
                    self.previous_index,
                    self.previous_seal,
                    self.previous_passcode,
                ],
            ),
        ];
        let names_any = |places: &[Places; 2]| places.iter().flatten().any(Option::is_some);
        match (self.file, names_any(&in_files), names_any(&in_environment)) {
            (None, false, false) => Ok(KeySource::Folder),
            (Some(file), false, false) => Ok(KeySource::File(file)),
            (None, true, false) => each(in_files),
            (None, false, true) => each(in_environment),
            _ => bail!("the keys come from two kinds of places: {WAYS}; keep one of these"),
        }
    }
}

fn variables(names: [&str; 3], values: [Option<String>; 3]) -> Places {
    let mut names = names.into_iter();
    values.map(|value| {
        let name = names.next().unwrap_or_default().to_uppercase();
        value.map(|value| KeyPlace::Variable {
            name: format!("COUNTERSIGN_KEYS__{name}"),
            value: Secret::new(value),
        })
    })
}

fn each([newest, previous]: [Places; 2]) -> anyhow::Result<KeySource> {
    let has_previous = previous.iter().any(Option::is_some);
    let previous = has_previous
        .then(|| places(PREVIOUS, previous))
        .transpose()?;
    Ok(KeySource::Each {
        newest: Box::new(places(NAMES, newest)?),
        previous: previous.map(Box::new),
    })
}

fn places(names: [&str; 3], places: Places) -> anyhow::Result<KeyPlaces> {
    let missing = names.iter().zip(&places).find(|(_, place)| place.is_none());
    match (missing.map(|(name, _)| *name), places) {
        (_, [Some(index), Some(seal), Some(passcode)]) => Ok(KeyPlaces {
            index,
            seal,
            passcode,
        }),
        (name, _) => bail!("the key {} is missing: {WAYS}", name.unwrap_or_default()),
    }
}
