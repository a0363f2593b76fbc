//! `/console/limits/guard`: whether the guard against SMS pumping refuses, its blocks, and a block of an operator.

use std::time::Duration;

use countersign_core::application::AppId;
use countersign_core::guard::{Area as Blocked, Block, Range, RangeKind, Reason};
use countersign_core::limit::Mode;

use super::{PATH as LIST, lift, mode as modes, mode_name, ranges};
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form::{KIND, VALUE};
use crate::console::form_page::{Button, FormView, Row};
use crate::console::listing::{Cell, Table};
use crate::console::mistakes;
use crate::console::pages::refused::Why;
use crate::console::pill::{self, Pill};
use crate::console::shell::Area;
use crate::console::table_page::TablePage;
use crate::console::told::Told;
use crate::console::words::{guard, sentences};
use crate::manage::Note;
use crate::operator::Permission;

pub(in crate::console) const PATH: &str = "/console/limits/guard";

/// The field with the application; empty for every one.
pub(super) const APP: &str = "app";
const CONSEQUENCE: &str = "mode";
const HOURS: &str = "hours";
const NOTE: &str = "note";

/// How many hours a block may stand, besides until it is lifted.
const LENGTHS: [u32; 4] = [1, 6, 24, 168];
const HOUR: Duration = Duration::from_secs(3_600);

/// The most blocks on the page.
const MOST: usize = 100;

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadService, async |visit: Visit| {
        Ok(guard_page(&visit).found())
    })
}

pub(in crate::console) fn block() -> Entry {
    Entry::act(PATH, Permission::ManageSetup, Some("set-guard-block"), put)
}

/// The name of an area.
pub(super) fn area_name(visit: &Visit, area: &Blocked) -> String {
    let words = visit.words();
    let kind = ranges::name(area.range.kind(), &words.guard);
    let range = format!("{kind} {}", area.range.value());
    let app = area.app.as_ref().map(AppId::as_str);
    let app = app.unwrap_or(words.guard.all_applications);
    sentences::joined(visit.language, &range, app)
}

fn guard_page(visit: &Visit) -> TablePage {
    let words = visit.words();
    let of = &words.guard;
    let (setup, state) = (visit.state.setup(), visit.state.manage.guard());
    let may_change = visit.may(Permission::ManageSetup);
    let watches = (visit.now < state.watches_until).then(|| {
        let until = visit.moment(state.watches_until).shown;
        (of.watches_until, until)
    });
    let facts = [
        (of.mode, mode_name(state.mode, &words.limits).to_owned()),
        (of.standing, state.blocks.to_string()),
        (of.noted, state.noted.to_string()),
    ];
    let mut blocks: Vec<_> = setup.blocks.values().collect();
    blocks.sort_by_key(|block| std::cmp::Reverse(block.since));
    let rows = blocks
        .into_iter()
        .take(MOST)
        .map(|block| row(visit, block, may_change));
    let mut columns = vec![of.area, of.reason, of.since, of.until, of.state, of.note];
    columns.extend(may_change.then_some(of.change));
    TablePage {
        shell: visit.shell(Area::Limits),
        title: of.guard,
        back: (LIST.to_owned(), words.limits.title),
        lead: vec![of.guard_lead.to_owned()],
        facts: facts.into_iter().chain(watches).collect(),
        tables: vec![
            settings(visit, may_change),
            Table {
                caption: of.blocks_caption,
                columns,
                rows: rows.collect(),
                empty: of.no_block,
            },
        ],
        form: may_change.then(|| (of.block_title, form(visit))),
        begins_with_form: false,
    }
}

/// What the guard is set to: what can be changed here, and what stands in the settings file.
fn settings(visit: &Visit, may_change: bool) -> Table {
    let words = visit.words();
    let of = &words.guarding;
    let (state, settings) = (
        visit.state.manage.guard(),
        visit.state.manage.guard_settings(),
    );
    let from = match visit.state.setup().guard_mode() {
        Some(_) => of.changed_here,
        None => of.from_file,
    };
    let mode: [Cell; 3] = [
        "guard.mode".into(),
        mode_name(state.later, &words.limits).into(),
        from.into(),
    ];
    let days: [Cell; 3] = [
        of.watch_days.into(),
        match settings.watches.is_zero() {
            true => of.no_days.into(),
            false => sentences::length(visit.language, settings.watches).into(),
        },
        of.only_file.into(),
    ];
    let change = Cell::Link(modes::PATH.to_owned(), of.mode_title.to_owned());
    let with = |row: [Cell; 3], last| row.into_iter().chain(may_change.then_some(last)).collect();
    let mut columns = vec![of.setting, of.value, of.from];
    columns.extend(may_change.then_some(words.guard.change));
    Table {
        caption: of.settings_caption,
        columns,
        rows: vec![with(mode, change), with(days, "".into())],
        empty: of.from_file,
    }
}

