//! Quotas: the limits on all sends, and on all sends of one application. Nothing but the application is needed to name their
//! buckets, so what they count is known without a send.

use std::borrow::Cow;

use super::{BucketKind, SendLimits};
use crate::application::AppId;
use crate::limit::{
    Bound, Counts, InvalidRules, LimitState, Part, Rule, RuleSet, Rules, SendLimit, Standing,
};

/// A limit on all sends, or on those of one application, as it holds for [trusted](Standing::Trusted) callers.
#[derive(Debug, Clone)]
pub struct Quota {
    /// The application; `None` for a limit on all sends.
    pub app: Option<AppId>,
    rule: Rule,
}

/// What a [`Quota`] counts at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaUse {
    /// The name of the limit.
    pub limit: String,
    /// The application; `None` for a limit on all sends.
    pub app: Option<AppId>,
    /// What is added up.
    pub counts: Counts,
    /// The weight that is counted.
    pub count: u64,
    /// The maximum weight, [kept part](SendLimit::reserve_percent) included.
    pub max: u64,
}

impl SendLimits {
    /// Returns the quotas of everybody, and those of each of `apps`. A limit that counts numbers or goes by waits is no
    /// quota. An override for a country or a calling code is left out of account.
    pub fn quotas<'a>(&self, apps: impl IntoIterator<Item = &'a AppId>) -> Vec<Quota> {
        let on_all = |limit: &&SendLimit| limit.is_quota_by(&[]);
        let on_apps = |limit: &&SendLimit| limit.is_quota_by(&[Part::Application]);
        let limits = self.limits.iter();
        let of_apps: Vec<_> = limits.clone().filter(on_apps).collect();
        let of_all = limits.filter(on_all).map(|limit| Quota::of(limit, None));
        let apps = apps.into_iter();
        let of_apps = apps.flat_map(|app| of_apps.iter().map(|limit| Quota::of(limit, Some(app))));
        of_all.chain(of_apps).collect()
    }
}

impl SendLimit {
    fn is_quota_by(&self, by: &[Part]) -> bool {
        let has_maximum = matches!(self.bound, Bound::Max(_)) && self.counts != Counts::Numbers;
        has_maximum && self.by.iter().eq(by)
    }
}

impl Quota {
    /// The most quotas that a ledger is asked about at once.
    pub const AT_ONCE: usize = RuleSet::MOST;

    fn of(limit: &SendLimit, app: Option<&AppId>) -> Self {
        let name = app.map_or("", AppId::as_str);
        let place = app.and_then(|app| limit.override_for(app));
        Self {
            app: app.cloned(),
            rule: Rule {
                bucket: BucketKind::of(limit).with(|_| Cow::Borrowed(name)),
                limit: limit.for_caller(place, Standing::Trusted),
            },
        }
    }

    /// Returns the rules by which a ledger tells what `quotas` count: a state for each, in their order.
    ///
    /// # Errors
    /// [`InvalidRules::TooMany`] for more than [`AT_ONCE`](Self::AT_ONCE).
    pub fn rules(quotas: &[Self]) -> Result<Rules, InvalidRules> {
        Rules::new(quotas.iter().map(|quota| quota.rule.clone()).collect())
    }

    /// Returns what the quota counts, by its state.
    #[must_use]
    pub fn used(&self, state: &LimitState) -> QuotaUse {
        let words = state.limit.in_words(state.count);
        QuotaUse {
            limit: self.rule.limit.name.clone().into_owned(),
            app: self.app.clone(),
            counts: self.rule.limit.counts,
            count: words.count,
            max: words.max,
        }
    }
}

impl QuotaUse {
    /// Returns the part of the maximum that is used: 1 for all of it, and 0 where the limit admits nothing at all.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.count as f64 / self.max.max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::channel::Channel;
    use crate::guard::Exemption;
    use crate::limit::{Override, SendFacts};
    use crate::phone::{Country, PhoneNumber};

    const DAY: Duration = Duration::from_secs(86_400);

    fn app(id: &str) -> AppId {
        AppId::parse(id).unwrap()
    }

    /// A limit of 100 on each application, and of 500 on the shop.
    fn of_apps() -> SendLimit {
        let at_home = Override {
            country: Some(Country::CHINA),
            max: 1,
            ..Override::default()
        };
        let of_shop = Override {
            application: Some(app("shop")),
            max: 500,
            ..Override::default()
        };
        SendLimit {
            reserve_percent: 20,
            overrides: vec![at_home, of_shop],
            ..SendLimit::new("app", &[Part::Application], DAY, 100)
        }
    }

    fn limits() -> SendLimits {
        let waits = SendLimit {
            bound: Bound::Waits([DAY].into()),
            ..SendLimit::new("waits", &[], DAY, 0)
        };
        let numbers = SendLimit {
            counts: Counts::Numbers,
            ..SendLimit::new("numbers", &[], DAY, 5)
        };
        let number = SendLimit::new("number", &[Part::Number], DAY, 5);
        let all = SendLimit::new("all", &[], DAY, 1_000);
        SendLimits::new(vec![of_apps(), number, waits, numbers, all]).unwrap()
    }

    #[test]
    fn a_quota_is_a_maximum_of_all_sends_or_of_those_of_an_application() {
        let quotas = limits().quotas([&app("shop"), &app("other")]);
        let used = quotas.iter().map(|quota| {
            let used = quota.used(&LimitState {
                limit: quota.rule.limit.clone(),
                count: 250,
                refused_until: None,
            });
            (used.limit.clone(), used.app.clone(), used.share())
        });
        let expected = [
            ("all".to_owned(), None, 0.25),
            ("app".to_owned(), Some(app("shop")), 0.5),
            ("app".to_owned(), Some(app("other")), 2.5),
        ];
        assert_eq!(used.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_quota_counts_in_the_bucket_of_the_sends_that_it_is_about() {
        let (limits, shop) = (limits(), app("shop"));
        let quotas = limits.quotas([&shop, &app("other")]);
        let send = limits.rules(&SendFacts {
            app: &shop,
            channel: Channel::Login,
            phone: &PhoneNumber::parse("13800138000", None).unwrap(),
            address: None,
            standing: Standing::Public,
            price: None,
            exempt: Exemption::default(),
        });
        let rules = Quota::rules(&quotas).unwrap();
        let shared = rules.buckets().iter();
        let shared = shared.map(|bucket| send.buckets().contains(bucket));
        assert_eq!(shared.collect::<Vec<_>>(), [true, true, false]);
    }
}
