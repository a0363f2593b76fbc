//! `POST /api/v3/test-sms-provider` (management): a code through one vendor account, and what became of it.

use countersign_api::{Fault, FieldProblem, MessageDto, TestSmsProviderRequest};
use countersign_core::channel::Channel;
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::document::faults;
use crate::http::management::{Call, post};
use crate::http::request::malformed::malformed;
use crate::http::wire::{application, fault, message, provider};
use crate::manage::{ManageError, TestMessage};
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "test-sms-provider",
        handler: post(test),
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

async fn test(call: Call) -> Result<MessageDto, Fault> {
    let body: TestSmsProviderRequest = call.body.json()?;
    let id = application::id(&body.app_id)?;
    let setup = call.state.setup();
    let app = setup.application(&id).ok_or(Fault::UnknownApplication)?;
    let phone = app
        .phone(&body.phone_number, body.phone_country_code.as_deref())
        .map_err(fault::bad_phone)?;
    let test = TestMessage {
        request_id: call.cx.request_id,
        provider: provider::name(&body.name, "name")?,
        channel: channel(body.channel.as_deref())?,
        app: id,
        phone,
    };
    let sent = call
        .state
        .manage
        .send_test(call.by, test)
        .await
        .inspect_err(|error| {
            if let ManageError::NotSent(error) = error {
                call.cx.is_not_sent(error);
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
