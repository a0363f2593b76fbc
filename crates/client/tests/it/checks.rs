//! Checking codes, and asking about tokens: the request on the wire, and the caller's view of the answer.

use std::time::Duration;

use countersign_client::{
    ErrorKind, IntrospectTokenResponse, InvalidReason, Lang, PreCheckCode, PreCheckCodeResponse,
    VerifyCode, VerifyCodeResponse,
};

use super::wire::{parts, parts_but_key};
use super::*;

type CallFn<Q, A> = fn(AuthenticationClientBuilder, Q) -> Result<A, Error>;

/// The checking calls of one client, async or blocking.
struct Calls {
    pre_check: CallFn<PreCheckCode, PreCheckCodeResponse>,
    verify: CallFn<VerifyCode, VerifyCodeResponse>,
    introspect: CallFn<&'static str, IntrospectTokenResponse>,
}

const CLIENTS: &[Calls] = &[
    Calls {
        pre_check: |client, code| block_on(client.build()?.pre_check_code(code)),
        verify: |client, code| block_on(client.build()?.verify_code(code)),
        introspect: |client, token| block_on(client.build()?.introspect_token(token)),
    },
    #[cfg(feature = "blocking")]
    Calls {
        pre_check: |client, code| client.build_blocking()?.pre_check_code(code),
        verify: |client, code| client.build_blocking()?.verify_code(code),
        introspect: |client, token| client.build_blocking()?.introspect_token(token),
    },
];

/// Secrets that no error and no `Debug` may show.
const SECRETS: [&str; 5] = [
    "042137",
    "18800008888",
    "dev-app-secret",
    "ZGV2LWFwcDpkZXYtYXBwLXNlY3JldA==",
    "eyJhbGciOiJSUzI1NiJ9",
];

const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.e30.c2ln";

fn pre_check() -> PreCheckCode {
    PreCheckCode::new(Channel::Login, "18800008888", "042137")
}

fn verify() -> VerifyCode {
    VerifyCode::new(Channel::Login, "18800008888", "042137")
}

fn answer(body: &'static str) -> Manner {
    Manner::Answer(200, "", body)
}

/// Returns the header lines of every call for this body, and `more`.
fn headers(service: &Service, body: &str, more: &[&str]) -> Vec<String> {
    let mut lines = vec![
        "accept: application/json".to_owned(),
        "connection: close".to_owned(),
        format!("content-length: {}", body.len()),
        "content-type: application/json".to_owned(),
        format!("host: {}", service.url.trim_start_matches("http://")),
        format!(
            "user-agent: countersign-client/{}",
            env!("CARGO_PKG_VERSION")
        ),
        "x-authing-app-id: dev-app".to_owned(),
    ];
    lines.extend(more.iter().map(|line| (*line).to_owned()));
    lines.sort();
    lines
}

