//! `POST /api/v3/test-sms-provider` (management): a code through one vendor account, and what became of it.

use axum::extract::State;
use axum::response::Response;
use countersign_api::{Fault, FieldProblem, MessageDto, TestSmsProviderRequest};
use countersign_core::audit::Author;
use countersign_core::channel::Channel;
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape, post};
use crate::http::document::faults;
use crate::http::proof::operator::Operator;
use crate::http::request::body::Body;
use crate::http::request::context::Context;
use crate::http::request::malformed::malformed;
use crate::http::state::AppState;
use crate::http::wire::{application, fault, message, provider};
use crate::manage::{ManageError, TestMessage};
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "test-sms-provider",
        handler: post(handle),
        summary: "Send a code through one vendor account",
        about: "Sends a real code through this vendor account and no other, whatever the routes say, within all \
            limits. Answers with the timeline of the message, whether or not the vendor took it.",
        audience: Audience::Operator(Permission::ManageSetup),
        asks: Asks::Body(Shape::of::<TestSmsProviderRequest>(
            json!({"name": "aliyun", "appId": "shop", "phoneNumber": "18800008888"}),
        )),
        answers: Answers::Data(Shape::of::<MessageDto>(message::example())),
        faults: &[
            faults::SCOPE,
            faults::PHONE,
            faults::LIMITS,
            &["unknownSetting", "unknownChannel"],
        ],
    }
}

pub(crate) async fn handle(
    State(state): State<AppState>,
    cx: Context,
    operator: Operator,
    body: Body,
) -> Response {
    let result = test(&state, operator.author(), &cx, body).await;
    cx.answer_with(result)
}

async fn test(state: &AppState, by: Author, cx: &Context, body: Body) -> Result<MessageDto, Fault> {
    let body: TestSmsProviderRequest = body.json()?;
    let id = application::id(&body.app_id)?;
    let setup = state.setup();
    let app = setup.application(&id).ok_or(Fault::UnknownApplication)?;
    let phone = app
        .phone(&body.phone_number, body.phone_country_code.as_deref())
        .map_err(fault::bad_phone)?;
    let test = TestMessage {
        request_id: cx.request_id,
        provider: provider::name(&body.name, "name")?,
        channel: channel(body.channel.as_deref())?,
        app: id,
        phone,
    };
    let sent = state.manage.send_test(by, test).await.inspect_err(|error| {
        if let ManageError::NotSent(error) = error {
            cx.is_not_sent(error);
        }
    });
    Ok(message::dto(sent?))
}

fn channel(named: Option<&str>) -> Result<Channel, Fault> {
    let Some(name) = named else {
        return Ok(Channel::IdentityVerification);
    };
    let channel = Channel::parse(name);
    channel.ok_or_else(|| malformed(Some("channel".to_owned()), FieldProblem::NotAChannel))
}
