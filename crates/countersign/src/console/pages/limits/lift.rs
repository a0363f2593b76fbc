//! `/console/limits/guard/lift`: asks before a block of the guard is lifted, and lifts it.

use countersign_core::application::AppId;
use countersign_core::guard::Area as Blocked;
use url::form_urlencoded;

use super::guard::{self, APP};
use crate::console::entry::{Entry, Visit};
use crate::console::form::{KIND, VALUE};
use crate::console::form_page::{Button, FormPage, FormView};
use crate::console::pages::refused::Why;
use crate::console::shell::Area;
use crate::console::told::Told;
use crate::operator::Permission;

const PATH: &str = "/console/limits/guard/lift";

/// The address of the page about the block of this area.
pub(super) fn address(area: &Blocked) -> String {
    let app = area.app.as_ref().map_or("", AppId::as_str);
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair(APP, app)
        .append_pair(KIND, area.range.kind().as_str())
        .append_pair(VALUE, area.range.value())
        .finish();
    format!("{PATH}?{query}")
}

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ManageSetup, async |visit: Visit| {
        Ok(lift_page(&visit, &named(&visit)?)?.found())
    })
}

pub(in crate::console) fn act() -> Entry {
    Entry::act(
        PATH,
        Permission::ManageSetup,
        Some("lift-guard-block"),
        async |visit: Visit| {
            let area = named(&visit)?;
            visit
                .state
                .manage
                .lift_block(visit.by.clone(), area)
                .await?;
            Ok(Told::Saved.at(guard::PATH))
        },
    )
}

fn named(visit: &Visit) -> Result<Blocked, Why> {
    guard::area(visit, |field| visit.asked(field)).map_err(|_| Why::NotFound)
}

fn lift_page(visit: &Visit, area: &Blocked) -> Result<FormPage, Why> {
    let words = &visit.words().guard;
    let setup = visit.state.setup();
    let block = setup.blocks.get(area);
    let block = block.filter(|block| block.stands(visit.now));
    let block = block.ok_or(Why::NotFound)?;
    Ok(FormPage {
        shell: visit.shell(Area::Limits),
        title: words.lift_title.to_owned(),
        back: (guard::PATH.to_owned(), visit.words().forms.cancel),
        lead: vec![words.lift_about.to_owned()],
        form: FormView {
            action: address(area),
            buttons: vec![Button::danger(words.lift)],
            ..FormView::default()
        },
        facts: vec![
            (words.area, guard::area_name(visit, area)),
            (words.since, visit.moment(block.since).shown),
        ],
        links: Vec::new(),
    })
}
