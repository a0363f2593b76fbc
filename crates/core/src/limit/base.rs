//! The limits of the settings, and the changes that an operator makes to them at run time.

use std::sync::Arc;
use std::time::Duration;

use super::{Bound, InvalidSendLimits, Mode, Override, SendLimit, SendLimits};
use crate::phone::Country;

/// Where a limit comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitSource {
    /// It is part of the product.
    Default,
    /// The settings file of the deployment has it.
    File,
}

impl LimitSource {
    /// Returns the name of the source.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            LimitSource::Default => "default",
            LimitSource::File => "file",
        }
    }
}

/// The limits on sends as the settings have them, beside the minute.
#[derive(Debug, Clone)]
pub struct BaseLimits {
    limits: Arc<[(SendLimit, LimitSource)]>,
    home: Country,
}

/// No limit beside the minute.
impl Default for BaseLimits {
    fn default() -> Self {
        Self {
            limits: Arc::default(),
            home: Country::CHINA,
        }
    }
}

/// The parts of a limit that an operator changes at run time; `None` leaves a part as the settings have it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LimitChange {
    /// Another maximum.
    pub max: Option<u64>,
    /// Another consequence of a refusal.
    pub mode: Option<Mode>,
    /// Another window.
    pub window: Option<Duration>,
    /// Other maxima for some sends, in place of those of the settings.
    pub overrides: Option<Vec<Override>>,
}

/// The reason why a limit cannot be changed in this way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidLimitChange {
    /// The limit goes by waits.
    #[error("a limit with waits has no maximum")]
    HasWaits,
    /// The limits would not hold together.
    #[error(transparent)]
    Limits(#[from] InvalidSendLimits),
}

impl LimitChange {
    /// Returns these parts of a limit, as the settings have it.
    #[must_use]
    pub fn parts_of(limit: &SendLimit) -> Self {
        Self {
            max: match limit.bound {
                Bound::Max(max) => Some(max),
                Bound::Waits(_) => None,
            },
            mode: Some(limit.mode),
            window: Some(limit.window),
            overrides: Some(limit.overrides.clone()),
        }
    }

    /// Returns this change with the parts that `later` changes.
    #[must_use]
    pub fn then(self, later: Self) -> Self {
        Self {
            max: later.max.or(self.max),
            mode: later.mode.or(self.mode),
            window: later.window.or(self.window),
            overrides: later.overrides.or(self.overrides),
        }
    }

    /// Returns the limit after this change. A limit with waits keeps them.
    #[must_use]
    pub fn applied(&self, limit: &SendLimit) -> SendLimit {
        let bound = match (&limit.bound, self.max) {
            (Bound::Max(_), Some(max)) => Bound::Max(max),
            (bound, _) => bound.clone(),
        };
        SendLimit {
            bound,
            mode: self.mode.unwrap_or(limit.mode),
            window: self.window.unwrap_or(limit.window),
            overrides: self.overrides.as_ref().unwrap_or(&limit.overrides).clone(),
            ..limit.clone()
        }
    }
}

impl BaseLimits {
    /// Takes the limits of the settings of a deployment whose [home](crate::country_rules::CountryRules::home) this is.
    ///
    /// # Errors
    /// [`InvalidSendLimits`] says which constraint they break.
    pub fn new(
        limits: Vec<(SendLimit, LimitSource)>,
        home: Country,
    ) -> Result<Self, InvalidSendLimits> {
        let base = Self {
            limits: limits.into(),
            home,
        };
        base.changed(|_| None)?;
        Ok(base)
    }

    /// Returns the country that the deployment is at home in.
    #[must_use]
    pub const fn home(&self) -> Country {
        self.home
    }

    /// Returns the limits, each with its source.
    #[must_use]
    pub fn limits(&self) -> &[(SendLimit, LimitSource)] {
        &self.limits
    }

