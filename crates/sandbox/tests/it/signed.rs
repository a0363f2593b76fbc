//! Requests to each vendor, signed by hand: a third reading of how that is done.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use countersign_sandbox::accounts;
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::Md5;
use reqwest::header::{HeaderMap, HeaderName};
use reqwest::{RequestBuilder, Url};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::running::Running;

static NONCES: AtomicU64 = AtomicU64::new(0);

/// What is signed with.
pub(crate) struct Signer {
    pub(crate) secret: String,
    /// Unix seconds.
    pub(crate) at: u64,
    pub(crate) nonce: String,
}

impl Signer {
    /// The secret of the account, the time there, a nonce that nobody had.
    pub(crate) fn good(sandbox: &Running, secret: &str) -> Self {
        Self {
            secret: secret.to_owned(),
            at: sandbox.now(),
            nonce: format!("{:032}", NONCES.fetch_add(1, Ordering::SeqCst)),
        }
    }
}

pub(crate) fn secret_of(vendor: &str) -> &'static str {
    match vendor {
        "alibaba-cloud" | "alibaba-cloud-international" => accounts::ALIBABA_KEY_SECRET,
        "tencent-cloud" => accounts::TENCENT_SECRET_KEY,
        "chuanglan" | "chuanglan-templates" | "chuanglan-international" => {
            accounts::CHUANGLAN_PASSWORD
        }
        "http" => accounts::WEBHOOK_SECRET,
        _ => panic!("{vendor}"),
    }
}

/// Every protocol, by the name of its vendor or of its API.
pub(crate) const PROTOCOLS: [&str; 7] = [
    "alibaba-cloud",
    "alibaba-cloud-international",
    "tencent-cloud",
    "chuanglan",
    "chuanglan-templates",
    "chuanglan-international",
    "http",
];

/// The vendor of a protocol.
pub(crate) fn vendor_of(protocol: &str) -> &str {
    protocol.strip_suffix("-templates").unwrap_or(protocol)
}

/// A code to a number that this vendor serves, signed like this.
pub(crate) fn request(sandbox: &Running, protocol: &str, signer: &Signer) -> RequestBuilder {
    match protocol {
        "alibaba-cloud" => alibaba(sandbox, "2017-05-25", "SendSms", &sms(), signer),
        "alibaba-cloud-international" => {
            let params = [
                ("To", "6591234567"),
                ("From", "Countersign"),
                ("Message", "Your code is 123456"),
                ("Type", "OTP"),
                ("TaskId", "msg-0001"),
            ];
            let params = BTreeMap::from(params);
            alibaba(sandbox, "2018-05-01", "SendMessageToGlobe", &params, signer)
        }
        "tencent-cloud" => tencent(sandbox, &send_sms("+8613800138000"), signer),
        "chuanglan" => sandbox
            .client
            .post(format!("{}/msg/v1/send/json", sandbox.url))
            .json(&json!({
                "account": accounts::CHUANGLAN_ACCOUNT, "password": signer.secret,
                "phone": "13800138000", "msg": "【品牌】您的验证码是123456，5分钟内有效",
                "report": "true", "uid": "msg-0001",
            })),
        "chuanglan-templates" => chuanglan_templates(sandbox, signer),
        "chuanglan-international" => chuanglan_international(sandbox, signer),
        "http" => {
            let body = json!({"type": "sms.send", "data": {
                "id": "msg-0001", "to": "+8613800138000", "text": "您的验证码是123456",
            }});
            webhook(sandbox, &body.to_string(), signer)
        }
        _ => panic!("{protocol}"),
    }
}

/// The same, signed as it should be.
pub(crate) fn good(sandbox: &Running, protocol: &str) -> RequestBuilder {
    request(
        sandbox,
        protocol,
        &Signer::good(sandbox, secret_of(protocol)),
    )
}

