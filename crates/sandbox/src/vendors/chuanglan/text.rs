//! The domestic API that takes whole texts, and the reports of both domestic APIs.

use axum::http::request::Parts;
use serde_json::json;

use super::fields::{code_of, object, phones, text};
use crate::accounts::{CHUANGLAN_ACCOUNT, CHUANGLAN_PASSWORD, CHUANGLAN_RECEIVER};
use crate::call::{Answer, Call, Judgement, Refusal};
use crate::faults::RefusalReason;
use crate::message::{Message, Params};
use crate::numbers;
use crate::report::{News, Report};
use crate::shared::Shared;
use crate::times::beijing;
use crate::vendor::Vendor;
use crate::vendors::desk::Desk;

/// The longest text.
const LONGEST: usize = 536;

/// The desk that takes whole texts.
pub(super) struct Texts;

impl Desk for Texts {
    fn takes(&self, head: &Parts) -> bool {
        matches!(head.uri.path(), "/msg/v1/send/json" | "/msg/send/json")
    }

    fn authenticate(&self, call: &Call, _: &Shared) -> Result<(), Refusal> {
        let body = object(call).map_err(|code| refusal(call, code))?;
        let text = |name| text(&body, name).map_err(|code| refusal(call, code));
        if text("account")? != CHUANGLAN_ACCOUNT {
            return Err(refusal(call, "101"));
        }
        if text("password")? != CHUANGLAN_PASSWORD {
            return Err(refusal(call, "102"));
        }
        Ok(())
    }

    fn judge(&self, call: &Call, shared: &Shared) -> Result<Judgement, Refusal> {
        judge(call, shared).map_err(|code| refusal(call, code))
    }

    fn code(&self, why: RefusalReason) -> &'static str {
        code_of(why)
    }

    fn scripted(&self, call: &Call, _: &Shared, why: RefusalReason) -> Refusal {
        refusal(call, self.code(why))
    }
}

/// The vendor's words for a code.
fn meaning(code: &str) -> &'static str {
    match code {
        "101" => "无此账号",
        "102" => "密码错误",
        "103" => "提交过快",
        "104" => "系统忙",
        "105" => "包含敏感词",
        "106" => "内容长度错误",
        "107" => "手机号码错误",
        "116" => "签名不合法",
        "117" => "客户端IP不在白名单",
        "121" => "缺少参数",
        _ => "参数错误",
    }
}

fn refusal(call: &Call, code: &str) -> Refusal {
    Refusal::new(code, answer(call, code, "", meaning(code)))
}

fn answer(call: &Call, code: &str, id: &str, message: &str) -> Answer {
    let body = json!({
        "code": code,
        "msgId": id,
        "time": beijing(call.now, "%Y%m%d%H%M%S"),
        "errorMsg": message,
    });
    Answer::json(200, &body)
}

fn judge(call: &Call, shared: &Shared) -> Result<Judgement, &'static str> {
    let body = object(call)?;
    let numbers = phones(text(&body, "phone")?)?;
    let words = text(&body, "msg")?;
    let sign = signature(words).ok_or("116")?;
    if words.chars().count() > LONGEST {
        return Err("106");
    }
    if body.contains_key("report") {
        text(&body, "report")
            .ok()
            .filter(|report| ["true", "false"].contains(report))
            .ok_or("130")?;
    }
    let reference = match body.contains_key("uid") {
        true => Some(text(&body, "uid")?.to_owned()),
        false => None,
    };
    let id = shared.inbox.next_id(call.now, 4);
    let message = |to| Message {
        id: id.clone(),
        vendor: Vendor::Chuanglan,
        at: call.now,
        to,
        sender: Some(sign.to_owned()),
        template: None,
        text: words.to_owned(),
        variables: Params::new(),
        code: numbers::code_in(words),
        reference: reference.clone(),
    };
    let messages = numbers.into_iter().map(message).collect();
    Ok(Judgement::taken(messages, answer(call, "0", &id, "")))
}

/// The signature between 【 and 】 at the beginning, if words follow it.
fn signature(words: &str) -> Option<&str> {
    let (sign, rest) = words.strip_prefix('【')?.split_once('】')?;
    (!sign.is_empty() && !rest.is_empty()).then_some(sign)
}

/// A report: parameters of a `GET`.
pub(super) fn report(message: &Message, news: News) -> Report {
    let (status, words) = match news.delivered {
        true => ("DELIVRD", "短信发送成功"),
        false => ("UNDELIV", "短信发送失败"),
    };
    let mut query = vec![
        ("receiver", CHUANGLAN_RECEIVER.0.to_owned()),
        ("pswd", CHUANGLAN_RECEIVER.1.to_owned()),
        ("msgid", message.id.clone()),
        ("reportTime", beijing(news.at, "%y%m%d%H%M")),
        ("mobile", numbers::local(&message.to).to_owned()),
        ("status", status.to_owned()),
        ("notifyTime", beijing(news.at, "%y%m%d%H%M%S")),
        ("statusDesc", words.to_owned()),
        ("length", "1".to_owned()),
    ];
    if let Some(reference) = &message.reference {
        query.push(("uid", reference.clone()));
    }
    Report::get(query)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_begins_with_its_signature() {
        assert_eq!(signature("【品牌】您的验证码是123456"), Some("品牌"));
        for bad in [
            "您的验证码是123456",
            "【】您的",
            "【品牌】",
            "[品牌]您的",
            " 【品牌】您",
        ] {
            assert_eq!(signature(bad), None, "{bad}");
        }
    }
}
