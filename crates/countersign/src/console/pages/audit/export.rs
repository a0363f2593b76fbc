//! `/console/audit.jsonl`: every act on record up to the head of now, oldest first, each line exactly as it was chained. The name
//! of the file has the number of the head and the start of its hash.

use std::sync::Arc;

use axum::body::Body;
use axum::http::header;
use axum::response::IntoResponse;
use countersign_core::audit::chain::{Entry as Chained, Head};
use futures_util::stream;

use crate::console::entry::{Answer, Entry, Visit};
use crate::http::page;
use crate::manage::{Manage, ManageError};
use crate::operator::Permission;

pub(in crate::console) const PATH: &str = "/console/audit.jsonl";

/// How many lines are read at once.
const PAGE: u16 = 1_000;

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadAudit, write)
}

async fn write(visit: Visit) -> Answer {
    let manage = Arc::clone(&visit.state.manage);
    let head = manage.audit_head().await?;
    let lines = stream::try_unfold(0, move |seq| page_after(Arc::clone(&manage), seq, head));
    let head = head.to_string().replace(':', "-");
    let name = head.get(..head.len().saturating_sub(48)).unwrap_or(&head);
    let headers = [
        (header::CONTENT_TYPE, "application/x-ndjson".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"audit-{name}.jsonl\""),
        ),
    ];
    let answer = (headers, Body::from_stream(lines)).into_response();
    Ok(page::with_headers(answer))
}

/// The lines after the number `seq` up to the head, and the number of the last one; `None` after the head. A record that cannot be
/// read ends the file in the middle, which the browser tells.
async fn page_after(
    manage: Arc<Manage>,
    seq: u64,
    head: Head,
) -> Result<Option<(String, u64)>, ManageError> {
    if seq >= head.seq {
        return Ok(None);
    }
    let left = u16::try_from(head.seq - seq).unwrap_or(PAGE);
    let lines = manage.export_acts(seq, left.min(PAGE)).await?;
    let last = lines.last().and_then(|line| Chained::read(line));
    let last = last.ok_or(ManageError::Internal)?;
    Ok(Some((lines.join("\n") + "\n", last.seq)))
}
