//! The public asks for the countries with their calling codes, and for the version of the service.

use std::collections::BTreeSet;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::server::{Server, folder};

const LANGUAGES: [&str; 4] = ["zh-CN", "en-US", "zh-TW", "ja-JP"];

/// Letters, calling code, flag, and names in the order of [`LANGUAGES`].
type Country = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    [&'static str; 4],
);

const WELL_KNOWN: [Country; 14] = [
    (
        "AU",
        "AUS",
        "+61",
        "🇦🇺",
        ["澳大利亚", "Australia", "澳洲", "オーストラリア"],
    ),
    (
        "BR",
        "BRA",
        "+55",
        "🇧🇷",
        ["巴西", "Brazil", "巴西", "ブラジル"],
    ),
    (
        "CA",
        "CAN",
        "+1",
        "🇨🇦",
        ["加拿大", "Canada", "加拿大", "カナダ"],
    ),
    ("CN", "CHN", "+86", "🇨🇳", ["中国", "China", "中國", "中国"]),
    (
        "DE",
        "DEU",
        "+49",
        "🇩🇪",
        ["德国", "Germany", "德國", "ドイツ"],
    ),
    (
        "FR",
        "FRA",
        "+33",
        "🇫🇷",
        ["法国", "France", "法國", "フランス"],
    ),
    (
        "GB",
        "GBR",
        "+44",
        "🇬🇧",
        ["英国", "United Kingdom", "英國", "イギリス"],
    ),
    (
        "IN",
        "IND",
        "+91",
        "🇮🇳",
        ["印度", "India", "印度", "インド"],
    ),
    (
        "JM",
        "JAM",
        "+1",
        "🇯🇲",
        ["牙买加", "Jamaica", "牙買加", "ジャマイカ"],
    ),
    ("JP", "JPN", "+81", "🇯🇵", ["日本", "Japan", "日本", "日本"]),
    (
        "KR",
        "KOR",
        "+82",
        "🇰🇷",
        ["韩国", "South Korea", "南韓", "韓国"],
    ),
    (
        "RU",
        "RUS",
        "+7",
        "🇷🇺",
        ["俄罗斯", "Russia", "俄羅斯", "ロシア"],
    ),
    (
        "SG",
        "SGP",
        "+65",
        "🇸🇬",
        ["新加坡", "Singapore", "新加坡", "シンガポール"],
    ),
    (
        "US",
        "USA",
        "+1",
        "🇺🇸",
        ["美国", "United States", "美國", "アメリカ合衆国"],
    ),
];

/// Countries with several names in use: in each language, the part that all of them share.
const TOLD_DIFFERENTLY: [Country; 3] = [
    (
        "HK",
        "HKG",
        "+852",
        "🇭🇰",
        ["香港", "Hong Kong", "香港", "香港"],
    ),
    (
        "MO",
        "MAC",
        "+853",
        "🇲🇴",
        ["澳门", "Maca", "澳門", "マカオ"],
    ),
    (
        "TW",
        "TWN",
        "+886",
        "🇹🇼",
        ["台湾", "Taiwan", "台灣", "台湾"],
    ),
];

async fn countries(server: &Server) -> Vec<Value> {
    let answer = server.get("/api/v3/get-country-list").await;
    assert_eq!(answer.message(), "操作成功");
    answer.data().as_array().expect("an array").clone()
}

#[tokio::test]
async fn the_public_gets_countries_with_their_names_in_four_languages() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let countries = countries(&server).await;
    let find = |alpha2: &str| {
        let found = countries.iter().find(|country| country["alpha2"] == alpha2);
        found.unwrap_or_else(|| panic!("{alpha2} is missing"))
    };
    for (alpha2, alpha3, code, flag, names) in WELL_KNOWN {
        let named = |name: &str| json!({"enabled": true, "value": name});
        let [zh_cn, en_us, zh_tw, ja_jp] = names.map(named);
        let expected = json!({
            "alpha2": alpha2, "alpha3": alpha3, "phoneCountryCode": code, "flag": flag,
            "name": {"zh-CN": zh_cn, "en-US": en_us, "zh-TW": zh_tw, "ja-JP": ja_jp},
        });
        assert_eq!(find(alpha2), &expected);
    }
    for (alpha2, alpha3, code, flag, parts) in TOLD_DIFFERENTLY {
        let country = find(alpha2);
        assert_eq!(country["alpha3"], alpha3);
        assert_eq!(country["phoneCountryCode"], code);
        assert_eq!(country["flag"], flag);
        for (language, part) in LANGUAGES.into_iter().zip(parts) {
            let name = country["name"][language]["value"].as_str().unwrap();
            assert!(name.contains(part), "{alpha2} {language}: {name}");
        }
    }
}

#[tokio::test]
async fn the_public_gets_every_country_once_and_whole() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let countries = countries(&server).await;
    // ISO 3166-1 has 249, a few of them without people or telephones.
    assert!(
        (235..=249).contains(&countries.len()),
        "{}",
        countries.len()
    );
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let letters: Vec<_> = countries.iter().map(|one| text(&one["alpha2"])).collect();
    assert!(letters.is_sorted(), "by their two letters: {letters:?}");
    for key in ["alpha2", "alpha3", "flag"] {
        let all: BTreeSet<_> = countries.iter().map(|one| text(&one[key])).collect();
        assert_eq!(all.len(), countries.len(), "each {key} once");
    }
    for country in &countries {
        let is_capitals = |key: &str, count| {
            let letters = text(&country[key]);
            letters.len() == count && letters.bytes().all(|b| b.is_ascii_uppercase())
        };
        assert!(
            is_capitals("alpha2", 2) && is_capitals("alpha3", 3),
            "{country}"
        );
        assert_eq!(text(&country["flag"]).chars().count(), 2, "{country}");
        let code = text(&country["phoneCountryCode"]);
        let digits = code.strip_prefix('+').expect("a leading +");
        assert!(
            digits.parse::<u16>().is_ok_and(|code| code < 1000),
            "{country}"
        );
        assert_eq!(country["name"].as_object().unwrap().len(), LANGUAGES.len());
        for language in LANGUAGES {
            let name = &country["name"][language];
            assert_eq!(name["enabled"], true, "{country}");
            assert!(!text(&name["value"]).is_empty(), "{country}");
        }
    }
}

#[tokio::test]
async fn the_public_gets_the_system_without_an_envelope() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let answer = server.get("/api/v3/system").await;
    let version = server_version().await;
    let shown = answer.to_string().replace(&version, "[version]");
    assert_snapshot!(shown, @r#"
    HTTP 200
    {
      "rsa": {"publicKey": ""},
      "sm2": {"publicKey": ""},
      "version": {"server": "[version]", "console": "", "login": ""},
      "publicIps": []
    }
    "#);
}

/// The version by the command line.
async fn server_version() -> String {
    let output = tokio::process::Command::new(crate::server::BINARY)
        .arg("--version")
        .output()
        .await
        .unwrap();
    let line = String::from_utf8(output.stdout).unwrap();
    line.trim().rsplit(' ').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_cache_keeps_neither_countries_nor_system() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    for path in ["/api/v3/get-country-list", "/api/v3/system"] {
        let answer = server.get(path).await;
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        let name = path.trim_start_matches("/api/v3/");
        let posted = server.post(name, &[], "").await;
        assert_eq!(posted.status(), 501, "{path} is for GET");
    }
}
