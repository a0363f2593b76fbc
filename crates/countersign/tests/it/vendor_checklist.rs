//! The checklist for a new vendor in the documentation of `countersign-providers`, against what is there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use countersign_providers::kind::{Field, Kind};
use countersign_providers::kinds::KINDS;
use countersign_sandbox::Vendor;

use crate::products::Product;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(repository().join(path)).unwrap()
}

fn kinds() -> BTreeSet<&'static str> {
    KINDS.iter().map(|kind| kind.name).collect()
}

#[test]
fn each_kind_is_in_the_sandbox_and_in_the_table_of_products() {
    let played: BTreeSet<_> = Vendor::ALL.iter().map(|vendor| vendor.as_str()).collect();
    assert_eq!(played, kinds(), "crates/sandbox/src/vendor.rs");
    let products: BTreeSet<_> = Product::ALL.into_iter().map(Product::vendor).collect();
    assert_eq!(products, kinds(), "crates/countersign/tests/it/products.rs");
}

#[test]
fn each_kind_has_a_row_in_the_documentation_of_both_crates() {
    for file in ["crates/providers/src/lib.rs", "crates/sandbox/src/lib.rs"] {
        let documentation = read(file);
        for name in kinds() {
            let row = format!("//! | `{name}` |");
            assert!(documentation.contains(&row), "{file} has no {row}");
        }
    }
}

/// The row of a kind in the table of docs/providers.md.
fn documented<'a>(document: &'a str, kind: &Kind) -> &'a str {
    let start = format!("| `{}` |", kind.name);
    let row = document.lines().find(|line| line.starts_with(&start));
    row.unwrap_or_else(|| panic!("docs/providers.md has no row {start}"))
}

#[test]
fn each_kind_is_in_the_document_with_all_its_fields() {
    let document = read("docs/providers.md");
    // Said once, below the table, for all kinds that have them.
    let common =
        |field: &&Field| ["settings.endpoint", "settings.errors"].contains(&&*field.path());
    for kind in KINDS {
        let row = documented(&document, kind);
        // The table of the kind `http` leads to a section of its own.
        let place = if row.contains("see below") {
            &document
        } else {
            row
        };
        for field in kind.fields.iter().filter(|field| !common(field)) {
            let name = format!("`{}`", field.name);
            assert!(place.contains(&name), "{}: {name}", kind.name);
            let optional = row.contains(&format!("{name}?"));
            assert!(
                place != row || optional != field.required,
                "{}: {name}",
                kind.name
            );
        }
    }
}

#[test]
fn each_kind_is_in_the_conformance_run() {
    let accounts = read("conformance/providers/accounts.py");
    for name in kinds() {
        let entry = format!("kind=\"{name}\"");
        assert!(accounts.contains(&entry), "accounts.py has no {entry}");
    }
}

#[test]
fn each_file_of_the_checklist_exists() {
    let documentation = read("crates/providers/src/lib.rs");
    let (_, checklist) = documentation.split_once("# Adding a vendor").unwrap();
    let quoted = checklist.split('`').skip(1).step_by(2);
    let is_file =
        |text: &&str| text.contains('/') && !text.contains("VENDOR") && !text.contains(' ');
    let files: Vec<_> = quoted.filter(is_file).collect();
    assert!(files.len() >= 8, "{files:?}");
    for file in files {
        assert!(repository().join(file).is_file(), "{file}");
    }
}
