//! The rules for a text of the operator's.

use std::collections::BTreeSet;

use super::{Finding, LintRule, hidden, links, list, sorted};
use crate::application::SmsName;
use crate::policy::{LONGEST_LIFE, MOST_DIGITS};
use crate::template::{LONGEST_CODE, Sender, TextTemplate, Value, minutes};
use crate::text::{is_gsm7, measure};

/// Returns the findings about `template` as a text of `senders`: of one application, or of all those that would
/// inherit it. Without senders, it is judged with the shortest name. Errors come first.
///
/// ```
/// # use countersign_core::template::{TextTemplate, lint};
/// let template: TextTemplate = "[Shop.example] Your code is {code}.".parse().unwrap();
/// let findings = lint::text(&template, &[]);
/// assert!(lint::is_refused(&findings));
/// let rules: Vec<_> = findings.iter().map(|finding| finding.rule.as_str()).collect();
/// assert_eq!(rules, ["signature_link", "no_lifetime"]);
/// ```
#[must_use]
pub fn text(template: &TextTemplate, senders: &[Sender<'_>]) -> Vec<Finding> {
    let shortest = SmsName::shortest();
    let nobody = [Sender::from(&shortest)];
    let linted = Linted {
        template,
        source: template.to_string(),
        senders: if senders.is_empty() { &nobody } else { senders },
        are_known: !senders.is_empty(),
    };
    let mut findings = Vec::new();
    findings.extend(linted.segments());
    findings.extend(hidden::findings(&linted.source));
    findings.extend(linted.links());
    findings.extend(linted.code());
    findings.extend(linted.signature());
    findings.extend(linted.costly_characters());
    findings.extend(linted.lifetime());
    findings.extend(linted.last_lines());
    sorted(findings)
}

struct Linted<'a> {
    template: &'a TextTemplate,
    /// The source text of the template.
    source: String,
    senders: &'a [Sender<'a>],
    /// Whether the senders are the operator's applications, not a stand-in.
    are_known: bool,
}

impl Linted<'_> {
    fn segments(&self) -> Option<Finding> {
        let sizes = self.senders.iter().map(|sender| {
            let text = self.filled(*sender, LONGEST_CODE);
            (measure(&text), sender)
        });
        let (size, sender) = sizes.max_by_key(|(size, _)| (size.segments, size.units))?;
        let (units, places) = (size.units, size.encoding.alone());
        let (encoding, segments) = (size.encoding.as_str(), size.segments);
        let name = match self.template.count(Value::App) {
            0 => String::new(),
            _ => format!(", of {}", sender.name.as_str()),
        };
        (segments > 1).then(|| {
            LintRule::TooManySegments.broken(format!(
                "takes {units} of {places} places in {encoding}, which makes {segments} segments: \
                 with a code of {MOST_DIGITS} digits that lives {} minutes{name}",
                minutes(LONGEST_LIFE)
            ))
        })
    }

    /// Judges the filled text, since an application's name may turn the text after it into a host.
    fn links(&self) -> Vec<Finding> {
        let (mut signatures, mut links) = (BTreeSet::new(), BTreeSet::new());
        for sender in self.senders {
            // A single digit as the code: another rule reports a code in the signature.
            let text = self.filled(*sender, "0");
            let (signature, rest) = links::split_signature(&text);
            signatures.extend(signature.and_then(links::in_signature));
            links.extend(links::find(rest));
        }
        let found = |rule: LintRule, what: BTreeSet<String>, is: &str| {
            let what: Vec<_> = what.into_iter().collect();
            (!what.is_empty()).then(|| rule.broken(format!("{}{is}", list(&what))))
        };
        let signatures = found(LintRule::SignatureLink, signatures, "");
        let links = found(LintRule::Link, links, ": reads as a link");
        signatures.into_iter().chain(links).collect()
    }

    fn code(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let times = self.template.count(Value::Code);
        if times > 1 {
            let sentence = format!("has {{code}} {times} times: once is enough");
            findings.push(LintRule::CodeRepeated.broken(sentence));
        }
        let (signature, _) = links::split_signature(&self.source);
        if signature.is_some_and(|signature| signature.contains("{code}")) {
            let sentence = "has {code} in its signature, where the name of the application belongs";
            findings.push(LintRule::CodeInSignature.broken(sentence));
        }
        findings
    }

    fn signature(&self) -> Option<Finding> {
        let (Some(signature), _) = links::split_signature(&self.source) else {
            return Some(LintRule::NoSignature.broken("does not begin with 【{app}】 or [{app}]"));
        };
        let named = self.senders.iter().filter(|sender| !sender.name.is_none());
        let others = named.filter(|sender| {
            let text = self.filled(**sender, LONGEST_CODE);
            let (filled, _) = links::split_signature(&text);
            filled != Some(sender.name.as_str())
        });
        let names: Vec<_> = others.map(|sender| sender.name.as_str()).collect();
        (self.are_known && !names.is_empty()).then(|| {
            let names = list(&names);
            LintRule::OtherSignature.broken(format!("is signed {signature}, but is of {names}"))
        })
    }

    /// Finds the few characters that force a text into UCS-2 whose others are all in the alphabet of GSM-7.
    fn costly_characters(&self) -> Option<Finding> {
        let words = || self.template.words().flat_map(str::chars);
        let costly: BTreeSet<char> = words().filter(|c| !is_gsm7(*c)).collect();
        let letters = words().filter(|c| is_gsm7(*c) && c.is_alphabetic()).count();
        let is_few = (1..=3).contains(&costly.len())
            && letters > words().filter(|c| costly.contains(c)).count();
        let without = |sender: &Sender<'_>| {
            let text = self.filled(*sender, LONGEST_CODE);
            text.chars().all(|c| is_gsm7(c) || costly.contains(&c))
        };
        (is_few && self.senders.iter().any(without)).then(|| {
            let name = |c: &char| format!("{c} ({})", hidden::name(*c));
            let names: Vec<_> = costly.iter().map(name).collect();
            let names = list(&names);
            LintRule::CostlyCharacter.broken(format!(
                "would have 160 places in GSM-7 without {names}, instead of 70 in UCS-2"
            ))
        })
    }

    fn lifetime(&self) -> Option<Finding> {
        let says = [Value::Minutes, Value::Seconds].map(|value| self.template.count(value));
        (says == [0, 0]).then(|| {
            LintRule::NoLifetime.broken(
                "has neither {minutes} nor {seconds}: it does not say how long a code is good",
            )
        })
    }

    fn last_lines(&self) -> Option<Finding> {
        let senders = self.senders.iter().filter(|sender| {
            let alone = self.filled(**sender, LONGEST_CODE);
            measure(&alone).segments == 1 && !self.template.leaves_room(**sender)
        });
        let names: Vec<_> = senders.map(|sender| sender.name.as_str()).collect();
        (!names.is_empty()).then(|| {
            let names = list(&names);
            LintRule::NoRoomForLastLines.broken(format!(
                "leaves no room for the last lines of {names}, which get the built-in text instead"
            ))
        })
    }

    /// Fills the text, without last lines.
    fn filled(&self, sender: Sender<'_>, code: &str) -> String {
        let sender = Sender::from(sender.name);
        let text = self.template.fill(sender, code, LONGEST_LIFE);
        text.reveal().to_owned()
    }
}

#[cfg(test)]
mod tests;
