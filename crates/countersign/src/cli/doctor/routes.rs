//! The setup: whether messages have a way to a vendor.

use std::collections::{BTreeMap, BTreeSet};

use countersign_core::application::{AppId, Application};
use countersign_core::ports::setup::{ProviderRecord, Setup};
use countersign_core::send::route::{ProviderName, RouteScope, Routes};
use countersign_core::template::TemplateKind;
use countersign_providers::kinds::KINDS;

use super::finding::Findings;
use crate::cli::place::Deployment;
use crate::cli::program;

const CHECK: &str = "routes";

pub(super) fn check(deployment: &Deployment, setup: &Setup, findings: &mut Findings) {
    // `dev` has a phone of its own, which carries what no route is for.
    if deployment.file.is_none() && setup.routes.is_empty() {
        return;
    }
    if setup.providers.is_empty() {
        without_provider(deployment, findings);
        return;
    }
    let mut good = true;
    let mut warn = |says: String| {
        findings.warning(CHECK, says);
        good = false;
    };
    unused(setup).for_each(|name| warn(format!(
        "no route names the provider {name}, so it carries nothing: name it with `{} route set`",
        program::name()
    )));
    lacking_templates(setup).for_each(|name| warn(format!(
        "the provider {name} fills templates and has none, so it refuses messages: name one with `{} template set \
         --provider {name}`",
        program::name()
    )));
    for application in enabled(setup).filter(|application| !is_routed(setup, application)) {
        let (id, country) = (application.id.as_str(), application.home());
        warn(format!(
            "no route leads from the application {id} to {country}: its sends there are refused with 2990001"
        ));
    }
    let routes = routes(setup);
    let countries = &deployment.settings.countries;
    for application in enabled(setup).filter(|application| is_routed(setup, application)) {
        let (id, country) = (application.id.as_str(), application.home());
        if !countries.admit(application, country, &routes) {
            warn(format!(
                "the application {id} reads numbers in {country}, which is not allowed: its sends there are refused with \
                 2990002, until [countries] allowed and its own list have it, or a route names it"
            ));
        }
    }
    if enabled(setup).next().is_none() {
        warn(format!(
            "there is no application: make one with `{} app create`",
            program::name()
        ));
    }
    if good {
        let (routes, applications) = (setup.routes.len(), enabled(setup).count());
        findings.ok(
            CHECK,
            format!(
                "{routes} set, and each of {applications} applications has one to its own country"
            ),
        );
    }
}

fn without_provider(deployment: &Deployment, findings: &mut Findings) {
    let add = format!("add one with `{} provider add`", program::name());
    match deployment.settings.server.allow_no_provider {
        true => findings.warning(CHECK, format!("no SMS provider is set up, so every send is refused: {add}")),
        false => findings.broken(
            CHECK,
            format!("no SMS provider is set up: set allow_no_provider = true in [server], start, and {add}"),
        ),
    }
}

/// The routes of a setup, without the accounts that they lead to.
fn routes(setup: &Setup) -> Routes {
    let routes = setup.routes.iter();
    let routes = routes.map(|(scope, route)| (scope.clone(), (**route).clone()));
    Routes::new(BTreeMap::new(), routes.collect())
}

fn enabled(setup: &Setup) -> impl Iterator<Item = &Application> {
    let enabled = setup.applications.values().filter(|held| !held.is_disabled);
    enabled.map(|held| &*held.application)
}

/// The providers that some route names.
fn routed(setup: &Setup) -> BTreeSet<&ProviderName> {
    let named = setup.routes.values().flat_map(|route| &route.providers);
    named.map(|(name, _)| name).collect()
}

/// The providers that no route names.
fn unused(setup: &Setup) -> impl Iterator<Item = &ProviderName> {
    let routed = routed(setup);
    setup
        .providers
        .keys()
        .filter(move |name| !routed.contains(name))
}

/// The providers on a route that fill a vendor's template for every number, and for which there is none.
fn lacking_templates(setup: &Setup) -> impl Iterator<Item = &ProviderName> {
    let routed = routed(setup);
    let lacking = setup.providers.iter().filter(move |(name, record)| {
        let mut templates = setup.templates.keys();
        let has_one = templates.any(|(scope, kind)| {
            *kind == TemplateKind::Vendor && scope.provider.as_ref() == Some(name)
        });
        routed.contains(name) && fills_templates(record) && !has_one
    });
    lacking.map(|(name, _)| name)
}

/// Whether an account fills a template for the numbers of every country.
fn fills_templates(record: &ProviderRecord) -> bool {
    let kind = KINDS.iter().find(|kind| kind.name == record.kind);
    let settings = serde_json::from_str(&record.settings).unwrap_or_default();
    let parts = kind.and_then(|kind| (kind.template)(&settings));
    parts.is_some_and(|parts| parts.country.is_none())
}

/// Whether a route leads from an application to the numbers that name no country.
fn is_routed(setup: &Setup, application: &Application) -> bool {
    let apps: [Option<AppId>; 2] = [Some(application.id.clone()), None];
    let countries = [Some(application.home()), None];
    let mut scopes = apps.iter().flat_map(|app| {
        countries.map(|country| RouteScope {
            app: app.clone(),
            country,
        })
    });
    scopes.any(|scope| setup.routes.contains_key(&scope))
}
