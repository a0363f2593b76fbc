//! `/console/limits`: every limit that a send is judged by, as it holds now. The page of one limit is below
//! `/console/limits/rules`, so that a limit may be called like any page here.

pub(in crate::console) mod adopt;
pub(in crate::console) mod edit;
mod fullest;
pub(in crate::console) mod guard;
pub(in crate::console) mod lift;
pub(in crate::console) mod mode;
pub(in crate::console) mod ranges;
pub(in crate::console) mod refusal;
pub(in crate::console) mod refusals;
pub(in crate::console) mod replay;
pub(in crate::console) mod safe;

use countersign_core::limit::{Bound, Mode, Part, SendLimit};
use countersign_core::ports::setup::Setup;

use crate::console::entry::{Answer, Entry, Visit};
use crate::console::listing::{Cell, Listing, Table};
use crate::console::pages::settings::test_numbers;
use crate::console::pill::{self, Pill};
use crate::console::shell::Area;
use crate::console::words::{LimitsWords, sentences};
use crate::manage::LimitsNow;
use crate::operator::Permission;

pub(in crate::console) const PATH: &str = "/console/limits";

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadService, list).of_applications()
}

async fn list(visit: Visit) -> Answer {
    let (words, of) = (&visit.words().limits, &visit.words().limit);
    let setup = visit.state.setup();
    let now = fullest::now(&visit).await?;
    let limits = visit.state.manage.limits().limits().iter();
    let rows = limits.map(|(limit, _)| {
        let is_changed = setup.limits.contains_key(&limit.name);
        let limit = in_force(&setup, limit);
        let max = match &limit.bound {
            Bound::Max(max) => limit.counts.told(*max),
            Bound::Waits(waits) => sentences::waits(visit.language, waits),
        };
        let word = mode_name(limit.mode, words);
        let pill = match limit.mode {
            Mode::Enforce => Pill::new("ok", pill::TICK, word),
            Mode::Challenge => Pill::new("quiet", pill::QUESTION, word),
            Mode::Monitor => Pill::new("quiet", pill::BAR, word),
        };
        let changed = match is_changed {
            true => of.changed_yes,
            false => "–",
        };
        vec![
            Cell::Link(edit::address(&limit.name), limit.name.clone()),
            Cell::from(counted(&limit, words)).less(),
            maxima(&visit, &limit, max).into(),
            Cell::from(sentences::length(visit.language, limit.window)).less(),
            Cell::Pill(pill),
            Cell::from(changed).less(),
            fullest::buckets(&visit, &now, &limit.name)
                .next()
                .unwrap_or_default()
                .into(),
            fullest::refused(&now, &limit.name).into(),
        ]
    });
    Ok(Listing {
        shell: visit.shell(Area::Limits),
        title: words.title,
        lead: words.lead,
        state: Vec::new(),
        tables: vec![Table {
            caption: words.caption,
            columns: vec![
                words.name,
                words.counted,
                words.max,
                words.window,
                words.mode,
                of.changed,
                of.fullest,
                of.refused_today,
            ],
            rows: rows.collect(),
            empty: words.none,
        }],
        links: links(&visit),
        note: note(&visit, &now),
        more: None,
    }
    .found())
}

/// Where the buckets come from, and how far back the refused sends are on record.
fn note(visit: &Visit, now: &LimitsNow) -> String {
    let of = &visit.words().limit;
    let mut sentences = vec![of.fullest_about.to_owned()];
    if let Some(from) = now.refused_from {
        let from = visit.moment(from).shown;
        sentences.push(sentences::titled(visit.language, of.refused_from, &from));
    }
    sentences.join(" ")
}

/// The pages about what limits refused, and about the guard.
fn links(visit: &Visit) -> Vec<(String, String)> {
    let words = &visit.words().guard;
    let of_all = [
        (guard::PATH, words.guard),
        (safe::PATH, words.safe),
        (replay::PATH, words.replay),
    ];
    let is_about_all = visit.may_everywhere(Permission::ReadService);
    let of_all = of_all.into_iter().filter(|_| is_about_all);
    // Operators do not see the settings, from which owners come there.
    let tests = visit.may_everywhere(Permission::ReadSetup);
    let tests = tests.then_some((test_numbers::PATH, visit.words().deployment.test_numbers));
    std::iter::once((refusals::PATH, words.refusals))
        .chain(of_all)
        .chain(tests)
        .map(|(address, name)| (address.to_owned(), name.to_owned()))
        .collect()
}

/// The maximum of a limit, and those that it has for single applications of the person.
fn maxima(visit: &Visit, limit: &SendLimit, max: String) -> String {
    let own = limit.overrides.iter().filter_map(|other| {
        let app = other.application.as_ref()?;
        let is_every = other.country.is_none() && other.calling_code.is_none();
        (is_every && visit.apps().include(app))
            .then(|| format!("{}: {}", app.as_str(), limit.counts.told(other.max)))
    });
    std::iter::once(max)
        .chain(own)
        .collect::<Vec<_>>()
        .join("; ")
}

/// The limit as operators have changed it.
pub(in crate::console) fn in_force(setup: &Setup, limit: &SendLimit) -> SendLimit {
    let held = setup.limits.get(&limit.name);
    held.map_or_else(|| limit.clone(), |held| held.change.applied(limit))
}

/// What the sends have in common that are counted together.
pub(super) fn counted(limit: &SendLimit, words: &LimitsWords) -> String {
    let parts: Vec<_> = limit.by.iter().map(|by| part(*by, words)).collect();
    match parts.is_empty() {
        true => words.everything.to_owned(),
        false => parts.join(", "),
    }
}

/// The name of a part that sends have in common.
const fn part(part: Part, words: &LimitsWords) -> &'static str {
    match part {
        Part::Application => words.application,
        Part::Channel => words.channel,
        Part::Country => words.country,
        Part::Prefix => words.prefix,
        Part::Block => words.block,
        Part::Number => words.number,
        Part::CallingCode => words.calling_code,
        Part::Carrier => words.carrier,
        Part::Address => words.address,
        Part::Network => words.network,
    }
}

/// The name of a mode.
const fn mode_name(mode: Mode, words: &LimitsWords) -> &'static str {
    match mode {
        Mode::Enforce => words.enforce,
        Mode::Challenge => words.challenge,
        Mode::Monitor => words.monitor,
    }
}
