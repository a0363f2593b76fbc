//! A filter of messages by what they have in common.
//!
//! A store reads a message in steps, and may ask after each whether the message can still fit.

use crate::application::AppId;
use crate::channel::Channel;
use crate::message::Timeline;
use crate::phone::{Country, PhoneNumber};
use crate::receipt::Delivery;
use crate::send::attempt::{self, Attempt};
use crate::send::outcome::{Outcome, RefusalKind};
use crate::staff::Applications;

/// What messages have in common. A message fits where every part that is given holds for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessageFilter {
    /// Only messages of these applications.
    pub within: Applications,
    /// The application that sent it.
    pub app: Option<AppId>,
    /// The purpose of its code.
    pub channel: Option<Channel>,
    /// The country of its number.
    pub country: Option<Country>,
    /// The provider that decided its outcome.
    pub provider: Option<String>,
    /// A provider that [failed](Attempt::is_failure) at it, whoever carried it in the end.
    pub failed_at: Option<String>,
    /// What became of it.
    pub outcome: Option<OutcomeFilter>,
}

/// What became of a message, in the words of [tallies](crate::tally::Tally).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutcomeFilter {
    /// It is under way.
    Pending,
    /// A provider took it, whatever the provider reported afterwards.
    Accepted,
    /// A provider may have taken it.
    Unknown,
    /// It was certainly not sent.
    NotSent,
    /// It was certainly not sent, for this reason.
    Refused(RefusalKind),
    /// It arrived, as its provider reports.
    Delivered,
    /// It did not arrive, as its provider reports.
    Failed,
    /// Its code was used up by the right guess.
    Verified,
}

impl OutcomeFilter {
    /// The filters that are about no single reason, with their names.
    pub const NAMED: [(&str, Self); 7] = [
        ("pending", Self::Pending),
        ("accepted", Self::Accepted),
        ("unknown", Self::Unknown),
        ("not_sent", Self::NotSent),
        ("delivered", Self::Delivered),
        ("failed", Self::Failed),
        ("verified", Self::Verified),
    ];

    /// Reads a name: one of [`OutcomeFilter::NAMED`], or that of a [reason](RefusalKind).
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let named = Self::NAMED.into_iter().find(|(known, _)| *known == name);
        let named = named.map(|(_, filter)| filter);
        named.or_else(|| RefusalKind::parse(name).map(Self::Refused))
    }

    /// Returns every name that [`OutcomeFilter::parse`] reads.
    pub fn names() -> impl Iterator<Item = &'static str> {
        let named = Self::NAMED.into_iter().map(|(name, _)| name);
        named.chain(RefusalKind::ALL.into_iter().map(RefusalKind::as_str))
    }

    /// Returns the name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Unknown => "unknown",
            Self::NotSent => "not_sent",
            Self::Refused(kind) => kind.as_str(),
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Verified => "verified",
        }
    }

    /// Returns whether a message with this outcome can fit; `None` while it is under way. Reports decide about
    /// [`OutcomeFilter::Delivered`] and [`OutcomeFilter::Failed`], and checks about [`OutcomeFilter::Verified`].
    fn can_be(self, outcome: Option<&Outcome>) -> bool {
        match self {
            Self::Pending => outcome.is_none(),
            Self::Accepted => matches!(outcome, Some(Outcome::Accepted { .. })),
            Self::Unknown => matches!(outcome, Some(Outcome::Unknown { .. })),
            Self::NotSent => matches!(outcome, Some(Outcome::NotAccepted(_))),
            Self::Refused(kind) => outcome.is_some_and(|outcome| outcome.is_refusal(kind)),
            Self::Verified => !matches!(outcome, Some(Outcome::NotAccepted(_))),
            Self::Delivered | Self::Failed => true,
        }
    }

    /// Returns whether the reports about a message say so, where it is about them.
    fn is_reported(self, message: &Timeline) -> bool {
        let reports = message.receipts.iter().map(|report| report.status);
        match self {
            Self::Delivered => Delivery::of(reports) == Some(Delivery::Delivered),
            Self::Failed => Delivery::of(reports) == Some(Delivery::Failed),
            _ => true,
        }
    }
}

impl MessageFilter {
    /// Returns whether every message fits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns whether a message of this application and channel can fit.
    #[must_use]
    pub fn can_be_of(&self, app: &str, channel: &str) -> bool {
        let is_of = self
            .app
            .as_ref()
            .is_none_or(|wanted| wanted.as_str() == app);
        is_of
            && self.within.include_id(app)
            && self.channel.is_none_or(|wanted| wanted.as_str() == channel)
    }

    /// Returns whether a message to this number can fit.
    #[must_use]
    pub fn can_be_to(&self, phone: &PhoneNumber) -> bool {
        self.country.is_none_or(|wanted| phone.country() == wanted)
    }

    /// Returns whether attempts tell anything about whether a message fits.
    #[must_use]
    pub const fn asks_for_attempts(&self) -> bool {
        self.provider.is_some() || self.failed_at.is_some() || self.outcome.is_some()
    }

    /// Returns whether a message with these attempts can fit.
    #[must_use]
    pub fn can_have(&self, attempts: &[Attempt]) -> bool {
        let decisive = attempt::decisive(attempts).and_then(|place| attempts.get(place));
        let provider = decisive.and_then(|attempt| attempt.provider.as_ref());
        let outcome = decisive.map(|attempt| &attempt.outcome);
        let by = self
            .provider
            .as_ref()
            .is_none_or(|wanted| provider == Some(wanted));
        let failed_at = |wanted: &String| {
            let failures = attempts.iter().filter(|attempt| attempt.is_failure());
            failures
                .map(|attempt| attempt.provider.as_ref())
                .any(|by| by == Some(wanted))
        };
        by && self.failed_at.as_ref().is_none_or(failed_at)
            && self.outcome.is_none_or(|wanted| wanted.can_be(outcome))
    }

