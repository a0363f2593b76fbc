//! The kinds of vendor accounts, as `countersign provider add --help` lists them.

use std::fmt::Write as _;

use countersign_providers::kind::{Field, Kind};
use countersign_providers::kinds::KINDS;

/// All kinds with their fields: a star for a required one, and the vendor's own name for a field with the page to
/// find it on.
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
        if let Some(term) = field.at_vendor {
            let indent = "";
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
            }
        }
    }
}
