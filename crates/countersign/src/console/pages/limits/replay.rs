//! `/console/limits/replay`: what draft rules would have refused of the messages on record. Trying changes nothing; what was tried can
//! be made the setting of a limit ([`adopt`]). The address may hold the draft, so that it can be shared.

use std::fmt::Write as _;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_core::guard::replay::RuleOutcome;
use countersign_core::limit::{Bound, Counts, SendLimit};
use url::form_urlencoded;

use super::{PATH as LIST, adopt, in_force};
use crate::config::settings::Draft;
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form_page::{Button, FormView, Input, Row};
use crate::console::listing::{Cell, Table};
use crate::console::mistakes;
use crate::console::shell::{Area, Shell};
use crate::console::words::{guard, sentences};
use crate::http::page;
use crate::manage::ReplayedHistory;
use crate::operator::Permission;

pub(in crate::console) const PATH: &str = "/console/limits/replay";

/// The field of the query with the name of the limit that the draft begins with.
const LIMIT: &str = "limit";
pub(super) const RULES: &str = "rules";
const DAYS: &str = "days";

/// The days that are replayed where nobody says otherwise.
const USUAL: &str = "30";

/// The most characters of a draft that an address holds.
const LONGEST: usize = 2_000;

/// The page.
#[derive(Template)]
#[template(path = "console/replay.html")]
pub(super) struct ReplayPage {
    shell: Shell,
    back: &'static str,
    form: FormView,
    facts: Vec<(&'static str, String)>,
    outcomes: Option<Table>,
    /// The address of the page with this draft.
    shared: Option<String>,
    /// The form that makes a limit of the draft the setting.
    pub(super) adopt: Option<FormView>,
}

impl ReplayPage {
    /// The answer with this page.
    pub(super) fn answer(&self, status: StatusCode) -> Response {
        page::answer(status, self)
    }

    /// Whether something is wrong.
    fn is_refused(&self) -> bool {
        let adopt = self.adopt.as_ref();
        self.form.is_refused() || adopt.is_some_and(FormView::is_refused)
    }
}

/// The address of the page, with a draft that begins with the limit of this name.
pub(super) fn address(limit: &str) -> String {
    format!("{PATH}?{LIMIT}={limit}")
}

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadMessages, async |visit: Visit| {
        Ok(replay_page(&visit).answer(StatusCode::OK))
    })
}

pub(in crate::console) fn try_out() -> Entry {
    Entry::act(PATH, Permission::ReadMessages, Some("replay-guard"), replay)
}

/// The draft that the person sent, that the address has, or that begins with a limit.
fn rules(visit: &Visit) -> String {
    let begun = || {
        let base = visit.state.manage.limits();
        let named = base.get(visit.asked(LIMIT));
        let first = named.or_else(|| base.limits().first().map(|(limit, _)| limit));
        let setup = visit.state.setup();
        let draft = first.map(|limit| draft(&in_force(&setup, limit)));
        draft.unwrap_or_default()
    };
    match (visit.form.get(RULES), visit.asked(RULES)) {
        ("", "") => begun(),
        ("", asked) => asked.to_owned(),
        (sent, _) => sent.to_owned(),
    }
}

/// The limits of a draft; `None` where it cannot be read.
pub(super) fn read(visit: &Visit, rules: &str) -> Option<Draft> {
    let life = visit.state.manage.guard_settings().life;
    Draft::parse(rules, visit.state.manage.limits().home(), life).ok()
}

pub(super) fn replay_page(visit: &Visit) -> ReplayPage {
    let words = &visit.words().guard;
    let rules = rules(visit);
    let draft = read(visit, &rules);
    let days = match visit.asked(DAYS) {
        "" => USUAL,
        days => days,
    };
    let form = FormView {
        action: PATH.to_owned(),
        rows: vec![
            Row::lines(RULES, words.draft, &visit.form, &rules).hint(words.draft_hint),
            Row::line(DAYS, words.replayed_days, &visit.form, days),
        ],
        buttons: vec![Button::new(words.try_out)],
        ..FormView::default()
    };
    ReplayPage {
        shell: visit.shell(Area::Limits),
        back: LIST,
        form,
        facts: Vec::new(),
        outcomes: None,
        shared: draft
            .is_some()
            .then(|| shared(&rules, visit.form.or(DAYS, days).trim()))
            .flatten(),
        adopt: draft.and_then(|draft| adopt::form(visit, &rules, &draft)),
    }
}

/// The address of the page with a draft, without its comments; `None` where it would be too long, or where a limit has a name that may be
/// a number of a person, which no address holds.
fn shared(rules: &str, days: &str) -> Option<String> {
    let table: toml::Table = toml::from_str(rules).ok()?;
    let text = table.to_string();
    let limits = table.get("limits").and_then(toml::Value::as_array);
    let mut names = limits.into_iter().flatten().map(|limit| limit.get("name"));
    let is_number = |name: &toml::Value| {
        let digits = name.to_string();
        digits.chars().filter(char::is_ascii_digit).count() > 6
    };
    if text.len() > LONGEST || names.any(|name| name.is_some_and(is_number)) {
        return None;
    }
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair(RULES, &text)
        .append_pair(DAYS, days)
        .finish();
    Some(format!("{PATH}?{query}"))
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
    let Ok(days) = visit.form.get(DAYS).parse() else {
        let sentence = visit.words().guard.bad_days.to_owned();
        page.form.refuse(DAYS, sentence);
        let status = mistakes::refused(&visit, &mut page.form);
        return Ok(page.answer(status));
    };
    match visit.state.manage.replay(visit.form.get(RULES), days).await {
        Ok(history) => {
            page.outcomes = Some(outcomes(&visit, &history));
            page.facts = facts(&visit, &history);
            Ok(page.answer(StatusCode::OK))
        }
        Err(error) => {
            let status = mistakes::tell(&visit, &mut page.form, error)?;
            Ok(page.answer(status))
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

    #[test]
    fn an_address_holds_a_draft_without_its_comments_and_without_numbers() {
        let of = |rules: &str| shared(rules, "7");
        let rules = "# for +8613800138000\n[[limits]]\nname = \"day\"\nmax = 4000000\n";
        let address = of(rules).unwrap();
        let draft = "rules=%5B%5Blimits%5D%5D%0Amax+%3D+4000000%0Aname+%3D+%22day%22%0A&days=7";
        assert_eq!(address, format!("{PATH}?{draft}"));
        assert_eq!(of("[[limits]]\nname = \"8613800138000\"\n"), None);
        assert_eq!(
            of(&format!("[guard]\nmode = \"{}\"", "x".repeat(2_000))),
            None
        );
        assert_eq!(of("no draft"), None);
    }

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