    /// Returns whether checks tell whether a message fits.
    #[must_use]
    pub fn asks_for_checks(&self) -> bool {
        self.outcome == Some(OutcomeFilter::Verified)
    }

    /// Returns whether a message can fit, as far as anything but its checks tells.
    #[must_use]
    pub fn fits_but_for_checks(&self, message: &Timeline) -> bool {
        self.can_be_of(message.app.as_str(), message.channel.as_str())
            && self.can_be_to(&message.phone)
            && self.can_have(&message.attempts)
            && self
                .outcome
                .is_none_or(|wanted| wanted.is_reported(message))
    }

    /// Returns whether a message fits.
    #[must_use]
    pub fn fits(&self, message: &Timeline) -> bool {
        self.fits_but_for_checks(message) && (!self.asks_for_checks() || message.is_verified())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    fn attempts(of: &[(&str, Outcome)]) -> Vec<Attempt> {
        let at = Timestamp::from_millis(0);
        let attempts = of.iter().map(|(provider, outcome)| Attempt {
            provider: Some((*provider).to_owned()),
            started_at: at,
            ended_at: at,
            outcome: outcome.clone(),
        });
        attempts.collect()
    }

    fn accepted() -> Outcome {
        Outcome::Accepted {
            provider_message_id: None,
        }
    }

    #[test]
    fn every_outcome_has_a_name_of_its_own_that_is_read() {
        let names: Vec<_> = OutcomeFilter::names().collect();
        assert_eq!(names.len(), 7 + RefusalKind::ALL.len());
        for (place, name) in names.iter().enumerate() {
            let read = OutcomeFilter::parse(name).map(OutcomeFilter::as_str);
            assert_eq!(read, Some(*name));
            assert!(!names[..place].contains(name), "{name}");
        }
        assert_eq!(OutcomeFilter::parse("Accepted"), None);
    }

    #[test]
    fn the_attempt_that_decides_the_outcome_names_the_provider() {
        let failed_over = attempts(&[
            ("first", Outcome::not_accepted(RefusalKind::Unreachable)),
            ("second", accepted()),
        ]);
        for (provider, fits) in [("first", false), ("second", true), ("third", false)] {
            let filter = MessageFilter {
                provider: Some(provider.to_owned()),
                ..MessageFilter::default()
            };
            assert!(filter.asks_for_attempts());
            assert_eq!(filter.can_have(&failed_over), fits, "{provider}");
            assert!(!filter.can_have(&[]), "{provider}");
        }
    }

    #[test]
    fn a_failure_that_another_provider_made_good_is_one_of_the_first() {
        let rescued = attempts(&[
            ("first", Outcome::not_accepted(RefusalKind::ConfigError)),
            ("second", accepted()),
        ]);
        for (provider, fits) in [("first", true), ("second", false), ("third", false)] {
            let filter = MessageFilter {
                failed_at: Some(provider.to_owned()),
                ..MessageFilter::default()
            };
            assert!(filter.asks_for_attempts() && !filter.is_empty());
            assert_eq!(filter.can_have(&rescued), fits, "{provider}");
            assert!(!filter.can_have(&[]), "{provider}");
        }
    }

    #[test]
    fn a_message_fits_the_outcome_that_its_attempts_have() {
        let unknown = Outcome::Unknown {
            cause: "silence".to_owned(),
        };
        let refused = Outcome::not_accepted(RefusalKind::BadNumber);
        let outcomes = [None, Some(accepted()), Some(unknown), Some(refused)];
        for (name, fits) in [
            ("pending", [true, false, false, false]),
            ("accepted", [false, true, false, false]),
            ("unknown", [false, false, true, false]),
            ("not_sent", [false, false, false, true]),
            ("bad_number", [false, false, false, true]),
            ("unreachable", [false, false, false, false]),
            ("delivered", [true, true, true, true]),
            ("verified", [true, true, true, false]),
        ] {
            let filter = MessageFilter {
                outcome: OutcomeFilter::parse(name),
                ..MessageFilter::default()
            };
            for (outcome, fits) in outcomes.iter().zip(fits) {
                let outcome = outcome.clone().map(|outcome| ("any", outcome));
                let attempts = attempts(outcome.as_slice());
                assert_eq!(filter.can_have(&attempts), fits, "{name} {attempts:?}");
            }
        }
    }

    #[test]
    fn messages_of_other_applications_do_not_fit() {
        let within = Applications::Only(AppId::parse("shop").into_iter().collect());
        let filter = MessageFilter {
            within,
            ..MessageFilter::default()
        };
        assert!(!filter.is_empty());
        assert!(filter.can_be_of("shop", "CHANNEL_LOGIN"));
        assert!(!filter.can_be_of("shop2", "CHANNEL_LOGIN"));
        let of_another = MessageFilter {
            app: AppId::parse("shop2").ok(),
            ..filter
        };
        assert!(!of_another.can_be_of("shop2", "CHANNEL_LOGIN"));
    }

    #[test]
    fn an_application_and_a_channel_are_compared_whole() {
        let filter = MessageFilter {
            app: AppId::parse("shop").ok(),
            channel: Channel::parse("CHANNEL_LOGIN"),
            ..MessageFilter::default()
        };
        assert!(filter.can_be_of("shop", "CHANNEL_LOGIN"));
        assert!(!filter.can_be_of("shop2", "CHANNEL_LOGIN"));
        assert!(!filter.can_be_of("shop", "CHANNEL_REGISTER"));
        assert!(!filter.is_empty() && MessageFilter::default().is_empty());
        assert!(MessageFilter::default().can_be_of("any", "any"));
    }
}
