//! A refused send as it is kept: JSON, sealed whole under its request.

use std::borrow::Cow;
use std::net::IpAddr;
use std::time::Duration;

use countersign_core::application::AppId;
use countersign_core::channel::Channel;
use countersign_core::id::RequestId;
use countersign_core::limit::{LimitKind, Mode, Refusal};
use countersign_core::phone::PhoneNumber;
use countersign_core::ports::refusals::RefusedSend;
use countersign_core::time::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::limits_at_rest::CountsJson;
use crate::seal::Sealer;

#[derive(Serialize, Deserialize)]
struct RefusedJson<'a> {
    app: Cow<'a, str>,
    channel: Cow<'a, str>,
    phone: Cow<'a, str>,
    caller: Option<IpAddr>,
    limit: Cow<'a, str>,
    kind: KindJson,
    mode: Cow<'a, str>,
    counts: CountsJson,
    count: u64,
    max: u64,
    window_ms: u64,
    /// Unix milliseconds, as the next.
    at: i64,
    until: Option<i64>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KindJson {
    Minute,
    Number,
    Caller,
    Everybody,
}

impl KindJson {
    const fn of(kind: LimitKind) -> Self {
        match kind {
            LimitKind::Minute => KindJson::Minute,
            LimitKind::Number => KindJson::Number,
            LimitKind::Caller => KindJson::Caller,
            LimitKind::Everybody => KindJson::Everybody,
        }
    }

    const fn kind(&self) -> LimitKind {
        match self {
            KindJson::Minute => LimitKind::Minute,
            KindJson::Number => LimitKind::Number,
            KindJson::Caller => LimitKind::Caller,
            KindJson::Everybody => LimitKind::Everybody,
        }
    }
}

/// Seals a refused send; `None` if that is not possible.
pub(super) fn seal(refused: &RefusedSend, sealer: &Sealer) -> Option<Vec<u8>> {
    let refusal = &refused.refusal;
    let text = serde_json::to_vec(&RefusedJson {
        app: refused.app.as_str().into(),
        channel: refused.channel.as_str().into(),
        phone: refused.phone.e164().into(),
        caller: refused.caller,
        limit: refusal.limit.as_ref().into(),
        kind: KindJson::of(refusal.kind),
        mode: refusal.mode.as_str().into(),
        counts: CountsJson::of(refusal.counts),
        count: refusal.count,
        max: refusal.max,
        window_ms: u64::try_from(refusal.window.as_millis()).unwrap_or(u64::MAX),
        at: refusal.at.as_millis(),
        until: refusal.until.map(Timestamp::as_millis),
    });
    let text = Zeroizing::new(text.ok()?);
    sealer.seal_refusal(&text, refused.request_id)
}

/// Opens what [`seal`] made; `None` for anything else, and for what a newer release has written otherwise.
pub(super) fn open(id: RequestId, sealed: &[u8], sealer: &Sealer) -> Option<RefusedSend> {
    let text = sealer.open_refusal(sealed, id)?;
    let json: RefusedJson<'_> = serde_json::from_slice(&text).ok()?;
    Some(RefusedSend {
        request_id: id,
        app: AppId::parse(&json.app).ok()?,
        channel: Channel::parse(&json.channel)?,
        phone: PhoneNumber::parse(&json.phone, None).ok()?,
        caller: json.caller,
        refusal: Refusal {
            limit: json.limit.into_owned().into(),
            kind: json.kind.kind(),
            mode: Mode::parse(&json.mode)?,
            counts: json.counts.counts()?,
            count: json.count,
            max: json.max,
            window: Duration::from_millis(json.window_ms),
            at: Timestamp::from_millis(json.at),
            until: json.until.map(Timestamp::from_millis),
        },
    })
}
