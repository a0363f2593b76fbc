//! The first calls of an application, to copy: send a code, and check it. The secret comes from the environment.

/// A number of the United States that belongs to nobody.
const NUMBER: &str = "+14155550132";

/// The language of a snippet, and the snippet.
pub(super) type Snippet = (&'static str, String);

/// The snippets for the application `id` of the service at `url`.
pub(super) fn snippets(url: &str, id: &str) -> Vec<Snippet> {
    let filled = |text: &str| {
        let text = text.trim_start_matches('\n').replace("{URL}", url);
        text.replace("{APP}", id).replace("{NUMBER}", NUMBER)
    };
    [
        ("curl", CURL),
        ("Node", NODE),
        ("Python", PYTHON),
        ("Rust", RUST),
    ]
    .map(|(language, text)| (language, filled(text)))
    .into()
}

const CURL: &str = r#"
curl -s {URL}/api/v3/send-sms -H 'x-authing-app-id: {APP}' \
  -H 'content-type: application/json' \
  -d '{"channel": "CHANNEL_LOGIN", "phoneNumber": "{NUMBER}"}'

curl -s {URL}/api/v3/verify-code -u "{APP}:$APP_SECRET" \
  -H 'content-type: application/json' \
  -d '{"channel": "CHANNEL_LOGIN", "phoneNumber": "{NUMBER}", "passCode": "CODE"}'
"#;

const NODE: &str = r#"
const call = async (name, headers, body) => {
  const answer = await fetch(`{URL}/api/v3/${name}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ channel: "CHANNEL_LOGIN", phoneNumber: "{NUMBER}", ...body }),
  });
  return answer.json();
};
const basic = Buffer.from(`{APP}:${process.env.APP_SECRET}`).toString("base64");

console.log(await call("send-sms", { "x-authing-app-id": "{APP}" }, {}));
console.log(await call("verify-code", { authorization: `Basic ${basic}` }, { passCode: "CODE" }));
"#;

const PYTHON: &str = r#"
import base64, json, os, urllib.request

def call(name, headers, **body):
    body = {"channel": "CHANNEL_LOGIN", "phoneNumber": "{NUMBER}", **body}
    headers = {"content-type": "application/json", **headers}
    request = urllib.request.Request(f"{URL}/api/v3/{name}", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)

basic = base64.b64encode(f"{APP}:{os.environ['APP_SECRET']}".encode()).decode()
print(call("send-sms", {"x-authing-app-id": "{APP}"}))
print(call("verify-code", {"authorization": f"Basic {basic}"}, passCode="CODE"))
"#;

const RUST: &str = r#"
// reqwest with the feature "json", serde_json, and tokio
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> reqwest::Result<()> {
    let client = reqwest::Client::new();
    let secret = std::env::var("APP_SECRET").expect("APP_SECRET");
    let sent: Value = client
        .post("{URL}/api/v3/send-sms")
        .header("x-authing-app-id", "{APP}")
        .json(&json!({"channel": "CHANNEL_LOGIN", "phoneNumber": "{NUMBER}"}))
        .send().await?.json().await?;
    println!("{sent}");
    let checked: Value = client
        .post("{URL}/api/v3/verify-code")
        .basic_auth("{APP}", Some(secret))
        .json(&json!({"channel": "CHANNEL_LOGIN", "phoneNumber": "{NUMBER}", "passCode": "CODE"}))
        .send().await?.json().await?;
    println!("{checked}");
    Ok(())
}
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_snippet_names_service_and_application_and_no_secret() {
        for (language, text) in snippets("https://sms.example.com", "shop") {
            for part in ["https://sms.example.com/api/v3/", "shop", "APP_SECRET"] {
                assert!(text.contains(part), "{language}: {part}");
            }
            for left in ["{URL}", "{APP}", "{NUMBER}"] {
                assert!(!text.contains(left), "{language}: {left}");
            }
        }
    }
}
