//! The figures that rule the life of a code.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::application::AppId;
use crate::channel::Channel;
use crate::limit::Limit;

/// The length, life, tries and resend rule of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeRules {
    /// The number of digits: 6 to 8.
    pub digits: u8,
    /// The time for which the code can be used, counted from the decision: 60 to 600 s.
    pub life: Duration,
    /// The number of wrong guesses that kills the code: 1 to 10.
    pub tries: u8,
    /// The effect of another send on the code.
    pub resend: Resend,
}

/// The effect of another send for the same scope (application, channel and number).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resend {
    /// The message brings a new code. The older code dies once the new one may have been sent.
    Rotate,
    /// The message brings the same code again, for as long as it lives and has tries left. The store then keeps
    /// it sealed, beside its MAC.
    Reuse,
    /// The message brings a new code. This many of the newest codes, 2 to 5, are good.
    AcceptLast(u8),
}

impl Resend {
    /// Returns the number of newest codes that are good.
    #[must_use]
    pub const fn keeps(self) -> u8 {
        match self {
            Resend::Rotate | Resend::Reuse => 1,
            Resend::AcceptLast(n) => n,
        }
    }
}

/// The changes that one setting makes to [`CodeRules`]; `None` leaves a field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CodeSetting {
    /// See [`CodeRules::digits`].
    pub digits: Option<u8>,
    /// See [`CodeRules::life`].
    pub life: Option<Duration>,
    /// See [`CodeRules::tries`].
    pub tries: Option<u8>,
    /// See [`CodeRules::resend`].
    pub resend: Option<Resend>,
}

/// The channels that a setting is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChannelSettings {
    /// The setting for all channels.
    pub all: CodeSetting,
    /// The settings for single channels.
    pub each: BTreeMap<Channel, CodeSetting>,
}

/// The rules of every application and channel.
///
/// The nearer setting wins: built-in, then the deployment's for all channels and for the channel, then the
/// application's for all channels and for the channel. A strict channel ([`Channel::is_strict`]) gets no
/// more than 3 tries, unless a setting names that channel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CodePolicy {
    deployment: ChannelSettings,
    applications: BTreeMap<AppId, ChannelSettings>,
}

/// The reason why settings are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCodeSetting {
    /// A length out of bounds.
    #[error("a code has 6 to 8 digits, not {0}")]
    Digits(u8),
    /// A life out of bounds.
    #[error("a code lives 60 to 600 seconds, not {0}")]
    Life(u64),
    /// A number of tries out of bounds.
    #[error("a code survives 1 to 10 tries, not {0}")]
    Tries(u8),
    /// A number of codes out of bounds.
    #[error("the last 2 to 5 codes can be accepted, not {0}")]
    AcceptLast(u8),
}

impl CodeSetting {
    /// Checks that every field is within its bounds.
    ///
    /// # Errors
    /// [`InvalidCodeSetting`] says which bound a field breaks.
    pub fn check(&self) -> Result<(), InvalidCodeSetting> {
        use InvalidCodeSetting as Invalid;
        match *self {
            Self {
                digits: Some(digits),
                ..
            } if !(LEAST_DIGITS..=MOST_DIGITS).contains(&digits) => Err(Invalid::Digits(digits)),
            Self {
                life: Some(life), ..
            } if life < SHORTEST_LIFE || life > LONGEST_LIFE => Err(Invalid::Life(life.as_secs())),
            Self {
                tries: Some(tries), ..
            } if !(1..=10).contains(&tries) => Err(Invalid::Tries(tries)),
            Self {
                resend: Some(Resend::AcceptLast(n)),
                ..
            } if !(2..=5).contains(&n) => Err(Invalid::AcceptLast(n)),
            _ => Ok(()),
        }
    }

    fn change(&self, rules: &mut CodeRules) {
        rules.digits = self.digits.unwrap_or(rules.digits);
        rules.life = self.life.unwrap_or(rules.life);
        rules.tries = self.tries.unwrap_or(rules.tries);
        rules.resend = self.resend.unwrap_or(rules.resend);
    }
}

impl CodePolicy {
    /// Makes the policy of these settings.
    ///
    /// # Errors
    /// [`InvalidCodeSetting`] says which bound one of them breaks.
    pub fn new(
        deployment: ChannelSettings,
        applications: BTreeMap<AppId, ChannelSettings>,
    ) -> Result<Self, InvalidCodeSetting> {
        for settings in std::iter::once(&deployment).chain(applications.values()) {
            for setting in std::iter::once(&settings.all).chain(settings.each.values()) {
                setting.check()?;
            }
        }
        Ok(Self {
            deployment,
            applications,
        })
    }

    /// Returns a time that no code lives longer than.
    #[must_use]
    pub fn longest_life(&self) -> Duration {
        let all = std::iter::once(&self.deployment).chain(self.applications.values());
        let settings = all.flat_map(|of| std::iter::once(&of.all).chain(of.each.values()));
        let lives = settings.filter_map(|setting| setting.life);
        lives.max().unwrap_or_default().max(LIFE)
    }

