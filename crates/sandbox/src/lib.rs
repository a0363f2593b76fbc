//! The server side of SMS vendors, for tests and for staging: it checks signatures and parameters as the vendors'
//! documents say, keeps the messages that it took, and fails on demand.
//!
//! It does not depend on `countersign-providers`, so that each notices what the other has misread.
//!
//! # Vendors
//!
//! All are behind one listener. Their accounts are in [`accounts`]; they are known to everyone, so a sandbox
//! has no business on any address but those of this machine. JSON counts only where `content-type` says so.
//!
//! | vendor | request | account | approved |
//! |---|---|---|---|
//! | `alibaba-cloud` | `POST /`, version 2017-05-25: `SendSms`, `QuerySendDetails`; ACS3-HMAC-SHA256, or HMAC-SHA1 by `GET` or `POST` | `sandbox-access-key-id` / `sandbox-access-key-secret-0001` | `阿里云`; `SMS_154950909` (`code`), `SMS_154950910` (`code`, `min`), abroad `SMS_154950911` (`code`) |
//! | `alibaba-cloud-international` | `POST /`, version 2018-05-01: `SendMessageToGlobe`, `SendMessageWithTemplate`; the same signatures | the same | the same, as `From` and `TemplateCode` of messages to mainland China |
//! | `tencent-cloud` | `POST /`, `X-TC-Action: SendSms`, version 2021-01-11; TC3-HMAC-SHA256 | `sandbox-secret-id` / `sandbox-secret-key-0001`, app `1400000000` | `腾讯云`; `449739` (code), `449740` (code, minutes), abroad `449741` (code) |
//! | `chuanglan` | `POST /msg/v1/send/json` and `/msg/send/json`, account and password | `YZM0000001` / `sandbox-password-0001` | any text that begins with `【...】` |
//! | | `POST /msg/sms/v2/tpl/send`, `X-QA-Hmac-Signature` or password | the same | `1000001` (`param1`), `1000002` (`param1`, `param2`) |
//! | `chuanglan-international` | `POST /send/sms`, signed by MD5 | `I0000001` / `sandbox-password-0001` | any text |
//! | `http` | `POST /http/send`, Standard Webhooks; JSON or a form with `to` and `text`, at the top or in `data`; answers 202 and `{"id": "..."}` | [`accounts::WEBHOOK_SECRET`] | any text |
//!
//! At Alibaba Cloud a number gets one message per signature and minute, unless [`Options::minute_rule`] is off.
//!
//! # By hand
//!
//! ```text
//! countersign sandbox --listen 127.0.0.1:8490
//!
//! curl -s http://127.0.0.1:8490/msg/v1/send/json -H 'content-type: application/json' -d '{"account":"YZM0000001",
//!   "password":"sandbox-password-0001","phone":"13800138000","msg":"【示例】您的验证码是123456"}'
//! curl -s http://127.0.0.1:8490/sandbox/messages
//! ```
//!
//! # Control
//!
//! | request | effect |
//! |---|---|
//! | `GET /sandbox/messages?vendor=&to=&limit=` | shows the messages that were taken, newest first, codes in clear |
//! | `GET /sandbox/calls` | shows counts of requests, by vendor and by result |
//! | `POST /sandbox/faults` `{"vendor", "fault", "times", "millis"}` | appends to the script; without `times` for ever |
//! | `GET`, `DELETE /sandbox/faults` | shows the rest of the script; empties the script |
//! | `POST /sandbox/reports` `{"vendor", "url", "reports", "millis"}` | where delivery reports go and which; all but `vendor` may be left out |
//! | `GET /sandbox/reports` | shows where reports go, and those that were made, with their answers |
//!
//! Faults:
//!
//! | fault | the message | the answer |
//! |---|---|---|
//! | `delay` | is taken | comes after `millis` |
//! | `stall_after_accept` | is taken | none, ever |
//! | `reset` | is taken | the connection is reset |
//! | `error_500` | is taken | a bare HTTP 500 |
//! | `garbage` | is taken | HTTP 200 with a page of HTML |
//! | `not_http` | is taken | bytes that are no HTTP |
//! | `half_body` | is taken | breaks off in the middle |
//! | `stall` | is not read | none, ever |
//! | `reset_before_read` | is not read | the connection is reset |
//! | `throttle`, `bad_number`, `config_error`, `content`, `system_busy` | is refused | the vendor's own code for that |
//!
//! A request with a wrong signature is refused before any fault but the two that read nothing.
//!
//! Reports: `normal` (after 200 ms), `late` (after 3 s, or `millis`), `before_answer`, `duplicate`, `failed`,
//! `out_of_order` (that it arrived, and then an earlier failure), `unknown_id`, `none`. One that is not
//! answered as HTTP 200 is made once more.

