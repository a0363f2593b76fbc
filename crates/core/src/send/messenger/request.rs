//! A request to send a code.

use std::sync::Arc;

use crate::application::Application;
use crate::channel::Channel;
use crate::code::passcode::Binding;
use crate::guard::Exemption;
use crate::id::{MessageId, RequestId};
use crate::idempotency::Claim;
use crate::language::LanguageTag;
use crate::limit::{SendFacts, Standing};
use crate::phone::PhoneNumber;
use crate::price::Price;
use crate::send::client::Client;

/// A request to send a code. Every part is already validated.
#[derive(Debug, Clone)]
pub struct SendRequest {
    /// The request that asked for the code.
    pub request_id: RequestId,
    /// The application that sends the code.
    pub app: Arc<Application>,
    /// The purpose of the code.
    pub channel: Channel,
    /// The number that the code goes to.
    pub phone: PhoneNumber,
    /// Where the request comes from; `None` where an operator asked for the code.
    pub caller: Option<Client>,
    /// The standing of the caller.
    pub standing: Standing,
    /// The language that the request names, for applications that let it choose.
    pub language: Option<LanguageTag>,
    /// The claim of the idempotency key that the request came with.
    pub claim: Option<Claim>,
}

impl SendRequest {
    /// Returns what limits look at, for a send that costs at most `price`.
    pub(super) fn facts(&self, price: Option<Price>) -> SendFacts<'_> {
        SendFacts {
            app: &self.app.id,
            channel: self.channel,
            phone: &self.phone,
            address: self.caller.and_then(|client| client.counted()),
            standing: self.standing,
            price,
            exempt: Exemption::default(),
        }
    }

    /// Returns the binding of the code of `message`.
    pub(super) fn binding(&self, message: MessageId) -> Binding<'_> {
        Binding {
            app: &self.app.id,
            channel: self.channel,
            phone: &self.phone,
            message,
        }
    }
}