    /// Returns the rules of the codes that `app` sends for `channel`.
    #[must_use]
    pub fn of(&self, app: &AppId, channel: Channel) -> CodeRules {
        let mut rules = CodeRules {
            digits: 6,
            life: LIFE,
            tries: 5,
            resend: Resend::Rotate,
        };
        let mut named_tries = None;
        for settings in [Some(&self.deployment), self.applications.get(app)]
            .into_iter()
            .flatten()
        {
            settings.all.change(&mut rules);
            if let Some(setting) = settings.each.get(&channel) {
                setting.change(&mut rules);
                named_tries = setting.tries.or(named_tries);
            }
        }
        if channel.is_strict() {
            rules.tries = named_tries.unwrap_or(rules.tries.min(STRICT_TRIES));
        }
        rules
    }
}

/// The life of a code where no setting says otherwise.
const LIFE: Duration = Duration::from_secs(300);

/// The lower bound of [`CodeRules::digits`].
pub const LEAST_DIGITS: u8 = 6;
/// The upper bound of [`CodeRules::digits`].
pub const MOST_DIGITS: u8 = 8;
/// The lower bound of [`CodeRules::life`].
pub const SHORTEST_LIFE: Duration = Duration::from_secs(60);
/// The upper bound of [`CodeRules::life`].
pub const LONGEST_LIFE: Duration = Duration::from_secs(600);

/// The time for which a ledger remembers a code after its end, so that a check can say that it has expired.
pub const REMEMBERED: Duration = Duration::from_secs(60);

/// The number of replaced codes of a scope that a ledger remembers, so that a check can say that a guess was replaced. One
/// send a minute makes no more within [`LONGEST_LIFE`].
pub const REPLACED: usize = 9;

const STRICT_TRIES: u8 = 3;

/// The rolling window of the one-minute limit: a number gets one code per application and channel in it.
pub const MINUTE: Duration = Duration::from_secs(60);

/// The time for which sends are held after an operator accepted a database that was put back: a [`MINUTE`] that was
/// taken before, and may not be on record, is over then.
pub const RESTORED_HOLD: Duration = MINUTE;

/// The time for which the keys of a generation are looked up after newer ones took their place: the longest window of a
/// limit and the longest life of a code, so that no hit and no code under them counts any more.
pub const OLDER_KEYS: Duration = Duration::from_secs(
    Limit::LONGEST_WINDOW.as_secs() + LONGEST_LIFE.as_secs() + REMEMBERED.as_secs(),
);

/// The time for which the answer of a send is kept under its idempotency key.
pub const SEND_KEY_LIFE: Duration = Duration::from_secs(24 * 3600);

/// The time for which the answer of a check is kept under its idempotency key.
pub const CHECK_KEY_LIFE: Duration = Duration::from_secs(600);

/// The longest time for which a repeated call waits for the end of the first call with its idempotency key.
pub const KEY_PATIENCE: Duration = Duration::from_secs(5);

const _: () = assert!(
    OLDER_KEYS.as_secs() > SEND_KEY_LIFE.as_secs()
        && OLDER_KEYS.as_secs() > CHECK_KEY_LIFE.as_secs(),
    "the record of an idempotency key is looked up under the keys that wrote it",
);

/// The rolling window in which [`GIVE_BACKS`] are counted.
pub const GIVE_BACK_WINDOW: Duration = Duration::from_secs(60);

/// The maximum number of give-backs per number and channel in a rolling [`GIVE_BACK_WINDOW`]. A give-back
/// follows a definite failure to send.
pub const GIVE_BACKS: u64 = 3;

/// The longest time from the making of a message's id to its hand-over to a provider. A process that stood
/// still for longer (stopped, suspended, starved) does not send the message: its minute may be over and another
/// message under way.
pub const HAND_OVER: Duration = Duration::from_secs(3);

/// The longest time from the head of a request to its check. The body has 10 s to arrive. A later check is
/// refused.
pub const CHECK_LATENESS: Duration = Duration::from_secs(15);

/// The longest time from a decision to the record of its outcome: hand-over, every provider, and ten seconds to
/// write the record. A message that has no outcome by then lost its sender, and counts as sent.
pub const OUTCOME_DUE: Duration = Duration::from_secs(3 + 8 + 10);

/// The life of a verification token.
pub const TOKEN_LIFE: Duration = Duration::from_secs(300);

/// The most by which the clocks of two nodes may differ so that nothing is good twice: a node whose clock is behind takes a
/// token, a signature or the solution of a challenge after others have let it end.
pub const NODES_APART: Duration = Duration::from_secs(600);

/// The time for which the use of a verification token is remembered.
pub const TOKEN_REMEMBERED: Duration =
    Duration::from_secs(TOKEN_LIFE.as_secs() + NODES_APART.as_secs());

/// The maximum number of vendors called for one message before one takes it.
pub const MOST_VENDORS: usize = 2;

/// The longest time that all providers together may take over one message. SDK callers give up after 10 s.
pub const SEND_DEADLINE: Duration = Duration::from_secs(8);