fn row(visit: &Visit, block: &Block, may_change: bool) -> Vec<Cell> {
    let words = &visit.words().guard;
    let reason = match &block.reason {
        Reason::Conversion(reading) => {
            guard::conversion(visit.language, reading.sends, reading.verified)
        }
        Reason::Limit(name) => format!("{} {name}", words.by_limit),
        Reason::Operator if block.is_watch() => {
            let passed = visit.state.manage.watched(&block.area);
            let passed = format!("{} {passed}", visit.words().guarding.passed);
            sentences::joined(visit.language, words.by_operator, &passed)
        }
        Reason::Operator => words.by_operator.to_owned(),
    };
    let stands = block.stands(visit.now);
    let guarding = &visit.words().guarding;
    let pill = match (stands, block.lifted_at) {
        (true, _) if block.is_watch() => Pill::new("warn", pill::TRIANGLE, guarding.watched),
        (true, _) => Pill::new("bad", pill::CROSS, words.stands),
        (false, Some(_)) => Pill::new("quiet", pill::BAR, words.lifted),
        (false, None) => Pill::new("quiet", pill::BAR, words.over),
    };
    let until = block.until.map(|until| visit.moment(until).shown);
    let mut row = vec![
        area_name(visit, &block.area).into(),
        reason.into(),
        visit.moment(block.since).shown.into(),
        until
            .unwrap_or_else(|| words.until_lifted.to_owned())
            .into(),
        Cell::Pill(pill),
        block.note.as_str().into(),
    ];
    if may_change {
        row.push(match stands {
            true => Cell::Link(lift::address(&block.area), words.lift.to_owned()),
            false => "".into(),
        });
    }
    row
}

fn form(visit: &Visit) -> FormView {
    let words = &visit.words().guard;
    let setup = visit.state.setup();
    let apps = setup.applications.values().map(|record| {
        let app = &record.application;
        (app.id.as_str().to_owned(), app.name.as_str().to_owned())
    });
    let apps = std::iter::once((String::new(), words.all_applications.to_owned())).chain(apps);
    let kinds = RangeKind::ALL.map(|kind| {
        let name = ranges::name(kind, words).to_owned();
        (kind.as_str().to_owned(), name)
    });
    let guarding = &visit.words().guarding;
    let consequences = [Mode::Enforce, Mode::Monitor].map(|mode| {
        let name = mode_name(mode, &visit.words().limits).to_owned();
        (mode.as_str().to_owned(), name)
    });
    let length = |hours| sentences::length(visit.language, HOUR * hours);
    let hours = LENGTHS
        .map(|hours| (hours.to_string(), length(hours)))
        .into_iter()
        .chain([(String::new(), words.until_lifted.to_owned())]);
    FormView {
        action: PATH.to_owned(),
        rows: vec![
            Row::choice(
                KIND,
                words.kind,
                kinds,
                &visit.form,
                RangeKind::Prefix.as_str(),
            ),
            Row::line(VALUE, words.value, &visit.form, "").hint(words.range_hint),
            Row::choice(APP, words.application, apps, &visit.form, ""),
            Row::choice(
                CONSEQUENCE,
                guarding.consequence,
                consequences,
                &visit.form,
                Mode::Enforce.as_str(),
            )
            .hint(guarding.block_hint),
            Row::choice(HOURS, words.hours, hours, &visit.form, "24"),
            Row::line(NOTE, words.note, &visit.form, "").hint(words.note_hint),
        ],
        buttons: vec![Button::danger(words.block)],
        ..FormView::default()
    }
}

/// What the block is to do: anything but a watch refuses.
fn mode(visit: &Visit) -> Mode {
    match Mode::parse(visit.form.get(CONSEQUENCE)) {
        Some(Mode::Monitor) => Mode::Monitor,
        _ => Mode::Enforce,
    }
}

/// Whether the request puts a watch in place of a block that refuses.
pub(in crate::console) fn lets_pass(visit: &Visit) -> bool {
    let Ok(area) = area(visit, |field| visit.form.get(field)) else {
        return false;
    };
    let setup = visit.state.setup();
    let block = setup.blocks.get(&area);
    let refuses = block.is_some_and(|block| block.stands(visit.now) && block.mode != Mode::Monitor);
    refuses && mode(visit) == Mode::Monitor
}

async fn put(visit: Visit) -> Answer {
    let mut page = guard_page(&visit);
    let Some((_, form)) = &mut page.form else {
        return Err(Why::NotPermitted);
    };
    let area = area(&visit, |field| visit.form.get(field));
    let hours = visit.form.get(HOURS);
    let length = LENGTHS
        .into_iter()
        .find(|length| length.to_string() == hours);
    let area = match area {
        Ok(area) if length.is_some() || hours.is_empty() => area,
        area => {
            match area {
                Err((field, sentence)) => form.refuse(field, sentence),
                Ok(_) => form.refuse(HOURS, visit.words().forms.missing.to_owned()),
            }
            let status = mistakes::refused(&visit, form);
            return Ok(page.again(status));
        }
    };
    let manage = &visit.state.manage;
    let blocked = async {
        let note = Note::new(NOTE, visit.form.get(NOTE).to_owned())?;
        let length = length.map(|hours| HOUR * hours);
        manage
            .block_area(visit.by.clone(), area, mode(&visit), length, note)
            .await
    };
    match blocked.await {
        Ok(_) => Ok(Told::Saved.at(PATH)),
        Err(error) => {
            let status = mistakes::tell(&visit, form, error)?;
            Ok(page.again(status))
        }
    }
}

/// The area that these fields name, or the field that is wrong.
pub(super) fn area<'a>(
    visit: &Visit,
    field: impl Fn(&'static str) -> &'a str,
) -> Result<Blocked, (&'static str, String)> {
    let missing = || visit.words().forms.missing.to_owned();
    let app = match field(APP) {
        "" => None,
        id => Some(AppId::parse(id).map_err(|_| (APP, missing()))?),
    };
    let kind = RangeKind::parse(field(KIND)).ok_or_else(|| (KIND, missing()))?;
    let range = Range::parse(kind, field(VALUE));
    let range = range.map_err(|why| (VALUE, ranges::bad_range(visit, why)))?;
    Ok(Blocked { app, range })
}
