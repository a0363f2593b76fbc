use countersign_api::{
    CreateApplicationRequest, PreCheckCodeRequest, SetSmsProviderRequest, SmsRouteDto,
    SmsTemplateDto, VerifyCodeRequest,
};
use serde_json::{Value, json};

use super::*;

/// The field that `body` is refused for as a `T`, and the constraint.
fn refusal<T: DeserializeOwned>(body: &Value) -> (Option<String>, FieldProblem) {
    match read::<T>(body.to_string().as_bytes()) {
        Err(Fault::Malformed { field, problem }) => (field, problem),
        Err(other) => panic!("{body}: {other:?}"),
        Ok(_) => panic!("{body} fits"),
    }
}

fn assert_refusals<T: DeserializeOwned>(cases: &[(Value, &str, FieldProblem)]) {
    for (body, field, problem) in cases {
        let expected = (Some((*field).to_owned()), *problem);
        assert_eq!(refusal::<T>(body), expected, "{body}");
    }
}

/// `body` with `value` in place of its member `name`.
fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

#[test]
fn a_member_of_the_wrong_kind_is_refused_with_the_kind_that_fits() {
    let check =
        json!({"channel": "CHANNEL_LOGIN", "phoneNumber": "1", "passCode": "1", "withToken": true});
    let check = |name, value| with(check.clone(), name, value);
    assert_refusals::<VerifyCodeRequest>(&[
        (
            check("phoneNumber", json!(7)),
            "phoneNumber",
            FieldProblem::NotText,
        ),
        (
            check("phoneNumber", json!(null)),
            "phoneNumber",
            FieldProblem::Required,
        ),
        (
            check("phoneCountryCode", json!([])),
            "phoneCountryCode",
            FieldProblem::NotText,
        ),
        (
            check("withToken", json!("true")),
            "withToken",
            FieldProblem::NotBool,
        ),
        (
            check("channel", json!("LOGIN")),
            "channel",
            FieldProblem::NotAChannel,
        ),
        (
            check("channel", json!(7)),
            "channel",
            FieldProblem::NotAChannel,
        ),
        (
            check("channel", json!(null)),
            "channel",
            FieldProblem::Required,
        ),
    ]);
    let application = |origins| json!({"appName": "Shop", "allowedOrigins": origins});
    assert_refusals::<CreateApplicationRequest>(&[
        (
            application(json!("x")),
            "allowedOrigins",
            FieldProblem::NotTexts,
        ),
        (
            application(json!({})),
            "allowedOrigins",
            FieldProblem::NotTexts,
        ),
        (
            application(json!(["x", 1])),
            "allowedOrigins[1]",
            FieldProblem::NotText,
        ),
        (
            application(json!([null])),
            "allowedOrigins[0]",
            FieldProblem::Required,
        ),
    ]);
}

#[test]
fn a_missing_member_is_refused_by_its_whole_path() {
    assert_refusals::<PreCheckCodeRequest>(&[
        (json!({}), "codeType", FieldProblem::Required),
        (
            json!({"codeType": "SMS", "smsCodePayload": {"phone": "1", "passCode": "1"}}),
            "smsCodePayload.channel",
            FieldProblem::Required,
        ),
        (
            json!({"codeType": "SMS", "smsCodePayload": ["1", "+86", "1", "CHANNEL_LOGIN"]}),
            "smsCodePayload",
            FieldProblem::NotObject,
        ),
    ]);
}

#[test]
fn a_list_of_objects_is_told_from_a_list_of_texts() {
    let route = |providers| json!({"providers": providers});
    assert_refusals::<SmsRouteDto>(&[
        (route(json!("x")), "providers", FieldProblem::NotAList),
        (route(json!(null)), "providers", FieldProblem::Required),
        (route(json!(["x"])), "providers[0]", FieldProblem::NotObject),
        (
            route(json!([{}])),
            "providers[0].name",
            FieldProblem::Required,
        ),
        (
            route(json!([{"name": "a", "weight": 70_000}])),
            "providers[0].weight",
            FieldProblem::NotALimit,
        ),
    ]);
    let template = |vendor| json!({"channel": "", "vendorTemplate": vendor});
    assert_refusals::<SmsTemplateDto>(&[
        (
            template(json!("x")),
            "vendorTemplate",
            FieldProblem::NotObject,
        ),
        (
            template(json!({"id": "x", "variables": 7})),
            "vendorTemplate.variables",
            FieldProblem::NotTexts,
        ),
        (json!({"channel": 7}), "channel", FieldProblem::NotAChannel),
    ]);
}

#[test]
fn a_setting_of_any_kind_but_null_fits() {
    let provider = |settings| json!({"name": "a", "kind": "b", "settings": settings});
    assert_refusals::<SetSmsProviderRequest>(&[
        (provider(json!([])), "settings", FieldProblem::NotObject),
        (
            provider(json!({"a": {"b": null}})),
            "settings.a",
            FieldProblem::NotText,
        ),
    ]);
    let fits = provider(json!({"a": [1, -1, 1.5, true, "x", {"b": []}]}));
    assert!(read::<SetSmsProviderRequest>(fits.to_string().as_bytes()).is_ok());
}

#[test]
fn the_first_misfit_in_the_order_of_the_body_is_told() {
    let body = r#"{"withToken": 1, "phoneNumber": 2, "channel": "CHANNEL_LOGIN"}"#;
    let Err(Fault::Malformed { field, .. }) = read::<VerifyCodeRequest>(body.as_bytes()) else {
        panic!("it fits");
    };
    assert_eq!(field.as_deref(), Some("withToken"));
}
