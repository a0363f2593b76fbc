//! Applications, all of them in memory: there are few and every request asks for one.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use countersign_core::application::{AppId, AppName, Application, Origin};
use countersign_core::autofill::{AndroidAppHash, WebHost};
use countersign_core::time::Timestamp;
use rusqlite::{Connection, params};

/// The applications of one store.
pub(super) struct Applications(RwLock<BTreeMap<AppId, Known>>);

/// An application, and what is kept of its secret.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) application: Arc<Application>,
    pub(super) secret_mac: [u8; 32],
}

impl Applications {
    pub(super) fn read(log: &Connection) -> rusqlite::Result<Self> {
        let mut select = log.prepare(
            "SELECT id, name, secret_mac, created_at, origins, web_host, android_app_hash
             FROM application",
        )?;
        let mut rows = select.query([])?;
        let mut all = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let id = AppId::parse(row.get_ref("id")?.as_str()?);
            let name = AppName::parse(row.get_ref("name")?.as_str()?);
            let (Ok(id), Ok(name)) = (id, name) else {
                tracing::error!("an application in the database cannot be read");
                continue;
            };
            let created_at = Timestamp::from_millis(row.get("created_at")?);
            let application = Application {
                id: id.clone(),
                name,
                origins: origins_from_json(row.get_ref("origins")?.as_str()?),
                web_host: row
                    .get_ref("web_host")?
                    .as_str_or_null()?
                    .and_then(|host| WebHost::parse(host).ok()),
                android_app_hash: row
                    .get_ref("android_app_hash")?
                    .as_str_or_null()?
                    .and_then(|hash| AndroidAppHash::parse(hash).ok()),
                created_at,
            };
            let secret_mac = row.get("secret_mac")?;
            all.insert(
                id,
                Known {
                    application: Arc::new(application),
                    secret_mac,
                },
            );
        }
        Ok(Self(RwLock::new(all)))
    }

    pub(super) fn get(&self, id: &AppId) -> Option<Known> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .cloned()
    }

    pub(super) fn all(&self) -> Vec<Application> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.values()
            .map(|known| Application::clone(&known.application))
            .collect()
    }

    /// Adds it, or puts it in place of the one with its id.
    pub(super) fn add(&self, known: Known) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        all.insert(known.application.id.clone(), known);
    }
}

impl Known {
    /// Writes it as a new one, or over itself: never over one with another secret.
    pub(super) fn write(&self, log: &Connection) -> rusqlite::Result<()> {
        let app = &self.application;
        let written = log
            .prepare_cached(
                "INSERT INTO application
                 (id, name, secret_mac, created_at, origins, web_host, android_app_hash)
                 VALUES (?, ?, ?, ?, ?, ?, ?)
                 ON CONFLICT (id) DO UPDATE SET
                 name = excluded.name, origins = excluded.origins,
                 web_host = excluded.web_host, android_app_hash = excluded.android_app_hash
                 WHERE secret_mac = excluded.secret_mac",
            )?
            .execute(params![
                app.id.as_str(),
                app.name.as_str(),
                self.secret_mac,
                app.created_at.as_millis(),
                origins_to_json(&app.origins),
                app.web_host.as_ref().map(WebHost::as_str),
                app.android_app_hash.as_ref().map(AndroidAppHash::as_str),
            ])?;
        if written == 1 {
            Ok(())
        } else {
            Err(rusqlite::Error::StatementChangedRows(written))
        }
    }
}

fn origins_to_json(origins: &[Origin]) -> String {
    let texts: Vec<_> = origins.iter().map(Origin::as_str).collect();
    serde_json::to_string(&texts).unwrap_or_default()
}

fn origins_from_json(json: &str) -> Vec<Origin> {
    let texts: Vec<String> = serde_json::from_str(json).unwrap_or_default();
    texts
        .iter()
        .filter_map(|text| Origin::parse(text).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_application_is_written_over_itself_and_over_no_other() {
        let mut log = Connection::open_in_memory().unwrap();
        super::super::open::migrations()
            .to_latest(&mut log)
            .unwrap();
        let known = |name: &str, secret: u8| Known {
            application: Arc::new(Application {
                id: AppId::parse("shop").unwrap(),
                name: AppName::parse(name).unwrap(),
                origins: vec![],
                web_host: None,
                android_app_hash: None,
                created_at: Timestamp::from_millis(1),
            }),
            secret_mac: [secret; 32],
        };
        let name = |log: &Connection| {
            let all = Applications::read(log).unwrap().all();
            all[0].name.as_str().to_owned()
        };
        known("Shop", 1).write(&log).unwrap();
        known("Store", 1).write(&log).unwrap();
        assert_eq!(name(&log), "Store");
        assert!(known("Thief", 2).write(&log).is_err());
        assert_eq!(name(&log), "Store");
    }
}
