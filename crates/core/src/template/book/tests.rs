use std::sync::LazyLock;

use super::*;
use crate::application::{AppName, Application, Origins, TokenAlgorithm};
use crate::autofill::{AndroidAppHash, WebHost};
use crate::country_rules::Countries;
use crate::entropy::{Entropy, EntropyError};
use crate::language::Languages;
use crate::network::Networks;
use crate::template::Variable;
use crate::text::measure;
use crate::time::Timestamp;

static ENGLISH: LazyLock<LanguageTag> = LazyLock::new(LanguageTag::english);

struct Zeros;

impl Entropy for Zeros {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        buffer.fill(0);
        Ok(())
    }
}

const LIFE: Duration = Duration::from_secs(90);

const BUILT_IN: &str =
    "[Shop] 000000 is your code to sign in. It expires in 2 minutes. Never share it.";

fn code(digits: u8) -> Passcode {
    Passcode::generate(digits, &Zeros).unwrap()
}

fn app() -> Application {
    Application {
        id: AppId::parse("shop").unwrap(),
        name: AppName::parse("Shop").unwrap(),
        origins: Origins::default(),
        backends: Networks::default(),
        web_host: None,
        android_app_hash: None,
        default_country: None,
        allowed_countries: Countries::All,
        languages: Languages::default(),
        challenges: false,
        token_algorithm: TokenAlgorithm::default(),
        sms_name: None,
        created_at: Timestamp::from_millis(0),
    }
}

/// The query of `app` for the text of a code to sign in, in English, through `twilio`.
fn query(app: &Application) -> TemplateQuery<'_> {
    TemplateQuery {
        app,
        channel: Channel::Login,
        provider: "twilio",
        language: &ENGLISH,
    }
}

fn provider(name: &str) -> ProviderName {
    ProviderName::parse(name).unwrap()
}

/// Makes the scope that names the fields whose bits are set; the heaviest bit is the first field.
fn scope(bits: u8) -> TemplateScope {
    TemplateScope {
        app: (bits & 8 != 0).then(|| AppId::parse("shop").unwrap()),
        channel: (bits & 4 != 0).then_some(Channel::Login),
        provider: (bits & 2 != 0).then(|| provider("twilio")),
        language: (bits & 1 != 0).then(LanguageTag::english),
    }
}

fn text(text: &str) -> Template {
    Template::Text(text.parse().unwrap())
}

fn vendor(id: &str) -> Template {
    Template::Vendor(VendorTemplate {
        id: id.to_owned(),
        signature: Some("示例".to_owned()),
        variables: Vec::new(),
    })
}

fn sent(templates: &Templates, query: &TemplateQuery<'_>) -> String {
    let text = templates.text(query, &code(6), LIFE);
    text.words.reveal().to_owned()
}

fn vendors_id(templates: &Templates, query: &TemplateQuery<'_>) -> Option<String> {
    let filled = templates.filled(query, &code(6), LIFE)?;
    Some(filled.words.id)
}

#[test]
fn without_templates_text_vendors_get_built_in_texts_and_template_vendors_none() {
    let (templates, app) = (Templates::default(), app());
    assert_eq!(sent(&templates, &query(&app)), BUILT_IN);
    assert_eq!(vendors_id(&templates, &query(&app)), None);
}

#[test]
fn the_nearest_scope_wins() {
    let (mut templates, app) = (Templates::default(), app());
    for bits in 0..16 {
        assert_eq!(scope(bits).nearness(), bits);
        templates.add(scope(bits), text(&format!("{bits}: {{code}}")));
        templates.add(scope(bits), vendor(&bits.to_string()));
        let query = query(&app);
        assert_eq!(sent(&templates, &query), format!("{bits}: 000000"));
        assert_eq!(vendors_id(&templates, &query), Some(bits.to_string()));
    }
    // The order in which templates are added does not matter.
    templates.add(scope(7), text("again {code}"));
    assert_eq!(sent(&templates, &query(&app)), "15: 000000");
}

