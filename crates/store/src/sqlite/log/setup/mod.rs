//! Settings as rows of the table `setting`, and the version of the setup in the table `setup`.

mod reseal;

use countersign_core::ports::setup::{Change, Setting, Setup, SetupVersion};
use rusqlite::{Connection, Row, params};

pub(crate) use self::reseal::{SEALS, reseal, seal_anew};
use super::act::ActRow;
use crate::seal::Sealer;
use crate::setup_at_rest::{self, SettingRow, Value};

/// A change of the setup as it goes to the log: the version that it changes, and the row after it.
#[derive(Debug)]
pub(crate) struct SetupRow {
    seen: SetupVersion,
    change: Change,
    row: SettingRow,
    /// The change as the audit record tells it.
    act: ActRow,
}

impl SetupRow {
    /// Makes the row of a change of the version `seen`, which `act` tells; `None` if its secrets cannot be sealed.
    pub(crate) fn of(
        seen: SetupVersion,
        change: Change,
        act: ActRow,
        sealer: &Sealer,
    ) -> Option<Self> {
        let row = SettingRow::after(&change, sealer)?;
        Some(Self {
            seen,
            change,
            row,
            act,
        })
    }

    /// Returns the version of the setup that the row makes.
    pub(crate) fn version(&self) -> i64 {
        number(self.seen.next())
    }

    /// Returns the change that the row makes.
    pub(crate) fn change(&self) -> &Change {
        &self.change
    }

    /// Writes the row, the act and the next version of the setup.
    ///
    /// # Errors
    /// `StatementChangedRows` when the setup's version is not the one that this change was judged by.
    pub(crate) fn write(&self, log: &Connection) -> rusqlite::Result<()> {
        let next = self.version();
        let advanced = log
            .prepare_cached("UPDATE setup SET version = ? WHERE version = ?")?
            .execute([next, number(self.seen)])?;
        if advanced != 1 {
            return Err(rusqlite::Error::StatementChangedRows(advanced));
        }
        let SettingRow { kind, key, value } = &self.row;
        match value {
            Some(Value { text, sealed }) => log
                .prepare_cached(
                    "INSERT OR REPLACE INTO setting (kind, key, value, sealed, version)
                     VALUES (?, ?, ?, ?, ?)",
                )?
                .execute(params![kind, key, text, sealed, next])?,
            None => log
                .prepare_cached("DELETE FROM setting WHERE kind = ? AND key = ?")?
                .execute(params![kind, key])?,
        };
        self.act.append(log)
    }
}

/// Reads the setup from its rows. A row that cannot be read is logged and left out.
pub(crate) fn read(log: &Connection, sealer: &Sealer) -> rusqlite::Result<Setup> {
    let mut setup = Setup {
        version: log.query_row("SELECT version FROM setup", [], version)?,
        ..Setup::default()
    };
    let mut select = log.prepare("SELECT version, kind, key, value, sealed FROM setting")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let kind = row.get_ref("kind")?.as_str()?;
        match setting(kind, row, sealer)? {
            Some(setting) => setup.put(version(row)?, setting),
            None => tracing::error!(kind, "a setting in the database cannot be read"),
        }
    }
    Ok(setup)
}

fn setting(kind: &str, row: &Row<'_>, sealer: &Sealer) -> rusqlite::Result<Option<Setting>> {
    let (key, text) = (
        row.get_ref("key")?.as_str()?,
        row.get_ref("value")?.as_str()?,
    );
    let sealed = row.get_ref("sealed")?.as_blob_or_null()?;
    Ok(setup_at_rest::read(kind, key, text, sealed, sealer))
}

/// Reads the version in the first column of a row.
fn version(row: &Row<'_>) -> rusqlite::Result<SetupVersion> {
    let number: i64 = row.get(0)?;
    Ok(SetupVersion::new(number.unsigned_abs()))
}

fn number(version: SetupVersion) -> i64 {
    i64::try_from(version.number()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use countersign_core::application::AppId;
    use countersign_core::ports::setup::SecretMac;

    use super::*;
    use crate::seal::StoreKeys;
    use crate::sqlite::log::schema::migrations;

    /// The schema before the setup had a version, with an application of each shape and a route.
    const BEFORE: &str = r#"
        INSERT INTO application (id, name, secret_mac, created_at, origins, web_host, android_app_hash) VALUES
        ('bare', 'Bare', X'0101010101010101010101010101010101010101010101010101010101010101', 5, '[]', NULL, NULL),
        ('shop', '示例商城', X'0202020202020202020202020202020202020202020202020202020202020202', 7,
         '["https://shop.example","http://localhost:*"]', 'shop.example', 'FA+9qCX9VSu');
        INSERT INTO setting (kind, key, value) VALUES
        ('route', '[null,"CN"]', '{"providers":[["aliyun",1]],"weighted":false,"failover_same_code":false}');
    "#;

    #[test]
    fn a_database_without_versions_keeps_its_applications_and_settings() {
        let mut log = Connection::open_in_memory().unwrap();
        migrations().to_version(&mut log, 2).unwrap();
        log.execute_batch(BEFORE).unwrap();
        migrations().to_latest(&mut log).unwrap();
        let keys = StoreKeys {
            index: [1; 32],
            seal: [2; 32],
        };
        let setup = read(&log, &Sealer::new(&keys).unwrap()).unwrap();
        assert_eq!(setup.version.number(), 1);
        let app = |id: &str| setup.applications.get(&AppId::parse(id).unwrap()).unwrap();
        let (bare, shop) = (app("bare"), app("shop"));
        assert_eq!(bare.version.number(), 1);
        assert_eq!(bare.secret, SecretMac::from_bytes([1; 32]));
        assert_eq!(bare.application.web_host, None);
        assert_eq!(bare.application.created_at.as_millis(), 5);
        assert_eq!(shop.secret, SecretMac::from_bytes([2; 32]));
        assert_eq!(shop.application.name.as_str(), "示例商城");
        let origins = shop
            .application
            .origins
            .iter()
            .map(|origin| origin.as_str());
        let expected = ["https://shop.example", "http://localhost:*"];
        assert!(origins.eq(expected));
        let host = shop.application.web_host.as_ref().unwrap();
        assert_eq!(host.as_str(), "shop.example");
        let hash = shop.application.android_app_hash.as_ref().unwrap();
        assert_eq!(hash.as_str(), "FA+9qCX9VSu");
        assert_eq!(setup.routes.len(), 1);
    }
}
