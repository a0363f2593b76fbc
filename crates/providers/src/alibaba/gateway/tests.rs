use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;
use tokio::net::TcpListener;

use super::*;
use crate::meaning::ErrorMap;
use crate::testing::sample::{self, Heard, NOW, resources, vendor};

const OWN: &str = "https://dysmsapi.aliyuncs.com/";
const SECRET: &str = "ExampleAccessKeySecret0000000001";

#[derive(Deserialize)]
struct Vector {
    case: String,
    inputs: Inputs,
    expected: Expected,
}

#[derive(Deserialize)]
struct Inputs {
    host: String,
    access_key_id: String,
    access_key_secret: String,
    #[serde(default)]
    query: BTreeMap<String, String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Expected {
    #[serde(default)]
    authorization: String,
    #[serde(default)]
    request_target: String,
}

fn opened(settings: GatewaySettings, secrets: &[(&str, &str)]) -> Gateway {
    let account = sample::account(json!({}), secrets);
    let account = GatewayAccount::check(&account, settings, OWN).unwrap();
    Gateway::new(account, resources())
}

fn gateway(signature: Signature, endpoint: &str, secrets: &[(&str, &str)]) -> Gateway {
    let settings = GatewaySettings {
        access_key_id: "LTAI5tExampleKeyId000001".to_owned(),
        endpoint: Some(endpoint.to_owned()),
        signature,
        errors: ErrorMap::default(),
    };
    opened(settings, secrets)
}

fn call(params: &[(&'static str, &str)]) -> Call {
    let params = params.iter();
    Call {
        action: "SendSms",
        version: "2017-05-25",
        params: params.map(|(k, v)| (*k, (*v).to_owned())).collect(),
    }
}

fn value<'a>(request: &'a Request, name: &str) -> &'a str {
    let found: Vec<_> = request.headers.iter().filter(|(n, _)| n == name).collect();
    assert_eq!(found.len(), 1, "{name}");
    &found[0].1
}

/// The request as a whole, for every vector whose parameters are in the query.
#[test]
fn requests_are_those_of_the_vendors_own_sdk() {
    let all = include_str!("../../../vectors/alibaba_cloud.json");
    let all: Vec<Vector> = serde_json::from_str(all).unwrap();
    let mut count = 0;
    for Vector {
        case,
        inputs,
        expected,
    } in all
    {
        let in_query = case.starts_with("v3-") && !inputs.headers.contains_key("content-type");
        if !in_query {
            continue;
        }
        let leak = |text: &String| -> &'static str { text.clone().leak() };
        let mut secrets = vec![("access_key_secret", inputs.access_key_secret.as_str())];
        let token = inputs.headers.get("x-acs-security-token");
        secrets.extend(token.map(|token| ("security_token", token.as_str())));
        let settings = GatewaySettings {
            access_key_id: inputs.access_key_id,
            endpoint: Some(format!("https://{}", inputs.host)),
            signature: Signature::V3,
            errors: ErrorMap::default(),
        };
        let gateway = opened(settings, &secrets);
        let call = Call {
            action: leak(&inputs.headers["x-acs-action"]),
            version: leak(&inputs.headers["x-acs-version"]),
            params: inputs
                .query
                .iter()
                .map(|(k, v)| (leak(k), v.clone()))
                .collect(),
        };
        let now = Timestamp::parse(&inputs.headers["x-acs-date"]).unwrap();
        let request = gateway.request(&call, now, &inputs.headers["x-acs-signature-nonce"]);

        assert_eq!(request.method, Method::POST, "{case}");
        assert!(request.body.is_empty(), "{case}");
        let target = request.url.as_str().strip_prefix("https://").unwrap();
        let target = target.strip_prefix(&inputs.host).unwrap();
        assert_eq!(target, expected.request_target, "{case}");
        assert_eq!(
            value(&request, "authorization"),
            expected.authorization,
            "{case}"
        );
        for (name, text) in &inputs.headers {
            assert_eq!(value(&request, name), text, "{case}");
        }
        count += 1;
    }
    assert_eq!(count, 8);
}

/// `v1-SendSms-POST` without its region, which is optional; as a form, for gateways that know V1 only.
#[test]
fn by_the_old_rule_everything_is_one_form() {
    let secrets = [("access_key_secret", SECRET), ("security_token", "t+/=")];
    let gateway = gateway(Signature::V1, OWN, &secrets);
    let request = gateway.request(&call(&[("PhoneNumbers", "13800138000")]), NOW, "00ff");
    let form = String::from_utf8(request.body.clone()).unwrap();
    let start = "AccessKeyId=LTAI5tExampleKeyId000001&Action=SendSms&Format=JSON&\
                 PhoneNumbers=13800138000&SecurityToken=t%2B%2F%3D&SignatureMethod=HMAC-SHA1&\
                 SignatureNonce=00ff&SignatureVersion=1.0&Timestamp=2026-01-02T03%3A04%3A05Z&\
                 Version=2017-05-25&Signature=";
    let signature = form.strip_prefix(start).unwrap();
    assert!(signature.ends_with("%3D"), "{signature}");
    assert_eq!(request.url.as_str(), OWN);
    let kind = "application/x-www-form-urlencoded";
    assert_eq!(value(&request, "content-type"), kind);
}

/// What a vendor on this machine hears of one call, and its address.
async fn heard(signature: Signature) -> (Heard, String) {
    let (endpoint, heard) = vendor("{}");
    let secrets = [("access_key_secret", SECRET)];
    let gateway = gateway(signature, &format!("{endpoint}/some/path"), &secrets);
    let call = call(&[("SignName", "阿里云 ~*'()! +&=/")]);
    let answer = gateway.ask(&call).await.unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (200, &b"{}"[..]));
    let host = endpoint.strip_prefix("http://").unwrap().to_owned();
    (heard.join().unwrap(), host)
}

