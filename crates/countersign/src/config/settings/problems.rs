//! All problems of settings at once, for an operator who asks what is wrong. A start names the first.

use toml::{Table, Value};

use super::layers::{self, Layers};
use super::{Purpose, Settings};

/// Settings without those that are refused.
#[derive(Debug)]
pub struct Judged {
    /// What holds where each setting at fault is left out.
    pub settings: Settings,
    /// The number of settings that the layers change.
    pub count: usize,
    /// A sentence for each setting at fault.
    pub problems: Vec<String>,
}

/// The sections whose settings make sense together only.
const WHOLE: [&str; 2] = ["keys", "challenge"];

/// The sections in which a setting is a value at any depth. Elsewhere everything below `section.key` is one setting.
const DEEP: [&str; 2] = ["codes", "applications"];

impl Settings {
    /// Judges each setting that these layers change by itself, and then all that are good together.
    ///
    /// # Errors
    /// When not even the defaults can be read, which no operator can cause.
    pub fn judged(layers: &Layers, purpose: Purpose) -> anyhow::Result<Judged> {
        let leaves: Vec<_> = layers.changes().flat_map(leaves).collect();
        let (mut good, mut problems) = (layers::defaults(purpose), Vec::new());
        for leaf in &leaves {
            let mut alone = layers::defaults(purpose);
            layers::merge(&mut alone, leaf.clone());
            match Self::read(alone, purpose) {
                Ok(_) => layers::merge(&mut good, leaf.clone()),
                Err(problem) => problems.push(format!("{problem:#}")),
            }
        }
        let settings = match Self::read(good, purpose) {
            Ok(settings) => settings,
            Err(problem) => {
                problems.push(format!("{problem:#}"));
                Self::read(layers::defaults(purpose), purpose)?
            }
        };
        if let Err(problem) = settings.server.agree() {
            problems.push(format!("server: {problem:#}"));
        }
        problems.dedup();
        Ok(Judged {
            settings: settings.beside(layers),
            count: leaves.len(),
            problems,
        })
    }
}

/// Each setting of a layer, as a table that has no other.
fn leaves(layer: &Table) -> Vec<Table> {
    let sections = layer.iter();
    sections
        .flat_map(|(name, value)| {
            let most = match name.as_str() {
                name if WHOLE.contains(&name) => 0,
                name if DEEP.contains(&name) => usize::MAX,
                _ => 1,
            };
            let values = split(value, most).into_iter();
            values.map(move |value| Table::from_iter([(name.clone(), value)]))
        })
        .collect()
}

/// Each setting in `value`, wrapped in the tables that lead to it: at most `most` of them.
fn split(value: &Value, most: usize) -> Vec<Value> {
    match value {
        Value::Table(table) if most > 0 && !table.is_empty() => {
            let entries = table.iter();
            entries
                .flat_map(|(key, value)| {
                    let inner = split(value, most - 1).into_iter();
                    inner.map(move |value| Value::Table(Table::from_iter([(key.clone(), value)])))
                })
                .collect()
        }
        Value::Array(entries)
            if most > 0 && !entries.is_empty() && entries.iter().all(Value::is_table) =>
        {
            let alone = entries.iter();
            alone
                .map(|entry| Value::Array(vec![entry.clone()]))
                .collect()
        }
        value => vec![value.clone()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_setting_at_fault_is_named_and_the_others_hold() {
        let layers = Layers::of_text(
            "[server]\nlisen = \"127.0.0.1:1\"\nidle_seconds = 2\ndocs = true\n[codes]\nlife_seconds = 601\n\
             digits = 7\n[[limits]]\nname = \"day\"\nwindow_seconds = 0\nmax = 1\n",
        );
        let judged = Settings::judged(&layers.unwrap(), Purpose::Production).unwrap();
        assert_eq!(
            judged.problems,
            [
                "codes: a code lives 60 to 600 seconds, not 601",
                "limits: a window has 1 millisecond to 31 days",
                "server: a connection may idle for 5 to 3600 seconds, not 2",
                "there is no setting server.lisen: the nearest is server.listen",
            ]
        );
        assert_eq!(judged.count, 6);
    }

    #[test]
    fn settings_without_a_problem_hold_as_a_start_reads_them() {
        let text = "[server]\ndocs = true\n[codes.channels.login]\ntries = 4\n[applications.shop.codes]\ndigits = 8\n\
                    [keys]\nindex_file = \"a\"\nseal_file = \"b\"\npasscode_file = \"c\"\n";
        let layers = Layers::of_text(text).unwrap();
        let judged = Settings::judged(&layers, Purpose::Production).unwrap();
        assert!(judged.problems.is_empty() && judged.settings.server.docs);
        let read = Settings::of(&layers, Purpose::Production).unwrap();
        assert_eq!(judged.settings.codes, read.codes);
    }
}
