//! Sealing the secrets of settings anew: those of an earlier release, which do not bind the clear part of their row, and
//! those of older keys.

use rusqlite::{Connection, params};
use zeroize::Zeroizing;

use crate::seal::Sealer;

/// The version of the seals that this release makes and opens.
pub(crate) const SEALS: i64 = 2;

/// A row whose secret is to be sealed anew.
struct Row {
    kind: String,
    key: String,
    text: String,
}

/// Seals the secrets of all settings as this release does, if an earlier release sealed them: once for a database, in
/// one transaction. A secret that does not open stays as it is, and its setting cannot be read.
pub(crate) fn reseal(log: &mut Connection, sealer: &Sealer) -> rusqlite::Result<()> {
    let change = log.transaction()?;
    let seals: i64 = change.query_row("SELECT seals FROM setup", [], |row| row.get(0))?;
    if seals >= SEALS {
        return Ok(());
    }
    let open =
        |row: &Row, sealed: &[u8]| sealer.open_setting_of_before(&row.kind, &row.key, sealed);
    put(&change, sealer, opened(&change, open)?)?;
    change.execute("UPDATE setup SET seals = ?", [SEALS])?;
    change.commit()
}

/// Seals the secrets of all settings with the newest keys. A secret that does not open stays as it is.
pub(crate) fn seal_anew(log: &Connection, sealer: &Sealer) -> rusqlite::Result<()> {
    let open =
        |row: &Row, sealed: &[u8]| sealer.open_setting(&row.kind, &row.key, &row.text, sealed);
    put(log, sealer, opened(log, open)?)
}

fn put(
    log: &Connection,
    sealer: &Sealer,
    rows: Vec<(Row, Zeroizing<Vec<u8>>)>,
) -> rusqlite::Result<()> {
    for (row, secret) in rows {
        let sealed = sealer.seal_setting(&row.kind, &row.key, &row.text, &secret);
        let sealed = sealed.ok_or_else(unsealed)?;
        log.execute(
            "UPDATE setting SET sealed = ? WHERE kind = ? AND key = ?",
            params![sealed, row.kind, row.key],
        )?;
    }
    Ok(())
}

fn unsealed() -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure("a secret could not be sealed".into())
}

/// Returns the rows with a secret that `open` opens.
fn opened(
    log: &Connection,
    open: impl Fn(&Row, &[u8]) -> Option<Zeroizing<Vec<u8>>>,
) -> rusqlite::Result<Vec<(Row, Zeroizing<Vec<u8>>)>> {
    let mut select = log.prepare(
        "SELECT kind, key, value, sealed FROM setting WHERE kind IN ('provider', 'access_key', 'test_number', 'safe', 'person')",
    )?;
    let mut rows = select.query([])?;
    let mut opened = Vec::new();
    while let Some(found) = rows.next()? {
        let row = Row {
            kind: found.get("kind")?,
            key: found.get("key")?,
            text: found.get("value")?,
        };
        let sealed = found.get_ref("sealed")?.as_blob_or_null()?;
        if let Some(secret) = sealed.and_then(|sealed| open(&row, sealed)) {
            opened.push((row, secret));
        }
    }
    Ok(opened)
}
