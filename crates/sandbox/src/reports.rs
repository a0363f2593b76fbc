//! Delivery reports: which are made, where they go, and how they are answered.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use reqwest::{Client, Method, Url, redirect};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Shared;
use crate::inbox::Message;
use crate::kind::Kind;
use crate::times::later;
use crate::vendors;

/// How many reports are remembered.
const KEPT: usize = 10_000;

/// How long whoever gets a report may take to answer it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Which reports are made of a message.
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

impl Manner {
    /// How long after the message they are made, unless it is said.
    const fn after(self) -> u64 {
        match self {
            Manner::Late => 3_000,
            Manner::BeforeAnswer => 0,
            _ => 200,
        }
    }

    /// What is reported, in this order.
    fn news(self, message: &Message) -> Vec<News> {
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

/// What became of a message.
#[derive(Clone, Copy)]
pub(crate) struct News {
    pub(crate) delivered: bool,
    pub(crate) at: Timestamp,
}

/// A report as a vendor writes it.
pub(crate) struct Report {
    pub(crate) method: Method,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

impl Report {
    /// `POST` of JSON.
    pub(crate) fn post(body: &Value) -> Self {
        Self {
            method: Method::POST,
            query: Vec::new(),
            headers: vec![("content-type", "application/json;charset=utf-8".to_owned())],
            body: body.to_string(),
        }
    }

    /// `GET` with a query.
    pub(crate) fn get(query: Vec<(&'static str, String)>) -> Self {
        Self {
            method: Method::GET,
            query,
            headers: Vec::new(),
            body: String::new(),
        }
    }
}

/// What a vendor makes of the answer to its report.
pub(crate) struct Heard {
    /// It is the answer that its documents ask for.
    pub(crate) wanted: bool,
    /// It will report once more.
    pub(crate) again: bool,
}

/// A wish about a vendor's reports; what it does not say stays as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    vendor: Kind,
    url: Option<String>,
    reports: Option<Manner>,
    millis: Option<u64>,
}

#[derive(Clone, Default, Serialize)]
struct Target {
    url: Option<String>,
    reports: Manner,
    millis: Option<u64>,
}

/// A report that was made.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Made {
    vendor: Kind,
    /// The vendor's id of the message, as it was reported.
    message_id: String,
    delivered: bool,
    url: String,
    attempt: u32,
    /// None, if nobody answered.
    status: Option<u16>,
    answer: String,
    answered_as_wanted: bool,
}

pub(crate) struct Reports {
    client: Client,
    retry: Duration,
    targets: Mutex<BTreeMap<Kind, Target>>,
    made: Mutex<VecDeque<Made>>,
}

impl Reports {
    pub(crate) fn new(urls: Vec<(Kind, String)>, retry: Duration) -> io::Result<Self> {
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
            let order = Order {
                vendor,
                url: Some(url),
                reports: None,
                millis: None,
            };
            reports.order(order).map_err(io::Error::other)?;
        }
        Ok(reports)
    }

    /// Does as is wished from now on.
    pub(crate) fn order(&self, order: Order) -> Result<(), String> {
        let fine = |url: &String| {
            let read = Url::parse(url);
            read.is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
        };
        if order.url.as_ref().is_some_and(|url| !fine(url)) {
            return Err("url: must be one of http or https".to_owned());
        }
        let mut targets = self.targets();
        let target = targets.entry(order.vendor).or_default();
        target.url = order.url.or(target.url.take());
        target.reports = order.reports.unwrap_or(target.reports);
        target.millis = order.millis.or(target.millis);
        Ok(())
    }

    /// Which reports this vendor makes; none where they have nowhere to go.
    pub(crate) fn manner(&self, vendor: Kind) -> Manner {
        let targets = self.targets();
        let target = targets.get(&vendor);
        target.map_or(Manner::None, |target| target.reports)
    }

    pub(crate) fn shown(&self) -> Value {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        json!({ "targets": *self.targets(), "made": *made })
    }

    /// Makes the reports about a message: now, if they come before its answer, and else on the side.
    pub(crate) async fn about(&self, shared: &Arc<Shared>, mut message: Message) {
        let target = self.targets().get(&message.vendor).cloned();
        let Some((url, target)) = target.and_then(|target| Some((target.url.clone()?, target)))
        else {
            return;
        };
        let news = target.reports.news(&message);
        if target.reports == Manner::UnknownId {
            message.id = shared.inbox.next_id(message.at, 4);
            message.reference = None;
        }
        if target.reports == Manner::BeforeAnswer {
            return self.deliver(&url, &message, &news).await;
        }
        let millis = target.millis.unwrap_or(target.reports.after());
        let shared = Arc::clone(shared);
        tokio::spawn(async move {
            let delivered = async {
                tokio::time::sleep(Duration::from_millis(millis)).await;
                shared.reports.deliver(&url, &message, &news).await;
            };
            tokio::select! {
                () = delivered => {}
                () = shared.stopped() => {}
            }
        });
    }

    async fn deliver(&self, url: &str, message: &Message, news: &[News]) {
        for news in news {
            if self.attempt(url, message, *news, 1).await.again {
                tokio::time::sleep(self.retry).await;
                self.attempt(url, message, *news, 2).await;
            }
        }
    }

    async fn attempt(&self, url: &str, message: &Message, news: News, attempt: u32) -> Heard {
        let answer = self.post(url, vendors::report(message, news)).await;
        let (status, body) = match answer {
            Some((status, body)) => (Some(status), body),
            None => (None, String::new()),
        };
        let heard = vendors::heard(message.vendor, status, &body);
        let made = Made {
            vendor: message.vendor,
            message_id: message.id.clone(),
            delivered: news.delivered,
            url: url.to_owned(),
            attempt,
            status,
            answer: body.chars().take(200).collect(),
            answered_as_wanted: heard.wanted,
        };
        let mut all = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        all.truncate(KEPT - 1);
        all.push_front(made);
        heard
    }

    /// The status and the body of the answer, if there was one.
    async fn post(&self, url: &str, report: Report) -> Option<(u16, String)> {
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

    fn targets(&self) -> MutexGuard<'_, BTreeMap<Kind, Target>> {
        self.targets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
