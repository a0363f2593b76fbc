//! Progress on standard error: a line now and then, with the rows a second.

use std::io::{self, Write as _};
use std::time::Duration;

use countersign_store::moving::{Progress, Stage};
use tokio::time::Instant;

/// The time between two lines.
const PAUSE: Duration = Duration::from_secs(2);

/// The stage and the line that were shown last.
#[derive(Default)]
pub(super) struct Shown {
    last: Option<Stage>,
    /// The time and the rows of the line before.
    line: Option<(Instant, u64)>,
}

impl Shown {
    /// Shows progress, unless that was done a moment ago.
    pub(super) fn hear(&mut self, progress: Progress) {
        let now = Instant::now();
        let is_new = self.last != Some(progress.stage);
        if is_new {
            self.last = Some(progress.stage);
            self.line = Some((now, progress.rows));
            return;
        }
        let Some((then, rows)) = self.line else {
            return;
        };
        let passed = now.saturating_duration_since(then);
        if passed < PAUSE {
            return;
        }
        let pace =
            u128::from(progress.rows.saturating_sub(rows)) * 1_000 / passed.as_millis().max(1);
        let of = progress
            .of
            .map(|of| format!(" of {of}"))
            .unwrap_or_default();
        let (word, rows) = (word(progress.stage), progress.rows);
        // A closed standard error leaves nobody to tell.
        let _ = writeln!(io::stderr(), "{word}  {rows}{of} rows, {pace} a second");
        self.line = Some((now, rows));
    }
}

fn word(stage: Stage) -> &'static str {
    match stage {
        Stage::Exporting => "exporting",
        Stage::Checking => "checking ",
        Stage::Importing => "importing",
        Stage::Comparing => "comparing",
    }
}
