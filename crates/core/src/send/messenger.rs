//! The whole life of a send: decide, hand over, record.

mod cost;
mod error;
mod passcodes;
mod plan;
mod preview;
mod request;
mod test_numbers;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use super::attempt::{self, Attempt};
use super::dispatch::{self, Parcel};
use super::outcome::{Outcome, RefusalKind};
use super::route::{Routes, Way};
use super::settle::Settlement;
use crate::code::keyring::PasscodeKeyring;
use crate::code::passcode::Passcode;
use crate::country_rules::CountryRules;
use crate::entropy::Entropy;
use crate::guard::{Guard, Verdict};
use crate::id::MessageId;
use crate::limit::{LimitsInUse, Refusal, Rules, SendFacts, SendLimits};
use crate::policy::CodePolicy;
use crate::ports::ledger::Ledger;
use crate::ports::provider::Provider;
use crate::ports::refusals::{Refusals, RefusedSend};
use crate::price::{PriceTable, Prices};
use crate::test_number::TestNumber;
use crate::time::Clock;
use cost::cost;
pub use error::SendError;
pub use plan::Plan;
pub use preview::Preview;
pub use request::SendRequest;

/// The use case of sending a code. Only here a ledger and providers meet.
pub struct Messenger {
    parts: MessengerParts,
    plan: RwLock<Arc<Plan>>,
}

/// The parts that a [`Messenger`] works with.
pub struct MessengerParts {
    /// Decides on sends.
    pub ledger: Arc<dyn Ledger>,
    /// Records the sends that limits refused.
    pub refusals: Arc<dyn Refusals>,
    /// The time by which the ledger decides.
    pub clock: Arc<dyn Clock>,
    /// Randomness for ids and codes.
    pub entropy: Arc<dyn Entropy>,
    /// The keys of the MACs of codes.
    pub keys: PasscodeKeyring,
    /// The rules of codes.
    pub policy: CodePolicy,
    /// The limits on sends.
    pub limits: LimitsInUse,
    /// The countries that sends may reach.
    pub countries: CountryRules,
    /// The guard against SMS pumping.
    pub guard: Arc<Guard>,
    /// The prices of messages.
    pub prices: Arc<Prices>,
}

impl std::fmt::Debug for MessengerParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MessengerParts").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Messenger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Messenger")
            .field("plan", &self.plan)
            .field("policy", &self.parts.policy)
            .finish_non_exhaustive()
    }
}

impl Messenger {
    /// Makes a messenger over these parts, which sends by `plan`.
    #[must_use]
    pub fn new(parts: MessengerParts, plan: Plan) -> Self {
        Self {
            parts,
            plan: RwLock::new(Arc::new(plan)),
        }
    }

    /// Uses `plan` for all messages decided on from now on.
    pub fn replan(&self, plan: Plan) {
        *self.plan.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(plan);
    }

