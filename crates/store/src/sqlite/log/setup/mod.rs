//! Settings as rows of the table `setting`, and the version of the setup in the table `setup`.

mod guarding;
mod limit;
mod reseal;
mod value;

use countersign_core::application::AppId;
use countersign_core::channel::Channel;
use countersign_core::language::LanguageTag;
use countersign_core::phone::Country;
use countersign_core::ports::setup::{Change, Setting, SettingKey, Setup, SetupVersion};
use countersign_core::send::route::{ProviderName, RouteScope};
use countersign_core::template::{TemplateKind, TemplateScope};
use rusqlite::{Connection, Row, params};

pub(crate) use self::reseal::{reseal, seal_anew};
use self::value::{Value, json};
use super::act::ActRow;
use crate::seal::Sealer;

/// A change of the setup as it goes to the log: the version that it changes, and the row after it.
#[derive(Debug)]
pub(crate) struct SetupRow {
    seen: SetupVersion,
    change: Change,
    kind: Kind,
    key: String,
    /// The row's value; `None` where the row is deleted.
    value: Option<Value>,
    /// The change as the audit record tells it.
    act: ActRow,
}

/// The kind of a setting. Its name is stored in the row and bound into what is sealed there.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Application,
    Provider,
    Route,
    Template,
    AccessKey,
    Limit,
    TestNumber,
    Block,
    Safe,
}

impl Kind {
    const ALL: [Kind; 9] = [
        Kind::Application,
        Kind::Provider,
        Kind::Route,
        Kind::Template,
        Kind::AccessKey,
        Kind::Limit,
        Kind::TestNumber,
        Kind::Block,
        Kind::Safe,
    ];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Kind::Application => "application",
            Kind::Provider => "provider",
            Kind::Route => "route",
            Kind::Template => "template",
            Kind::AccessKey => "access_key",
            Kind::Limit => "limit",
            Kind::TestNumber => "test_number",
            Kind::Block => "block",
            Kind::Safe => "safe",
        }
    }

    const fn of(key: &SettingKey) -> Self {
        match key {
            SettingKey::Application(_) => Kind::Application,
            SettingKey::Provider(_) => Kind::Provider,
            SettingKey::Route(_) => Kind::Route,
            SettingKey::Template(..) => Kind::Template,
            SettingKey::AccessKey(_) => Kind::AccessKey,
            SettingKey::Limit(_) => Kind::Limit,
            SettingKey::TestNumber(_) => Kind::TestNumber,
            SettingKey::Block(_) => Kind::Block,
            SettingKey::Safe(_) => Kind::Safe,
        }
    }
}

/// The key of a route's scope: a list in a fixed order, as JSON.
type RouteKey = (Option<String>, Option<String>);
type TemplateKey = (
    bool,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
);

