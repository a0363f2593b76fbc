//! The kinds of vendor accounts, as `countersign provider kinds` and `countersign provider add --help` list them.

use std::fmt::Write as _;

use countersign_providers::kind::{Field, Kind};
use countersign_providers::kinds::KINDS;
use serde_json::{Value, json};

/// All kinds with their fields, as a list of JSON objects. The label and the link of a field at the vendor are null for a
/// field of Countersign's own.
pub(super) fn listed() -> Vec<Value> {
    let kinds = KINDS.iter().map(|kind| {
        json!({
            "kind": kind.name,
            "about": kind.about,
            "content": kind.content,
            "fields": kind.fields.iter().map(field).collect::<Vec<_>>(),
        })
    });
    kinds.collect()
}

fn field(field: &Field) -> Value {
    json!({
        "name": field.name,
        "in": field.place.as_str(),
        "required": field.required,
        "about": field.about,
        "example": field.example,
        "label": field.at_vendor.map(|term| term.label),
        "link": field.at_vendor.map(|term| term.link),
    })
}

/// All kinds with their fields: a star for a required one, an example, and the vendor's own name for a field with the page
/// to find it on.
pub(super) fn help() -> String {
    let mut text =
        "Kinds, with what the file says for each (* required) and the vendor's own name for it:\n"
            .to_owned();
    for kind in KINDS {
        // Writing to a string does not fail.
        let _ = describe(&mut text, kind);
    }
    text + "\ndocs/guides/real-vendor.md shows how to set one up, step by step."
}

fn describe(text: &mut String, kind: &Kind) -> std::fmt::Result {
    writeln!(text, "\n  {}", kind.name)?;
    writeln!(text, "    {}:\n    {}\n", kind.about, kind.content)?;
    let paths = kind.fields.iter().map(|field| field.path().len());
    let width = paths.max().unwrap_or_default();
    for field in kind.fields {
        writeln!(text, "    {}", line(field, width))?;
        let indent = "";
        writeln!(text, "    {indent:width$}    such as {}", field.example)?;
        if let Some(term) = field.at_vendor {
            writeln!(text, "    {indent:width$}    {}, {}", term.label, term.link)?;
        }
    }
    Ok(())
}

fn line(field: &Field, width: usize) -> String {
    let star = if field.required { '*' } else { ' ' };
    format!("{:width$} {star}  {}", field.path(), field.about)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_names_every_field_of_every_kind() {
        let help = help();
        for kind in KINDS {
            let (_, rest) = help.split_once(&format!("\n  {}\n", kind.name)).unwrap();
            let section = rest
                .lines()
                .take_while(|line| line.is_empty() || line.starts_with("    "));
            let about = section.collect::<Vec<_>>().join("\n");
            for field in kind.fields {
                assert!(
                    about.contains(&field.path()),
                    "{} {}",
                    kind.name,
                    field.path()
                );
                assert!(about.contains(field.example), "{}", field.path());
            }
        }
    }
}
