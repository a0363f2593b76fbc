// This SDK as a client of the conformance table: speaks the line protocol of `conformance/README.md`.

use std::io::{BufRead as _, Write as _};

use countersign_client::{AuthenticationClient, Channel, SendSms, SendSmsResponse};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    id: u64,
    app_id: String,
    app_secret: String,
    app_host: String,
    send_sms: Option<Fields>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fields {
    channel: Value,
    phone_number: String,
    phone_country_code: Option<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    for line in std::io::stdin().lock().lines() {
        let reply = reply(serde_json::from_str(&line?)?).await;
        writeln!(std::io::stdout(), "{reply}")?;
    }
    Ok(())
}

async fn reply(line: Line) -> Value {
    let Some(fields) = line.send_sms else {
        return json!({"id": line.id, "unsupported": "the SDK has no such operation"});
    };
    let client = AuthenticationClient::builder()
        .app_id(line.app_id)
        .app_secret(line.app_secret)
        .app_host(line.app_host)
        .build();
    let answer = match client {
        Ok(client) => client.send_sms(sms(fields)).await,
        Err(error) => Err(error),
    };
    match answer {
        Ok(answer) => json!({"id": line.id, "answer": shown(answer)}),
        Err(error) => json!({"id": line.id, "error": error.to_string()}),
    }
}

/// By the typed door where the channel has a name there, else by the one for all others.
fn sms(fields: Fields) -> SendSms {
    let sms = match serde_json::from_value::<Channel>(fields.channel.clone()) {
        Ok(channel) => SendSms::new(channel, fields.phone_number),
        Err(_) => {
            let name = fields.channel.as_str().unwrap_or_default();
            SendSms::with_channel_name(name, fields.phone_number)
        }
    };
    match fields.phone_country_code {
        Some(code) => sms.phone_country_code(code),
        None => sms,
    }
}

/// What the SDK returned, under the names of the wire; nothing that it left empty.
fn shown(answer: SendSmsResponse) -> Value {
    let mut shown = json!({
        "statusCode": answer.status_code,
        "message": answer.message,
        "apiCode": answer.api_code,
        "requestId": answer.request_id,
    });
    if let Some(fields) = shown.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    shown
}