impl SetupRow {
    /// Makes the row of a change of the version `seen`, which `act` tells; `None` if its secrets cannot be sealed.
    pub(crate) fn of(
        seen: SetupVersion,
        change: Change,
        act: ActRow,
        sealer: &Sealer,
    ) -> Option<Self> {
        let name = match &change {
            Change::Put(setting) => setting.key(),
            Change::Remove(key) => key.clone(),
        };
        let (kind, key) = (Kind::of(&name), text_of(&name)?);
        let value = match &change {
            Change::Put(setting) => Some(value::write(setting, kind, &key, sealer)?),
            Change::Remove(_) => None,
        };
        Some(Self {
            seen,
            change,
            kind,
            key,
            value,
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
        let kind = self.kind.as_str();
        match &self.value {
            Some(Value { text, sealed }) => log
                .prepare_cached(
                    "INSERT OR REPLACE INTO setting (kind, key, value, sealed, version)
                     VALUES (?, ?, ?, ?, ?)",
                )?
                .execute(params![kind, self.key, text, sealed, next])?,
            None => log
                .prepare_cached("DELETE FROM setting WHERE kind = ? AND key = ?")?
                .execute(params![kind, self.key])?,
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
    let kind = Kind::ALL.into_iter().find(|known| known.as_str() == kind);
    Ok(kind.and_then(|kind| {
        let key = key_of(kind, key)?;
        value::read(key, kind, text, sealed, sealer)
    }))
}

/// Reads the version in the first column of a row.
fn version(row: &Row<'_>) -> rusqlite::Result<SetupVersion> {
    let number: i64 = row.get(0)?;
    Ok(SetupVersion::new(number.unsigned_abs()))
}

fn number(version: SetupVersion) -> i64 {
    i64::try_from(version.number()).unwrap_or(i64::MAX)
}

/// Returns the text that stands for a key in its row.
fn text_of(key: &SettingKey) -> Option<String> {
    match key {
        SettingKey::Application(id) => Some(id.as_str().to_owned()),
        SettingKey::Provider(name) => Some(name.to_string()),
        SettingKey::AccessKey(id) | SettingKey::TestNumber(id) | SettingKey::Safe(id) => {
            Some(id.clone())
        }
        SettingKey::Limit(name) => Some(name.clone()),
        SettingKey::Block(area) => guarding::text_of(area),
        SettingKey::Route(scope) => {
            let key: RouteKey = (
                scope.app.as_ref().map(|app| app.as_str().to_owned()),
                scope.country.as_ref().map(ToString::to_string),
            );
            json(&key)
        }
        SettingKey::Template(scope, kind) => {
            let key: TemplateKey = (
                *kind == TemplateKind::Vendor,
                scope.app.as_ref().map(|app| app.as_str().to_owned()),
                scope.channel.map(|channel| channel.as_str().to_owned()),
                scope.provider.as_ref().map(ToString::to_string),
                scope
                    .language
                    .as_ref()
                    .map(|language| language.as_str().to_owned()),
            );
            json(&key)
        }
    }
}

/// Reads the key from the text of [`text_of`]; `None` for any other text.
fn key_of(kind: Kind, text: &str) -> Option<SettingKey> {
    Some(match kind {
        Kind::Application => SettingKey::Application(AppId::parse(text).ok()?),
        Kind::Provider => SettingKey::Provider(ProviderName::parse(text).ok()?),
        Kind::AccessKey => SettingKey::AccessKey(text.to_owned()),
        Kind::Limit => SettingKey::Limit(text.to_owned()),
        Kind::TestNumber => SettingKey::TestNumber(text.to_owned()),
        Kind::Safe => SettingKey::Safe(text.to_owned()),
        Kind::Block => SettingKey::Block(guarding::area_of(text)?),
        Kind::Route => {
            let (app, country): RouteKey = serde_json::from_str(text).ok()?;
            SettingKey::Route(RouteScope {
                app: parsed(app, |app| AppId::parse(app).ok())?,
                country: parsed(country, Country::parse)?,
            })
        }
        Kind::Template => {
            let (is_vendor, app, channel, provider, language): TemplateKey =
                serde_json::from_str(text).ok()?;
            let scope = TemplateScope {
                app: parsed(app, |app| AppId::parse(app).ok())?,
                channel: parsed(channel, Channel::parse)?,
                provider: parsed(provider, |name| ProviderName::parse(name).ok())?,
                language: parsed(language, LanguageTag::parse)?,
            };
            let kind = if is_vendor {
                TemplateKind::Vendor
            } else {
                TemplateKind::Text
            };
            SettingKey::Template(scope, kind)
        }
    })
}

/// Parses an optional part; `None` when it is present and cannot be parsed.
fn parsed<T>(part: Option<String>, parse: impl FnOnce(&str) -> Option<T>) -> Option<Option<T>> {
    match part {
        None => Some(None),
        Some(part) => parse(&part).map(Some),
    }
}

#[cfg(test)]
mod tests {
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
