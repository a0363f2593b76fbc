//! Routes: set and delete.

use countersign_core::application::AppId;
use countersign_core::audit::Author;
use countersign_core::ports::setup::{Change, Setting, SettingKey, Setup, SetupVersion, Versioned};
use countersign_core::send::route::{InvalidRoute, ProviderName, Route, RouteScope};

use super::{Manage, ManageError, Rule, check_version, known_application, known_provider};

impl Manage {
    /// Sets the route of a scope, if that has the version `if_version` or `if_version` is `None`.
    ///
    /// # Errors
    /// [`ManageError::UnknownApplication`]; [`ManageError::Changed`]; [`ManageError::Fields`] when a provider does not
    /// exist, or the route breaks a rule of [`Route::check`].
    pub async fn set_route(
        &self,
        by: Author,
        scope: RouteScope,
        route: Route,
        if_version: Option<SetupVersion>,
    ) -> Result<Versioned<Route>, ManageError> {
        let key = scope.clone();
        let setup = self
            .change(by, move |setup| {
                check(setup, &scope, &route)?;
                check_version(setup, &SettingKey::Route(scope.clone()), if_version)?;
                Ok(Change::Put(Setting::Route(scope.clone(), route.clone())))
            })
            .await?;
        setup.routes.get(&key).cloned().ok_or_else(|| unknown(&key))
    }

    /// Deletes the route of a scope.
    ///
    /// # Errors
    /// [`ManageError::UnknownApplication`]; [`ManageError::Unknown`].
    pub async fn delete_route(&self, by: Author, scope: RouteScope) -> Result<(), ManageError> {
        self.change(by, move |setup| {
            if let Some(app) = &scope.app {
                known_application(setup, app)?;
            }
            if !setup.routes.contains_key(&scope) {
                return Err(unknown(&scope));
            }
            Ok(Change::Remove(SettingKey::Route(scope.clone())))
        })
        .await?;
        Ok(())
    }
}

fn check(setup: &Setup, scope: &RouteScope, route: &Route) -> Result<(), ManageError> {
    if let Some(app) = &scope.app {
        known_application(setup, app)?;
    }
    for (name, _) in &route.providers {
        known_provider(setup, name, "providers.name")?;
    }
    route.check(scope).map_err(|error| {
        let field = match error {
            InvalidRoute::SameCodeForAll => "onUnknown",
            InvalidRoute::Share(_) => "providers.weight",
            InvalidRoute::Count | InvalidRoute::Twice(_) => "providers",
        };
        ManageError::rule(field, Rule::Route(error))
    })
}

fn unknown(scope: &RouteScope) -> ManageError {
    ManageError::Unknown(words(scope))
}

/// Returns the scope of a route that names this provider, if there is one.
pub(super) fn naming<'a>(setup: &'a Setup, name: &ProviderName) -> Option<&'a RouteScope> {
    let names_it = |route: &Route| route.providers.iter().any(|(named, _)| named == name);
    let mut routes = setup.routes.iter();
    let found = routes.find(|(_, route)| names_it(route));
    found.map(|(scope, _)| scope)
}

/// Returns a scope in words, such as `the route of every application to CN` or `the default route`.
pub(super) fn words(scope: &RouteScope) -> String {
    if scope.app.is_none() && scope.country.is_none() {
        return "the default route".to_owned();
    }
    let app = scope.app.as_ref().map(AppId::as_str);
    let app = app.unwrap_or("every application");
    let country = scope.country.as_ref().map(ToString::to_string);
    let country = country.unwrap_or_else(|| "anywhere".to_owned());
    format!("the route of {app} to {country}")
}
