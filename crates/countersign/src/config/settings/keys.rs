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
    index: Option<String>,
    seal: Option<String>,
    passcode: Option<String>,
}

/// The three ways in which keys can come, for messages.
const WAYS: &str = "name one file with [keys] file, or three with index_file, seal_file and passcode_file, or set \
    COUNTERSIGN_KEYS__INDEX, COUNTERSIGN_KEYS__SEAL and COUNTERSIGN_KEYS__PASSCODE";

impl KeysSection {
    /// Returns the one place that the keys come from.
    ///
    /// # Errors
    /// When the section names places of two kinds, or some of the three keys only.
    pub(super) fn source(self) -> anyhow::Result<KeySource> {
        let files = [self.index_file, self.seal_file, self.passcode_file];
        let values = [self.index, self.seal, self.passcode];
        let has_files = files.iter().any(Option::is_some);
        let has_values = values.iter().any(Option::is_some);
        match (self.file, has_files, has_values) {
            (None, false, false) => Ok(KeySource::Folder),
            (Some(file), false, false) => Ok(KeySource::File(file)),
            (None, true, false) => places(files.map(|file| file.map(KeyPlace::File))),
            (None, false, true) => places(variables(values)),
            _ => bail!("the keys come from two kinds of places: {WAYS}; keep one of these"),
        }
    }
}

fn variables(values: [Option<String>; 3]) -> [Option<KeyPlace>; 3] {
    let mut names = ["INDEX", "SEAL", "PASSCODE"].into_iter();
    values.map(|value| {
        let name = names.next().unwrap_or_default();
        value.map(|value| KeyPlace::Variable {
            name: format!("COUNTERSIGN_KEYS__{name}"),
            value: Secret::new(value),
        })
    })
}

fn places(places: [Option<KeyPlace>; 3]) -> anyhow::Result<KeySource> {
    let names = ["index", "seal", "passcode"];
    let missing = names.iter().zip(&places).find(|(_, place)| place.is_none());
    match (missing.map(|(name, _)| *name), places) {
        (_, [Some(index), Some(seal), Some(passcode)]) => Ok(KeySource::Each(KeyPlaces {
            index,
            seal,
            passcode,
        })),
        (name, _) => bail!("the key {} is missing: {WAYS}", name.unwrap_or_default()),
    }
}
