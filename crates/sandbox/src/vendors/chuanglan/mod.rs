//! Chuanglan 253: at home by two protocols, and abroad by one.

mod fields;
pub(super) mod international;
mod templates;
mod text;

use super::desk::Role;
use crate::accounts::{self, CHUANGLAN_ACCOUNT, CHUANGLAN_PASSWORD, CHUANGLAN_TEMPLATES};
use crate::report::ReportReaction;

/// The role of the vendor at home.
pub(super) const ROLE: Role = Role {
    account: || format!("{CHUANGLAN_ACCOUNT} / {CHUANGLAN_PASSWORD}"),
    approved: || accounts::approved("any text after 【signature】", CHUANGLAN_TEMPLATES),
    desks: &[&text::Texts, &templates::Templates],
    report: text::report,
    heard,
};

/// The vendor's documents ask for the code `000000`; `111111` asks it to report once more.
fn heard(status: Option<u16>, body: &str) -> ReportReaction {
    let json: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let code = json.get("clcode").and_then(|code| code.as_str());
    let heard = ReportReaction::at(status, code == Some("000000"));
    ReportReaction {
        again: heard.again || code == Some("111111"),
        ..heard
    }
}
