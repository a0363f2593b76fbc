//! The rules of codes: `[codes]`, `[codes.channels.CHANNEL]` and the same for one application.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, anyhow};
use countersign_core::application::AppId;
use countersign_core::channel::Channel;
use countersign_core::policy::{ChannelSettings, CodePolicy, CodeSetting, Resend};
use serde::Deserialize;

/// `[applications.ID]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ApplicationSection {
    #[serde(default)]
    codes: Codes,
}

/// `[codes]`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Codes {
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

/// The rules of codes of a deployment and of its applications.
pub(super) fn policy(
    codes: Codes,
    applications: BTreeMap<String, ApplicationSection>,
) -> anyhow::Result<CodePolicy> {
    let deployment = codes.settings("codes")?;
    let mut each = BTreeMap::new();
    for (id, section) in applications {
        let at = format!("applications.{id}");
        let app = AppId::parse(&id).with_context(|| at.clone())?;
        let settings = section.codes.settings(&format!("{at}.codes"))?;
        each.insert(app, settings);
    }
    Ok(CodePolicy::new(deployment, each)?)
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
