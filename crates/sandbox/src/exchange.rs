//! One request to a vendor, from its head to its answer.

use std::sync::Arc;
use std::time::Duration;

use axum::body::to_bytes;
use axum::extract::{ConnectInfo, Request, State};
use axum::response::{IntoResponse, Response};

use crate::call::{Answer, Call, Refusal};
use crate::connection::Line;
use crate::faults::Fault;
use crate::reporting;
use crate::shared::Shared;
use crate::vendor::Vendor;
use crate::vendors::{self, Desk};

/// The longest body that is read.
const MOST: usize = 1024 * 1024;

/// Answers a request to a vendor: the vendor's desk judges it, and the script of faults may spoil the answer.
pub(crate) async fn exchange(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let Some((vendor, desk)) = vendors::desk(&head) else {
        return Answer::text(
            404,
            "no vendor has this path; /sandbox/messages shows messages\n",
        )
        .into_response();
    };
    shared.tally.request(vendor);
    if let Some((fault, _)) = shared.faults.take(vendor, true) {
        shared.tally.fault(vendor, fault);
        if fault == Fault::Stall {
            shared.stopped().await;
        }
        line.reset();
        return ().into_response();
    }
    let Ok(body) = to_bytes(body, MOST).await else {
        return Answer::text(413, "a body may have 1 MiB\n").into_response();
    };
    let call = Call::new(head, body, shared.now());
    if let Err(refusal) = desk.authenticate(&call, &shared) {
        shared.tally.bad_signature(vendor, &refusal.code);
        return refusal.answer.into_response();
    }
    let fault = shared.faults.take(vendor, false);
    if let Some((fault, _)) = fault {
        shared.tally.fault(vendor, fault);
    }
    let answer = match judge(
        (vendor, desk),
        &call,
        &shared,
        fault.map(|(fault, _)| fault),
    )
    .await
    {
        Ok(answer) => answer,
        Err(refusal) => {
            shared.tally.refused(vendor, &refusal.code);
            refusal.answer
        }
    };
    match fault {
        Some((fault, length)) => spoil(answer, fault, length, &shared, &line).await,
        None => answer.into_response(),
    }
}

/// The vendor's answer. Messages that it takes are kept, and reported on.
async fn judge(
    (vendor, desk): (Vendor, &dyn Desk),
    call: &Call,
    shared: &Arc<Shared>,
    fault: Option<Fault>,
) -> Result<Answer, Refusal> {
    if let Some(scripted) = fault.and_then(Fault::refusal) {
        return Err(desk.scripted(call, shared, scripted));
    }
    let done = desk.judge(call, shared)?;
    for code in &done.refused {
        shared.tally.refused(vendor, code);
    }
    if !done.messages.is_empty() {
        shared.tally.accepted(vendor);
    }
    for message in &done.messages {
        shared.inbox.keep(message.clone());
    }
    for message in done.messages {
        reporting::report_on(shared, message).await;
    }
    Ok(done.answer)
}

/// The answer after a fault.
async fn spoil(
    answer: Answer,
    fault: Fault,
    length: Duration,
    shared: &Shared,
    line: &Line,
) -> Response {
    match fault {
        Fault::Delay => {
            tokio::select! {
                () = tokio::time::sleep(length) => {}
                () = shared.stopped() => {}
            }
        }
        Fault::StallAfterAccept => {
            shared.stopped().await;
            line.reset();
        }
        Fault::Reset => line.reset(),
        Fault::Error500 => return Answer::text(500, "Internal Server Error").into_response(),
        Fault::Garbage => {
            return Answer::text(
                200,
                "<html><body>Please sign in to this network</body></html>",
            )
            .with("content-type", "text/html")
            .into_response();
        }
        Fault::NotHttp => line.write_and_close(b"\x00\xffnothing like HTTP\r\n\r\n".to_vec()),
        Fault::HalfBody => line.write_and_close(half(&answer)),
        _ => {}
    }
    answer.into_response()
}

/// The bytes of an answer whose head promises the whole body, and which ends after half of it.
fn half(answer: &Answer) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        answer.body.len()
    );
    let half = answer.body.bytes().take(answer.body.len() / 2);
    head.into_bytes().into_iter().chain(half).collect()
}