    /// Returns the limit of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&SendLimit> {
        let mut limits = self.limits.iter().map(|(limit, _)| limit);
        limits.find(|limit| limit.name == name)
    }

    /// Returns the limits after the changes that `change` returns by the names of limits.
    ///
    /// # Errors
    /// [`InvalidSendLimits`] says which constraint they break.
    pub fn changed<'a>(
        &self,
        change: impl Fn(&str) -> Option<&'a LimitChange>,
    ) -> Result<SendLimits, InvalidSendLimits> {
        let limits = self
            .limits
            .iter()
            .map(|(limit, _)| match change(&limit.name) {
                Some(change) => change.applied(limit),
                None => limit.clone(),
            });
        SendLimits::at_home(self.home, limits.collect())
    }

    /// Judges a change of a limit.
    ///
    /// # Errors
    /// [`InvalidLimitChange`].
    pub fn check(&self, limit: &SendLimit, change: &LimitChange) -> Result<(), InvalidLimitChange> {
        if change.max.is_some() && matches!(limit.bound, Bound::Waits(_)) {
            return Err(InvalidLimitChange::HasWaits);
        }
        SendLimits::at_home(self.home, vec![change.applied(limit)])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limit::Part;

    fn day() -> SendLimit {
        SendLimit::new("day", &[Part::Number], Duration::from_secs(86_400), 20)
    }

    fn waits() -> SendLimit {
        SendLimit {
            name: "waits".to_owned(),
            bound: Bound::Waits([Duration::from_secs(60)].into()),
            ..day()
        }
    }

    fn base() -> BaseLimits {
        let limits = vec![(day(), LimitSource::Default), (waits(), LimitSource::File)];
        BaseLimits::new(limits, Country::CHINA).unwrap()
    }

    #[test]
    fn a_change_replaces_the_parts_that_it_names_of_the_limit_that_it_names() {
        let change = LimitChange {
            max: Some(50),
            mode: Some(Mode::Monitor),
            ..LimitChange::default()
        };
        let changed = base()
            .changed(|name| (name == "day").then_some(&change))
            .unwrap();
        let expected = SendLimit {
            bound: Bound::Max(50),
            mode: Mode::Monitor,
            ..day()
        };
        assert_eq!(changed.limits(), [expected, waits()]);
        assert_eq!(base().changed(|_| None).unwrap().limits(), [day(), waits()]);
    }

    #[test]
    fn the_parts_of_a_limit_are_the_change_that_makes_another_like_it() {
        let week = SendLimit {
            bound: Bound::Max(100),
            mode: Mode::Challenge,
            window: Duration::from_secs(7 * 86_400),
            overrides: vec![Override::default()],
            ..day()
        };
        assert_eq!(LimitChange::parts_of(&week).applied(&day()), week);
        assert_eq!(LimitChange::parts_of(&waits()).max, None);
        assert_eq!(LimitChange::default().applied(&week), week);
    }

    #[test]
    fn a_limit_of_the_settings_is_found_by_its_name_and_says_where_it_comes_from() {
        let base = base();
        assert_eq!(base.get("waits"), Some(&waits()));
        assert_eq!(base.get("week"), None);
        let sources = base.limits().iter().map(|(_, source)| source.as_str());
        assert_eq!(sources.collect::<Vec<_>>(), ["default", "file"]);
        assert_eq!(BaseLimits::default().limits(), []);
    }

    #[test]
    fn a_later_change_keeps_what_it_does_not_name() {
        let first = LimitChange {
            max: Some(50),
            window: Some(Duration::from_secs(60)),
            ..LimitChange::default()
        };
        let later = LimitChange {
            max: Some(5),
            ..LimitChange::default()
        };
        let both = LimitChange {
            max: Some(5),
            ..first.clone()
        };
        assert_eq!(first.then(later), both);
    }

    #[test]
    fn a_change_that_a_limit_does_not_bear_is_refused() {
        let max = LimitChange {
            max: Some(5),
            ..LimitChange::default()
        };
        let year = LimitChange {
            window: Some(Duration::from_secs(365 * 86_400)),
            ..LimitChange::default()
        };
        let refusal = |limit, change| base().check(&limit, change).map_err(|why| why.to_string());
        assert_eq!(refusal(day(), &max), Ok(()));
        let has_waits = "a limit with waits has no maximum".to_owned();
        assert_eq!(refusal(waits(), &max), Err(has_waits));
        let too_long = "a window has 1 millisecond to 31 days".to_owned();
        assert_eq!(refusal(day(), &year), Err(too_long));
    }
}
