//! `/console/limits/{name}`: the maximum, the window and the mode of a limit; and the way back to what the settings say.

use std::time::Duration;

use countersign_core::limit::{Bound, LimitChange, Mode, SendLimit};
use countersign_core::ports::setup::{SettingKey, Setup};

use super::{PATH as LIST, fullest, in_force, mode_name, replay};
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form_page::{Button, FormPage, FormView, Row};
use crate::console::mistakes;
use crate::console::pages::refused::Why;
use crate::console::shell::Area;
use crate::console::told::Told;
use crate::console::words::sentences;
use crate::operator::Permission;

const PATH: &str = "/console/limits/rules/{name}";
const RESET: &str = "/console/limits/rules/{name}/reset";

const MAX: &str = "max";
const WINDOW: &str = "windowSeconds";
const MODE: &str = "mode";

/// The address of the page of a limit.
pub(in crate::console) fn address(name: &str) -> String {
    format!("{LIST}/rules/{name}")
}

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadService, async |visit: Visit| {
        let (_, limit) = held(&visit)?;
        let mut page = limit_page(&visit, &limit);
        page.facts.extend(now(&visit, &limit.name).await?);
        Ok(page.found())
    })
    .of_applications()
}

pub(in crate::console) fn save() -> Entry {
    Entry::act(PATH, Permission::ManageSetup, Some("set-sms-limit"), change)
}

pub(in crate::console) fn ask_reset() -> Entry {
    Entry::page(RESET, Permission::ManageSetup, async |visit: Visit| {
        let (_, limit) = held(&visit)?;
        Ok(reset_page(&visit, &limit).found())
    })
}

pub(in crate::console) fn reset() -> Entry {
    Entry::act(
        RESET,
        Permission::ManageSetup,
        Some("reset-sms-limit"),
        take_back,
    )
}

/// Whether the limit admits more after the change that the form asks for.
pub(in crate::console) fn loosens(visit: &Visit) -> bool {
    let Ok((_, limit)) = held(visit) else {
        return false;
    };
    let change = read(visit, &limit);
    change.is_ok_and(|change| change.applied(&limit).is_looser_than(&limit))
}

/// Whether the limit admits more once it is as the settings have it.
pub(in crate::console) fn loosens_back(visit: &Visit) -> bool {
    held(visit).is_ok_and(|(base, limit)| base.is_looser_than(&limit))
}

/// The limit that the address names: as the settings have it, and as it holds.
fn held(visit: &Visit) -> Result<(SendLimit, SendLimit), Why> {
    let base = visit.state.manage.limits();
    let limit = base.get(visit.part("name")).ok_or(Why::NotFound)?;
    let in_force = in_force(&visit.state.setup(), limit);
    Ok((limit.clone(), in_force))
}

fn version(setup: &Setup, limit: &SendLimit) -> u64 {
    setup
        .version_of(&SettingKey::Limit(limit.name.clone()))
        .number()
}

/// What the limit counts now, and what it has refused today.
async fn now(visit: &Visit, limit: &str) -> Result<Vec<(&'static str, String)>, Why> {
    let words = &visit.words().limit;
    let now = fullest::now(visit).await?;
    let buckets = fullest::buckets(visit, &now, limit).map(|told| (words.fullest, told));
    let refused = (words.refused_today, fullest::refused(&now, limit));
    Ok(buckets.chain([refused]).collect())
}

