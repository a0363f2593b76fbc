//! `/console/templates`: the words of messages: what each purpose has in each language, what a vendor lacks, and all that was
//! set.

pub(in crate::console) mod delete;
pub(in crate::console) mod edit;

use countersign_core::application::Application;
use countersign_core::channel::Channel;
use countersign_core::language::LanguageTag;
use countersign_core::ports::setup::Setup;
use countersign_core::send::route::ProviderName;
use countersign_core::template::{Language as BuiltIn, Template, TemplateKind, TemplateScope};
use countersign_providers::kinds;

use crate::console::entry::{Answer, Entry, Visit};
use crate::console::listing::{Cell, Listing, Table};
use crate::console::pages::refused::Why;
use crate::console::pill::{self, Pill};
use crate::console::shell::Area;
use crate::console::template_scope::Named;
use crate::console::words::sentences;
use crate::operator::Permission;

pub(in crate::console) const PATH: &str = "/console/templates";

/// The languages that have built-in texts.
const LANGUAGES: [BuiltIn; 2] = [BuiltIn::EnUs, BuiltIn::ZhCn];

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadSetup, list).of_applications()
}

async fn list(visit: Visit) -> Answer {
    let words = &visit.words().templates;
    let setup = visit.state.setup();
    let seen = setup
        .applications
        .values()
        .map(|record| &*record.application);
    let seen = seen.filter(|app| visit.apps().include(&app.id));
    let app = match visit.asked("app") {
        "" => seen.clone().next(),
        id => Some(
            seen.clone()
                .find(|app| app.id.as_str() == id)
                .ok_or(Why::NotFound)?,
        ),
    };
    let mut tables = Vec::new();
    if let Some(app) = app {
        tables.push(texts(&visit, &setup, app));
        let vendors: Vec<_> = filling(&setup).collect();
        if !vendors.is_empty() {
            tables.push(vendor_templates(&visit, app, &vendors));
        }
    }
    tables.push(all(&visit, &setup));
    let links = seen.map(|other| {
        let address = format!("{PATH}?app={}", other.id.as_str());
        (address, other.name.as_str().to_owned())
    });
    let shown = match app {
        Some(app) => {
            let words = visit.words().drafts.shows;
            sentences::titled(visit.language, words, app.name.as_str())
        }
        None => visit.words().drafts.no_application.to_owned(),
    };
    Ok(Listing {
        shell: visit.shell(Area::Templates),
        title: words.title,
        lead: words.lead,
        state: Vec::new(),
        tables,
        links: links.collect(),
        note: shown,
        more: None,
    }
    .found())
}

/// The text that an application has for each purpose, in each language.
fn texts(visit: &Visit, setup: &Setup, app: &Application) -> Table {
    let (words, of) = (visit.words(), &visit.words().drafts);
    let rows = Channel::ALL.map(|channel| {
        let cells = LANGUAGES.map(|language| {
            let named = of_text(app, channel, language.tag());
            let is_own = setup
                .templates
                .contains_key(&(named.scope.clone(), named.kind));
            let manage = &visit.state.manage;
            let preview = manage.preview_template(&app.id, channel, None, &language.tag());
            let is_built_in = preview.is_ok_and(|previewed| previewed.preview.is_built_in);
            let pill = match (is_own, is_built_in) {
                (true, _) => Pill::new("ok", pill::TICK, of.own),
                (false, true) => Pill::new("quiet", pill::BAR, of.built_in),
                (false, false) => Pill::new("quiet", pill::BAR, of.inherited),
            };
            Cell::Led(edit::address(&named), pill)
        });
        let [english, chinese] = cells;
        vec![words.terms.purpose(channel).into(), english, chinese]
    });
    Table {
        caption: of.texts_caption,
        columns: vec![words.templates.purpose, of.english, of.chinese],
        rows: rows.into(),
        empty: words.templates.none,
    }
}

/// The text of an application for a purpose, in a language.
fn of_text(app: &Application, channel: Channel, language: LanguageTag) -> Named {
    Named {
        scope: TemplateScope {
            app: Some(app.id.clone()),
            channel: Some(channel),
            provider: None,
            language: Some(language),
        },
        kind: TemplateKind::Text,
    }
}

/// The providers whose messages fill templates of their vendors.
pub(in crate::console) fn filling(setup: &Setup) -> impl Iterator<Item = &ProviderName> {
    let providers = setup.providers.values().filter(|record| {
        let settings = serde_json::from_str(&record.settings).unwrap_or_default();
        let kind = kinds::kind(&record.kind);
        kind.is_ok_and(|kind| (kind.template)(&settings).is_some())
    });
    providers.map(|record| &record.name)
}

