//! A vendor that takes Standard Webhooks: any body with a number and a text in it.

use axum::http::request::Parts;
use serde_json::{Value, json};

use super::desk::{Desk, Role};
use super::standard_webhooks::{sign, verify};
use crate::accounts::WEBHOOK_SECRET;
use crate::call::{Answer, Call, Judgement, Refusal};
use crate::faults::RefusalReason;
use crate::message::{Message, Params};
use crate::numbers;
use crate::report::{News, Report, ReportReaction};
use crate::shared::Shared;
use crate::vendor::Vendor;

/// The role of the vendor.
pub(super) const ROLE: Role = Role {
    account: || WEBHOOK_SECRET.to_owned(),
    approved: || "any text".to_owned(),
    desks: &[&Http],
    report,
    heard: |status, _| {
        let wanted = status.is_some_and(|status| (200..300).contains(&status));
        let again = !wanted;
        ReportReaction { wanted, again }
    },
};

struct Http;

impl Desk for Http {
    fn takes(&self, head: &Parts) -> bool {
        head.uri.path() == "/http/send"
    }

    fn authenticate(&self, call: &Call, _: &Shared) -> Result<(), Refusal> {
        verify(call, WEBHOOK_SECRET)
            .map(drop)
            .map_err(|why| refusal(401, "unauthorized", why))
    }

    fn judge(&self, call: &Call, shared: &Shared) -> Result<Judgement, Refusal> {
        let body = Body::of(call);
        let to = body.text("to").and_then(|to| numbers::e164(&to));
        let to = to.ok_or_else(|| refusal(422, "bad_number", "to must be E.164"))?;
        let text = body.text("text").filter(|text| !text.is_empty());
        let text = text.ok_or_else(|| refusal(422, "invalid", "text is missing"))?;
        let id = format!("sms_{}", shared.inbox.next_id(call.now, 6));
        // A caller that repeats a request has not heard the answer, and gets it again.
        let webhook = call.header("webhook-id").unwrap_or_default();
        if let Some(id) = shared.webhooks.earlier(call.now, webhook, &id) {
            return Ok(Judgement::taken(Vec::new(), taken(&id)));
        }
        let message = Message {
            vendor: Vendor::Http,
            at: call.now,
            to,
            sender: body.text("from"),
            template: None,
            variables: Params::new(),
            code: body.text("code").or_else(|| numbers::code_in(&text)),
            text,
            reference: body.text("id").or_else(|| Some(webhook.to_owned())),
            id,
        };
        let answer = taken(&message.id);
        Ok(Judgement::taken(vec![message], answer))
    }

    fn code(&self, why: RefusalReason) -> &'static str {
        match why {
            RefusalReason::Throttle => "throttled",
            RefusalReason::BadNumber => "bad_number",
            RefusalReason::ConfigError => "config_error",
            RefusalReason::Content => "content",
            RefusalReason::SystemBusy => "system_busy",
        }
    }

    fn scripted(&self, _: &Call, _: &Shared, why: RefusalReason) -> Refusal {
        let status = match why {
            RefusalReason::Throttle => 429,
            RefusalReason::BadNumber | RefusalReason::Content => 422,
            RefusalReason::ConfigError => 403,
            RefusalReason::SystemBusy => 503,
        };
        let code = self.code(why);
        let mut refusal = refusal(status, code, "as the script says");
        if why == RefusalReason::Throttle {
            refusal.answer = refusal.answer.with("retry-after", 1);
        }
        refusal
    }
}

fn refusal(status: u16, code: &'static str, message: &str) -> Refusal {
    let body = json!({ "error": code, "message": message });
    Refusal::new(code, Answer::json(status, &body))
}

fn taken(id: &str) -> Answer {
    Answer::json(202, &json!({ "id": id }))
}

/// A body: JSON, with its parameters at the top or in `data`; or a form.
enum Body {
    Json(Value),
    Form(Params),
}

impl Body {
    fn of(call: &Call) -> Self {
        match call.json() {
            Some(json) => Body::Json(Value::Object(json)),
            None => Body::Form(call.form_pairs().into_iter().collect()),
        }
    }

    fn text(&self, name: &str) -> Option<String> {
        match self {
            Body::Json(json) => {
                let found = json
                    .get(name)
                    .or_else(|| json.get("data").and_then(|data| data.get(name)));
                found.and_then(Value::as_str).map(ToOwned::to_owned)
            }
            Body::Form(params) => params.get(name).cloned(),
        }
    }
}

/// A report: signed as the requests are.
fn report(message: &Message, news: News) -> Report {
    let (status, code) = match news.delivered {
        true => ("delivered", "DELIVRD"),
        false => ("failed", "UNDELIV"),
    };
    let mut report = Report::post(&json!({
        "messageId": message.reference,
        "providerMessageId": message.id,
        "to": message.to,
        "status": status,
        "code": code,
    }));
    // The same report, made again, has the same id.
    let id = format!("report_{}_{status}", message.id);
    let seconds = news.at.as_second().to_string();
    let signature = sign(WEBHOOK_SECRET, &id, &seconds, report.body.as_bytes());
    report.headers.extend([
        ("webhook-id", id),
        ("webhook-timestamp", seconds),
        ("webhook-signature", signature.unwrap_or_default()),
    ]);
    report
}
