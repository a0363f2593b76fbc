use serde::{Deserialize, Serialize};

/// A country or territory and the calling code of its phone numbers: one element of the data of `GET
/// /api/v3/get-country-list`.
///
/// ```
/// use countersign_api::CountryDto;
/// let country: CountryDto = serde_json::from_str(r#"{
///     "alpha2": "CN", "alpha3": "CHN", "phoneCountryCode": "+86", "flag": "🇨🇳",
///     "name": {
///         "zh-CN": {"enabled": true, "value": "中国"},
///         "en-US": {"enabled": true, "value": "China"},
///         "zh-TW": {"enabled": true, "value": "中國"},
///         "ja-JP": {"enabled": true, "value": "中国"}
///     }
/// }"#).unwrap();
/// assert_eq!(country.phone_country_code, "+86");
/// assert_eq!(country.name.zh_tw.value, "中國");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CountryDto {
    /// Two letters (ISO 3166-1 alpha-2).
    #[cfg_attr(feature = "openapi", schema(pattern = "^[A-Z]{2}$"))]
    pub alpha2: String,
    /// Three letters (ISO 3166-1 alpha-3).
    #[cfg_attr(feature = "openapi", schema(pattern = "^[A-Z]{3}$"))]
    pub alpha3: String,
    /// `+` and the calling code. Countries may share a code: `+1` is not only the United States.
    #[cfg_attr(feature = "openapi", schema(pattern = "^\\+[1-9][0-9]{0,2}$"))]
    pub phone_country_code: String,
    /// The flag, as an emoji.
    pub flag: String,
    /// The name of the country in each language.
    pub name: CountryNames,
}

/// The name of a country in each language of the answers.
///
/// ```
/// use countersign_api::{CountryName, CountryNames};
/// let [zh_cn, en_us, zh_tw, ja_jp] = ["英国", "United Kingdom", "英國", "イギリス"]
///     .map(|name| CountryName::from(Some(name)));
/// let names = CountryNames { zh_cn, en_us, zh_tw, ja_jp };
/// let json = serde_json::to_value(&names).unwrap();
/// assert_eq!(json["en-US"]["value"], "United Kingdom");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CountryNames {
    /// The name in Simplified Chinese.
    #[serde(rename = "zh-CN")]
    pub zh_cn: CountryName,
    /// The name in English.
    #[serde(rename = "en-US")]
    pub en_us: CountryName,
    /// The name in Traditional Chinese.
    #[serde(rename = "zh-TW")]
    pub zh_tw: CountryName,
    /// The name in Japanese.
    #[serde(rename = "ja-JP")]
    pub ja_jp: CountryName,
}

/// The name of a country in one language.
///
/// ```
/// use countersign_api::CountryName;
/// let known = CountryName::from(Some("China"));
/// assert_eq!(serde_json::to_string(&known).unwrap(), r#"{"enabled":true,"value":"China"}"#);
/// assert_eq!(CountryName::from(None), CountryName { enabled: false, value: String::new() });
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CountryName {
    /// Whether the name is known in this language.
    pub enabled: bool,
    /// The name; empty if it is not known.
    pub value: String,
}

impl From<Option<&str>> for CountryName {
    fn from(name: Option<&str>) -> Self {
        Self {
            enabled: name.is_some(),
            value: name.unwrap_or_default().to_owned(),
        }
    }
}