#[test]
fn a_pre_check_is_the_documented_request_and_has_no_secret() {
    for calls in CLIENTS {
        let service = Service::start(answer(r#"{"statusCode":200}"#));
        let code = pre_check().phone_country_code("+86");
        let _ = (calls.pre_check)(client(&service.url).lang(Lang::EnUs), code).unwrap();
        let _ = (calls.pre_check)(client(&service.url), pre_check()).unwrap();
        let (first, lines, body) = parts(&service.requests()[0]);
        assert_eq!(first, "POST /api/v3/pre-check-code HTTP/1.1");
        assert_eq!(lines, headers(&service, &body, &["x-authing-lang: en-US"]));
        assert_eq!(
            body,
            r#"{"codeType":"SMS","smsCodePayload":{"phone":"18800008888","passCode":"042137","phoneCountryCode":"+86","channel":"CHANNEL_LOGIN"}}"#
        );
        let (_, lines, body) = parts(&service.requests()[1]);
        assert_eq!(lines, headers(&service, &body, &[]));
        assert_eq!(
            body,
            r#"{"codeType":"SMS","smsCodePayload":{"phone":"18800008888","passCode":"042137","channel":"CHANNEL_LOGIN"}}"#
        );
    }
}

/// The output of `printf %s dev-app:dev-app-secret | base64`.
const BASIC: &str = "authorization: Basic ZGV2LWFwcDpkZXYtYXBwLXNlY3JldA==";

#[test]
fn a_check_is_the_documented_request_with_the_secret_of_the_application() {
    for calls in CLIENTS {
        let service = Service::start(answer(r#"{"statusCode":200}"#));
        let _ = (calls.verify)(client(&service.url), verify()).unwrap();
        let code = verify().phone_country_code("+86").without_token();
        let _ = (calls.verify)(client(&format!("{}/otp/", service.url)), code).unwrap();
        let (first, lines, body) = parts_but_key(&service.requests()[0]);
        assert_eq!(first, "POST /api/v3/verify-code HTTP/1.1");
        let key = "idempotency-key: [new]";
        assert_eq!(lines, headers(&service, &body, &[BASIC, key]));
        assert_eq!(
            body,
            r#"{"channel":"CHANNEL_LOGIN","phoneNumber":"18800008888","passCode":"042137"}"#
        );
        let (first, _, body) = parts(&service.requests()[1]);
        assert_eq!(first, "POST /otp/api/v3/verify-code HTTP/1.1");
        assert_eq!(
            body,
            r#"{"channel":"CHANNEL_LOGIN","phoneNumber":"18800008888","phoneCountryCode":"+86","passCode":"042137","withToken":false}"#
        );
    }
}

#[test]
fn an_introspection_is_the_documented_request_with_the_secret_of_the_application() {
    for calls in CLIENTS {
        let service = Service::start(answer(r#"{"statusCode":200}"#));
        let _ = (calls.introspect)(client(&service.url), TOKEN).unwrap();
        let (first, lines, body) = parts(&service.requests()[0]);
        assert_eq!(first, "POST /api/v3/introspect-verification-token HTTP/1.1");
        assert_eq!(lines, headers(&service, &body, &[BASIC]));
        assert_eq!(body, format!(r#"{{"token":"{TOKEN}"}}"#));
    }
}

#[test]
fn a_client_without_a_secret_sends_no_check() {
    for calls in CLIENTS {
        let service = Service::start(Manner::Close);
        let bare = || {
            AuthenticationClient::builder()
                .app_id("dev-app")
                .app_host(&service.url)
        };
        for client in [bare(), bare().app_secret("")] {
            for error in [
                (calls.verify)(client.clone(), verify()).unwrap_err(),
                (calls.introspect)(client, TOKEN).unwrap_err(),
            ] {
                assert_eq!(error.kind(), ErrorKind::Configuration);
                assert_eq!(error.to_string(), "app_secret must be given");
                assert!(error.nothing_was_sent());
            }
        }
        assert_eq!(service.connections(), 0);
    }
}

#[test]
fn a_code_is_valid_only_after_a_success_that_says_so() {
    for (body, valid) in [
        (r#"{"statusCode":200,"data":{"isValid":true}}"#, true),
        (r#"{"statusCode":200,"data":{"isValid":false}}"#, false),
        (r#"{"statusCode":200,"data":{"isValid":"true"}}"#, false),
        (r#"{"statusCode":200,"data":{"isValid":1}}"#, false),
        (r#"{"statusCode":200,"data":{}}"#, false),
        (r#"{"statusCode":200,"data":[true]}"#, false),
        (r#"{"statusCode":200,"data":null}"#, false),
        (r#"{"statusCode":200,"isValid":true}"#, false),
        (r#"{"statusCode":401,"data":{"isValid":true}}"#, false),
        (
            r#"{"statusCode":429,"message":"m","data":{"isValid":true,"active":true}}"#,
            false,
        ),
    ] {
        for calls in CLIENTS {
            let service = Service::start(answer(body));
            let checked = (calls.verify)(client(&service.url), verify()).unwrap();
            assert_eq!(
                (checked.is_valid(), checked.data.is_valid),
                (valid, valid),
                "{body}"
            );
            let looked_at = (calls.pre_check)(client(&service.url), pre_check()).unwrap();
            assert_eq!(
                (looked_at.is_valid(), looked_at.data.is_valid),
                (valid, valid),
                "{body}"
            );
            let asked = (calls.introspect)(client(&service.url), TOKEN).unwrap();
            assert!(!asked.is_active() && !asked.data.active, "{body}");
        }
    }
}

#[test]
fn the_client_reads_every_field_of_a_check() {
    for calls in CLIENTS {
        let service = Service::start(answer(
            r#"{"statusCode":200,"message":"ok","requestId":"r","data":
            {"isValid":true,"verificationToken":"eyJhbGciOiJSUzI1NiJ9.e30.c2ln","tokenExpiresIn":300,"new":[]}}"#,
        ));
        let valid = (calls.verify)(client(&service.url), verify()).unwrap();
        assert_eq!(valid.data.verification_token.as_deref(), Some(TOKEN));
        assert_eq!(valid.data.token_expires_in, Some(Duration::from_secs(300)));
        assert_eq!(
            (valid.message.as_str(), valid.request_id.as_deref()),
            ("ok", Some("r"))
        );
        assert_eq!(
            (valid.data.reason, valid.data.tries_left, valid.retry_after),
            (None, None, None)
        );
        assert!(!format!("{valid:?}").contains(TOKEN));

        service.change(answer(
            r#"{"statusCode":200,"data":{"isValid":false,"reason":"locked","retryAfter":3600,"triesLeft":0}}"#,
        ));
        let locked = (calls.verify)(client(&service.url), verify()).unwrap();
        assert_eq!(locked.data.reason, Some(InvalidReason::Locked));
        assert_eq!(locked.retry_after, Some(Duration::from_secs(3600)));
        assert_eq!(locked.data.tries_left, Some(0));

        service.change(Manner::Answer(
            200,
            "retry-after: 7\r\n",
            r#"{"statusCode":200,"data":{"isValid":false,"message":"错误","retryAfter":3600}}"#,
        ));
        let wrong = (calls.pre_check)(client(&service.url), pre_check()).unwrap();
        assert_eq!(wrong.data.message.as_deref(), Some("错误"));
        assert_eq!(wrong.retry_after, Some(Duration::from_secs(7)));
    }
}

#[test]
fn an_unknown_or_odd_member_of_an_answer_hides_no_other() {
    for calls in CLIENTS {
        let service = Service::start(answer(
            r#"{"statusCode":200,"message":7,"data":{"isValid":false,"reason":"moon_phase","triesLeft":-1}}"#,
        ));
        let odd = (calls.verify)(client(&service.url), verify()).unwrap();
        assert_eq!(odd.data.reason, Some(InvalidReason::Other));
        assert_eq!(odd.data.tries_left, None);
        service.change(answer(
            r#"{"statusCode":200,"data":{"isValid":true,"reason":{},"verificationToken":5,"tokenExpiresIn":"300"}}"#,
        ));
        let odd = (calls.verify)(client(&service.url), verify()).unwrap();
        assert!(odd.is_valid());
        assert_eq!(
            (odd.data.reason, odd.data.verification_token.as_deref()),
            (None, None)
        );
        service.change(answer(
            r#"{"statusCode":200,"data":{"active":true,"channel":"CHANNEL_VOTE","aud":["dev-app"]}}"#,
        ));
        let odd = (calls.introspect)(client(&service.url), TOKEN).unwrap();
        assert!(odd.is_active() && odd.data.claims.is_none());
    }
}

#[test]
fn a_refusal_is_an_answer_and_can_be_made_an_error() {
    for calls in CLIENTS {
        let service = Service::start(answer(
            r#"{"statusCode":401,"message":"The secret is wrong.","requestId":"r"}"#,
        ));
        let refused = (calls.verify)(client(&service.url), verify()).unwrap();
        assert_eq!((refused.status_code, refused.is_valid()), (401, false));
        let error = refused.into_result().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert_eq!(
            error.to_string(),
            "refused with statusCode 401: The secret is wrong."
        );
        assert_eq!(error.refusal().unwrap().request_id.as_deref(), Some("r"));
        let asked = (calls.introspect)(client(&service.url), TOKEN).unwrap();
        assert_eq!(asked.into_result().unwrap_err().kind(), ErrorKind::Refused);
        let looked_at = (calls.pre_check)(client(&service.url), pre_check()).unwrap();
        assert_eq!(
            looked_at.into_result().unwrap_err().kind(),
            ErrorKind::Refused
        );
    }
}

#[test]
fn a_check_at_a_misbehaving_service_fails_with_the_known_facts() {
    for calls in CLIENTS {
        for (manner, kind) in [
            (Manner::Close, ErrorKind::Interrupted),
            (Manner::Reset, ErrorKind::Interrupted),
            (Manner::Answer(502, "", "042137"), ErrorKind::BadAnswer),
            (
                Manner::Answer(307, "location: /api/v3/verify-code?042137\r\n", ""),
                ErrorKind::BadAnswer,
            ),
            (
                Manner::Answer(200, "", r#"{"data":{"isValid":true,"code":"042137"}}"#),
                ErrorKind::BadAnswer,
            ),
        ] {
            let service = Service::start(manner);
            let client = || client(&service.url);
            for (error, doubt) in [
                (
                    (calls.verify)(client(), verify()).unwrap_err(),
                    "the code may be used up",
                ),
                (
                    (calls.pre_check)(client(), pre_check()).unwrap_err(),
                    "a try may be gone",
                ),
                (
                    (calls.introspect)(client(), TOKEN).unwrap_err(),
                    "the token may be used up",
                ),
            ] {
                assert_eq!(error.kind(), kind, "{manner:?} {error:?}");
                assert!(!error.nothing_was_sent());
                assert!(
                    error.to_string().ends_with(&format!(": {doubt}")),
                    "{error}"
                );
                let shown = format!("{error} {error:?}");
                assert!(
                    !SECRETS.iter().any(|secret| shown.contains(secret)),
                    "{shown}"
                );
            }
            // Three calls, and two repeats of the one with an idempotency key where its connection broke.
            let requests = if kind == ErrorKind::Interrupted { 5 } else { 3 };
            assert_eq!(
                (service.requests().len(), service.connections()),
                (requests, requests),
                "{manner:?}"
            );
        }
    }
}

#[test]
fn a_check_without_an_answer_times_out_and_is_not_repeated() {
    // Long enough for a busy machine to connect and to write the request.
    let limit = Duration::from_millis(1500);
    std::thread::scope(|threads| {
        for calls in CLIENTS {
            threads.spawn(move || {
                let service = Service::start(Manner::Silence);
                let error = (calls.verify)(client(&service.url).timeout(limit), verify());
                let error = error.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Timeout);
                assert_eq!(
                    error.to_string(),
                    "no answer within 1.5s: the code may be used up"
                );
                assert_eq!((service.requests().len(), service.connections()), (1, 1));
            });
        }
    });
}

#[test]
fn a_request_shows_no_secret_in_debug() {
    let shown = format!("{:?} {:?}", verify(), pre_check());
    assert!(
        !SECRETS.iter().any(|secret| shown.contains(secret)),
        "{shown}"
    );
    assert!(
        shown.contains("CHANNEL_LOGIN") && shown.contains("****8888"),
        "{shown}"
    );
}
