//! An OpenTelemetry collector outside the process, which keeps what it gets.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use tokio::sync::watch;

/// The answer of the collector to its `n`th batch, from 0; `None` for none, ever.
pub(crate) type Manner = fn(usize) -> Option<StatusCode>;

#[derive(Clone)]
pub(crate) struct Collector {
    pub(crate) url: String,
    manner: Manner,
    batches: Arc<Mutex<Vec<Bytes>>>,
    arrived: watch::Sender<usize>,
}

impl Collector {
    pub(crate) async fn start(manner: Manner) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let collector = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            manner,
            batches: Arc::default(),
            arrived: watch::channel(0).0,
        };
        let routes = Router::new().route("/v1/traces", post(take));
        let routes = routes.with_state(collector.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        collector
    }

    /// Waits until `count` batches have arrived.
    pub(crate) async fn arrived(&self, count: usize) {
        let mut arrived = self.arrived.subscribe();
        arrived.wait_for(|arrived| *arrived >= count).await.unwrap();
    }

    /// Every byte that came.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.batches.lock().unwrap().concat()
    }

    /// The resource of every batch, as one text each.
    pub(crate) fn resources(&self) -> Vec<String> {
        let batches = self.read().into_iter();
        let spans = batches.flat_map(|batch| batch.resource_spans);
        let texts = spans.map(|spans| attributes(&spans.resource.unwrap().attributes));
        texts.collect()
    }

    /// The spans of a trace, in the order of their starts: name, kind, name of the parent, status, and attributes. Ids
    /// of requests and messages are left out.
    pub(crate) fn trace(&self, id: &str, caller: &str) -> String {
        let batches = self.read().into_iter();
        let spans = batches.flat_map(|batch| batch.resource_spans);
        let spans = spans.flat_map(|spans| spans.scope_spans);
        let spans = spans.flat_map(|spans| spans.spans);
        let mut spans: Vec<Span> = spans.filter(|s| hex::encode(&s.trace_id) == id).collect();
        spans.sort_by_key(|span| span.start_time_unix_nano);
        let names: HashMap<_, _> = spans
            .iter()
            .map(|s| (hex::encode(&s.span_id), &s.name))
            .collect();
        let line = |span: &Span| {
            let parent = hex::encode(&span.parent_span_id);
            let parent = match names.get(&parent) {
                Some(name) => name.as_str(),
                None if parent == caller => "the caller",
                None => "an unknown span",
            };
            let kind = span.kind().as_str_name();
            let status = span.status.as_ref().map_or(0, |status| status.code);
            format!(
                "{} ({kind}, status {status}) below {parent}: {}\n",
                span.name,
                attributes(&span.attributes)
            )
        };
        spans.iter().map(line).collect()
    }

    fn read(&self) -> Vec<ExportTraceServiceRequest> {
        let batches = self.batches.lock().unwrap();
        let read = |bytes: &Bytes| ExportTraceServiceRequest::decode(bytes.clone()).unwrap();
        batches.iter().map(read).collect()
    }
}

async fn take(State(collector): State<Collector>, head: HeaderMap, batch: Bytes) -> StatusCode {
    assert_eq!(head["content-type"], "application/x-protobuf");
    let number = {
        let mut batches = collector.batches.lock().unwrap();
        batches.push(batch);
        batches.len() - 1
    };
    collector.arrived.send_modify(|count| *count += 1);
    match (collector.manner)(number) {
        Some(status) => status,
        None => std::future::pending().await,
    }
}

/// `name=value` of each attribute, in the order of names.
fn attributes(all: &[KeyValue]) -> String {
    let mut all: Vec<_> = all.iter().map(attribute).collect();
    all.sort();
    all.join(" ")
}

fn attribute(attribute: &KeyValue) -> String {
    let name = attribute.key.as_str();
    let value = match attribute.value.as_ref() {
        Some(AnyValue {
            value: Some(Value::StringValue(text)),
        }) => match name {
            "countersign.request_id" | "countersign.message_id" => "[id]".to_owned(),
            _ => text.clone(),
        },
        Some(AnyValue {
            value: Some(Value::IntValue(number)),
        }) => number.to_string(),
        other => panic!("{name} is {other:?}"),
    };
    format!("{name}={value}")
}
