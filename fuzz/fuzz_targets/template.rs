//! Any text as a template: no panic, what is accepted reads back as it was written, and the linter and the
//! preview tell the same size.
//!
//! An input is a template and, after a line feed, the name of an application.

#![no_main]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a target panics to report"
)]

use countersign_core::application::SmsName;
use countersign_core::channel::Channel;
use countersign_core::template::lint::{self, LintRule};
use countersign_core::template::{Language, Sender, TextTemplate, preview};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let (text, name) = input.rsplit_once('\n').unwrap_or((input, ""));
    let Ok(template) = text.parse::<TextTemplate>() else {
        return;
    };
    assert_eq!(template.to_string().parse().as_ref(), Ok(&template));
    let Ok(name) = SmsName::parse(name) else {
        let _ = lint::text(&template, &[]);
        return;
    };
    let sender = Sender::from(&name);
    let findings = lint::text(&template, &[sender]);
    let shown = preview(Some(&template), Language::EnUs, Channel::Login, sender);
    let too_many = findings
        .iter()
        .any(|found| found.rule == LintRule::TooManySegments);
    assert_eq!(too_many, shown.longest.segments > 1, "{shown:?}");
});
