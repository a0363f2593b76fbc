//! Codes to check: the service under test sends them to its development phone, and the bench reads them there.

use std::collections::HashMap;
use std::fs;
use std::net::SocketAddr;
use std::ops::Range;
use std::path::Path;

use anyhow::{Context, ensure};
use serde::Deserialize;

use crate::load::{self, Plan};
use crate::numbers::number;
use crate::source::Unique;

/// A number and the code that was sent to it, in little memory, since a test needs millions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Code {
    pub(crate) number: u64,
    digits: [u8; 6],
}

impl Code {
    pub(crate) fn of(number: u64, text: &str) -> Option<Self> {
        let digits = text.as_bytes().try_into().ok()?;
        Some(Self { number, digits })
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.digits).unwrap_or_default()
    }

    /// Returns another code for the same number.
    pub(crate) fn wrong(mut self) -> Self {
        if let Some(last) = self.digits.last_mut() {
            *last = if *last == b'9' { b'0' } else { *last + 1 };
        }
        self
    }
}

/// Makes codes for a limit, which accepts any.
pub(crate) fn invented(numbers: Range<u64>) -> Vec<Code> {
    numbers
        .filter_map(|n| Code::of(number(n), &format!("{:06}", n % 1_000_000)))
        .collect()
}

/// Lets the service at `address` send a code to each of `numbers`, `chunk` of them at a time, and reads the
/// codes from the outbox in `folder`, which must keep a chunk.
pub(crate) async fn collect(
    address: SocketAddr,
    folder: &Path,
    numbers: Range<u64>,
    chunk: u64,
) -> anyhow::Result<Vec<Code>> {
    let mut codes = Vec::new();
    let mut from = numbers.start;
    while from < numbers.end {
        let some = from..numbers.end.min(from + chunk);
        from = some.end;
        let run = load::run(
            address,
            Box::new(Unique(some.clone())),
            &Plan::until_done(64),
            &[],
        )
        .await?;
        run.verdict().context("while codes were prepared")?;
        let arrived = arrived(folder)?;
        let found = some.filter_map(|n| arrived.get(&number(n)));
        codes.extend(found.copied());
    }
    let all = usize::try_from(numbers.end - numbers.start)?;
    ensure!(codes.len() == all, "{} of {all} codes arrived", codes.len());
    Ok(codes)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    to: &'a str,
    pass_code: &'a str,
}

/// Reads the codes in the outbox in `folder`.
pub(crate) fn arrived(folder: &Path) -> anyhow::Result<HashMap<u64, Code>> {
    let mut codes = HashMap::new();
    for name in ["outbox.old.jsonl", "outbox.jsonl"] {
        let text = fs::read_to_string(folder.join(name)).unwrap_or_default();
        for line in text.lines().filter(|line| !line.is_empty()) {
            let Ok(line) = serde_json::from_str::<Line<'_>>(line) else {
                continue; // torn by a kill
            };
            let number: u64 = line.to.trim_start_matches("+86").parse()?;
            codes.extend(Code::of(number, line.pass_code).map(|code| (number, code)));
        }
    }
    Ok(codes)
}