fn limit_page(visit: &Visit, limit: &SendLimit) -> FormPage {
    let (words, setup) = (visit.words(), visit.state.setup());
    let of = &words.limit;
    let modes = Mode::ALL.map(|mode| {
        let name = mode_name(mode, &words.limits).to_owned();
        (mode.as_str().to_owned(), name)
    });
    let max = match &limit.bound {
        Bound::Max(max) => Some(limit.counts.told(*max)),
        Bound::Waits(_) => None,
    };
    let max = max.map(|max| amount(&max).to_owned());
    let max_row = max.map(|max| Row::line(MAX, of.max, &visit.form, &max).hint(of.max_hint));
    let window = limit.window.as_secs().to_string();
    let more = [
        Row::line(WINDOW, of.window, &visit.form, &window).hint(of.window_hint),
        Row::choice(MODE, of.mode, modes, &visit.form, limit.mode.as_str()).hint(of.mode_hint),
    ];
    let may_change = visit.may_everywhere(Permission::ManageSetup);
    let mut lead = vec![of.lead.to_owned()];
    if max_row.is_none() {
        lead.push(of.has_waits.to_owned());
    }
    let form = FormView {
        action: address(&limit.name),
        rows: max_row.into_iter().chain(more).collect(),
        buttons: vec![Button::new(words.forms.save)],
        is_readonly: !may_change,
        ..FormView::default()
    };
    let version = version(&setup, limit);
    let reset = (may_change && version > 0).then(|| {
        let address = format!("{}/reset", address(&limit.name));
        (address, of.take_back.to_owned())
    });
    let draft = visit.may_everywhere(Permission::ReadMessages).then(|| {
        let name = words.guard.try_change.to_owned();
        (replay::address(&limit.name), name)
    });
    FormPage {
        shell: visit.shell(Area::Limits),
        title: limit.name.clone(),
        back: (LIST.to_owned(), words.limits.title),
        lead,
        form: form.at(visit, version),
        facts: vec![(of.counted, super::counted(limit, &words.limits))],
        links: reset.into_iter().chain(draft).collect(),
    }
}

async fn change(visit: Visit) -> Answer {
    let (_, limit) = held(&visit)?;
    let mut page = limit_page(&visit, &limit);
    let change = match read(&visit, &limit) {
        Ok(change) => change,
        Err(wrong) => {
            for (field, sentence) in wrong {
                page.form.refuse(field, sentence.to_owned());
            }
            let status = mistakes::refused(&visit, &mut page.form);
            return Ok(page.answer(status));
        }
    };
    let version = Some(visit.seen_version());
    let manage = &visit.state.manage;
    let set = manage.set_limit(visit.by.clone(), limit.name.clone(), change, version);
    match set.await {
        Ok(()) => Ok(Told::Saved.at(LIST)),
        Err(error) => {
            let status = mistakes::tell(&visit, &mut page.form, error)?;
            Ok(page.answer(status))
        }
    }
}

/// The parts that the person sent otherwise than they hold, or all that is wrong with them.
fn read(
    visit: &Visit,
    limit: &SendLimit,
) -> Result<LimitChange, Vec<(&'static str, &'static str)>> {
    let (form, words) = (&visit.form, &visit.words().limit);
    let mut wrong = Vec::new();
    let held = LimitChange::parts_of(limit);
    let max = held.max.and_then(|_| {
        let read = limit.counts.read(amount(form.get(MAX))).ok();
        if read.is_none() {
            wrong.push((MAX, words.bad_max));
        }
        read
    });
    let seconds = form.get(WINDOW).parse().ok().filter(|seconds| *seconds > 0);
    if seconds.is_none() {
        wrong.push((WINDOW, words.bad_window));
    }
    let mode = Mode::parse(form.get(MODE));
    if mode.is_none() {
        wrong.push((MODE, visit.words().forms.missing));
    }
    match wrong.is_empty() {
        false => Err(wrong),
        true => Ok(LimitChange {
            max: max.filter(|max| held.max != Some(*max)),
            mode: mode.filter(|mode| held.mode != Some(*mode)),
            window: seconds
                .map(Duration::from_secs)
                .filter(|window| held.window != Some(*window)),
            overrides: None,
        }),
    }
}

/// An amount of money without its currency, which the limit has.
fn amount(text: &str) -> &str {
    text.split(' ').next().unwrap_or_default()
}

fn reset_page(visit: &Visit, limit: &SendLimit) -> FormPage {
    let words = &visit.words().limit;
    FormPage {
        shell: visit.shell(Area::Limits),
        title: sentences::titled(visit.language, words.reset_title, &limit.name),
        back: (address(&limit.name), visit.words().forms.cancel),
        lead: vec![words.reset_about.to_owned()],
        form: FormView {
            action: format!("{}/reset", address(&limit.name)),
            buttons: vec![Button::danger(words.reset_button)],
            ..FormView::default()
        },
        facts: Vec::new(),
        links: Vec::new(),
    }
}

async fn take_back(visit: Visit) -> Answer {
    let (_, limit) = held(&visit)?;
    let manage = &visit.state.manage;
    manage.reset_limit(visit.by.clone(), limit.name).await?;
    Ok(Told::Reset.at(LIST))
}
