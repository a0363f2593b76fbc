//! The database: its keys, its mark and its pages.

use std::fs;
use std::path::Path;

use countersign_core::time::Timestamp;
use countersign_store::{Inspected, Inspection, inspect};

use super::finding::Findings;
use crate::cli::place::Deployment;
use crate::cli::sentence::sentence;
use crate::config::keys::{Keys, KeysError};
use crate::master_keys::PASSCODE;

const CHECK: &str = "database";

/// The name of the database in its folder.
const FILE: &str = "countersign.db";

/// The size of the database in `data`, in bytes; 0 where there is none.
pub(super) fn size(data: &Path) -> u64 {
    fs::metadata(data.join(FILE)).map_or(0, |file| file.len())
}

/// The database, where it can be used.
pub(super) async fn check(
    deployment: &Deployment,
    keys: &Keys,
    findings: &mut Findings,
) -> Option<Box<Inspection>> {
    let data = &deployment.kept.data;
    let check_values = keys.passcodes().check_values();
    let database = deployment.settings.store.database.clone();
    let beside: &[(&str, &[[u8; 16]])] = &[(PASSCODE, &check_values)];
    match inspect(data, database, &keys.store(), beside).await {
        Ok(Inspected::Nothing) => {
            findings.warning(CHECK, "there is none yet: the first start makes it");
            None
        }
        Ok(Inspected::OfOlderVersion) => {
            findings.warning(
                CHECK,
                "an older version of countersign wrote it: the next start migrates it",
            );
            None
        }
        Ok(Inspected::Whole(found)) if !found.other_keys.is_empty() => {
            findings.broken(CHECK, sentence(&KeysError::OtherPasscodeKey.into()));
            Some(found)
        }
        Ok(Inspected::Whole(found)) => {
            let newest = match found.newest == Timestamp::default() {
                true => "no record yet".to_owned(),
                false => format!("newest record {}", found.newest),
            };
            findings.ok(CHECK, format!("{}; {newest}", found.says));
            Some(found)
        }
        Err(error) if error.is_of_other_keys() => {
            let kept = &deployment.kept;
            let keys = match kept.keys.file(&kept.data) {
                Some(file) => file.display().to_string(),
                None => "[keys]".to_owned(),
            };
            let says = format!(
                "it was not written with the keys in {keys}: put those back that belong to it"
            );
            findings.broken(CHECK, says);
            None
        }
        Err(error) => {
            findings.broken(CHECK, sentence(&error.into()));
            None
        }
    }
}
