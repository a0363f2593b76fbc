//! Seals of an earlier release, which do not bind the clear part of their row.

use rusqlite::{Connection, params};
use zeroize::Zeroizing;

use crate::seal::Sealer;

/// The version of the seals that this release makes and opens.
const SEALS: i64 = 2;

/// A row whose secret is to be sealed anew.
struct Row {
    kind: String,
    key: String,
    text: String,
    secret: Zeroizing<Vec<u8>>,
}

/// Seals the secrets of all settings as this release does, if an earlier release sealed them: once for a database, in
/// one transaction. A secret that does not open stays as it is, and its setting cannot be read.
pub(crate) fn reseal(log: &mut Connection, sealer: &Sealer) -> rusqlite::Result<()> {
    let change = log.transaction()?;
    let seals: i64 = change.query_row("SELECT seals FROM setup", [], |row| row.get(0))?;
    if seals >= SEALS {
        return Ok(());
    }
    for row in opened(&change, sealer)? {
        let sealed = sealer.seal_setting(&row.kind, &row.key, &row.text, &row.secret);
        let sealed = sealed.ok_or_else(unsealed)?;
        change.execute(
            "UPDATE setting SET sealed = ? WHERE kind = ? AND key = ?",
            params![sealed, row.kind, row.key],
        )?;
    }
    change.execute("UPDATE setup SET seals = ?", [SEALS])?;
    change.commit()
}

fn unsealed() -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure("a secret could not be sealed".into())
}

/// The rows with a secret that opens as an earlier release sealed it.
fn opened(log: &Connection, sealer: &Sealer) -> rusqlite::Result<Vec<Row>> {
    let mut select = log.prepare(
        "SELECT kind, key, value, sealed FROM setting WHERE kind IN ('provider', 'access_key')",
    )?;
    let mut rows = select.query([])?;
    let mut opened = Vec::new();
    while let Some(row) = rows.next()? {
        let (kind, key): (String, String) = (row.get("kind")?, row.get("key")?);
        let sealed = row.get_ref("sealed")?.as_blob_or_null()?;
        let secret = sealed.and_then(|sealed| sealer.open_setting_of_before(&kind, &key, sealed));
        if let Some(secret) = secret {
            opened.push(Row {
                text: row.get("value")?,
                kind,
                key,
                secret,
            });
        }
    }
    Ok(opened)
}
