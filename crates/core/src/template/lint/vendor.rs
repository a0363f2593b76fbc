//! The rules for a vendor's template, as far as all vendors agree.

use std::collections::BTreeSet;

use super::{Finding, LintRule, hidden, links, sorted};
use crate::template::{Value, VendorTemplate};

/// The most characters of an id.
const LONGEST_ID: usize = 64;

/// The most characters of a signature.
const LONGEST_SIGNATURE: usize = 20;

/// The most gaps.
const MOST_VARIABLES: usize = 10;

/// Returns the findings about `template`. All of them are errors.
///
/// ```
/// # use countersign_core::template::{VendorTemplate, lint};
/// let template = VendorTemplate {
///     id: "SMS_154950909".to_owned(),
///     signature: Some("阿里云".to_owned()),
///     variables: vec!["code={code}".parse().unwrap()],
/// };
/// assert_eq!(lint::vendor(&template), []);
/// ```
#[must_use]
pub fn vendor(template: &VendorTemplate) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(id(&template.id));
    if let Some(text) = &template.signature {
        findings.extend(signature(text));
        findings.extend(hidden::findings(text));
        findings.extend(links::in_signature(text).map(|why| LintRule::SignatureLink.broken(why)));
    }
    findings.extend(code(template));
    findings.extend(names(template));
    let count = template.variables.len();
    if count > MOST_VARIABLES {
        let sentence = format!("has {count} variables: the most are {MOST_VARIABLES}");
        findings.push(LintRule::TooManyVariables.broken(sentence));
    }
    sorted(findings)
}

fn id(id: &str) -> Option<Finding> {
    let fits = (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic());
    (!fits).then(|| {
        LintRule::TemplateId.broken(format!(
            "the id has 1 to {LONGEST_ID} printable characters of ASCII and no spaces"
        ))
    })
}

fn signature(text: &str) -> Option<Finding> {
    let length = text.trim().chars().count();
    let fits = (1..=LONGEST_SIGNATURE).contains(&length) && !text.contains(['【', '】', '[', ']']);
    (!fits).then(|| {
        LintRule::SignatureText.broken(format!(
            "the signature has 1 to {LONGEST_SIGNATURE} characters, and no brackets: \
             the vendor writes them"
        ))
    })
}

fn code(template: &VendorTemplate) -> Option<Finding> {
    let codes = template.variables.iter();
    match codes.filter(|gap| gap.value == Value::Code).count() {
        0 => Some(LintRule::NoCode.broken("no variable is {code}")),
        1 => None,
        times => {
            let sentence = format!("{times} variables are {{code}}: one is enough");
            Some(LintRule::CodeRepeated.broken(sentence))
        }
    }
}

fn names(template: &VendorTemplate) -> Vec<Finding> {
    let all = template.variables.iter().map(|gap| gap.name.as_str());
    let (named, nameless): (Vec<_>, Vec<_>) = all.partition(|name| !name.is_empty());
    let mut findings = Vec::new();
    if !named.is_empty() && !nameless.is_empty() {
        let sentence = "some variables have names: either all have or none has";
        findings.push(LintRule::MixedNames.broken(sentence));
    }
    let mut seen = BTreeSet::new();
    if let Some(name) = named.into_iter().find(|name| !seen.insert(*name)) {
        let sentence = format!("two variables have the name {name}");
        findings.push(LintRule::RepeatedName.broken(sentence));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(id: &str, signature: Option<&str>, variables: &[&str]) -> VendorTemplate {
        VendorTemplate {
            id: id.to_owned(),
            signature: signature.map(ToOwned::to_owned),
            variables: variables.iter().map(|v| v.parse().unwrap()).collect(),
        }
    }

    fn rules(template: &VendorTemplate) -> Vec<&'static str> {
        let findings = vendor(template);
        assert_eq!(super::super::is_refused(&findings), !findings.is_empty());
        findings
            .iter()
            .map(|finding| finding.rule.as_str())
            .collect()
    }

    #[test]
    fn a_template_that_vendors_approve_passes() {
        let ten: Vec<_> = (0..9).map(|n| format!("p{n}={{app}}")).collect();
        let ten: Vec<_> = ten
            .iter()
            .map(String::as_str)
            .chain(["code={code}"])
            .collect();
        for good in [
            template("SMS_154950909", Some("阿里云"), &["code={code}"]),
            template("1110", Some("腾讯云"), &["{code}", "{minutes}"]),
            template("1110", None, &["{1}", "${2}"]),
            template(&"x".repeat(64), Some(&"签".repeat(20)), &ten),
        ] {
            assert_eq!(rules(&good), [""; 0], "{good:?}");
        }
    }

    #[test]
    fn a_long_or_odd_template_id_is_an_error() {
        for bad in ["", "SMS 1", "SMS_1\n", "模板", "\u{7f}", &"x".repeat(65)] {
            let bad = template(bad, None, &["{code}"]);
            assert_eq!(rules(&bad), ["template_id"], "{bad:?}");
        }
    }

    #[test]
    fn a_signature_is_the_bare_text_of_one() {
        for (bad, rule) in [
            ("", "signature_text"),
            ("  ", "signature_text"),
            ("【阿里云】", "signature_text"),
            ("[Shop]", "signature_text"),
            (&*"签".repeat(21), "signature_text"),
            ("Shop\n", "line_break"),
            ("Shop\t", "control_character"),
            ("Sh\u{200b}op", "hidden_character"),
            ("shop.example", "signature_link"),
            ("Shop 12345", "signature_link"),
        ] {
            let bad = template("SMS_1", Some(bad), &["{code}"]);
            assert_eq!(rules(&bad), [rule], "{bad:?}");
        }
    }

    #[test]
    fn variables_are_few_with_one_code_and_a_name_each_or_none() {
        for (bad, rule) in [
            (&[][..], "no_code"),
            (&["min={minutes}"], "no_code"),
            (&["{code}", "{code}"], "code_repeated"),
            (&["code={code}", "{minutes}"], "mixed_names"),
            (&["a={code}", "a={minutes}"], "repeated_name"),
            (
                &[&["{code}"][..], &["{app}"; 10]].concat(),
                "too_many_variables",
            ),
        ] {
            assert_eq!(rules(&template("SMS_1", None, bad)), [rule], "{bad:?}");
        }
    }
}
