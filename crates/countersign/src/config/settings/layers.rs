//! The layers that settings come from, and what they make together.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use serde::de::DeserializeOwned;
use toml::{Table, Value};

use super::{Purpose, limits};

/// Every setting with its default, and what it means.
pub(super) const DEFAULTS: &str = include_str!("../../../../../countersign.default.toml");

/// The beginning of the names of variables that hold settings: `COUNTERSIGN_SERVER__LISTEN` is `server.listen`.
const PREFIX: &str = "COUNTERSIGN_";

/// The variable whose name has no section, since tools that make databases set it under such a name.
const DATABASE_URL: &str = "COUNTERSIGN_DATABASE_URL";

/// The settings that hold a secret, or a URL that may hold a password.
const SECRETS: [(&str, &str); 10] = [
    ("store", "database_url"),
    ("store", "replica_url"),
    ("providers", "proxy"),
    ("challenge", "secret"),
    ("keys", "index"),
    ("keys", "seal"),
    ("keys", "passcode"),
    ("keys", "previous_index"),
    ("keys", "previous_seal"),
    ("keys", "previous_passcode"),
];

/// The sections whose secrets a settings file may not hold.
const APART: [&str; 2] = ["keys", "challenge"];

/// A settings file, and the environment.
#[derive(Debug, Default)]
pub struct Layers {
    /// The file, for messages about it.
    path: Option<PathBuf>,
    file: Table,
    environment: Table,
    flags: Table,
}

impl Layers {
    /// Reads the file at `path`, if there is one, and the environment of the process.
    ///
    /// # Errors
    /// When the file cannot be read, or is no TOML.
    pub fn of(path: Option<&Path>) -> anyhow::Result<Self> {
        let file = match path {
            Some(path) => read(path)
                .and_then(without_keys)
                .with_context(|| format!("the settings file {}", path.display()))?,
            None => Table::new(),
        };
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Ok(Self {
            path: path.map(Path::to_owned),
            file,
            environment: environment(variables),
            flags: Table::new(),
        })
    }

    /// The settings in this text, over the defaults.
    #[cfg(test)]
    pub(super) fn of_text(text: &str) -> anyhow::Result<Self> {
        Ok(Self {
            file: toml::from_str(text)?,
            ..Self::default()
        })
    }

    /// The folder of the file, if there is one.
    pub(super) fn folder(&self) -> Option<&Path> {
        self.path.as_deref()?.parent()
    }

    /// Adds the setting of a flag of the command, which goes before all others: `key` within `section`.
    #[must_use]
    pub fn with_flag(mut self, section: &str, key: &str, value: Option<String>) -> Self {
        if let Some(value) = value {
            put(
                &mut self.flags,
                &[section.to_owned(), key.to_owned()],
                Value::String(value),
            );
        }
        self
    }

    /// The defaults, with what each layer changes, as a settings file: secrets are dotted.
    ///
    /// # Errors
    /// When TOML cannot say it.
    pub fn dump(&self) -> anyhow::Result<String> {
        let mut merged = self.merged(Purpose::Production);
        for (section, key) in SECRETS {
            if let Some(Value::Table(section)) = merged.get_mut(section)
                && let Some(secret) = section.get_mut(key)
            {
                *secret = Value::String("••••".to_owned());
            }
        }
        Ok(toml::to_string(&merged)?)
    }

    /// The defaults, with what each layer changes.
    pub(super) fn merged(&self, purpose: Purpose) -> Table {
        let mut merged = defaults(purpose);
        for layer in self.changes() {
            merge(&mut merged, layer.clone());
        }
        merged
    }

    /// What each layer changes, the strongest last.
    pub(super) fn changes(&self) -> impl Iterator<Item = &Table> {
        [&self.file, &self.environment, &self.flags].into_iter()
    }
}

impl fmt::Display for Layers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => write!(f, "the settings (file {})", path.display()),
            None => f.write_str("the settings"),
        }
    }
}

fn read(path: &Path) -> anyhow::Result<Table> {
    let text = fs::read_to_string(path)?;
    toml::from_str(&text).map_err(|error| anyhow!("{}: {}", place(&text, &error), error.message()))
}

/// Refuses a settings file that holds a key itself: others may read it.
fn without_keys(file: Table) -> anyhow::Result<Table> {
    let held = |(section, key): &&(&str, &str)| {
        let table = file.get(*section).and_then(Value::as_table);
        APART.contains(section) && table.is_some_and(|table| table.contains_key(*key))
    };
    match SECRETS.iter().find(held) {
        None => Ok(file),
        Some((section, key)) => bail!(
            "{section}.{key} may not be in a settings file: name a file with {section}.{key}_file, or set {PREFIX}{}__{}",
            section.to_uppercase(),
            key.to_uppercase()
        ),
    }
}

/// Returns the line of an error and the key on it. The value may be a secret.
fn place(text: &str, error: &toml::de::Error) -> String {
    let start = error.span().map_or(0, |span| span.start);
    let before = text.get(..start).unwrap_or_default();
    let number = before.matches('\n').count();
    let line = text.lines().nth(number).unwrap_or_default();
    match line.split_once('=') {
        Some((key, _)) => format!("line {}, {}", number + 1, key.trim()),
        None => format!("line {}", number + 1),
    }
}

