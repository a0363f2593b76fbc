//! `POST /api/v3/set-sms-countries` (management).

use countersign_api::{Fault, SetSmsCountriesRequest, SmsCountriesSet};
use countersign_core::guard::CountryState;
use countersign_core::phone::Country;
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, post};
use crate::http::wire::provider::bad;
use crate::manage::Note;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "set-sms-countries",
        handler: post(set),
        summary: "Refuse, watch or allow countries",
        about: "Decides on countries and regions for all applications, at once. `off` refuses every send there, whatever routes \
            say; `watch` lets sends pass, and counts and tells them as watched; `on` ends both. Limits and other blocks hold \
            beside it, and what is on the safe list passes regardless. Those that have the state already are left as they \
            are, so a call that failed half-way may be repeated.",
        audience: Audience::Operator(Permission::ManageSetup),
        asks: Asks::Body(Shape::of::<SetSmsCountriesRequest>(
            json!({"countries": ["DE", "FR"], "state": "watch"}),
        )),
        answers: Answers::Data(Shape::of::<SmsCountriesSet>(json!({"changed": ["DE"]}))),
        faults: &[&["badSetting", "noteTooLong", "badVersion"]],
    }
}

async fn set(call: Call) -> Result<SmsCountriesSet, Fault> {
    let body: SetSmsCountriesRequest = call.body.json()?;
    let state =
        CountryState::parse(&body.state).ok_or_else(|| bad("state", "must be off, watch or on"))?;
    let read = |code: &String| {
        let country = Country::parse(&code.to_ascii_uppercase());
        let country = country.filter(|country| country.has_numbers());
        country.ok_or_else(|| bad("countries", "each is a two-letter country code such as CN"))
    };
    let countries = body.countries.iter().map(read).collect::<Result<_, _>>()?;
    let note = Note::new("note", body.note.unwrap_or_default())?;
    let manage = &call.state.manage;
    let changed = manage
        .set_countries(call.by, countries, state, note)
        .await?;
    Ok(SmsCountriesSet {
        changed: changed.iter().map(ToString::to_string).collect(),
    })
}