/// The parameters of a `SendSms` of Alibaba Cloud.
pub(crate) fn sms() -> BTreeMap<&'static str, &'static str> {
    BTreeMap::from([
        ("PhoneNumbers", "13800138000"),
        ("SignName", "阿里云"),
        ("TemplateCode", "SMS_154950909"),
        ("TemplateParam", r#"{"code":"123456"}"#),
        ("OutId", "msg-0001"),
    ])
}

/// The body of a `SendSms` of Tencent Cloud.
pub(crate) fn send_sms(to: &str) -> Value {
    json!({
        "PhoneNumberSet": [to], "SmsSdkAppId": accounts::TENCENT_APP_ID, "SignName": "腾讯云",
        "TemplateId": "449740", "TemplateParamSet": ["123456", "5"], "SessionContext": "msg-0001",
    })
}

fn mac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.chain_update(message).finalize().into_bytes().to_vec()
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn time(seconds: u64, format: &str) -> String {
    let time = jiff::Timestamp::from_second(seconds.try_into().unwrap()).unwrap();
    time.strftime(format).to_string()
}

pub(crate) fn alibaba(
    sandbox: &Running,
    version: &str,
    action: &str,
    params: &BTreeMap<&'static str, &'static str>,
    signer: &Signer,
) -> RequestBuilder {
    let mut url = Url::parse(&sandbox.url).unwrap();
    url.query_pairs_mut().extend_pairs(params);
    // Forms have other ways for a blank, a star and a tilde than signatures have.
    let query = url.query().unwrap().replace('+', "%20");
    let query = query.replace('*', "%2A").replace("%7E", "~");
    url.set_query(Some(&query));
    let date = time(signer.at, "%Y-%m-%dT%H:%M:%SZ");
    let hash = sha256(b"");
    let headers = BTreeMap::from([
        ("host", sandbox.host.as_str()),
        ("x-acs-action", action),
        ("x-acs-content-sha256", &hash),
        ("x-acs-date", &date),
        ("x-acs-signature-nonce", &signer.nonce),
        ("x-acs-version", version),
    ]);
    let lines: String = headers
        .iter()
        .map(|(name, value)| format!("{name}:{value}\n"))
        .collect();
    let signed = headers.keys().copied().collect::<Vec<_>>().join(";");
    let canonical = format!("POST\n/\n{query}\n{lines}\n{signed}\n{hash}");
    let to_sign = format!("ACS3-HMAC-SHA256\n{}", sha256(canonical.as_bytes()));
    let signature = hex::encode(mac(signer.secret.as_bytes(), to_sign.as_bytes()));
    let id = accounts::ALIBABA_KEY_ID;
    let mut all = HeaderMap::new();
    for (name, value) in headers {
        all.insert(HeaderName::from_static(name), value.parse().unwrap());
    }
    sandbox.client.post(url).headers(all).header(
        "authorization",
        format!("ACS3-HMAC-SHA256 Credential={id},SignedHeaders={signed},Signature={signature}"),
    )
}

pub(crate) fn tencent(sandbox: &Running, body: &Value, signer: &Signer) -> RequestBuilder {
    let (body, kind) = (body.to_string(), "application/json; charset=utf-8");
    let canonical = format!(
        "POST\n/\n\ncontent-type:{kind}\nhost:{}\n\ncontent-type;host\n{}",
        sandbox.host,
        sha256(body.as_bytes())
    );
    let day = time(signer.at, "%Y-%m-%d");
    let scope = format!("{day}/sms/tc3_request");
    let to_sign = format!(
        "TC3-HMAC-SHA256\n{}\n{scope}\n{}",
        signer.at,
        sha256(canonical.as_bytes())
    );
    let mut key = format!("TC3{}", signer.secret).into_bytes();
    for part in [day.as_str(), "sms", "tc3_request"] {
        key = mac(&key, part.as_bytes());
    }
    let signature = hex::encode(mac(&key, to_sign.as_bytes()));
    let id = accounts::TENCENT_SECRET_ID;
    sandbox
        .client
        .post(&sandbox.url)
        .header("content-type", kind)
        .header("x-tc-action", "SendSms")
        .header("x-tc-version", "2021-01-11")
        .header("x-tc-timestamp", signer.at)
        .header("x-tc-region", "ap-guangzhou")
        .header(
            "authorization",
            format!(
                "TC3-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders=content-type;host, Signature={signature}"
            ),
        )
        .body(body)
}

fn chuanglan_templates(sandbox: &Running, signer: &Signer) -> RequestBuilder {
    let (key, at) = (
        hex::encode(Md5::digest(&signer.secret)),
        signer.at.to_string(),
    );
    let mut parts = [key.as_str(), &at, &signer.nonce];
    parts.sort_unstable();
    let signature = hex::encode(mac(key.as_bytes(), parts.concat().as_bytes()));
    sandbox
        .client
        .post(format!("{}/msg/sms/v2/tpl/send", sandbox.url))
        .header("x-qa-hmac-signature", signature)
        .json(&json!({
            "account": accounts::CHUANGLAN_ACCOUNT, "timestamp": at, "nonce": signer.nonce,
            "phoneNumbers": "13800138000", "templateId": "1000001",
            "templateParamJson": r#"[{"param1":"123456"}]"#,
            "signature": "【品牌】", "report": "true", "uid": "msg-0001",
        }))
}

fn chuanglan_international(sandbox: &Running, signer: &Signer) -> RequestBuilder {
    let (account, nonce) = (
        accounts::CHUANGLAN_INTERNATIONAL_ACCOUNT,
        format!("{}000", signer.at),
    );
    let text = "Your code is 123456";
    let to_sign = format!(
        "account{account}mobile6591234567msg{text}nonce{nonce}uidmsg-0001{}",
        signer.secret
    );
    sandbox
        .client
        .post(format!("{}/send/sms", sandbox.url))
        .header("nonce", nonce)
        .header("sign", hex::encode(Md5::digest(to_sign)))
        .json(&json!({
            "account": account, "mobile": "6591234567", "msg": text, "senderId": "",
            "uid": "msg-0001",
        }))
}

pub(crate) fn webhook(sandbox: &Running, body: &str, signer: &Signer) -> RequestBuilder {
    let key = signer.secret.strip_prefix("whsec_").unwrap();
    let key = BASE64_STANDARD.decode(key).unwrap();
    let content = format!("{}.{}.{body}", signer.nonce, signer.at);
    let signature = BASE64_STANDARD.encode(mac(&key, content.as_bytes()));
    let content_type = match body.starts_with('{') {
        true => "application/json",
        false => "application/x-www-form-urlencoded",
    };
    sandbox
        .client
        .post(format!("{}/http/send", sandbox.url))
        .header("content-type", content_type)
        .header("webhook-id", &signer.nonce)
        .header("webhook-timestamp", signer.at)
        .header("webhook-signature", format!("v1,{signature}"))
        .body(body.to_owned())
}
