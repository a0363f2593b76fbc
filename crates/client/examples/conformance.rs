// Runs this SDK as a client of the conformance table: speaks the line protocol of `conformance/README.md`.

use std::io::{BufRead as _, Write as _};

use countersign_client::{
    AuthenticationClient, Channel, Error, InvalidReason, PreCheckCode, Response, SendSms,
    VerifiedCode, VerifyCode,
};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    id: u64,
    app_id: String,
    app_secret: String,
    app_host: String,
    send_sms: Option<Sms>,
    pre_check_code: Option<PreCheck>,
    verify_code: Option<Code>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sms {
    channel: Value,
    phone_number: String,
    phone_country_code: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PreCheck {
    sms_code_payload: Code,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Code {
    channel: Channel,
    #[serde(alias = "phone")]
    phone_number: String,
    phone_country_code: Option<String>,
    pass_code: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    for line in std::io::stdin().lock().lines() {
        let line: Line = serde_json::from_str(&line?)?;
        let id = line.id;
        let reply = match answer(line).await {
            Ok(Some(answer)) => json!({"id": id, "answer": answer}),
            Ok(None) => json!({"id": id, "unsupported": "the SDK has no such operation"}),
            Err(error) => json!({"id": id, "error": error.to_string()}),
        };
        writeln!(std::io::stdout(), "{reply}")?;
    }
    Ok(())
}

/// Returns the SDK's answer; `None` where the SDK has no such operation.
async fn answer(line: Line) -> Result<Option<Value>, Error> {
    let client = AuthenticationClient::builder()
        .app_id(line.app_id)
        .app_secret(line.app_secret)
        .app_host(line.app_host)
        .build()?;
    let answer = if let Some(it) = line.send_sms {
        let answer = client.send_sms(sms(it)).await?;
        shown(&answer, Value::Null)
    } else if let Some(it) = line.pre_check_code {
        let answer = client
            .pre_check_code(pre_check(it.sms_code_payload))
            .await?;
        let data = &answer.data;
        shown(
            &answer,
            json!({"isValid": data.is_valid, "message": data.message}),
        )
    } else if let Some(it) = line.verify_code {
        let answer = client.verify_code(verify(it)).await?;
        shown(&answer, verified(&answer.data))
    } else {
        return Ok(None);
    };
    Ok(Some(answer))
}

/// Uses the typed constructor where the channel has a name in the SDK, else the one for other names.
fn sms(it: Sms) -> SendSms {
    let sms = match serde_json::from_value::<Channel>(it.channel.clone()) {
        Ok(channel) => SendSms::new(channel, it.phone_number),
        Err(_) => {
            let name = it.channel.as_str().unwrap_or_default();
            SendSms::with_channel_name(name, it.phone_number)
        }
    };
    match it.phone_country_code {
        Some(code) => sms.phone_country_code(code),
        None => sms,
    }
}

fn pre_check(it: Code) -> PreCheckCode {
    let code = PreCheckCode::new(it.channel, it.phone_number, it.pass_code);
    match it.phone_country_code {
        Some(country) => code.phone_country_code(country),
        None => code,
    }
}

fn verify(it: Code) -> VerifyCode {
    let code = VerifyCode::new(it.channel, it.phone_number, it.pass_code);
    match it.phone_country_code {
        Some(country) => code.phone_country_code(country),
        None => code,
    }
}

fn verified(data: &VerifiedCode) -> Value {
    json!({
        "isValid": data.is_valid,
        "reason": data.reason.map(name),
        "triesLeft": data.tries_left,
        "verificationToken": data.verification_token,
        "tokenExpiresIn": data.token_expires_in.map(|life| life.as_secs()),
    })
}

/// Returns the wire's name of a reason.
fn name(reason: InvalidReason) -> &'static str {
    match reason {
        InvalidReason::Wrong => "wrong",
        InvalidReason::Replaced => "replaced",
        InvalidReason::Expired => "expired",
        InvalidReason::Used => "used",
        InvalidReason::Exhausted => "exhausted",
        InvalidReason::NotSent => "not_sent",
        InvalidReason::Locked => "locked",
        InvalidReason::Malformed => "malformed",
        _ => "another reason",
    }
}

/// Returns the SDK's answer under the names of the wire, without the fields that the SDK left empty.
fn shown<T>(answer: &Response<T>, data: Value) -> Value {
    let refused = !answer.is_success();
    let data = if refused {
        Value::Null
    } else {
        without_empty(data)
    };
    without_empty(json!({
        "statusCode": answer.status_code,
        "message": answer.message,
        "apiCode": answer.api_code,
        "requestId": answer.request_id,
        "data": data,
    }))
}

fn without_empty(mut object: Value) -> Value {
    if let Some(fields) = object.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    object
}