    /// Returns the plan in use.
    #[must_use]
    pub fn plan(&self) -> Arc<Plan> {
        Arc::clone(&self.plan.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns the prices that are in use now.
    #[must_use]
    pub fn prices(&self) -> Arc<PriceTable> {
        self.parts.prices.table()
    }

    /// Returns the limits on sends that are in use now.
    #[must_use]
    pub fn limits(&self) -> Arc<SendLimits> {
        self.parts.limits.get()
    }

    /// Returns the countries that sends may reach.
    #[must_use]
    pub const fn countries(&self) -> &CountryRules {
        &self.parts.countries
    }

    /// Returns the guard against SMS pumping.
    #[must_use]
    pub fn guard(&self) -> &Arc<Guard> {
        &self.parts.guard
    }

    /// Sends a code. `Ok` means that it may arrive: a vendor took the message, or its outcome is unknown.
    ///
    /// A send has three separate steps: decide, hand over, record. The decision is durable *before* the
    /// provider is called, and the provider is called outside of any transaction. A crash in between leaves an
    /// intent that counts as sent. **Run this future to its end:** a caller that may disconnect must not cancel
    /// it.
    ///
    /// # Errors
    /// [`SendError`]; in every case nothing was sent.
    pub async fn send(&self, request: SendRequest) -> Result<MessageId, SendError> {
        let plan = self.plan();
        if let Some(test) = self.test_of(&plan, &request.phone) {
            return self.send_test(request, &plan, test).await;
        }
        let way = self.way(&request, &plan.routes)?;
        self.send_by(request, &way, &plan, None).await
    }

    /// Returns the way of a message to an allowed country.
    fn way(&self, request: &SendRequest, routes: &Routes) -> Result<Way, SendError> {
        let country = request.phone.country();
        let way = routes.way(&request.app.id, &request.phone, &*self.parts.entropy)?;
        let way = way.ok_or(SendError::CountryNotServed(country))?;
        let countries = &self.parts.countries;
        match countries.admit(&request.app, country, routes) {
            true => Ok(way),
            false => Err(SendError::CountryNotAllowed(country)),
        }
    }

    /// Sends a code like [`Messenger::send`], through `provider` and no other, regardless of routes and of the countries that
    /// are allowed. A message to a [test number](crate::test_number) reaches no provider either way.
    ///
    /// # Errors
    /// [`SendError`]; in every case nothing was sent.
    pub async fn send_through(
        &self,
        request: SendRequest,
        provider: Arc<dyn Provider>,
    ) -> Result<MessageId, SendError> {
        let plan = self.plan();
        if let Some(test) = self.test_of(&plan, &request.phone) {
            return self.send_test(request, &plan, test).await;
        }
        let way = Way::through(provider);
        self.send_by(request, &way, &plan, None).await
    }

    async fn send_by(
        &self,
        request: SendRequest,
        way: &Way,
        plan: &Plan,
        test: Option<&TestNumber>,
    ) -> Result<MessageId, SendError> {
        let judged = self.guarded(&request, test, self.parts.clock.now());
        if let Verdict::Refuses(refusal) = judged.verdict {
            return Err(self.refused(request, refusal));
        }
        let code_rules = self.parts.policy.of(&request.app.id, request.channel);
        let (intent, passcode) = self.intend(&request, code_rules, test)?;
        let message = intent.id;
        let limits = self.limits_of(test);
        let (prices, country) = (self.parts.prices.table(), request.phone.country());
        let price = way.highest_price(&prices, country);
        let facts = SendFacts {
            exempt: judged.exempt,
            ..request.facts(price)
        };
        let rules = limits.rules(&facts);
        if let Some(first) = way.providers.first() {
            first.warm(); // it connects while the decision becomes durable
        }
        let decision = self.parts.ledger.decide(intent, rules).await?;
        if let Some(refusal) = limits.refusal(&decision) {
            for limit in limits.blocking(&decision) {
                let guard = &self.parts.guard;
                guard.block_by_limit(&limit.name, &limit.by, &facts, decision.at);
            }
            return Err(self.refused(request, refusal));
        }

        let code = self.code_to_bring(&request, &decision, passcode, code_rules.life);
        let attempts = self.hand_over(&request, message, code, way, plan).await;
        let outcome = attempt::outcome(&attempts).cloned();
        if test.is_none() && outcome.as_ref().is_none_or(Outcome::may_have_been_sent) {
            let guard = &self.parts.guard;
            guard.sent(&request.app.id, &request.phone, message.made_at());
        }

        let settlement = Settlement {
            message,
            cost: cost(&attempts, price, &prices, country),
            attempts,
            give_back: Rules::give_backs(request.channel, &request.phone),
        };
        // The vendor's answer holds whether or not it is on record by now: the ledger goes on trying, and a
        // message without an outcome counts as sent.
        let _ = self.parts.ledger.settle(settlement).await;
        match outcome {
            Some(Outcome::NotAccepted(why)) if why.kind == RefusalKind::TooLate => {
                Err(SendError::TooLate)
            }
            Some(Outcome::NotAccepted(why)) => Err(SendError::NotAccepted(why)),
            _ => Ok(message),
        }
    }

    /// Hands an admitted message to the providers of its way. The passcode is wiped before this returns.
    async fn hand_over(
        &self,
        request: &SendRequest,
        message: MessageId,
        code: Option<(Passcode, Duration)>,
        way: &Way,
        plan: &Plan,
    ) -> Vec<Attempt> {
        let languages = &request.app.languages;
        let parcel = Parcel {
            message,
            app: &request.app,
            channel: request.channel,
            phone: &request.phone,
            language: languages.of_message(&request.phone, request.language.as_ref()),
            code,
        };
        let now = || self.parts.clock.now();
        dispatch::carry(&parcel, way, &plan.templates, now).await
    }

    /// Records that a limit refused the request.
    fn refused(&self, request: SendRequest, refusal: Refusal) -> SendError {
        self.parts.refusals.record(RefusedSend {
            request_id: request.request_id,
            app: request.app.id.clone(),
            channel: request.channel,
            phone: request.phone,
            caller: request.caller.map(|client| client.shown()),
            refusal: refusal.clone(),
        });
        SendError::by_limit(refusal)
    }
}
