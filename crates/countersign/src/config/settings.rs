//! The settings file (`countersign.default.toml` describes it): read whole, or not at all.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use countersign_core::application::AppId;
use countersign_core::channel::Channel;
use countersign_core::limit::{Mode, Part, SendLimit, SendLimits};
use countersign_core::policy::{ChannelSettings, CodePolicy, CodeSetting, Resend};
use countersign_providers::egress::Reach;
use serde::Deserialize;

/// What a deployment has decided on.
#[derive(Debug, Default)]
pub struct Settings {
    /// The rules of codes.
    pub codes: CodePolicy,
    /// The limits on sends.
    pub limits: SendLimits,
    /// How far requests to vendors may reach; `None` leaves it to the verb.
    pub reach: Option<Reach>,
    /// How long a connection may idle; `None` leaves it to the program.
    pub idle: Option<Duration>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    server: Server,
    #[serde(default)]
    codes: Codes,
    #[serde(default)]
    limits: Vec<LimitSection>,
    #[serde(default)]
    providers: Providers,
    #[serde(default)]
    applications: BTreeMap<String, Section>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitSection {
    name: String,
    #[serde(default)]
    by: Vec<String>,
    window_seconds: u64,
    max: u32,
    mode: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Server {
    idle_seconds: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Providers {
    reach: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    #[serde(default)]
    codes: Codes,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Codes {
    digits: Option<u8>,
    life_seconds: Option<u64>,
    tries: Option<u8>,
    resend: Option<String>,
    #[serde(default)]
    channels: BTreeMap<String, ChannelCodes>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChannelCodes {
    digits: Option<u8>,
    life_seconds: Option<u64>,
    tries: Option<u8>,
    resend: Option<String>,
}

impl Settings {
    /// The settings in the file at `path`.
    ///
    /// # Errors
    /// A sentence that names file, section and constraint.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let shown = || format!("the settings file {}", path.display());
        let text = fs::read_to_string(path).with_context(shown)?;
        Self::parse(&text).with_context(shown)
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let file: File = toml::from_str(text)?;
        let deployment = file.codes.settings("codes")?;
        let mut applications = BTreeMap::new();
        for (id, section) in file.applications {
            let at = format!("applications.{id}");
            let app = AppId::parse(&id).with_context(|| at.clone())?;
            let settings = section.codes.settings(&format!("{at}.codes"))?;
            applications.insert(app, settings);
        }
        let codes = CodePolicy::new(deployment, applications)?;
        let limits: anyhow::Result<_> = file.limits.into_iter().map(LimitSection::limit).collect();
        let limits = SendLimits::new(limits?).context("limits")?;
        let reach = file.providers.reach.as_deref().map(reach).transpose();
        Ok(Self {
            codes,
            limits,
            reach: reach.context("providers")?,
            idle: file.server.idle_seconds.map(idle).transpose()?,
        })
    }
}

impl LimitSection {
    fn limit(self) -> anyhow::Result<SendLimit> {
        let at = format!("the limit {:?}", self.name);
        let parts: anyhow::Result<_> = self.by.iter().map(|name| part(name)).collect();
        Ok(SendLimit {
            by: parts.with_context(|| at.clone())?,
            window: Duration::from_secs(self.window_seconds),
            max: self.max,
            mode: match self.mode.as_deref() {
                Some("enforce") => Mode::Enforce,
                None | Some("monitor") => Mode::Monitor,
                Some(other) => bail!("{at}: mode is monitor or enforce, not {other:?}"),
            },
            name: self.name,
        })
    }
}

fn idle(seconds: u64) -> anyhow::Result<Duration> {
    match seconds {
        5..=3_600 => Ok(Duration::from_secs(seconds)),
        _ => bail!("server: a connection may idle for 5 to 3600 seconds, not {seconds}"),
    }
}

fn reach(name: &str) -> anyhow::Result<Reach> {
    Ok(match name {
        "public" => Reach::Public,
        "loopback" => Reach::Loopback,
        "anywhere" => Reach::Anywhere,
        _ => bail!("reach is public, loopback or anywhere, not {name:?}"),
    })
}

fn part(name: &str) -> anyhow::Result<Part> {
    let found = Part::ALL.into_iter().find(|part| part.as_str() == name);
    found.ok_or_else(|| {
        let all = Part::ALL.map(Part::as_str).join(", ");
        anyhow!("sends are counted by {all}, not by {name:?}")
    })
}

impl Codes {
    /// The settings of the section called `at`.
    fn settings(self, at: &str) -> anyhow::Result<ChannelSettings> {
        let all = ChannelCodes {
            digits: self.digits,
            life_seconds: self.life_seconds,
            tries: self.tries,
            resend: self.resend,
        };
        let mut each = BTreeMap::new();
        for (name, codes) in self.channels {
            let at = format!("{at}.channels.{name}");
            let channel = channel(&name).with_context(|| at.clone())?;
            each.insert(channel, codes.setting(&at)?);
        }
        Ok(ChannelSettings {
            all: all.setting(at)?,
            each,
        })
    }
}

impl ChannelCodes {
    fn setting(self, at: &str) -> anyhow::Result<CodeSetting> {
        let resend = self.resend.as_deref().map(resend).transpose();
        let setting = CodeSetting {
            digits: self.digits,
            life: self.life_seconds.map(Duration::from_secs),
            tries: self.tries,
            resend: resend.with_context(|| at.to_owned())?,
        };
        setting.check().with_context(|| at.to_owned())?;
        Ok(setting)
    }
}

fn resend(name: &str) -> anyhow::Result<Resend> {
    match name {
        "rotate" => Ok(Resend::Rotate),
        "reuse" => Ok(Resend::Reuse),
        _ => name
            .strip_prefix("accept-last-")
            // The parser of numbers would read a sign and zeros in front too.
            .filter(|n| matches!(n.as_bytes(), [b'1'..=b'9', rest @ ..] if rest.iter().all(u8::is_ascii_digit)))
            .and_then(|n| n.parse().ok())
            .map(Resend::AcceptLast)
            .ok_or_else(|| {
                anyhow!("resend is rotate, reuse or accept-last-2 to accept-last-5, not {name:?}")
            }),
    }
}

/// A channel by the short name that people write.
fn channel(name: &str) -> anyhow::Result<Channel> {
    let short = |channel: Channel| {
        let name = channel.as_str().trim_start_matches("CHANNEL_");
        name.to_lowercase().replace('_', "-")
    };
    let found = Channel::ALL
        .into_iter()
        .find(|channel| short(*channel) == name);
    found.ok_or_else(|| {
        let all = Channel::ALL.map(short).join(", ");
        anyhow!("there is no such channel: the channels are {all}")
    })
}

#[cfg(test)]
mod tests {
    use countersign_core::phone::PhoneNumber;

    use super::*;

    fn app(id: &str) -> AppId {
        AppId::parse(id).unwrap()
    }

    #[test]
    fn the_default_file_says_what_is_built_in() {
        let text = include_str!("../../../../countersign.default.toml");
        let read = Settings::parse(text).unwrap();
        assert_eq!(read.reach, Some(Reach::Loopback), "as for dev");
        assert_eq!(read.idle, Some(crate::connection::IDLE));
        let read = read.codes;
        for channel in Channel::ALL {
            let built_in = CodePolicy::default().of(&app("any"), channel);
            assert_eq!(read.of(&app("any"), channel), built_in, "{channel:?}");
        }
        // What is commented out can be used as it stands.
        let examples: String = text
            .lines()
            .filter_map(|line| line.strip_prefix("# "))
            .filter(|line| {
                line.starts_with('[')
                    || line
                        .split(" = ")
                        .nth(1)
                        .is_some_and(|value| !value.is_empty())
                        && !line.contains(". ")
            })
            .map(|line| format!("{line}\n"))
            .collect();
        let read = Settings::parse(&examples).unwrap().codes;
        let rules = read.of(&app("shop"), Channel::Login);
        assert_eq!((rules.life.as_secs(), rules.resend), (120, Resend::Reuse));
        assert_eq!(read.of(&app("other"), Channel::Login).life.as_secs(), 300);
    }

    #[test]
    fn a_reach_that_does_not_exist_is_refused() {
        let refused = Settings::parse("[providers]\nreach = \"far\"").unwrap_err();
        let says = "providers: reach is public, loopback or anywhere, not \"far\"";
        assert_eq!(format!("{refused:#}"), says);
    }

    #[test]
    fn limits_are_added_to_the_minute() {
        let text =
            "[[limits]]\nname = \"day\"\nwindow_seconds = 86400\nmax = 5\nmode = \"enforce\"\n
            [[limits]]\nname = \"hour\"\nby = [\"number\"]\nwindow_seconds = 3600\nmax = 2\n";
        let limits = Settings::parse(text).unwrap().limits;
        let phone = PhoneNumber::parse("13800138000", None).unwrap();
        let rules = limits.rules(&app("any"), Channel::Login, &phone);
        let limits = rules
            .set()
            .limits()
            .iter()
            .map(|(limit, _)| (&*limit.name, limit.window.as_secs(), limit.max, limit.mode));
        let expected = [
            ("minute", 60, 1, Mode::Enforce),
            ("day", 86_400, 5, Mode::Enforce),
            ("hour", 3_600, 2, Mode::Monitor),
        ];
        assert_eq!(limits.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_is_refused_is_named() {
        for (text, says) in [
            (
                "[codes]\nlife_seconds = 601",
                "codes: a code lives 60 to 600 seconds, not 601",
            ),
            (
                "[server]\nidle_seconds = 4",
                "server: a connection may idle for 5 to 3600 seconds, not 4",
            ),
            (
                "[codes]\ndigits = 5",
                "codes: a code has 6 to 8 digits, not 5",
            ),
            (
                "[codes.channels.login]\ntries = 0",
                "codes.channels.login: a code survives 1 to 10 tries, not 0",
            ),
            (
                "[applications.shop.codes]\nresend = \"accept-last-6\"",
                "applications.shop.codes: the last 2 to 5 codes can be accepted, not 6",
            ),
            (
                "[codes]\nresend = \"accept-last-+3\"",
                "codes: resend is rotate, reuse or accept-last-2 to accept-last-5, not \"accept-last-+3\"",
            ),
            (
                "[codes]\nresend = \"accept-last-03\"",
                "codes: resend is rotate, reuse or accept-last-2 to accept-last-5, not \"accept-last-03\"",
            ),
            (
                "[codes]\nresend = \"never\"",
                "codes: resend is rotate, reuse or accept-last-2 to accept-last-5, not \"never\"",
            ),
            (
                "[[limits]]\nname = \"day\"\nby = [\"ip\"]\nwindow_seconds = 1\nmax = 1",
                "the limit \"day\": sends are counted by application, channel, country, prefix, block, number, \
                 not by \"ip\"",
            ),
            (
                "[[limits]]\nname = \"day\"\nmode = \"on\"\nwindow_seconds = 1\nmax = 1",
                "the limit \"day\": mode is monitor or enforce, not \"on\"",
            ),
            (
                "[[limits]]\nname = \"day\"\nwindow_seconds = 0\nmax = 1",
                "limits: a window has 1 millisecond to 31 days",
            ),
            (
                "[[limits]]\nname = \"Day\"\nwindow_seconds = 1\nmax = 1",
                "limits: a limit's name has 1 to 32 characters of a-z 0-9 - _, not \"Day\"",
            ),
            (
                "[applications.\"a b\"]",
                "applications.a b: an application id has 1 to 64 characters of A-Z a-z 0-9 - _",
            ),
        ] {
            let error = Settings::parse(text).unwrap_err();
            assert_eq!(format!("{error:#}"), says);
        }
        for (text, part) in [
            ("[codes.channels.sign-in]", "there is no such channel"),
            ("[codes]\nlive_seconds = 1", "unknown field `live_seconds`"),
            ("[code]", "unknown field `code`"),
            ("[codes]\ndigits = 300", "digits = 300"),
            ("codes = 1", "codes = 1"),
        ] {
            let error = format!("{:#}", Settings::parse(text).unwrap_err());
            assert!(error.contains(part), "{error}");
        }
    }
}