#[test]
fn an_application_inherits_from_the_deployment_and_the_deployment_from_the_built_in_texts() {
    let (mut templates, shop) = (Templates::default(), app());
    let other = Application {
        id: AppId::parse("other").unwrap(),
        ..app()
    };
    let channel = |app: Option<&str>| TemplateScope {
        app: app.map(|app| AppId::parse(app).unwrap()),
        channel: Some(Channel::Login),
        ..TemplateScope::default()
    };
    templates.add(channel(None), text("deployment {code}"));
    assert_eq!(sent(&templates, &query(&shop)), "deployment 000000");
    templates.add(channel(Some("shop")), text("shop {code}"));
    assert_eq!(sent(&templates, &query(&shop)), "shop 000000");
    assert_eq!(sent(&templates, &query(&other)), "deployment 000000");
    let register = TemplateQuery {
        channel: Channel::Register,
        ..query(&shop)
    };
    assert!(sent(&templates, &register).contains("your code to sign up"));
}

#[test]
fn a_template_serves_nothing_outside_its_scope() {
    let app = app();
    let elsewhere = [
        TemplateScope {
            app: Some(AppId::parse("other").unwrap()),
            ..scope(15)
        },
        TemplateScope {
            channel: Some(Channel::Register),
            ..scope(15)
        },
        TemplateScope {
            provider: Some(provider("infobip")),
            ..scope(15)
        },
        TemplateScope {
            language: Some(Language::ZhCn.tag()),
            ..scope(15)
        },
    ];
    for scope in elsewhere {
        let mut templates = Templates::default();
        templates.add(scope.clone(), text("other {code}"));
        templates.add(scope, vendor("other"));
        assert_eq!(sent(&templates, &query(&app)), BUILT_IN);
        assert_eq!(vendors_id(&templates, &query(&app)), None);
    }
}

/// The text of a message of `app` in `language`, and the language that it is in.
fn written(templates: &Templates, app: &Application, language: &str) -> (String, String) {
    let language = LanguageTag::parse(language).unwrap();
    let query = TemplateQuery {
        language: &language,
        ..query(app)
    };
    let written = templates.text(&query, &code(6), LIFE);
    let text = written.words.reveal().replace(" 000000", "");
    (text, written.language.as_str().to_owned())
}

// shows: found-W9
#[test]
fn a_message_is_in_the_nearest_language_that_there_is_a_text_in() {
    let (mut templates, mut app) = (Templates::default(), app());
    let of = |language: &str| TemplateScope {
        language: LanguageTag::parse(language),
        ..TemplateScope::default()
    };
    for tag in ["fr-CA", "fr-FR", "de", "zh-HK", "en-GB"] {
        templates.add(of(tag), text(&format!("{tag} {{code}}")));
    }
    templates.add(scope(0), text("any {code}"));
    for (asked, text, language) in [
        ("fr-FR", "fr-FR", "fr-FR"),
        ("fr", "fr-CA", "fr-CA"),
        ("fr-BE", "fr-CA", "fr-CA"),
        ("de-AT", "de", "de"),
        ("zh-HK", "zh-HK", "zh-HK"),
        ("zh-TW", "any", "zh-TW"),
        ("en-GB", "en-GB", "en-GB"),
        ("en-US", "any", "en-US"),
        ("pl-PL", "any", "pl-PL"),
        ("fro", "any", "fro"),
    ] {
        let expected = (text.to_owned(), language.to_owned());
        assert_eq!(written(&templates, &app, asked), expected, "{asked}");
    }
    app.languages.default = LanguageTag::parse("de-CH");
    let german = ("de".to_owned(), "de".to_owned());
    assert_eq!(written(&templates, &app, "pl-PL"), german);
    let built_in = written(&Templates::default(), &app, "pl-PL");
    assert!(built_in.0.starts_with("[Shop]"), "{built_in:?}");
    assert_eq!(built_in.1, "en-US");
}

#[test]
fn a_vendors_template_of_another_language_is_better_than_none() {
    let (mut templates, mut app) = (Templates::default(), app());
    let of = |language: &str| TemplateScope {
        language: LanguageTag::parse(language),
        ..scope(2)
    };
    templates.add(of("fr-FR"), vendor("F"));
    let id = |templates: &Templates, app: &Application| {
        let language = LanguageTag::parse("zh-CN").unwrap();
        let query = TemplateQuery {
            language: &language,
            ..query(app)
        };
        vendors_id(templates, &query)
    };
    assert_eq!(id(&templates, &app), None);
    app.languages.default = LanguageTag::parse("fr-CA");
    assert_eq!(id(&templates, &app).as_deref(), Some("F"));
    app.languages.default = None;
    templates.add(of("en-US"), vendor("E"));
    assert_eq!(id(&templates, &app).as_deref(), Some("E"));
}