#[tokio::test]
async fn the_bytes_on_the_wire_are_those_that_were_signed() {
    let (heard, host) = heard(Signature::V3).await;
    let name = "%E9%98%BF%E9%87%8C%E4%BA%91%20~%2A%27%28%29%21%20%2B%26%3D%2F";
    let line = format!("POST /some/path?SignName={name} HTTP/1.1");
    assert_eq!(heard.head[0], line);
    assert_eq!(heard.header("host"), host);
    assert_eq!(heard.header("content-length"), "0");
    // Zeros, because randomness stands still here.
    assert_eq!(heard.header("x-acs-signature-nonce"), "0".repeat(32));
    let signed = ["host", "x-acs-action", "x-acs-content-sha256", "x-acs-date"];
    let signed = format!(
        "SignedHeaders={};x-acs-signature-nonce;x-acs-version,",
        signed.join(";")
    );
    let authorization = heard.header("authorization");
    assert!(authorization.contains(&signed), "{authorization}");
}

#[tokio::test]
async fn by_the_old_rule_the_form_goes_over_the_wire() {
    let (heard, host) = heard(Signature::V1).await;
    assert_eq!(heard.head[0], "POST /some/path HTTP/1.1");
    assert_eq!(heard.header("host"), host);
    let body = String::from_utf8(heard.body).unwrap();
    assert!(body.starts_with("AccessKeyId=LTAI5tExampleKeyId000001&Action=SendSms&"));
}

#[tokio::test]
async fn a_refused_connection_is_a_certain_failure() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let gateway = gateway(Signature::V3, &endpoint, &[("access_key_secret", SECRET)]);
    let Err(outcome) = gateway.ask(&call(&[])).await else {
        panic!("an answer from nobody")
    };
    assert_eq!(
        outcome,
        crate::egress::ExchangeError::NotConnected("refused").outcome()
    );
}

#[test]
fn an_account_that_cannot_be_used_says_why() {
    let settings = |id: &str, endpoint: &str| GatewaySettings {
        access_key_id: id.to_owned(),
        endpoint: Some(endpoint.to_owned()),
        signature: Signature::V3,
        errors: ErrorMap::default(),
    };
    let problems = |settings, secrets: &[(&str, &str)]| {
        let account = sample::account(json!({}), secrets);
        let checked = GatewayAccount::check(&account, settings, OWN);
        checked
            .err()
            .map(|invalid| invalid.to_string())
            .unwrap_or_default()
    };
    let secret = [("access_key_secret", SECRET)];
    assert_eq!(problems(settings("id", OWN), &secret), "");
    assert!(problems(settings("i d", OWN), &secret).starts_with("settings.access_key_id: "));
    assert_eq!(
        problems(settings("id", OWN), &[]),
        "secrets.access_key_secret: missing"
    );
    let private = problems(settings("id", "https://10.0.0.1/"), &secret);
    assert!(private.starts_with("settings.endpoint: "), "{private}");
    let token = [secret[0], ("security_token", "a\nb")];
    let token = problems(settings("id", OWN), &token);
    assert!(token.starts_with("secrets.security_token: "), "{token}");
}
