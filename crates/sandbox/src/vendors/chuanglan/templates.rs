//! The domestic API that fills templates.

use axum::http::request::Parts;
use serde_json::{Map, Value, json};

use super::fields::{code_of, object, phones, text};
use crate::accounts::{CHUANGLAN_ACCOUNT, CHUANGLAN_PASSWORD, CHUANGLAN_TEMPLATES, Template};
use crate::call::{Answer, Call, Judgement, Refusal};
use crate::faults::RefusalReason;
use crate::message::{Message, Params};
use crate::shared::Shared;
use crate::times::{parse_seconds, seconds_between};
use crate::vendor::Vendor;
use crate::vendors::desk::Desk;
use crate::vendors::digest::{hmac_sha256, md5_hex};

/// How far a timestamp may be off, in seconds. The vendor's own bound is not documented.
const SKEW: u64 = 15 * 60;

/// The code for a wrong account, password or signature.
const CREDENTIALS: &str = "101200";

/// The desk that fills templates.
pub(super) struct Templates;

impl Desk for Templates {
    fn takes(&self, head: &Parts) -> bool {
        head.uri.path() == "/msg/sms/v2/tpl/send"
    }

    fn authenticate(&self, call: &Call, _: &Shared) -> Result<(), Refusal> {
        authenticate(call).map_err(refusal)
    }

    fn judge(&self, call: &Call, shared: &Shared) -> Result<Judgement, Refusal> {
        judge(call, shared).map_err(refusal)
    }

    fn code(&self, why: RefusalReason) -> &'static str {
        match why {
            // The request is in order, and the number in it is not.
            RefusalReason::BadNumber => "000000",
            RefusalReason::ConfigError => "101203",
            RefusalReason::Content => "101206",
            // This API has no known codes for these reasons: use those of the older one.
            RefusalReason::Throttle | RefusalReason::SystemBusy => code_of(why),
        }
    }

    fn scripted(&self, _: &Call, _: &Shared, why: RefusalReason) -> Refusal {
        let code = self.code(why);
        match why {
            RefusalReason::BadNumber => Refusal::new("failNum", answer(code, "", 0, 1)),
            _ => refusal(code),
        }
    }
}

fn refusal(code: &'static str) -> Refusal {
    Refusal::new(code, answer(code, "", 0, 0))
}

fn answer(code: &str, id: &str, taken: usize, failed: usize) -> Answer {
    let message = match code {
        "000000" => "",
        CREDENTIALS => "账号或密码错误",
        "101203" => "IP未授权",
        "101206" => "包含违禁词",
        _ => "参数错误",
    };
    let body = json!({
        "code": code,
        "msgId": id,
        "failNum": failed,
        "successNum": taken,
        "errorMsg": message,
    });
    Answer::json(200, &body)
}

fn authenticate(call: &Call) -> Result<(), &'static str> {
    let body = object(call)?;
    if text(&body, "account")? != CHUANGLAN_ACCOUNT {
        return Err(CREDENTIALS);
    }
    let (timestamp, nonce) = (text(&body, "timestamp")?, text(&body, "nonce")?);
    let fresh = parse_seconds(timestamp)
        .is_some_and(|timestamp| seconds_between(call.now, timestamp) <= SKEW);
    if nonce.len() != 32 || !fresh {
        return Err("130");
    }
    let proven = match call.header("x-qa-hmac-signature") {
        Some(given) => given == signature(CHUANGLAN_PASSWORD, timestamp, nonce),
        None => body
            .get("password")
            .is_some_and(|password| password == CHUANGLAN_PASSWORD),
    };
    if proven { Ok(()) } else { Err(CREDENTIALS) }
}

/// The value of `X-QA-Hmac-Signature`.
fn signature(password: &str, timestamp: &str, nonce: &str) -> String {
    let key = md5_hex(password.as_bytes());
    let mut parts = [key.as_str(), timestamp, nonce];
    parts.sort_unstable();
    hex::encode(hmac_sha256(key.as_bytes(), parts.concat().as_bytes()))
}

fn judge(call: &Call, shared: &Shared) -> Result<Judgement, &'static str> {
    let body = object(call)?;
    let numbers = phones(text(&body, "phoneNumbers")?)?;
    let template = text(&body, "templateId")?;
    let template = Template::find(CHUANGLAN_TEMPLATES, template).ok_or("123")?;
    let filled: Vec<Map<String, Value>> =
        serde_json::from_str(text(&body, "templateParamJson")?).map_err(|_| "128")?;
    if filled.len() != numbers.len() {
        return Err("130");
    }
    let optional = |name: &str| match body.get(name) {
        None => Ok(None),
        Some(_) => text(&body, name).map(Some),
    };
    let (sign, reference) = (optional("signature")?, optional("uid")?);
    let id = shared.inbox.next_id(call.now, 4);
    let mut messages = Vec::new();
    for (to, given) in numbers.into_iter().zip(&filled) {
        let values = values(template, given)?;
        messages.push(Message {
            id: id.clone(),
            vendor: Vendor::Chuanglan,
            at: call.now,
            to,
            sender: sign.map(|sign| bare(sign).to_owned()),
            template: Some(template.id.to_owned()),
            text: template.fill(sign.map(bare).unwrap_or_default(), &values),
            variables: variables(given),
            code: values.first().map(|code| (*code).to_owned()),
            reference: reference.map(ToOwned::to_owned),
        });
    }
    let answer = answer("000000", &id, messages.len(), 0);
    Ok(Judgement::taken(messages, answer))
}

/// A signature without the brackets that it may come in.
fn bare(sign: &str) -> &str {
    sign.trim_start_matches('【').trim_end_matches('】')
}

/// `param1`, `param2`, ...: as many as the template has, and no more.
fn values<'a>(
    template: &Template,
    given: &'a Map<String, Value>,
) -> Result<Vec<&'a str>, &'static str> {
    if given.len() != template.variables.len() {
        return Err("123");
    }
    let names = (1..=given.len()).map(|place| format!("param{place}"));
    let values = names.map(|name| given.get(&name)?.as_str());
    values.collect::<Option<_>>().ok_or("123")
}

fn variables(given: &Map<String, Value>) -> Params {
    let texts = given.iter().filter_map(|(name, value)| {
        let value = value.as_str()?;
        Some((name.clone(), value.to_owned()))
    });
    texts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vendors::vectors::{field, vectors};

    #[test]
    fn every_vector_is_signed_the_same() {
        for vector in vectors("chuanglan", "domestic-v2") {
            let input = |name| field(&vector["inputs"], name);
            let signed = signature(&input("password"), &input("timestamp"), &input("nonce"));
            let expected = field(&vector["expected"], "x_qa_hmac_signature");
            assert_eq!(signed, expected, "{vector}");
        }
    }
}