/// The longest time that a provider may take over a message that may go through another one after an unknown
/// outcome. The rest of [`SEND_DEADLINE`] is for the next provider.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// The least part of [`SEND_DEADLINE`] with which another vendor is called. With less, a definite refusal would
/// become an unknown outcome, and the slowness of the first vendor would count as a failure of the second.
pub const LEAST_FOR_A_VENDOR: Duration = Duration::from_secs(1);

const _: () = assert!(
    OUTCOME_DUE.as_secs() == HAND_OVER.as_secs() + SEND_DEADLINE.as_secs() + 10,
    "an outcome is due ten seconds after the last moment of a send"
);

#[cfg(test)]
mod tests {
    use super::*;

    fn app(id: &str) -> AppId {
        AppId::parse(id).unwrap()
    }

    fn tries(tries: u8) -> CodeSetting {
        CodeSetting {
            tries: Some(tries),
            ..CodeSetting::default()
        }
    }

    #[test]
    fn the_built_in_rules_are_six_digits_five_minutes_and_five_tries_or_three() {
        let policy = CodePolicy::default();
        for channel in Channel::ALL {
            let rules = policy.of(&app("any"), channel);
            let strict = matches!(
                channel,
                Channel::ResetPassword
                    | Channel::UnbindPhone
                    | Channel::UnbindMfa
                    | Channel::DeleteAccount
            );
            assert_eq!(rules.tries, if strict { 3 } else { 5 }, "{channel:?}");
            assert_eq!((rules.digits, rules.life.as_secs()), (6, 300));
            assert_eq!(rules.resend, Resend::Rotate);
        }
    }

    #[test]
    fn the_nearer_setting_wins_and_strict_channels_are_loosened_by_name_only() {
        let deployment = ChannelSettings {
            all: CodeSetting {
                digits: Some(7),
                tries: Some(9),
                ..CodeSetting::default()
            },
            each: BTreeMap::from([(Channel::Login, tries(8)), (Channel::UnbindMfa, tries(6))]),
        };
        let shop = ChannelSettings {
            all: CodeSetting {
                digits: Some(8),
                tries: Some(2),
                ..CodeSetting::default()
            },
            each: BTreeMap::from([(Channel::ResetPassword, tries(4))]),
        };
        let policy = CodePolicy::new(deployment, BTreeMap::from([(app("shop"), shop)])).unwrap();
        let of = |id: &str, channel| {
            let rules = policy.of(&app(id), channel);
            (rules.digits, rules.tries)
        };
        assert_eq!(of("other", Channel::Register), (7, 9));
        assert_eq!(of("other", Channel::Login), (7, 8));
        assert_eq!(of("other", Channel::DeleteAccount), (7, 3));
        assert_eq!(of("other", Channel::UnbindMfa), (7, 6));
        assert_eq!(of("shop", Channel::Login), (8, 2));
        assert_eq!(of("shop", Channel::ResetPassword), (8, 4));
        assert_eq!(of("shop", Channel::DeleteAccount), (8, 2));
    }

    #[test]
    fn only_the_newest_code_is_good_unless_a_setting_asks_for_more() {
        assert_eq!(Resend::Rotate.keeps(), 1);
        assert_eq!(Resend::Reuse.keeps(), 1);
        assert_eq!(Resend::AcceptLast(5).keeps(), 5);
    }

    #[test]
    fn settings_beyond_the_bounds_are_refused() {
        let setting = |digits, life, tries, resend| CodeSetting {
            digits,
            life: Option::map(life, Duration::from_secs),
            tries,
            resend,
        };
        let refusal = |all| {
            let settings = ChannelSettings {
                all,
                each: BTreeMap::new(),
            };
            let in_app = BTreeMap::from([(app("a"), settings.clone())]);
            let (alone, in_app) = (
                CodePolicy::new(settings, BTreeMap::new()),
                CodePolicy::new(ChannelSettings::default(), in_app),
            );
            assert_eq!(alone.is_ok(), in_app.is_ok());
            alone.err()
        };
        use InvalidCodeSetting as Invalid;
        for (fine, setting) in [
            setting(Some(6), Some(60), Some(1), Some(Resend::AcceptLast(2))),
            setting(Some(8), Some(600), Some(10), Some(Resend::AcceptLast(5))),
            CodeSetting::default(),
        ]
        .into_iter()
        .enumerate()
        {
            assert_eq!(refusal(setting), None, "{fine}");
        }
        for digits in [0, 5, 9] {
            let why = refusal(setting(Some(digits), None, None, None));
            assert_eq!(why, Some(Invalid::Digits(digits)));
        }
        for life in [0, 59, 601] {
            let why = refusal(setting(None, Some(life), None, None));
            assert_eq!(why, Some(Invalid::Life(life)));
        }
        for tries in [0, 11] {
            let why = refusal(setting(None, None, Some(tries), None));
            assert_eq!(why, Some(Invalid::Tries(tries)));
        }
        for n in [0, 1, 6] {
            let why = refusal(setting(None, None, None, Some(Resend::AcceptLast(n))));
            assert_eq!(why, Some(Invalid::AcceptLast(n)));
        }
    }
}