/// The settings in variables. A name without `__` is another program's, such as those that Kubernetes sets for a service
/// of this name.
fn environment(variables: impl Iterator<Item = (String, String)>) -> Table {
    let mut table = Table::new();
    for (name, value) in variables {
        let path = match name.strip_prefix(PREFIX) {
            _ if name == DATABASE_URL => vec!["store".to_owned(), "database_url".to_owned()],
            Some(rest) if rest.contains("__") => {
                rest.to_lowercase().split("__").map(str::to_owned).collect()
            }
            _ => continue,
        };
        let value = match path.first().map(String::as_str) {
            // The digits of a key may look like a number.
            Some(section) if APART.contains(&section) => Value::String(value),
            _ => value_of(value),
        };
        put(&mut table, &path, value);
    }
    table
}

/// The value of a variable: a number, a truth value, an array or a table as TOML writes it, or else the text itself.
fn value_of(text: String) -> Value {
    let written = toml::from_str::<Table>(&format!("v = {text}")).ok();
    let value = written.and_then(|mut table| table.remove("v"));
    match value {
        Some(value) if !matches!(value, Value::String(_) | Value::Datetime(_)) => value,
        _ => Value::String(text),
    }
}

fn put(table: &mut Table, path: &[String], value: Value) {
    let Some((key, rest)) = path.split_first() else {
        return;
    };
    if rest.is_empty() {
        table.insert(key.clone(), value);
        return;
    }
    let inner = table
        .entry(key.clone())
        .or_insert_with(|| Value::Table(Table::new()));
    if let Value::Table(inner) = inner {
        put(inner, rest, value);
    }
}

/// Every setting as it is where no layer changes it.
pub(super) fn defaults(purpose: Purpose) -> Table {
    let mut defaults = toml::from_str(DEFAULTS).unwrap_or_default();
    if purpose == Purpose::Development {
        limits::let_monitor(&mut defaults);
    }
    defaults
}

/// Changes what `over` names. An entry of a list of tables replaces the one with its `name`, or comes after them all.
pub(super) fn merge(table: &mut Table, over: Table) {
    for (key, value) in over {
        match (table.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(over)) => merge(below, over),
            (Some(Value::Array(below)), Value::Array(over)) if names(&over) => {
                for entry in over {
                    below.retain(|known| known.get("name") != entry.get("name"));
                    below.push(entry);
                }
            }
            (_, value) => {
                table.insert(key, value);
            }
        }
    }
}

fn names(entries: &[Value]) -> bool {
    entries.iter().all(|entry| entry.get("name").is_some())
}

/// Reads a table as a `T`.
///
/// # Errors
/// A sentence that names the setting, and for one that does not exist the nearest that does.
pub(super) fn typed<T: DeserializeOwned>(table: Table) -> anyhow::Result<T> {
    serde_path_to_error::deserialize(table).map_err(|error| {
        let (at, message) = (error.path().to_string(), error.inner().message().to_owned());
        unknown(&at, &message).unwrap_or_else(|| anyhow!("{at}: {message}"))
    })
}

/// The sentence about a setting that does not exist, made of the library's list of those that do.
fn unknown(at: &str, message: &str) -> Option<anyhow::Error> {
    let (asked, known) = message.strip_prefix("unknown field `")?.split_once('`')?;
    let known = known.split('`').skip(1).step_by(2);
    let section = at.strip_suffix(asked).unwrap_or(at);
    let nearest = known.max_by(|one, other| {
        strsim::jaro_winkler(asked, one).total_cmp(&strsim::jaro_winkler(asked, other))
    });
    Some(match nearest {
        Some(nearest) => {
            anyhow!("there is no setting {section}{asked}: the nearest is {section}{nearest}")
        }
        None => anyhow!("there is no setting {section}{asked}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Table {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn a_layer_changes_what_it_names() {
        let mut merged =
            table("a = 1\n[b]\nc = 1\nd = 1\n[[e]]\nname = \"x\"\nn = 1\n[[e]]\nname = \"y\"");
        merge(
            &mut merged,
            table("[b]\nc = 2\n[[e]]\nname = \"x\"\nn = 2\n[[e]]\nname = \"z\""),
        );
        let expected = "a = 1\n[b]\nc = 2\nd = 1\n[[e]]\nname = \"y\"\n[[e]]\nname = \"x\"\nn = 2\n[[e]]\nname = \"z\"";
        assert_eq!(merged, table(expected));
    }

    #[test]
    fn variables_of_the_environment_are_settings() {
        let variables = [
            ("COUNTERSIGN_SERVER__LISTEN", "127.0.0.1:8480"),
            ("COUNTERSIGN_SERVER__TRUSTED_PROXIES", "[\"10.0.0.0/8\"]"),
            ("COUNTERSIGN_SERVER__DOCS", "true"),
            ("COUNTERSIGN_CODES__CHANNELS__LOGIN__TRIES", "4"),
            ("COUNTERSIGN_DATABASE_URL", "postgres://db/countersign"),
            ("COUNTERSIGN_SERVICE_HOST", "10.0.0.1"),
            ("COUNTERSIGN_KEYS__FILE", "2026-11-26"),
            ("PATH", "/bin"),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let expected = "[server]\nlisten = \"127.0.0.1:8480\"\ntrusted_proxies = [\"10.0.0.0/8\"]\ndocs = true\n\
            [codes.channels.login]\ntries = 4\n[store]\ndatabase_url = \"postgres://db/countersign\"\n\
            [keys]\nfile = \"2026-11-26\"";
        assert_eq!(environment(variables.into_iter()), table(expected));
    }
}
