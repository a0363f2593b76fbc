//! The messages that cannot go as a route says, since a vendor has no template for them.

use countersign_core::channel::Channel;
use countersign_core::ports::setup::Setup;
use countersign_core::send::route::{ProviderName, Route};

use crate::console::entry::Visit;
use crate::console::pages::templates;
use crate::console::words::service::{self, Lack};
use crate::operator::Permission;

/// The most that are told of one half.
const MOST: usize = 3;

/// Templates that an application lacks.
pub(super) struct Missing {
    pub(super) sentence: String,
    /// Whether no provider of the route carries the messages.
    pub(super) is_dead: bool,
    /// The page on which to add the first template, where the person may.
    pub(super) mend: Option<String>,
}

/// What the providers of a route lack, worst first.
pub(super) fn missing(visit: &Visit, setup: &Setup, route: &Route) -> Vec<Missing> {
    let filling: Vec<_> = templates::filling(setup).collect();
    let named = || route.providers.iter().map(|(name, _)| name);
    let filling: Vec<_> = named().filter(|name| filling.contains(name)).collect();
    let only_filling = filling.len() == route.providers.len();
    let mut found = Vec::new();
    let apps = setup.applications.values();
    for record in apps.filter(|record| !record.is_disabled) {
        let app = &record.application;
        let lacks = |channel: Channel, provider: &ProviderName| {
            !templates::has_template(visit, app, channel, provider)
        };
        let of_none: Vec<_> = Channel::ALL
            .into_iter()
            .filter(|channel| only_filling && filling.iter().all(|by| lacks(*channel, by)))
            .collect();
        let mut tell = |provider: &ProviderName, channels: &[Channel], is_dead| {
            let Some(first) = channels.first() else {
                return;
            };
            let may_mend = visit.may(Permission::ManageSetup);
            let told = Lack {
                app: app.name.as_str().to_owned(),
                provider: provider.to_string(),
                purposes: purposes(visit, channels),
                is_dead,
            };
            found.push(Missing {
                sentence: service::lack(visit.language, &told),
                is_dead,
                mend: may_mend.then(|| templates::missing(app, *first, provider)),
            });
        };
        if let Some(first) = filling.first() {
            tell(first, &of_none, true);
        }
        for provider in &filling {
            let channels: Vec<_> = Channel::ALL
                .into_iter()
                .filter(|channel| !of_none.contains(channel) && lacks(*channel, provider))
                .collect();
            tell(provider, &channels, false);
        }
    }
    found.sort_by_key(|missing| !missing.is_dead);
    found.truncate(MOST);
    found
}

fn purposes(visit: &Visit, channels: &[Channel]) -> Vec<&'static str> {
    let words = visit.words();
    match channels.len() == Channel::ALL.len() {
        true => vec![words.service.every_purpose],
        false => channels
            .iter()
            .map(|channel| words.terms.purpose(*channel))
            .collect(),
    }
}
