//! `/console/limits/replay`: what draft rules would have refused of the messages on record. Nothing is changed.

use std::fmt::Write as _;

use countersign_core::guard::replay::RuleOutcome;
use countersign_core::limit::{Bound, Counts, SendLimit};

use super::{PATH as LIST, in_force};
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form_page::{Button, FormView, Row};
use crate::console::listing::Table;
use crate::console::mistakes;
use crate::console::pages::refused::Why;
use crate::console::shell::Area;
use crate::console::table_page::TablePage;
use crate::console::words::{guard, sentences};
use crate::manage::ReplayedHistory;
use crate::operator::Permission;

pub(in crate::console) const PATH: &str = "/console/limits/replay";

/// The field of the query with the name of the limit that the draft begins with.
const LIMIT: &str = "limit";
const RULES: &str = "rules";
const DAYS: &str = "days";

/// The days that are replayed where nobody says otherwise.
const USUAL: &str = "30";

/// The address of the page, with a draft that begins with the limit of this name.
pub(super) fn address(limit: &str) -> String {
    format!("{PATH}?{LIMIT}={limit}")
}

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadMessages, async |visit: Visit| {
        Ok(replay_page(&visit).found())
    })
}

pub(in crate::console) fn try_out() -> Entry {
    Entry::act(PATH, Permission::ReadMessages, Some("replay-guard"), replay)
}

fn replay_page(visit: &Visit) -> TablePage {
    let words = &visit.words().guard;
    TablePage {
        shell: visit.shell(Area::Limits),
        title: words.replay,
        back: (LIST.to_owned(), visit.words().limits.title),
        lead: vec![
            words.replay_lead.to_owned(),
            words.replay_leaves_out.to_owned(),
        ],
        facts: Vec::new(),
        tables: Vec::new(),
        form: Some((words.draft_title, form(visit))),
        begins_with_form: true,
    }
}

fn form(visit: &Visit) -> FormView {
    let words = &visit.words().guard;
    let base = visit.state.manage.limits();
    let named = base.get(visit.asked(LIMIT));
    let first = named.or_else(|| base.limits().first().map(|(limit, _)| limit));
    let setup = visit.state.setup();
    let draft = first.map(|limit| draft(&in_force(&setup, limit)));
    FormView {
        action: PATH.to_owned(),
        rows: vec![
            Row::lines(
                RULES,
                words.draft,
                &visit.form,
                draft.as_deref().unwrap_or_default(),
            )
            .hint(words.draft_hint),
            Row::line(DAYS, words.replayed_days, &visit.form, USUAL),
        ],
        buttons: vec![Button::new(words.try_out)],
        ..FormView::default()
    }
}

/// The limit as settings write it.
fn draft(limit: &SendLimit) -> String {
    let by: Vec<_> = limit.by.iter().map(|part| part.as_str()).collect();
    let mut draft = format!(
        "[[limits]]\nname = {:?}\nby = {by:?}\nwindow_seconds = {}\n",
        limit.name,
        limit.window.as_secs()
    );
    // Writing to a string cannot fail.
    let _ = match &limit.bound {
        Bound::Max(max) => {
            let told = limit.counts.told(*max);
            writeln!(
                draft,
                "max = {}",
                told.split(' ').next().unwrap_or_default()
            )
        }
        Bound::Waits(waits) => {
            let waits: Vec<_> = waits.iter().map(std::time::Duration::as_secs).collect();
            writeln!(draft, "waits_seconds = {waits:?}")
        }
    };
    if let Some(home) = limit.home {
        let _ = writeln!(draft, "home = {home}");
    }
    if let Some(currency) = limit.counts.currency() {
        let _ = writeln!(draft, "counts = \"money\"\ncurrency = \"{currency}\"");
    }
    if limit.counts == Counts::Numbers {
        draft.push_str("distinct = true\n");
    }
    if limit.until_verified {
        draft.push_str("until_verified = true\n");
    }
    draft
}

