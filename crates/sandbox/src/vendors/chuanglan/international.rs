//! Chuanglan 253 abroad.

use axum::http::request::Parts;
use serde_json::{Map, Value, json};

use crate::accounts::{CHUANGLAN_INTERNATIONAL_ACCOUNT, CHUANGLAN_PASSWORD, CHUANGLAN_RECEIVER};
use crate::call::{Answer, Call, Judgement, Refusal};
use crate::faults::RefusalReason;
use crate::message::{Message, Params};
use crate::numbers;
use crate::report::{News, Report, ReportReaction};
use crate::shared::Shared;
use crate::times::{beijing, parse_seconds, seconds_between};
use crate::vendor::Vendor;
use crate::vendors::desk::{Desk, Role};
use crate::vendors::digest::md5_hex;

/// The longest text.
const LONGEST: usize = 536;

/// How far a nonce, which is a time, may be off, in seconds. The vendor's own bound is not documented.
const SKEW: u64 = 15 * 60;

/// The role of the vendor.
pub(crate) const ROLE: Role = Role {
    account: || format!("{CHUANGLAN_INTERNATIONAL_ACCOUNT} / {CHUANGLAN_PASSWORD}"),
    approved: || "any text".to_owned(),
    desks: &[&International],
    report,
    // The vendor's documents ask for this text.
    heard: |status, body| ReportReaction::at(status, body.trim() == "OK"),
};

struct International;

impl Desk for International {
    fn takes(&self, head: &Parts) -> bool {
        head.uri.path() == "/send/sms"
    }

    fn authenticate(&self, call: &Call, _: &Shared) -> Result<(), Refusal> {
        authenticate(call).map_err(refusal)
    }

    fn judge(&self, call: &Call, shared: &Shared) -> Result<Judgement, Refusal> {
        let message = judge(call, shared).map_err(refusal)?;
        let answer = answer("0", &message.id);
        Ok(Judgement::taken(vec![message], answer))
    }

    fn code(&self, why: RefusalReason) -> &'static str {
        match why {
            // The vendor's table for abroad has no code for an account that is too fast; this one is for a number.
            RefusalReason::Throttle => "125",
            RefusalReason::BadNumber => "108",
            RefusalReason::ConfigError => "114",
            RefusalReason::Content => "123",
            RefusalReason::SystemBusy => "130",
        }
    }

    fn scripted(&self, _: &Call, _: &Shared, why: RefusalReason) -> Refusal {
        refusal(self.code(why))
    }
}

fn refusal(code: &'static str) -> Refusal {
    Refusal::new(code, answer(code, ""))
}

fn answer(code: &str, id: &str) -> Answer {
    let error = match code {
        "0" => "",
        "101" => "no such account",
        "102" => "wrong password or sign",
        "106" => "wrong length of msg",
        "108" => "wrong mobile",
        "114" => "ip not allowed",
        "123" => "msg not allowed",
        "125" => "too many to this mobile",
        "130" => "system busy",
        _ => "wrong parameters",
    };
    let body = json!({ "code": code, "error": error, "msgid": id });
    Answer::json(200, &body)
}

fn authenticate(call: &Call) -> Result<(), &'static str> {
    let body = call.json().ok_or("129")?;
    if text(&body, "account") != CHUANGLAN_INTERNATIONAL_ACCOUNT {
        return Err("101");
    }
    let nonce = call.header("nonce").unwrap_or_default();
    let fresh = nonce
        .strip_suffix(nonce.get(10..).unwrap_or_default())
        .filter(|_| nonce.len() == 13)
        .and_then(parse_seconds)
        .is_some_and(|time| seconds_between(call.now, time) <= SKEW);
    let sign = sign(&body, nonce, CHUANGLAN_PASSWORD);
    if !fresh || call.header("sign") != Some(&sign) {
        return Err("102");
    }
    Ok(())
}

/// The value of `sign`: over the nonce and every parameter that is not blank, by name, and the password.
fn sign(body: &Map<String, Value>, nonce: &str, password: &str) -> String {
    let mut parts: Vec<_> = body
        .iter()
        .map(|(name, value)| match value {
            Value::String(text) => (name.as_str(), text.clone()),
            Value::Null => (name.as_str(), String::new()),
            other => (name.as_str(), other.to_string()),
        })
        .filter(|(_, value)| !value.trim().is_empty())
        .collect();
    parts.push(("nonce", nonce.to_owned()));
    parts.sort();
    let joined: String = parts
        .into_iter()
        .map(|(name, value)| format!("{name}{value}"))
        .collect();
    md5_hex(format!("{joined}{password}").as_bytes())
}

/// A parameter; empty if it is missing or no text.
fn text<'a>(body: &'a Map<String, Value>, name: &str) -> &'a str {
    body.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn judge(call: &Call, shared: &Shared) -> Result<Message, &'static str> {
    let body = call.json().ok_or("129")?;
    let to = numbers::international(text(&body, "mobile")).ok_or("108")?;
    let words = text(&body, "msg");
    if words.is_empty() || words.chars().count() > LONGEST {
        return Err("106");
    }
    let optional = |name| Some(text(&body, name).to_owned()).filter(|text| !text.is_empty());
    Ok(Message {
        id: shared.inbox.next_id(call.now, 4),
        vendor: Vendor::ChuanglanInternational,
        at: call.now,
        to,
        sender: optional("senderId"),
        template: None,
        text: words.to_owned(),
        variables: Params::new(),
        code: numbers::code_in(words),
        reference: optional("uid"),
    })
}

/// A report: parameters of a `GET`.
fn report(message: &Message, news: News) -> Report {
    let status = if news.delivered { "DELIVRD" } else { "REJECTD" };
    Report::get(vec![
        ("receiver", CHUANGLAN_RECEIVER.0.to_owned()),
        ("pswd", CHUANGLAN_RECEIVER.1.to_owned()),
        ("msgid", message.id.clone()),
        ("reportTime", beijing(news.at, "%y%m%d%H%M")),
        ("mobile", message.to.trim_start_matches('+').to_owned()),
        ("status", status.to_owned()),
        ("notifyTime", beijing(news.at, "%y%m%d%H%M%S")),
        ("batchSeq", message.id.clone()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vendors::vectors::{field, vectors};

    #[test]
    fn every_vector_is_signed_the_same() {
        for vector in vectors("chuanglan", "international") {
            let inputs = &vector["inputs"];
            let body = inputs["body"].as_object().unwrap();
            let (nonce, password) = (field(inputs, "nonce_header"), field(inputs, "password"));
            let expected = field(&vector["expected"], "sign");
            assert_eq!(sign(body, &nonce, &password), expected, "{vector}");
        }
    }
}
