//! The findings of the checks, and how they are printed.

use std::fmt;

use serde::Serialize;

/// The verdict of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Verdict {
    /// Nothing is wrong.
    Ok,
    /// It works, and an operator should know something.
    Warning,
    /// It does not work.
    Broken,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Verdict::Ok => "ok",
            Verdict::Warning => "warning",
            Verdict::Broken => "BROKEN",
        })
    }
}

/// A finding: the check, its verdict, and a sentence, with the mend where something is broken.
#[derive(Debug, Serialize)]
struct Finding {
    check: &'static str,
    verdict: Verdict,
    says: String,
}

/// All findings, in the order of the checks.
#[derive(Debug, Default)]
pub(super) struct Findings(Vec<Finding>);

/// The findings as a program reads them.
#[derive(Serialize)]
struct Printed<'a> {
    verdict: Verdict,
    checks: &'a [Finding],
}

impl Findings {
    pub(super) fn ok(&mut self, check: &'static str, says: impl fmt::Display) {
        self.add(check, Verdict::Ok, says);
    }

    pub(super) fn warning(&mut self, check: &'static str, says: impl fmt::Display) {
        self.add(check, Verdict::Warning, says);
    }

    pub(super) fn broken(&mut self, check: &'static str, says: impl fmt::Display) {
        self.add(check, Verdict::Broken, says);
    }

    pub(super) fn add(&mut self, check: &'static str, verdict: Verdict, says: impl fmt::Display) {
        self.0.push(Finding {
            check,
            verdict,
            says: says.to_string(),
        });
    }

    /// The worst verdict.
    pub(super) fn worst(&self) -> Verdict {
        let verdicts = self.0.iter().map(|finding| finding.verdict);
        verdicts.max().unwrap_or(Verdict::Ok)
    }

    /// A line for each finding.
    pub(super) fn lines(&self) -> String {
        let names = self.0.iter().map(|finding| finding.check.len());
        let width = names.max().unwrap_or_default();
        let line = |finding: &Finding| {
            let Finding {
                check,
                verdict,
                says,
            } = finding;
            format!("{verdict:7}  {check:width$}  {says}")
        };
        self.0.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// The findings as one object of JSON.
    pub(super) fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string(&Printed {
            verdict: self.worst(),
            checks: &self.0,
        })
    }
}