async fn replay(visit: Visit) -> Answer {
    let mut page = replay_page(&visit);
    let Some((_, form)) = &mut page.form else {
        return Err(Why::Internal);
    };
    let Ok(days) = visit.form.get(DAYS).parse() else {
        form.refuse(DAYS, visit.words().guard.bad_days.to_owned());
        let status = mistakes::refused(&visit, form);
        return Ok(page.again(status));
    };
    match visit.state.manage.replay(visit.form.get(RULES), days).await {
        Ok(history) => {
            page.tables = vec![outcomes(&visit, &history)];
            page.facts = facts(&visit, &history);
            Ok(page.found())
        }
        Err(error) => {
            let status = mistakes::tell(&visit, form, error)?;
            Ok(page.again(status))
        }
    }
}

fn facts(visit: &Visit, history: &ReplayedHistory) -> Vec<(&'static str, String)> {
    let words = &visit.words().guard;
    let (from, to) = (visit.moment(history.from), visit.moment(history.to));
    let whole = match history.is_whole {
        true => words.whole,
        false => words.not_whole,
    };
    vec![
        (words.since, from.shown),
        (words.until, to.shown),
        (words.whole_label, whole.to_owned()),
        (words.sends, history.replayed.sends.to_string()),
        (words.would_refuse, history.replayed.refused.to_string()),
    ]
}

fn outcomes(visit: &Visit, history: &ReplayedHistory) -> Table {
    let words = &visit.words().guard;
    let row = |outcome: &RuleOutcome| {
        let rule = match outcome.rule.as_str() {
            "guard-conversion" => words.conversion_rule.to_owned(),
            "guard-block" => words.block_rule.to_owned(),
            name => name.to_owned(),
        };
        let cost: Vec<_> = outcome.cost.iter().map(sentences::money).collect();
        let counts = match outcome.is_tried {
            true => [
                outcome.refused.to_string(),
                outcome.numbers.to_string(),
                guard::of_whom(visit.language, outcome.verified, outcome.numbers),
                cost.join(", "),
            ],
            false => [words.not_tried, "", "", ""].map(str::to_owned),
        };
        std::iter::once(rule)
            .chain(counts)
            .map(Into::into)
            .collect()
    };
    Table {
        caption: words.outcomes_caption,
        columns: vec![
            words.rule,
            words.would_refuse,
            words.numbers,
            words.verified,
            words.cost,
        ],
        rows: history.replayed.rules.iter().map(row).collect(),
        empty: words.none_refused,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use countersign_core::limit::{Part, SendLimits};
    use countersign_core::phone::Country;
    use countersign_core::price::Currency;

    use super::*;
    use crate::config::settings::Draft;

    #[test]
    fn a_draft_of_a_limit_is_read_as_that_limit() {
        let hour = Duration::from_secs(3_600);
        let of = |by: &[Part]| SendLimit::new("a-1", by, hour, 30);
        let yuan = Currency::parse("CNY").unwrap();
        for limit in [
            of(&[]),
            SendLimit {
                home: Some(false),
                ..of(&[Part::CallingCode, Part::Application])
            },
            SendLimit {
                counts: Counts::Money(yuan),
                bound: Bound::Max(4_999_000),
                ..of(&[Part::Country])
            },
            SendLimit {
                bound: Bound::Waits([Duration::from_secs(60)].into()),
                until_verified: true,
                ..of(&[Part::Application, Part::Channel, Part::Number])
            },
            SendLimit {
                counts: Counts::Numbers,
                ..of(&[Part::Address])
            },
        ] {
            let read = Draft::parse(&draft(&limit), Country::CHINA, hour).unwrap();
            let limits = SendLimits::at_home(Country::CHINA, vec![limit.clone()]).unwrap();
            assert_eq!(format!("{:?}", read.limits), format!("{limits:?}"));
        }
    }
}
