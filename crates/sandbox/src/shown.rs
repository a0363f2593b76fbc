//! The accounts and the faults of the vendors, as a person reads them in a help text.

use crate::faults::Fault;
use crate::vendor::Vendor;
use crate::vendors::{refusal_codes, role};

/// The accounts of all vendors and what is approved for them.
#[must_use]
pub fn shown_accounts() -> String {
    let all = Vendor::ALL.iter().map(|vendor| {
        let role = role(*vendor);
        let (account, approved) = ((role.account)(), (role.approved)());
        format!("  {:28} {account}\n  {:28} {approved}", vendor.as_str(), "")
    });
    all.collect::<Vec<_>>().join("\n")
}

/// The faults, which every vendor has: the name of each, what becomes of the message, and what the caller sees.
#[must_use]
pub fn shown_faults() -> String {
    let head = format!("  {:20} {:10} CALLER SEES", "FAULT", "MESSAGE");
    let all = Fault::ALL.iter().flat_map(|fault| {
        let (name, effect) = (fault.as_str(), fault.effect().as_str());
        let line = format!("  {name:20} {effect:10} {}", fault.answer());
        std::iter::once(line).chain(codes(*fault))
    });
    let lines: Vec<_> = std::iter::once(head).chain(all).collect();
    lines.join("\n")
}

/// A line for each vendor with its codes for a fault that is a refusal, and none for others.
fn codes(fault: Fault) -> Vec<String> {
    let Some(why) = fault.refusal() else {
        return Vec::new();
    };
    let all = Vendor::ALL.iter().map(|vendor| {
        let codes = refusal_codes(*vendor, why).join(" or ");
        format!("  {:31}   {:28} {codes}", "", vendor.as_str())
    });
    all.collect()
}
