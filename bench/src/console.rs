//! The time to make a page of the console, as an operator waits for it, and the cost of a send while people use the console.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};

use crate::clock::now;
use crate::connection::Connection;
use crate::gate::Gate;
use crate::growth::{SEARCHES, Times, milliseconds};
use crate::load::{self, Plan};
use crate::meter;
use crate::numbers::{SplitMix, number};
use crate::ours;
#[cfg(feature = "postgres")]
use crate::postgres;
use crate::process::Service;
use crate::report::Row;
use crate::sample::Sample;
use crate::say::{note, say};
use crate::series::{Bench, FIRST_SEND};
use crate::source::Unique;

/// The most messages that one run sends. It ends after ten minutes.
const SENT: u64 = 1_000_000;

/// The most messages that are sent one by one on PostgreSQL: the others are copies in days before.
#[cfg(feature = "postgres")]
const SENT_TO_POSTGRES: u64 = 250_000;

/// The sends in a second beside which people use the console, so that one core has room for pages too; and where the database has
/// to be on the same core.
const RATE: f64 = 500.0;
#[cfg(feature = "postgres")]
const RATE_WITH_POSTGRES: f64 = 150.0;

/// The numbers that one run may send to.
const PER_RUN: u64 = 1_000_000;

/// How many people use the console at once, and how long each looks at a page.
const PEOPLE: u64 = 4;
const LOOK: Duration = Duration::from_millis(500);

/// The database that a console shows.
#[derive(Debug, Clone, Copy)]
pub(crate) enum On {
    Sqlite,
    #[cfg(feature = "postgres")]
    Postgres,
}

impl On {
    /// Returns the end of a row's name: nothing for the usual database.
    pub(crate) const fn of(self) -> &'static str {
        match self {
            On::Sqlite => "",
            #[cfg(feature = "postgres")]
            On::Postgres => ", on PostgreSQL",
        }
    }
}

/// Measures the pages of a console with `stored` messages, then sends with and without people who use it, in `pairs`. A folder that is
/// `filled` has the messages already.
pub(crate) async fn measure(
    bench: &Bench,
    on: On,
    (stored, filled): (u64, Option<&Path>),
    pairs: usize,
    gates: &mut Vec<Gate>,
) -> anyhow::Result<Row> {
    let data = bench.folder()?;
    match on {
        On::Sqlite => {
            let service = ours::start(&bench.countersign, filled.unwrap_or(data.path()), "sink")?;
            if filled.is_none() {
                fill(&service, 0..stored, bench).await?;
            }
            let messages = ("SQLite", stored, stored);
            of_service(bench, service, messages, (pairs, RATE), gates).await
        }
        #[cfg(feature = "postgres")]
        On::Postgres => {
            let sent = stored.min(SENT_TO_POSTGRES);
            let server = postgres::Server::start().await?;
            let url = server.url();
            let args = ["--provider", "sink", "--database-url", &url];
            let args = [&args[..], &["--config", ours::SETTINGS]].concat();
            let service = ours::start_with(&bench.countersign, data.path(), &args)?;
            fill(&service, 0..sent, bench).await?;
            let client = server.session().await?;
            postgres::older_days(&client, (stored - sent, sent), 0..0).await?;
            let (messages, pairs) = (("PostgreSQL", stored, sent), (pairs, RATE_WITH_POSTGRES));
            let row = of_service(bench, service, messages, pairs, gates).await;
            server.stop()?;
            row
        }
    }
}

async fn fill(
    service: &Service,
    numbers: std::ops::Range<u64>,
    bench: &Bench,
) -> anyhow::Result<()> {
    note(format!("{} messages ...", numbers.end));
    let plan = Plan::until_done(bench.plan.connections);
    for from in numbers.clone().step_by(usize::try_from(SENT)?) {
        let to = numbers.end.min(from + SENT);
        let run = load::run(service.address, Box::new(Unique(from..to)), &plan, &[]).await?;
        run.verdict()?;
        let sent = run.counts.sent;
        ensure!(
            sent == to - from,
            "{sent} messages were sent in time, of {}",
            to - from
        );
    }
    Ok(())
}

async fn of_service(
    bench: &Bench,
    service: Service,
    (name, stored, sent): (&str, u64, u64),
    (pairs, rate): (usize, f64),
    gates: &mut Vec<Gate>,
) -> anyhow::Result<Row> {
    let mut person = Person::sign_in(service.address).await?;
    say(format!(
        "Pages of the console with {stored} messages on {name}; of {SEARCHES} the median, and the third slowest:\n"
    ));
    say("| page | ms | KB |");
    say("|---|---|---|");
    let mut random = SplitMix(stored);
    for page in Page::ALL {
        let (mut times, mut length) = (Vec::new(), 0);
        for _ in 0..SEARCHES {
            let begun = now();
            length = length.max(person.look_at(page, random.next() % sent).await?);
            times.push(milliseconds(begun.elapsed()));
        }
        let times = Times::of(times);
        say(format!(
            "| {} | {:.1} ({:.1}) | {:.1} |",
            page.name(),
            times.median,
            times.slow,
            crate::sample::number(length as u64) / 1e3
        ));
        let what = format!(
            "{} of the console, {stored} messages on {name}",
            page.name()
        );
        gates.push(Gate::ceiling(what, (100.0, 30.0), times.median, "ms"));
    }
    say("");
    let mut samples = Vec::new();
    for pair in 0..pairs as u64 {
        let mut runs = Vec::new();
        for people in [0, PEOPLE] {
            let first = FIRST_SEND + (2 * pair + u64::from(people > 0)) * PER_RUN;
            runs.push(sends(bench, &service, (first, rate), people).await?);
        }
        let mut runs = runs.into_iter();
        samples.push((runs.next().context("a run")?, runs.next().context("a run")?));
    }
    service.stop()?;
    Ok(Row {
        what: format!("send while {PEOPLE} people use the console on {name}"),
        against: "one while nobody does".to_owned(),
        pairs: samples,
    })
}