/// Whether messages of an application for a purpose have a template at the provider, in each language.
pub(in crate::console) fn has_template(
    visit: &Visit,
    app: &Application,
    channel: Channel,
    provider: &ProviderName,
) -> bool {
    let manage = &visit.state.manage;
    let has = |language: BuiltIn| {
        let found = manage.preview_template(&app.id, channel, Some(provider), &language.tag());
        found.is_ok_and(|found| found.vendor.is_some())
    };
    LANGUAGES.into_iter().all(has)
}

/// The address of the template that an application lacks for a purpose at a provider.
pub(in crate::console) fn missing(
    app: &Application,
    channel: Channel,
    provider: &ProviderName,
) -> String {
    edit::address(&of_vendor(app, channel, provider))
}

/// The template of an application for a purpose at a provider, in every language.
fn of_vendor(app: &Application, channel: Channel, provider: &ProviderName) -> Named {
    Named {
        scope: TemplateScope {
            app: Some(app.id.clone()),
            channel: Some(channel),
            provider: Some(provider.clone()),
            language: None,
        },
        kind: TemplateKind::Vendor,
    }
}

/// What messages of an application for a purpose have at a provider, in a language; it leads to the template to write.
fn at_vendor(
    visit: &Visit,
    app: &Application,
    channel: Channel,
    provider: &ProviderName,
    language: BuiltIn,
) -> Cell {
    let of = &visit.words().drafts;
    let setup = visit.state.setup();
    let whole = of_vendor(app, channel, provider);
    let mut own = whole.clone();
    own.scope.language = Some(language.tag());
    let is_set = |named: &Named| {
        let key = (named.scope.clone(), named.kind);
        setup.templates.contains_key(&key)
    };
    let manage = &visit.state.manage;
    let found = manage.preview_template(&app.id, channel, Some(provider), &language.tag());
    let has = found.is_ok_and(|found| found.vendor.is_some());
    let (named, pill) = match (is_set(&own), is_set(&whole), has) {
        (true, ..) => (own, Pill::new("ok", pill::TICK, of.own_template)),
        (_, true, _) => (whole, Pill::new("ok", pill::TICK, of.own_template)),
        (.., true) => (whole, Pill::new("quiet", pill::BAR, of.inherited)),
        (.., false) => (whole, Pill::new("bad", pill::CROSS, of.missing)),
    };
    Cell::Led(edit::address(&named), pill)
}

/// Whether each purpose has a template at each vendor that needs one.
fn vendor_templates(visit: &Visit, app: &Application, vendors: &[&ProviderName]) -> Table {
    let (words, of) = (visit.words(), &visit.words().drafts);
    let rows = Channel::ALL.into_iter().flat_map(|channel| {
        vendors.iter().map(move |provider| {
            let cells =
                LANGUAGES.map(|language| at_vendor(visit, app, channel, provider, language));
            let [english, chinese] = cells;
            vec![
                words.terms.purpose(channel).into(),
                provider.as_str().into(),
                english,
                chinese,
            ]
        })
    });
    Table {
        caption: of.vendors_caption,
        columns: vec![
            words.templates.purpose,
            words.templates.provider,
            of.english,
            of.chinese,
        ],
        rows: rows.collect(),
        empty: words.templates.none,
    }
}

/// Every template that was set.
fn all(visit: &Visit, setup: &Setup) -> Table {
    let (words, terms) = (&visit.words().templates, &visit.words().terms);
    let may_delete = visit.may(Permission::ManageSetup);
    let seen = setup.templates.iter().filter(|((scope, _), _)| {
        let app = scope.app.as_ref();
        app.is_none_or(|app| visit.apps().include(app))
    });
    let rows = seen.map(|((scope, kind), template)| {
        let app = scope.app.as_ref().map_or(words.every, |app| app.as_str());
        let purpose = scope
            .channel
            .map_or(words.every, |channel| terms.purpose(channel));
        let provider = scope
            .provider
            .as_ref()
            .map_or(words.every, |name| name.as_str());
        let language = scope
            .language
            .as_ref()
            .map_or(words.every, |tag| tag.as_str());
        let says = match &**template {
            Template::Text(text) => text.to_string(),
            Template::Vendor(vendor) => vendor.id.clone(),
        };
        let named = Named {
            scope: scope.clone(),
            kind: *kind,
        };
        let mut cells = vec![
            app.into(),
            purpose.into(),
            Cell::from(provider).less(),
            Cell::from(language).less(),
            Cell::Link(edit::address(&named), says),
        ];
        if named.may_change(visit) {
            let name = visit.words().drafts.delete_short.to_owned();
            cells.push(Cell::Link(named.address(delete::PATH), name));
        } else if may_delete {
            cells.push(String::new().into());
        }
        cells
    });
    let mut columns = vec![
        words.application,
        words.purpose,
        words.provider,
        words.language,
        words.says,
    ];
    if may_delete {
        columns.push(visit.words().drafts.act);
    }
    Table {
        caption: words.caption,
        columns,
        rows: rows.collect(),
        empty: words.none,
    }
}
