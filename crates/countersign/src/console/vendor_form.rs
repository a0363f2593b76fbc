//! The form of a vendor account, made from the fields that its kind states; and the account that a person sent by it.

use std::collections::BTreeMap;

use countersign_core::ports::setup::ProviderRecord;
use countersign_core::secret::Secret;
use countersign_core::send::route::ProviderName;
use countersign_providers::kind::{Field, Kind, Place};
use serde_json::{Map, Value};

use super::entry::Visit;
use super::form::{Form, SECRETS};
use super::form_page::Row;
use super::pages::providers::edit::PREVIEW;
use super::words::vendor_fields;
use crate::manage::ProviderDraft;
use crate::operator::Permission;

/// The prefix of the box that takes a secret away.
const REMOVE: &str = "remove.";

/// The fields of an account, with what the person sent or what is stored of `before`.
pub(super) fn rows(visit: &Visit, kind: &Kind, before: Option<&ProviderRecord>) -> Vec<Row> {
    let settings: Map<String, Value> = before
        .and_then(|before| serde_json::from_str(&before.settings).ok())
        .unwrap_or_default();
    let rows = kind.fields.iter().flat_map(|field| match field.place {
        Place::Settings => vec![setting(visit, kind, field, settings.get(field.name))],
        Place::Secrets => {
            let stored = before.and_then(|before| before.secrets.get(field.name));
            secret(visit, kind, field, stored)
        }
    });
    rows.collect()
}

fn setting(visit: &Visit, kind: &Kind, field: &Field, stored: Option<&Value>) -> Row {
    let stored = match stored {
        None => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(table) => serde_json::to_string_pretty(table).unwrap_or_default(),
    };
    let (label, path) = (label(visit, kind, field), field.path());
    let row = match is_table(field) {
        true => Row::lines(&path, label, &visit.form, &stored),
        false => Row::line(&path, label, &visit.form, &stored),
    };
    described(visit, kind, field, row)
}

fn secret(visit: &Visit, kind: &Kind, field: &Field, stored: Option<&Secret>) -> Vec<Row> {
    let words = &visit.words().forms;
    let path = field.path();
    let row = described(
        visit,
        kind,
        field,
        Row::secret(&path, label(visit, kind, field)),
    );
    let Some(stored) = stored else {
        return vec![row];
    };
    let end = match stored.hint() {
        end if visit.may(Permission::ManageKeys) && !end.is_empty() => format!(" (••••{end})"),
        _ => String::new(),
    };
    let hint = format!("{} {}{end}", row.hint, words.kept);
    let row = row.hint(hint).example("");
    if field.required {
        return vec![row];
    }
    let remove = format!("{} {}", words.remove_secret, label(visit, kind, field));
    let remove = Row::check(&format!("{REMOVE}{path}"), remove, &visit.form, false);
    vec![row, remove]
}

fn label(visit: &Visit, kind: &Kind, field: &Field) -> String {
    let [name, _] = vendor_fields::field(visit.language, kind, field);
    match field.required {
        true => name,
        false => format!("{name}{}", visit.words().forms.optional),
    }
}

fn described(visit: &Visit, kind: &Kind, field: &Field, row: Row) -> Row {
    let [_, hint] = vendor_fields::field(visit.language, kind, field);
    Row {
        link: field
            .at_vendor
            .map(|term| (term.link, visit.words().forms.vendor_page.to_owned())),
        ..row.hint(hint).example(field.example)
    }
}

/// Whether the values of a field are tables, which forms have as JSON.
fn is_table(field: &Field) -> bool {
    field.example.starts_with('{')
}

/// Whether a request gives an account a secret, or takes one away.
pub(super) fn has_secret(visit: &Visit) -> bool {
    let removed = format!("{REMOVE}{SECRETS}");
    let mut given = visit.form.given();
    let is_kept = visit.form.get("then") != PREVIEW;
    is_kept && given.any(|name| name.starts_with(SECRETS) || name.starts_with(&removed))
}

/// The account that the person sent, or the fields whose values are no tables.
pub(super) fn draft(
    form: &Form,
    kind: &Kind,
    name: ProviderName,
) -> Result<ProviderDraft, Vec<String>> {
    let (mut settings, mut secrets) = (Map::new(), BTreeMap::new());
    let mut wrong = Vec::new();
    for field in kind.fields {
        let path = field.path();
        let text = form.get(&path);
        match field.place {
            Place::Settings if text.is_empty() => {}
            Place::Settings => match value(field, text) {
                Some(value) => drop(settings.insert(field.name.to_owned(), value)),
                None => wrong.push(path),
            },
            Place::Secrets => {
                let is_removed = !form.get(&format!("{REMOVE}{path}")).is_empty();
                if is_removed || !text.is_empty() {
                    let secret = if is_removed { "" } else { text };
                    secrets.insert(field.name.to_owned(), Secret::new(secret.to_owned()));
                }
            }
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    Ok(ProviderDraft {
        name,
        kind: kind.name.to_owned(),
        settings: Value::Object(settings).to_string(),
        secrets,
    })
}

/// The value that a text stands for: a table, or the text itself. A body may be either.
fn value(field: &Field, text: &str) -> Option<Value> {
    if !is_table(field) {
        return Some(text.into());
    }
    let table = serde_json::from_str(text)
        .ok()
        .filter(|value: &Value| value.is_object() || value.is_array());
    match field.name {
        "body" => Some(table.unwrap_or_else(|| text.into())),
        _ => table,
    }
}
