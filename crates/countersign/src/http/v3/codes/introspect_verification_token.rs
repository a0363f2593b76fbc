//! `POST /api/v3/introspect-verification-token`: tells whether a token is good, and uses it.

use axum::extract::State;
use axum::response::Response;
use countersign_api::{Fault, IntrospectTokenRequest, IntrospectedToken, Lang};
use countersign_core::code::check::TokenUse;
use countersign_core::policy::TOKEN_REMEMBERED;
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape, post};
use crate::http::document::schemas::Schemas;
use crate::http::proof::credentials::Credentials;
use crate::http::request::body::Body;
use crate::http::request::context::Context;
use crate::http::state::AppState;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "introspect-verification-token",
        handler: post(handle),
        summary: "Use a verification token, once",
        about: "Tells whether a verification token is good: of this service, for this application, within its time, \
            and not asked about before. The first answer is the only one that says so.",
        audience: Audience::ApplicationServer,
        asks: Asks::Body(Shape::of::<IntrospectTokenRequest>(
            json!({"token": "eyJhbGciOiJSUzI1NiIsImtpZCI6Ij..."}),
        )),
        answers: Answers::Data(Shape::named::<IntrospectedToken>(
            "IntrospectedToken",
            Schemas::add_introspected_token,
            json!({"active": false}),
        )),
        faults: &[],
    }
}

pub(crate) async fn handle(State(state): State<AppState>, cx: Context, body: Body) -> Response {
    let result = introspect(&state, &cx, body).await;
    let told = |answer: &IntrospectedToken| (!answer.active).then(|| sentence(cx.lang).to_owned());
    cx.answer_telling(result, told)
}

/// The sentence for a token that proves nothing, whatever the reason.
fn sentence(lang: Lang) -> &'static str {
    match lang {
        Lang::ZhCn => "该令牌无效、已过期、已被使用，或属于其他应用。",
        Lang::EnUs => {
            "The token is not valid, has expired, was used before, or is another application's."
        }
        Lang::ZhTw => "該權杖無效、已過期、已被使用，或屬於其他應用程式。",
        Lang::JaJp => "トークンは無効か、期限切れか、使用済みか、別のアプリケーションのものです。",
    }
}

async fn introspect(
    state: &AppState,
    cx: &Context,
    body: Body,
) -> Result<IntrospectedToken, Fault> {
    let body: IntrospectTokenRequest = body.json()?;
    let credentials = Credentials::of(cx, body.client_id, body.client_secret)?;
    let app = credentials.application(cx, state)?;
    let inactive = IntrospectedToken {
        active: false,
        claims: None,
    };
    let read = state.tokens.read(&body.token, state.clock.now());
    let Some(claims) = read.filter(|claims| claims.aud == app.id.as_str()) else {
        return Ok(inactive);
    };
    let used = TokenUse {
        request_id: cx.request_id,
        token: claims.jti.clone(),
        life: TOKEN_REMEMBERED,
    };
    if !state.use_token(used).await? {
        return Ok(inactive);
    }
    Ok(IntrospectedToken {
        active: true,
        claims: Some(claims),
    })
}