pub mod accounts;
mod call;
mod clock;
mod connection;
mod control;
mod exchange;
mod faults;
mod inbox;
mod message;
mod numbers;
mod recent;
mod report;
mod reporting;
mod reports;
mod shared;
mod shown;
mod tally;
mod times;
mod vendor;
mod vendors;

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;

pub use self::clock::Clock;
use self::connection::{BreakableListener, Line};
use self::faults::Faults;
use self::inbox::Inbox;
use self::recent::Recent;
use self::reports::Reports;
use self::shared::Shared;
pub use self::shown::{shown_accounts, shown_faults};
use self::tally::Tally;
pub use self::vendor::{UnknownVendor, Vendor};

/// How a sandbox is to be.
#[derive(Clone)]
pub struct Options {
    /// The time.
    pub clock: Clock,
    /// Whether Alibaba Cloud sends one message per signature, number and minute.
    pub minute_rule: bool,
    /// Where reports go from the start.
    pub reports: Vec<(Vendor, String)>,
    /// How long after a report that was not taken the second attempt is.
    pub retry: Duration,
}

impl Options {
    /// Strict, without reports.
    pub fn new(clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self {
            clock: Arc::new(clock),
            minute_rule: true,
            reports: Vec::new(),
            retry: Duration::from_secs(1),
        }
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("minute_rule", &self.minute_rule)
            .field("reports", &self.reports)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

/// Vendors that listen.
pub struct Sandbox {
    site: Router,
    stop: watch::Sender<bool>,
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox").finish_non_exhaustive()
    }
}

impl Sandbox {
    /// Vendors that have taken nothing yet.
    ///
    /// # Errors
    /// When the HTTP client for reports cannot be set up.
    pub fn new(options: Options) -> io::Result<Self> {
        let (stop, stopping) = watch::channel(false);
        let shared = Shared {
            clock: options.clock,
            minute_rule: options.minute_rule,
            inbox: Inbox::default(),
            faults: Faults::default(),
            tally: Tally::new(),
            reports: Reports::new(options.reports, options.retry)?,
            nonces: Recent::within(vendors::NONCES),
            minutes: Recent::within(Duration::from_secs(60)),
            webhooks: Recent::within(vendors::WEBHOOKS),
            stopping,
        };
        let site = Router::new()
            .nest("/sandbox", control::routes())
            .fallback(exchange::exchange)
            .with_state(Arc::new(shared));
        Ok(Self { site, stop })
    }

    /// Puts `layer` before everything that the sandbox answers.
    #[must_use]
    pub fn behind(mut self, layer: impl FnOnce(Router) -> Router) -> Self {
        self.site = layer(self.site);
        self
    }

    /// Serves until `stop` is over, and then until the answers under way are given. Connections that wait for an answer
    /// that never comes are reset then.
    ///
    /// # Errors
    /// When the listener is of no use.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let listener = BreakableListener(listener);
        let stopping = self.stop;
        axum::serve(
            listener,
            self.site.into_make_service_with_connect_info::<Line>(),
        )
        .with_graceful_shutdown(async move {
            stop.await;
            stopping.send_replace(true);
        })
        .await
    }
}