#[test]
fn a_text_and_a_vendors_template_of_one_scope_stand_side_by_side() {
    let (mut templates, app) = (Templates::default(), app());
    templates.add(scope(2), text("text {code}"));
    templates.add(scope(2), vendor("SMS_1"));
    assert_eq!(sent(&templates, &query(&app)), "text 000000");
    let id = vendors_id(&templates, &query(&app));
    assert_eq!(id.as_deref(), Some("SMS_1"));
    templates.add(scope(2), vendor("SMS_2"));
    assert_eq!(sent(&templates, &query(&app)), "text 000000");
    let id = vendors_id(&templates, &query(&app));
    assert_eq!(id.as_deref(), Some("SMS_2"), "in place of the first");
}

#[test]
fn every_gap_is_filled() {
    let (mut templates, app) = (Templates::default(), app());
    templates.add(scope(0), text("[{app}] {code} {minutes} {seconds}"));
    assert_eq!(sent(&templates, &query(&app)), "[Shop] 000000 2 90");
    let variables = ["c={code}", "m={minutes}", "s={seconds}", "a={app}"];
    let template = VendorTemplate {
        id: "SMS_1".to_owned(),
        signature: Some("示例".to_owned()),
        variables: variables.map(|v| v.parse::<Variable>().unwrap()).into(),
    };
    templates.add(scope(2), Template::Vendor(template));
    let filled = templates.filled(&query(&app), &code(6), LIFE);
    let filled = filled.unwrap().words;
    assert_eq!(filled.signature.as_deref(), Some("示例"));
    let gaps: Vec<_> = filled
        .variables
        .iter()
        .map(|(name, value)| (&**name, value.reveal()))
        .collect();
    assert_eq!(
        gaps,
        [("c", "000000"), ("m", "2"), ("s", "90"), ("a", "Shop")]
    );
    assert!(!format!("{filled:?}").contains("000000"));
}

#[test]
fn a_preview_is_of_the_same_template() {
    let (mut templates, app) = (Templates::default(), app());
    assert!(templates.preview(&query(&app)).is_built_in);
    templates.add(scope(8), text("of shop {code}"));
    templates.add(scope(0), text("of all {code}"));
    let preview = templates.preview(&query(&app));
    assert_eq!(
        (&*preview.text, preview.is_built_in),
        ("of shop 123456", false)
    );
}

#[test]
fn last_lines_end_a_template_too() {
    let mut templates = Templates::default();
    templates.add(scope(0), text("[{app}] {code}"));
    let app = Application {
        web_host: Some(WebHost::parse("shop.example").unwrap()),
        android_app_hash: Some(AndroidAppHash::parse("FA+9qCX9VSu").unwrap()),
        ..app()
    };
    assert_eq!(
        sent(&templates, &query(&app)),
        "[Shop] 000000\nFA+9qCX9VSu\n@shop.example #000000"
    );
}

#[test]
fn a_template_without_room_for_last_lines_gives_way_to_the_built_in_text() {
    let app = Application {
        web_host: Some(WebHost::parse("shop.example").unwrap()),
        ..app()
    };
    // With eight digits and ten minutes, the last line is 23 characters and a line feed.
    let words = |count| format!("{{code}}{{minutes}}{}", "x".repeat(count));
    for (template, fits) in [(words(160 - 24 - 10), true), (words(160 - 24 - 9), false)] {
        let mut templates = Templates::default();
        templates.add(scope(0), text(&template));
        for digits in [4, 6, 8] {
            let text = templates.text(&query(&app), &code(digits), LIFE);
            assert_eq!(
                text.words.reveal().contains("xxx"),
                fits,
                "whatever the code"
            );
            assert_eq!(measure(text.words.reveal()).segments, 1);
            assert!(text.words.reveal().contains("\n@shop.example #0000"));
        }
        let nobody_reads = super::super::Sender::from(app.name_in_messages());
        assert!(
            template
                .parse::<TextTemplate>()
                .unwrap()
                .leaves_room(nobody_reads)
        );
    }
}
