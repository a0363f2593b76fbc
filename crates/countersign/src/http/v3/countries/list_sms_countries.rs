//! `GET /api/v3/list-sms-countries` (management).

use countersign_api::{Fault, SmsCountryDto};
use countersign_core::phone::WorldRegion;
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, get};
use crate::http::wire::guard;
use crate::manage::ServedCountry;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "list-sms-countries",
        handler: get(list),
        summary: "List the countries that codes go to",
        about: "Every country and region that has numbers: whether sends there are refused (`off`), watched or neither, the \
            providers that carry them, the price, and the messages of 30 days. A send goes there where it is not `off`, has \
            providers, and is `allowed`, by its settings also for the application. The safe list passes in every state.",
        audience: Audience::Operator(Permission::ReadService),
        asks: Asks::Nothing,
        answers: Answers::Data(Shape::list_of::<SmsCountryDto>(json!([{
            "country": "DE", "callingCode": 49, "region": "europe", "state": "watch",
            "since": "2026-11-21T20:00:00.000Z", "note": "new market", "watched": 3, "providers": ["acme"], "allowed": true,
            "price": {"currency": "CNY", "amount": 4_500}, "sent": 120, "verified": 96,
        }]))),
        faults: &[],
    }
}

async fn list(Call { state, .. }: Call) -> Result<Vec<SmsCountryDto>, Fault> {
    let served = state.manage.countries().await?;
    Ok(served.into_iter().map(dto).collect())
}

fn dto(served: ServedCountry) -> SmsCountryDto {
    let (since, note) = served.decided.unzip();
    SmsCountryDto {
        country: served.country.to_string(),
        calling_code: served.country.calling_code().unwrap_or_default(),
        region: WorldRegion::of(served.country).as_str().to_owned(),
        state: served.state.as_str().to_owned(),
        since: since.map(|since| since.to_string()),
        note: note.unwrap_or_default(),
        watched: served.watched,
        providers: served.providers,
        allowed: served.is_allowed,
        price: served.price.map(guard::sum),
        sent: served.sent,
        verified: served.verified,
    }
}
