//! `/console/applications/{id}/limits/{name}`: the maximum of a limit for one application.

use countersign_core::application::AppId;
use countersign_core::limit::{Bound, LimitChange, Override, SendLimit};
use countersign_core::ports::setup::SettingKey;

use super::{held, limits};
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form_page::{Button, FormPage, FormView, Row};
use crate::console::mistakes;
use crate::console::pages::limits::{counted, in_force};
use crate::console::pages::refused::Why;
use crate::console::shell::Area;
use crate::console::told::Told;
use crate::operator::Permission;

const PATH: &str = "/console/applications/{id}/limits/{name}";

const MAX: &str = "max";

/// The address of the page of the limit `name` for the application `id`.
pub(super) fn address(id: &str, name: &str) -> String {
    format!("{}/{name}", limits::page(id))
}

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadSetup, async |visit: Visit| {
        Ok(maximum_page(&visit)?.found())
    })
}

pub(in crate::console) fn save() -> Entry {
    Entry::act(PATH, Permission::ManageSetup, Some("set-sms-limit"), change)
}

/// Whether the limit admits more after the change that the form asks for.
pub(in crate::console) fn loosens(visit: &Visit) -> bool {
    let Ok((app, limit)) = named(visit) else {
        return false;
    };
    let change = read(visit, &app, &limit);
    change.is_some_and(|change| change.applied(&limit).is_looser_than(&limit))
}

/// The maximum that the limit has for every send of the application, and for no other's.
pub(super) fn own<'a>(limit: &'a SendLimit, app: &AppId) -> Option<&'a Override> {
    let mut own = limit.overrides.iter();
    own.find(|other| is_own(other, app))
}

fn is_own(other: &Override, app: &AppId) -> bool {
    let is_every = other.country.is_none() && other.calling_code.is_none();
    is_every && other.application.as_ref() == Some(app)
}

/// The application and the limit that the address names, the limit as it holds. One with waits has no maximum.
fn named(visit: &Visit) -> Result<(AppId, SendLimit), Why> {
    let app = held(visit)?.application.id.clone();
    let base = visit.state.manage.limits();
    let limit = base.get(visit.part("name")).ok_or(Why::NotFound)?;
    let limit = in_force(&visit.state.setup(), limit);
    match limit.bound {
        Bound::Max(_) => Ok((app, limit)),
        Bound::Waits(_) => Err(Why::NotFound),
    }
}

fn maximum_page(visit: &Visit) -> Result<FormPage, Why> {
    let (words, of) = (&visit.words().sending, &visit.words().limits);
    let (app, limit) = named(visit)?;
    let (setup, id) = (visit.state.setup(), app.as_str());
    let counts = limit.counts;
    let own = own(&limit, &app).map(|own| number(&counts.told(own.max)).to_owned());
    let label = format!("{}{}", words.own_max, visit.words().forms.optional);
    let max = match limit.bound {
        Bound::Max(max) => counts.told(max),
        Bound::Waits(_) => String::new(),
    };
    let form = FormView {
        action: address(id, &limit.name),
        rows: vec![
            Row::line(MAX, label, &visit.form, own.as_deref().unwrap_or_default())
                .hint(words.own_max_hint),
        ],
        buttons: vec![Button::new(visit.words().forms.save)],
        is_readonly: !visit.may(Permission::ManageSetup),
        ..FormView::default()
    };
    let key = SettingKey::Limit(limit.name.clone());
    Ok(FormPage {
        shell: visit.shell(Area::Applications),
        title: format!("{id}: {}", limit.name),
        back: (limits::page(id), words.limits),
        lead: vec![words.own_lead.to_owned()],
        form: form.at(visit, setup.version_of(&key).number()),
        facts: vec![(of.counted, counted(&limit, of)), (of.max, max)],
        links: Vec::new(),
    })
}

/// An amount of money without its currency, which the limit has.
fn number(text: &str) -> &str {
    text.split(' ').next().unwrap_or_default()
}

/// The change that the person sent; `None` where the maximum is none.
fn read(visit: &Visit, app: &AppId, limit: &SendLimit) -> Option<LimitChange> {
    let max = match visit.form.get(MAX) {
        "" => None,
        text => Some(limit.counts.read(number(text)).ok()?),
    };
    Some(LimitChange {
        overrides: Some(with(&limit.overrides, app, max)),
        ..LimitChange::default()
    })
}

/// The overrides with this maximum for every send of the application. It stands before those that are about no application, so that
/// it holds, and after those about some of its sends, so that these hold too.
fn with(overrides: &[Override], app: &AppId, max: Option<u64>) -> Vec<Override> {
    let is_other = |other: &&Override| !is_own(other, app);
    let mut with: Vec<_> = overrides.iter().filter(is_other).cloned().collect();
    if let Some(max) = max {
        let last = with
            .iter()
            .rposition(|other| other.application.as_ref() == Some(app));
        let own = Override {
            application: Some(app.clone()),
            max,
            ..Override::default()
        };
        with.insert(last.map_or(0, |last| last + 1), own);
    }
    with
}

async fn change(visit: Visit) -> Answer {
    let mut page = maximum_page(&visit)?;
    let (app, limit) = named(&visit)?;
    let Some(change) = read(&visit, &app, &limit) else {
        let sentence = visit.words().limit.bad_max.to_owned();
        page.form.refuse(MAX, sentence);
        let status = mistakes::refused(&visit, &mut page.form);
        return Ok(page.answer(status));
    };
    let (manage, version) = (&visit.state.manage, Some(visit.seen_version()));
    match manage
        .set_limit(visit.by.clone(), limit.name, change, version)
        .await
    {
        Ok(()) => Ok(Told::Saved.at(&limits::page(app.as_str()))),
        Err(error) => {
            let status = mistakes::tell(&visit, &mut page.form, error)?;
            Ok(page.answer(status))
        }
    }
}

#[cfg(test)]
mod tests {
    use countersign_core::phone::Country;

    use super::*;

    fn of(app: Option<&str>, country: Option<&str>, max: u64) -> Override {
        Override {
            application: app.map(|app| AppId::parse(app).unwrap()),
            country: country.map(|code| Country::parse(code).unwrap()),
            calling_code: None,
            max,
        }
    }

    #[test]
    fn the_maximum_of_an_application_stands_where_it_holds() {
        let shop = AppId::parse("shop").unwrap();
        let (narrow, wide) = (of(Some("shop"), Some("DE"), 3), of(None, Some("US"), 9));
        let own = |max| of(Some("shop"), None, max);
        let before = [narrow.clone(), wide.clone()];
        let after = with(&before, &shop, Some(7));
        assert_eq!(after, [narrow.clone(), own(7), wide.clone()]);
        assert_eq!(with(&after, &shop, Some(8)), [narrow, own(8), wide.clone()]);
        assert_eq!(with(&after, &shop, None), before);
        let other = AppId::parse("other").unwrap();
        assert_eq!(
            with(std::slice::from_ref(&wide), &other, Some(1)),
            [of(Some("other"), None, 1), wide]
        );
    }
}
