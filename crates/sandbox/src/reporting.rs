//! The making of reports: what a vendor says about a message that it took, and how the answer is judged.

use std::sync::Arc;

use crate::message::Message;
use crate::report::{News, ReportReaction};
use crate::reports::{Manner, ReportRecord};
use crate::shared::Shared;
use crate::vendors;

/// Makes the reports about a message: at once if they come before its answer, and in a task of their own otherwise.
pub(crate) async fn report_on(shared: &Arc<Shared>, mut message: Message) {
    let target = shared.reports.target(message.vendor);
    let Some((url, target)) = target.and_then(|target| Some((target.url.clone()?, target))) else {
        return;
    };
    let news = target.reports.news(&message);
    if target.reports == Manner::UnknownId {
        message.id = shared.inbox.next_id(message.at, 4);
        message.reference = None;
    }
    if target.reports == Manner::BeforeAnswer {
        return deliver(shared, &url, &message, &news).await;
    }
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        let delivered = async {
            tokio::time::sleep(target.delay()).await;
            deliver(&shared, &url, &message, &news).await;
        };
        tokio::select! {
            () = delivered => {}
            () = shared.stopped() => {}
        }
    });
}

/// Makes each report, and makes it once more where the vendor does.
async fn deliver(shared: &Shared, url: &str, message: &Message, news: &[News]) {
    for news in news {
        if attempt(shared, url, message, *news, 1).await.again {
            tokio::time::sleep(shared.reports.retry()).await;
            attempt(shared, url, message, *news, 2).await;
        }
    }
}

async fn attempt(
    shared: &Shared,
    url: &str,
    message: &Message,
    news: News,
    attempt: u32,
) -> ReportReaction {
    let role = vendors::role(message.vendor);
    let answer = shared.reports.post(url, (role.report)(message, news)).await;
    let (status, body) = answer.unzip();
    let body = body.unwrap_or_default();
    let heard = (role.heard)(status, &body);
    shared.reports.keep(ReportRecord {
        vendor: message.vendor,
        message_id: message.id.clone(),
        delivered: news.delivered,
        url: url.to_owned(),
        attempt,
        status,
        answer: body.chars().take(200).collect(),
        answered_as_wanted: heard.wanted,
    });
    heard
}