/// Sends while so many people go from page to page.
async fn sends(
    bench: &Bench,
    service: &Service,
    (first, rate): (u64, f64),
    people: u64,
) -> anyhow::Result<Sample> {
    let plan = Plan {
        rate: Some(rate),
        ..bench.plan.clone()
    };
    let pids = [service.pid()];
    let sends = Box::new(Unique(first..first + PER_RUN));
    let sent = load::run(service.address, sends, &plan, &pids);
    let mut used = tokio::task::JoinSet::new();
    for each in 0..people {
        used.spawn(use_console(service.address, each));
    }
    let run = tokio::select! {
        run = sent => run?,
        Some(ended) = used.join_next() => {
            ended??;
            anyhow::bail!("a person left the console");
        }
    };
    run.verdict()?;
    Sample::of(&run, meter::resident(&pids)?)
}

/// Goes from page to page, and never ends.
async fn use_console(address: SocketAddr, seed: u64) -> anyhow::Result<()> {
    let mut person = Person::sign_in(address).await?;
    let mut random = SplitMix(seed);
    loop {
        for page in Page::ALL {
            person.look_at(page, random.next() % 1_000).await?;
            tokio::time::sleep(LOOK).await;
        }
    }
}

/// A page that people look at often.
#[derive(Debug, Clone, Copy)]
enum Page {
    Overview,
    Messages,
    /// The search by number, with the page of what it finds.
    Search,
    /// One message.
    Message,
}

impl Page {
    const ALL: [Page; 4] = [Page::Overview, Page::Messages, Page::Search, Page::Message];

    const fn name(self) -> &'static str {
        match self {
            Page::Overview => "overview",
            Page::Messages => "messages",
            Page::Search => "search by number",
            Page::Message => "message",
        }
    }
}

/// A person who works with the console of development.
struct Person {
    connection: Connection,
    host: SocketAddr,
    cookie: String,
    /// The page of the message that was found last.
    found: String,
}

impl Person {
    async fn sign_in(address: SocketAddr) -> anyhow::Result<Self> {
        let mut person = Self {
            connection: Connection::open(address).await?,
            host: address,
            cookie: String::new(),
            found: String::new(),
        };
        let signed_in = person.post("/console/sign-in", "role=owner").await?;
        let cookie = signed_in.field("set-cookie").context("a cookie")?;
        let (cookie, _) = cookie.split_once(';').unwrap_or((cookie, ""));
        person.cookie = cookie.to_owned();
        Ok(person)
    }

    /// Looks at a page, of the `n`th number where it is about one. Returns its length in bytes.
    async fn look_at(&mut self, page: Page, n: u64) -> anyhow::Result<usize> {
        let address = match page {
            Page::Overview => "/console/overview".to_owned(),
            Page::Messages => "/console/messages".to_owned(),
            Page::Message => self.found.clone(),
            Page::Search => {
                let typed = format!("q={}", number(n));
                let found = self.post("/console/messages", &typed).await?;
                found.field("location").context("an address")?.to_owned()
            }
        };
        let shown = self.get(&address).await?;
        let length = shown.body.len();
        if let Page::Search = page {
            self.found = first_message(&shown.body)
                .context("a message that was sent is not found by its number")?;
        }
        Ok(length)
    }

    async fn get(&mut self, path: &str) -> anyhow::Result<Shown> {
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: {}\r\ncookie: {}\r\n\r\n",
            self.host, self.cookie
        );
        let shown = self.ask(&request).await?;
        ensure!(shown.status == 200, "{path} was answered {}", shown.status);
        Ok(shown)
    }

    async fn post(&mut self, path: &str, body: &str) -> anyhow::Result<Shown> {
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\ncookie: {}\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            self.cookie,
            body.len(),
            host = self.host
        );
        let shown = self.ask(&request).await?;
        ensure!(shown.status == 303, "{path} was answered {}", shown.status);
        Ok(shown)
    }

    async fn ask(&mut self, request: &str) -> anyhow::Result<Shown> {
        let answer = self.connection.exchange(request.as_bytes()).await?;
        Ok(Shown {
            status: answer.status,
            head: answer.head.to_owned(),
            body: String::from_utf8(answer.body.to_vec())?,
        })
    }
}

/// What the console answered.
struct Shown {
    status: u16,
    head: String,
    body: String,
}

impl Shown {
    /// Returns the value of a field of the head.
    fn field(&self, wanted: &str) -> Option<&str> {
        let fields = self
            .head
            .split("\r\n")
            .filter_map(|line| line.split_once(": "));
        let mut found = fields.filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.next().map(|(_, value)| value)
    }
}

/// Returns the address of the first message in a list.
fn first_message(page: &str) -> Option<String> {
    const LINK: &str = "href=\"/console/messages/";
    let mut links = page
        .split(LINK)
        .skip(1)
        .filter_map(|rest| rest.split_once('"'));
    let (id, _) = links.find(|(id, _)| id.len() == 36)?;
    Some(format!("/console/messages/{id}"))
}
