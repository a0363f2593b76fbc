//! Applications, all of them in memory: there are few and every request asks for one.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use countersign_core::application::{AppId, AppName, Application, Origin};
use countersign_core::time::Timestamp;
use rusqlite::Connection;

/// The applications of one store.
pub(super) struct Applications(RwLock<BTreeMap<AppId, Known>>);

/// An application, and what is kept of its secret.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) application: Application,
    pub(super) secret_mac: [u8; 32],
}

impl Applications {
    pub(super) fn read(log: &Connection) -> rusqlite::Result<Self> {
        let mut select =
            log.prepare("SELECT id, name, secret_mac, created_at, origins FROM application")?;
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
                created_at,
            };
            let secret_mac = row.get("secret_mac")?;
            all.insert(
                id,
                Known {
                    application,
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
            .map(|known| known.application.clone())
            .collect()
    }

    pub(super) fn add(&self, known: Known) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        all.insert(known.application.id.clone(), known);
    }
}

pub(super) fn origins_to_json(origins: &[Origin]) -> String {
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
