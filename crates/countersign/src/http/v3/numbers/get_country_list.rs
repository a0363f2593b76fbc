//! `GET /api/v3/get-country-list`: the countries that a person may choose a calling code from.

use std::sync::LazyLock;

use axum::response::Response;
use countersign_api::{CountryDto, CountryName, CountryNames};
use countersign_core::phone::Country;
use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape, get};
use crate::http::request::context::Context;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "get-country-list",
        handler: get(handle),
        summary: "List countries and their calling codes",
        about: "Every country and territory of ISO 3166-1 that has phone numbers, by its two letters, with its name \
            in four languages. It is the same for everyone: a send may be refused for a country that is on it.",
        audience: Audience::Anyone,
        asks: Asks::Nothing,
        answers: Answers::Data(Shape::list_of::<CountryDto>(json!([{
            "alpha2": "CN", "alpha3": "CHN", "phoneCountryCode": "+86", "flag": "🇨🇳",
            "name": {
                "zh-CN": {"enabled": true, "value": "中国"},
                "en-US": {"enabled": true, "value": "China"},
                "zh-TW": {"enabled": true, "value": "中國"},
                "ja-JP": {"enabled": true, "value": "中国"},
            },
        }]))),
        faults: &[],
    }
}

pub(crate) async fn handle(cx: Context) -> Response {
    cx.answer_with(Ok(&*COUNTRIES))
}

/// The list as JSON, made once.
static COUNTRIES: LazyLock<Box<RawValue>> = LazyLock::new(|| {
    let countries: Vec<_> = ISO_3166.iter().filter_map(country).collect();
    to_raw_value(&countries).unwrap_or_else(|_| RawValue::NULL.to_owned())
});

/// Two letters, three letters, and names in the order of [`CountryNames`].
type Row = (&'static str, &'static str, [Option<&'static str>; 4]);

/// All countries of ISO 3166-1 with their names in CLDR, sorted by their two letters. A test makes the table again from
/// both sources and compares.
const ISO_3166: &[Row] = include!("iso_3166.in");

/// The names of a country in Chinese and in English.
pub(crate) fn names(country: Country) -> [Option<&'static str>; 2] {
    let mut rows = ISO_3166.iter();
    let row = rows.find(|(alpha2, ..)| *alpha2 == country.as_str());
    row.map_or([None, None], |(_, _, [chinese, english, ..])| {
        [*chinese, *english]
    })
}

fn country((alpha2, alpha3, names): &Row) -> Option<CountryDto> {
    let calling_code = Country::parse(alpha2)?.calling_code()?;
    let [zh_cn, en_us, zh_tw, ja_jp] = names.map(CountryName::from);
    Some(CountryDto {
        alpha2: (*alpha2).to_owned(),
        alpha3: (*alpha3).to_owned(),
        phone_country_code: format!("+{calling_code}"),
        flag: alpha2.chars().filter_map(regional_indicator).collect(),
        name: CountryNames {
            zh_cn,
            en_us,
            zh_tw,
            ja_jp,
        },
    })
}

/// The character for a letter in the flag of a country: flags are two letters of an alphabet of their own.
fn regional_indicator(letter: char) -> Option<char> {
    char::from_u32('🇦' as u32 + (letter as u32).checked_sub('A' as u32)?)
}
