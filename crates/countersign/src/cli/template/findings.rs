//! The findings about a template, as an operator reads them.

use std::process::ExitCode;

use countersign_api::{LintedSmsTemplate, SmsTemplateDto};
use countersign_core::template::lint::{LintRule, Severity};

use super::super::owner::OwnerArgs;
use super::super::{program, say};

/// Shows the findings about a template that was not saved. The exit code is that of a failure if one is an error.
pub(super) fn linted(args: &OwnerArgs, linted: &LintedSmsTemplate) -> anyhow::Result<ExitCode> {
    if args.json {
        say(serde_json::to_string(linted)?);
    } else if linted.findings.is_empty() {
        say("nothing to say against it");
    } else {
        list(linted);
    }
    let error = Severity::Error.as_str();
    let mut findings = linted.findings.iter();
    Ok(match findings.any(|finding| finding.severity == error) {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    })
}

/// Shows the findings about `template`, which was saved, and how to undo that if it hides others.
pub(super) fn saved(
    args: &OwnerArgs,
    template: &SmsTemplateDto,
    linted: &LintedSmsTemplate,
) -> anyhow::Result<ExitCode> {
    if args.json {
        say(serde_json::to_string(linted)?);
        return Ok(ExitCode::SUCCESS);
    }
    list(linted);
    say("saved");
    let hides = [LintRule::NoLanguage, LintRule::NoChannel].map(LintRule::as_str);
    let mut findings = linted.findings.iter();
    if findings.any(|finding| hides.contains(&&*finding.rule)) {
        let (program, scope) = (program::name(), scope(template));
        say(format!("undo     {program} template remove {scope}"));
    }
    Ok(ExitCode::SUCCESS)
}

fn list(linted: &LintedSmsTemplate) {
    for finding in &linted.findings {
        say(format!(
            "{:8} {}: {}",
            finding.severity, finding.rule, finding.message
        ));
    }
}

/// Returns the options of `template remove` for exactly this template.
fn scope(template: &SmsTemplateDto) -> String {
    let parts = [
        ("--app", &template.app_id),
        ("--channel", &template.channel),
        ("--provider", &template.provider),
        ("--language", &template.language),
    ];
    let named = parts.iter().filter_map(|(option, value)| {
        let value = value.as_ref()?;
        Some(format!("{option} {value}"))
    });
    let mut options: Vec<_> = named.collect();
    if options.is_empty() {
        options.push("--default".to_owned());
    }
    if template.vendor_template.is_some() {
        options.push("--vendor".to_owned());
    }
    options.join(" ")
}
