//! For tests: messages, accounts and resources. Time and randomness stand still.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use countersign_core::application::{AppId, AppName, Application, Origins, TokenAlgorithm};
use countersign_core::channel::Channel;
use countersign_core::code::passcode::Passcode;
use countersign_core::country_rules::Countries;
use countersign_core::entropy::{Entropy, EntropyError};
use countersign_core::id::MessageId;
use countersign_core::language::Languages;
use countersign_core::network::Networks;
use countersign_core::phone::PhoneNumber;
use countersign_core::ports::provider::{ReportNotKept, ReportSink, Sms};
use countersign_core::receipt::Receipt;
use countersign_core::secret::Secret;
use countersign_core::send::route::ProviderName;
use countersign_core::template::{
    Language, Template, TemplateQuery, TemplateScope, Templates, VendorTemplate,
};
use countersign_core::time::{Clock, Timestamp};
use serde_json::Value;

use crate::account::{Account, Resources};
use crate::egress::{Answer, Egress, Reach};
use crate::kinds;

/// The time in the vectors: 2026-01-02T03:04:05Z.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_767_323_045_000);

/// The code in every message.
pub(crate) const CODE: &str = "123456";

/// A clock that stands still.
pub(crate) struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        NOW
    }
}

/// Randomness that is not.
pub(crate) struct Zeros;

impl Entropy for Zeros {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        buffer.fill(0);
        Ok(())
    }
}

/// A sink that keeps no report: none of the vendors here reports over a session.
struct NoReports;

#[async_trait]
impl ReportSink for NoReports {
    async fn report(&self, _: Vec<Receipt>) -> Result<(), ReportNotKept> {
        Err(ReportNotKept)
    }
}

/// An account named `account` with these settings and secrets, whose requests may go to this machine.
pub(crate) fn account(settings: Value, secrets: &[(&str, &str)]) -> Account {
    let secrets = secrets.iter();
    let secrets = secrets.map(|(name, value)| ((*name).to_owned(), Secret::new((*value).into())));
    Account {
        name: ProviderName::parse("account").unwrap(),
        settings,
        secrets: secrets.collect(),
        reach: Reach::Loopback,
    }
}

/// The resources of every provider here: a way out to this machine, a clock and randomness that stand still.
pub(crate) fn resources() -> Resources {
    Resources {
        egress: Egress::new(Reach::Loopback).unwrap(),
        clock: Arc::new(Still),
        entropy: Arc::new(Zeros),
        reports: Arc::new(NoReports),
    }
}

/// The problems of an account of the kind `kind`, as an operator reads them; empty when there are none.
pub(crate) fn problems(kind: &str, settings: Value, secrets: &[(&str, &str)]) -> String {
    match kinds::check(kind, &account(settings, secrets)) {
        Ok(()) => String::new(),
        Err(invalid) => invalid.to_string(),
    }
}

/// A message with the text that templates of the operator's give it, and with `template` filled.
pub(crate) fn sms(to: &str, text: &str, template: Option<VendorTemplate>) -> Sms {
    let app = Application {
        id: AppId::parse("shop").unwrap(),
        name: AppName::parse("Shop").unwrap(),
        origins: Origins::default(),
        backends: Networks::default(),
        web_host: None,
        android_app_hash: None,
        default_country: None,
        allowed_countries: Countries::All,
        languages: Languages::default(),
        challenges: false,
        token_algorithm: TokenAlgorithm::default(),
        sms_name: None,
        created_at: NOW,
    };
    let mut templates = Templates::default();
    let everywhere = TemplateScope::default;
    templates.add(everywhere(), Template::Text(text.parse().unwrap()));
    if let Some(template) = template {
        templates.add(everywhere(), Template::Vendor(template));
    }
    let passcode = Passcode::parse(CODE).unwrap();
    let (life, language) = (Duration::from_secs(300), Language::ZhCn.tag());
    let wanted = TemplateQuery {
        app: &app,
        channel: Channel::Login,
        provider: "account",
        language: &language,
    };
    Sms {
        message_id: MessageId::first_at(NOW),
        app_id: app.id.clone(),
        app: app.name_in_messages().clone(),
        to: PhoneNumber::parse(to, None).unwrap(),
        channel: Channel::Login,
        text: templates.text(&wanted, &passcode, life).words,
        template: templates
            .filled(&wanted, &passcode, life)
            .map(|filled| filled.words),
        language,
        passcode,
        minutes: 5,
        deadline: NOW.after(Duration::from_secs(8)),
    }
}

/// A vendor's template.
pub(crate) fn template(id: &str, signature: Option<&str>, variables: &[&str]) -> VendorTemplate {
    let variables = variables.iter().map(|variable| variable.parse().unwrap());
    VendorTemplate {
        id: id.to_owned(),
        signature: signature.map(str::to_owned),
        variables: variables.collect(),
    }
}

/// An answer of a vendor's.
pub(crate) fn answer(status: u16, body: impl Into<Vec<u8>>) -> Answer {
    Answer {
        status,
        body: body.into(),
    }
}

/// What a vendor hears of a request.
pub(crate) struct Heard {
    /// The head, line by line.
    pub(crate) head: Vec<String>,
    /// The body.
    pub(crate) body: Vec<u8>,
}

impl Heard {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> &str {
        let headers = self.head.iter().filter_map(|line| line.split_once(": "));
        let mut found = headers.filter(|(held, _)| held.eq_ignore_ascii_case(name));
        let value = found.next().unwrap_or_else(|| panic!("no header {name}")).1;
        assert!(found.next().is_none(), "{name} is there twice");
        value
    }
}

/// A vendor on this machine that hears one request and answers `reply`: its endpoint, and what it hears.
pub(crate) fn vendor(reply: &'static str) -> (String, std::thread::JoinHandle<Heard>) {
    use std::io::{BufRead, BufReader, Read, Write};

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let heard = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let lines = reader.by_ref().lines().map(Result::unwrap);
        let head = lines.take_while(|line| !line.is_empty()).collect();
        let mut heard = Heard {
            head,
            body: Vec::new(),
        };
        heard.body = vec![0; heard.header("content-length").parse().unwrap()];
        reader.read_exact(&mut heard.body).unwrap();
        let length = reply.len();
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{reply}");
        stream.write_all(answer.as_bytes()).unwrap();
        heard
    });
    (endpoint, heard)
}
