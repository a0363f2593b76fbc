//! `/console/sms/providers/{name}/delete`: asks before an account is forgotten, and forgets it.

use countersign_core::ports::tallies::{By, TallyQuery};

use super::{address, held, routes};
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form_page::{Button, FormPage, FormView, Row};
use crate::console::mistakes;
use crate::console::pages::refused::Why;
use crate::console::pages::{routes as route_pages, sms};
use crate::console::range::Last;
use crate::console::shell::Area;
use crate::console::told::Told;
use crate::console::words::providers::messages_a_day;
use crate::console::words::sentences;
use crate::operator::Permission;

const PATH: &str = "/console/sms/providers/{name}/delete";

const NAME: &str = "name";

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ManageSetup, async |visit: Visit| {
        Ok(delete_page(&visit).await?.found())
    })
}

pub(in crate::console) fn act() -> Entry {
    Entry::act(
        PATH,
        Permission::ManageSetup,
        Some("delete-sms-provider"),
        delete,
    )
}

async fn delete_page(visit: &Visit) -> Result<FormPage, Why> {
    let words = &visit.words().providers;
    let (setup, held) = held(visit)?;
    let routes = routes(&setup, held.name.as_str());
    let routes = routes.map(|scope| (words.routes, route_pages::name(visit, scope)));
    let carried = carried(visit, held.name.as_str()).await?;
    let name = Row::line(NAME, visit.words().forms.confirm_name, &visit.form, "");
    Ok(FormPage {
        shell: visit.shell(Area::Sms),
        title: sentences::titled(visit.language, words.delete_title, held.name.as_str()),
        back: (address(&held.name), visit.words().forms.cancel),
        lead: vec![
            words.delete_about.to_owned(),
            words.delete_reports.to_owned(),
        ],
        form: FormView {
            action: format!("{}/delete", address(&held.name)),
            rows: vec![name.hint(held.name.as_str())],
            buttons: vec![Button::danger(words.delete_button)],
            ..FormView::default()
        },
        facts: routes.chain([(words.messages_a_day, carried)]).collect(),
        links: Vec::new(),
    })
}

/// How many messages a day the account decided the outcome of in the last week.
async fn carried(visit: &Visit, provider: &str) -> Result<String, Why> {
    let query = TallyQuery {
        provider: Some(provider.to_owned()),
        ..TallyQuery::of(
            (visit.now.before(Last::Week.length()), visit.now),
            By::Provider,
            visit.apps().clone(),
        )
    };
    let total = visit.state.manage.tallies(query).await?.total.admitted;
    Ok(messages_a_day(visit.language, total, Last::Week.days()))
}

async fn delete(visit: Visit) -> Answer {
    let mut page = delete_page(&visit).await?;
    let (_, held) = held(&visit)?;
    if visit.form.get(NAME) != held.name.as_str() {
        let sentence = visit.words().forms.other_name.to_owned();
        page.form.refuse(NAME, sentence);
        let status = mistakes::refused(&visit, &mut page.form);
        return Ok(page.answer(status));
    }
    let manage = &visit.state.manage;
    let deleted = manage.delete_provider(visit.by.clone(), held.name.clone());
    match deleted.await {
        Ok(()) => Ok(Told::Deleted.at(sms::PATH)),
        Err(error) => {
            let status = mistakes::tell(&visit, &mut page.form, error)?;
            Ok(page.answer(status))
        }
    }
}
