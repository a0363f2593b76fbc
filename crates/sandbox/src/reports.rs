//! The reports of each vendor: which are made, where they go, and how they were answered.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::{Client, Url, redirect};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::message::Message;
use crate::report::{News, Report};
use crate::times::later;
use crate::vendor::Vendor;

/// How many reports are remembered.
const KEPT: usize = 10_000;

/// How long the receiver of a report may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The reports that are made of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Manner {
    #[default]
    Normal,
    Late,
    BeforeAnswer,
    Duplicate,
    Failed,
    OutOfOrder,
    UnknownId,
    None,
}

impl Target {
    /// How long after the message its reports are made.
    pub(crate) fn delay(&self) -> Duration {
        Duration::from_millis(self.millis.unwrap_or(self.reports.after()))
    }
}

impl Manner {
    /// The milliseconds between a message and its reports, unless they are set.
    const fn after(self) -> u64 {
        match self {
            Manner::Late => 3_000,
            Manner::BeforeAnswer => 0,
            _ => 200,
        }
    }

    /// The news that are reported about a message, in this order.
    pub(crate) fn news(self, message: &Message) -> Vec<News> {
        let news = |delivered, seconds| News {
            delivered,
            at: later(message.at, seconds),
        };
        match self {
            Manner::Normal | Manner::Late | Manner::BeforeAnswer | Manner::UnknownId => {
                vec![news(true, 1)]
            }
            Manner::Duplicate => vec![news(true, 1), news(true, 1)],
            Manner::Failed => vec![news(false, 1)],
            Manner::OutOfOrder => vec![news(true, 1), news(false, 0)],
            Manner::None => Vec::new(),
        }
    }
}

/// A change of a vendor's reports. A value that is left out stays as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportJob {
    vendor: Vendor,
    url: Option<String>,
    reports: Option<Manner>,
    millis: Option<u64>,
}

/// The reports of one vendor, and where they go.
#[derive(Clone, Default, Serialize)]
pub(crate) struct Target {
    pub(crate) url: Option<String>,
    pub(crate) reports: Manner,
    millis: Option<u64>,
}

/// A report that was made, and the answer.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReportRecord {
    pub(crate) vendor: Vendor,
    /// The vendor's id of the message, as it was reported.
    pub(crate) message_id: String,
    pub(crate) delivered: bool,
    pub(crate) url: String,
    pub(crate) attempt: u32,
    /// The status of the answer; `None` without an answer.
    pub(crate) status: Option<u16>,
    pub(crate) answer: String,
    pub(crate) answered_as_wanted: bool,
}

/// The reports of all vendors.
pub(crate) struct Reports {
    client: Client,
    retry: Duration,
    targets: Mutex<BTreeMap<Vendor, Target>>,
    made: Mutex<VecDeque<ReportRecord>>,
}

impl Reports {
    pub(crate) fn new(urls: Vec<(Vendor, String)>, retry: Duration) -> io::Result<Self> {
        let client = Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .timeout(PATIENCE)
            .build()
            .map_err(io::Error::other)?;
        let reports = Self {
            client,
            retry,
            targets: Mutex::default(),
            made: Mutex::default(),
        };
        for (vendor, url) in urls {
            let job = ReportJob {
                vendor,
                url: Some(url),
                reports: None,
                millis: None,
            };
            reports.set(job).map_err(io::Error::other)?;
        }
        Ok(reports)
    }

    /// Changes the reports of a vendor from now on.
    pub(crate) fn set(&self, job: ReportJob) -> Result<(), String> {
        let fine = |url: &String| {
            let read = Url::parse(url);
            read.is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
        };
        if job.url.as_ref().is_some_and(|url| !fine(url)) {
            return Err("url: must be one of http or https".to_owned());
        }
        let mut targets = self.targets();
        let target = targets.entry(job.vendor).or_default();
        target.url = job.url.or(target.url.take());
        target.reports = job.reports.unwrap_or(target.reports);
        target.millis = job.millis.or(target.millis);
        Ok(())
    }

    /// The reports that a vendor makes: [`Manner::None`] where they have no URL to go to.
    pub(crate) fn manner(&self, vendor: Vendor) -> Manner {
        let targets = self.targets();
        let target = targets.get(&vendor);
        target.map_or(Manner::None, |target| target.reports)
    }

    pub(crate) fn shown(&self) -> Value {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        json!({ "targets": *self.targets(), "made": *made })
    }

    /// The reports of `vendor`, if there is anything set.
    pub(crate) fn target(&self, vendor: Vendor) -> Option<Target> {
        self.targets().get(&vendor).cloned()
    }

    /// How long a vendor waits before it repeats a report.
    pub(crate) fn retry(&self) -> Duration {
        self.retry
    }

    /// Keeps the record of a report.
    pub(crate) fn keep(&self, record: ReportRecord) {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.truncate(KEPT - 1);
        made.push_front(record);
    }

    /// Sends a report. Returns the status and the body of the answer, if there was one.
    pub(crate) async fn post(&self, url: &str, report: Report) -> Option<(u16, String)> {
        let mut url = Url::parse(url).ok()?;
        if !report.query.is_empty() {
            url.query_pairs_mut().extend_pairs(report.query);
        }
        let mut request = self.client.request(report.method, url).body(report.body);
        for (name, value) in report.headers {
            request = request.header(name, value);
        }
        let answer = request.send().await.ok()?;
        Some((answer.status().as_u16(), answer.text().await.ok()?))
    }

    fn targets(&self) -> MutexGuard<'_, BTreeMap<Vendor, Target>> {
        self.targets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
