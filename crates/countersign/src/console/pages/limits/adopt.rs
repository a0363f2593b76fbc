//! `/console/limits/replay/adopt`: makes the maximum and the window of a limit of a draft the setting, and gives it a mode.

use std::time::Duration;

use countersign_core::limit::{Bound, LimitChange, Mode, SendLimit};
use countersign_core::ports::setup::{SettingKey, SetupVersion};

use super::replay::{self, RULES, read, replay_page};
use super::{edit, in_force, mode_name};
use crate::config::settings::Draft;
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form_page::{Button, FormView, Row};
use crate::console::mistakes;
use crate::console::pages::refused::Why;
use crate::console::told::Told;
use crate::console::words::drafted;
use crate::operator::Permission;

const PATH: &str = "/console/limits/replay/adopt";

/// The field with the version that the person saw and the name of the limit.
const LIMIT: &str = "adopted";
const MODE: &str = "mode";

pub(in crate::console) fn act() -> Entry {
    let twin = Some("set-sms-limit");
    Entry::act(PATH, Permission::ManageSetup, twin, adopt).on_page(replay::PATH)
}

/// Whether the limit admits more after the change that the form asks for.
pub(in crate::console) fn loosens(visit: &Visit) -> bool {
    let asked = asked(visit);
    asked.is_some_and(|(_, held, change)| change.applied(&held).is_looser_than(&held))
}

/// A limit of a draft, and the limit in force that counts the same.
struct Drafted {
    held: SendLimit,
    drafted: SendLimit,
}

fn in_place(visit: &Visit, draft: &Draft) -> Vec<Drafted> {
    let (base, setup) = (visit.state.manage.limits(), visit.state.setup());
    let drafted = draft.limits.limits().iter();
    let changed = drafted.filter_map(|drafted| {
        let held = in_force(&setup, base.get(&drafted.name)?);
        let counts_same = held.by == drafted.by
            && held.counts == drafted.counts
            && held.home == drafted.home
            && held.until_verified == drafted.until_verified;
        let can_be_set = match (&held.bound, &drafted.bound) {
            (Bound::Max(_), Bound::Max(_)) => true,
            (held, drafted) => held == drafted,
        };
        (counts_same && can_be_set).then(|| Drafted {
            held,
            drafted: drafted.clone(),
        })
    });
    changed.collect()
}

/// The form; `None` where the person may not send it, or the draft has nothing that can be set here.
pub(super) fn form(visit: &Visit, rules: &str, draft: &Draft) -> Option<FormView> {
    let words = visit.words();
    let limits = in_place(visit, draft);
    if limits.is_empty() || !visit.may(Permission::ManageSetup) {
        return None;
    }
    let setup = visit.state.setup();
    let limits = limits.iter().map(|Drafted { held, drafted }| {
        let key = SettingKey::Limit(held.name.clone());
        let version = setup.version_of(&key).number();
        let name = drafted::change(visit.language, held, drafted);
        (format!("{version} {}", held.name), name)
    });
    let limits: Vec<_> = limits.collect();
    let first = limits.first().map(|(value, _)| value.clone());
    let modes = Mode::ALL.map(|mode| {
        let name = mode_name(mode, &words.limits).to_owned();
        (mode.as_str().to_owned(), name)
    });
    let as_now = (String::new(), words.drafted.mode_as_now.to_owned());
    let sent = &visit.form;
    Some(FormView {
        action: PATH.to_owned(),
        hidden: vec![(RULES, rules.to_owned())],
        rows: vec![
            Row::choice(LIMIT, words.drafted.limit, limits, sent, first.as_deref()?),
            Row::choice(
                MODE,
                words.limit.mode,
                std::iter::once(as_now).chain(modes),
                sent,
                "",
            )
            .hint(words.limit.mode_hint),
        ],
        buttons: vec![Button::second(words.drafted.adopt)],
        ..FormView::default()
    })
}

/// The version that the person saw, the limit as it holds, and the change that the form asks for.
fn asked(visit: &Visit) -> Option<(SetupVersion, SendLimit, LimitChange)> {
    let draft = read(visit, visit.form.get(RULES))?;
    let (version, name) = visit.form.get(LIMIT).split_once(' ')?;
    let mut all = in_place(visit, &draft).into_iter();
    let Drafted { held, drafted } = all.find(|limit| limit.held.name == name)?;
    let mode = match visit.form.get(MODE) {
        "" => None,
        mode => Some(Mode::parse(mode)?),
    };
    let max = match (&held.bound, &drafted.bound) {
        (Bound::Max(held), Bound::Max(max)) if held != max => Some(*max),
        _ => None,
    };
    let window = Some(drafted.window).filter(|window: &Duration| *window != held.window);
    let mode = mode.filter(|mode| *mode != held.mode);
    let change = LimitChange {
        max,
        mode,
        window,
        overrides: None,
    };
    Some((SetupVersion::new(version.parse().ok()?), held, change))
}

async fn adopt(visit: Visit) -> Answer {
    let asked = asked(&visit);
    let mut page = replay_page(&visit);
    let Some((version, held, change)) = asked else {
        let Some(form) = &mut page.adopt else {
            return Err(Why::NotFound);
        };
        form.refuse(LIMIT, visit.words().forms.missing.to_owned());
        let status = mistakes::refused(&visit, form);
        return Ok(page.answer(status));
    };
    if change == LimitChange::default() {
        let sentence = visit.words().drafted.nothing.to_owned();
        let form = page.adopt.as_mut().ok_or(Why::NotFound)?;
        form.refuse(LIMIT, sentence);
        let status = mistakes::refused(&visit, form);
        return Ok(page.answer(status));
    }
    let manage = &visit.state.manage;
    let set = manage.set_limit(visit.by.clone(), held.name.clone(), change, Some(version));
    match (set.await, &mut page.adopt) {
        (Ok(()), _) => Ok(Told::Saved.at(&edit::address(&held.name))),
        (Err(error), Some(form)) => {
            let status = mistakes::tell(&visit, form, error)?;
            Ok(page.answer(status))
        }
        (Err(error), None) => Err(error.into()),
    }
}
