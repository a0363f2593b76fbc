//! `POST /api/v3/pre-check-code`: tells whether a code would pass. It does not use the code up; a wrong guess counts.

use axum::extract::State;
use axum::response::Response;
use countersign_api::{Fault, FieldProblem, Lang, PreCheckCodeRequest, PreCheckedCode};
use countersign_core::challenge::{Purpose, Subject};
use countersign_core::code::check::{Caller, Checked};
use countersign_core::code::checker::GuessInput;
use countersign_core::limit::Mode;
use countersign_core::limit::guess_sources::GuessSource;
use serde_json::json;

use super::challenged::Challenged;
use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape, post};
use crate::http::document::faults;
use crate::http::request::body::Body;
use crate::http::request::context::Context;
use crate::http::request::malformed::malformed;
use crate::http::state::AppState;
use crate::http::wire::channel;
use crate::http::wire::fault;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "pre-check-code",
        handler: post(handle),
        summary: "Check a code without using it up",
        about: "Tells whether a code would pass. A wrong guess costs one of the code's tries, and one of the wrong \
            guesses that are allowed about its number. Whatever is wrong, the answer is the same. A caller whose address \
            guessed wrongly many times may have to solve a challenge first, and bring the solution in the same request.",
        audience: Audience::Public,
        asks: Asks::Body(Shape::of::<PreCheckCodeRequest>(
            json!({"codeType": "SMS", "smsCodePayload": {
                "phone": "+14155550132", "passCode": "123456", "channel": "CHANNEL_LOGIN",
            }}),
        )),
        answers: Answers::Data(Shape::of::<PreCheckedCode>(
            json!({"isValid": false, "message": sentence(Lang::EnUs)}),
        )),
        faults: &[
            faults::PHONE,
            &[
                "fieldNotObject",
                "badCodeType",
                "unknownChannel",
                "guessesThrottled",
                "challengeRequired",
            ],
        ],
    }
}

pub(crate) async fn handle(State(state): State<AppState>, cx: Context, body: Body) -> Response {
    let result = check(&state, &cx, body).await;
    cx.answer_telling(result, |answer| answer.message.clone())
}

async fn check(state: &AppState, cx: &Context, body: Body) -> Result<PreCheckedCode, Fault> {
    let app = cx.application(state)?;
    let body: PreCheckCodeRequest = body.json()?;
    let wrong = |field: &str, problem| malformed(Some(field.to_owned()), problem);
    if body.code_type != "SMS" {
        return Err(wrong("codeType", FieldProblem::NotACodeType));
    }
    let payload = body.sms_code_payload;
    let payload = payload.ok_or_else(|| wrong("smsCodePayload", FieldProblem::Required))?;
    let phone = app
        .phone(&payload.phone, payload.phone_country_code.as_deref())
        .map_err(fault::bad_phone)?;
    let channel = channel::of_wire(payload.channel);
    let subject = Subject {
        purpose: Purpose::Check,
        app: &app.id,
        channel,
        phone: &phone,
    };
    let solution = body.challenge_solution.as_deref();
    let asker = Challenged::read(state, cx, &app, subject, solution).await?;
    let typed = GuessInput {
        request_id: cx.request_id,
        caller: Caller::Public,
        app: app.id.clone(),
        channel,
        phone: phone.clone(),
        source: GuessSource {
            address: cx.client(&app).counted(),
            standing: asker.standing,
        },
        passcode: payload.pass_code,
        claim: None,
    };
    let found = match state.guess(typed).await? {
        Checked::Refused(refusal) if refusal.mode == Mode::Challenge => {
            return Err(asker.demand(state, subject, &refusal));
        }
        Checked::Refused(refusal) => return Err(fault::guess_refused(&refusal)),
        found => found,
    };
    let is_valid = matches!(found, Checked::Right { .. });
    Ok(PreCheckedCode {
        is_valid,
        message: (!is_valid).then(|| sentence(cx.lang).to_owned()),
    })
}

/// The sentence for wrong, expired, used, never sent and locked alike: a caller cannot tell which it is.
fn sentence(lang: Lang) -> &'static str {
    match lang {
        Lang::ZhCn => "验证码错误或已失效。",
        Lang::EnUs => "The code is wrong or no longer valid.",
        Lang::ZhTw => "驗證碼錯誤或已失效。",
        Lang::JaJp => "コードが正しくないか、無効になっています。",
    }
}
