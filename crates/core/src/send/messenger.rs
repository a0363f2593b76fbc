//! The whole life of a send: decide, hand over, record.

use std::sync::{Arc, PoisonError, RwLock};

use super::attempt::{self, Attempt};
use super::client::Client;
use super::dispatch::{self, Parcel};
use super::outcome::{NotAccepted, Outcome, RefusalKind};
use super::route::{Routes, Way};
use super::settle::Settlement;
use crate::application::Application;
use crate::channel::Channel;
use crate::code::keyring::PasscodeKeyring;
use crate::code::passcode::{Binding, Passcode};
use crate::country_rules::CountryRules;
use crate::entropy::{Entropy, EntropyError};
use crate::guard::{Exemption, Guard, Judgement, Verdict};
use crate::id::{MessageId, RequestId};
use crate::idempotency::Claim;
use crate::language::LanguageTag;
use crate::limit::{
    LimitState, LimitsInUse, Mode, Refusal, Rules, SendFacts, SendLimits, Standing,
};
use crate::message::{Decision, Intent, LiveCode, NewCode};
use crate::phone::{Country, PhoneNumber};
use crate::policy::{CodePolicy, CodeRules, Resend};
use crate::ports::StoreError;
use crate::ports::ledger::Ledger;
use crate::ports::provider::Provider;
use crate::ports::refusals::{Refusals, RefusedSend};
use crate::price::{Price, PriceTable, Prices};
use crate::template::Templates;
use crate::test_number::{TestCarrier, TestNumber, TestNumbers};
use crate::time::{Clock, Timestamp};

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

/// The reason why no code was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// No provider carries numbers of this country.
    #[error("no SMS service is configured for {0}")]
    CountryNotServed(Country),
    /// A provider carries numbers of this country, and [the rules](CountryRules) do not allow it.
    #[error("sends to {0} are not allowed")]
    CountryNotAllowed(Country),
    /// A limit refused.
    #[error("the limit {} refuses for another {} ms", .0.limit, .0.wait().as_millis())]
    Limited(Refusal),
    /// A limit refused, unless the caller solves a challenge.
    #[error("the limit {} asks for a solved challenge", .0.limit)]
    ChallengeNeeded(Refusal),
    /// The process stood still between decision and hand-over, so nothing was sent.
    #[error("the message came too late to its hand-over")]
    TooLate,
    /// No provider took the message. Holds the most telling refusal ([`attempt::outcome`]).
    #[error("the provider did not accept the message: {}", .0.kind.as_str())]
    NotAccepted(NotAccepted),
    /// The store could not decide, so nothing was sent.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No code could be made, so nothing was sent.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
}

impl SendError {
    fn by_limit(refusal: Refusal) -> Self {
        match refusal.mode {
            Mode::Challenge => SendError::ChallengeNeeded(refusal),
            Mode::Enforce | Mode::Monitor => SendError::Limited(refusal),
        }
    }
}

/// What would become of a send that is asked for now.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The reason why nothing would be handed to a provider; `None` where the message would be.
    pub refusal: Option<SendError>,
    /// Every limit that would judge the send, in their order.
    pub limits: Vec<LimitState>,
}

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

/// The routes and templates that messages use. An operator's change replaces the whole plan; a message on its
/// way keeps the plan it began with.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The providers for each number.
    pub routes: Routes,
    /// The texts of messages.
    pub templates: Templates,
    /// The numbers whose messages reach no vendor.
    pub test_numbers: TestNumbers,
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

    /// Tells what would become of a send, without sending. Nothing is counted and nothing recorded.
    ///
    /// # Errors
    /// [`SendError::Store`] when the ledger cannot be read.
    pub async fn preview(&self, request: &SendRequest) -> Result<Preview, SendError> {
        let plan = self.plan();
        let test = self.test_of(&plan, &request.phone);
        let way = match test {
            Some(_) => None,
            None => Some(self.way(request, &plan.routes)),
        };
        let (prices, country) = (self.parts.prices.table(), request.phone.country());
        let found = way.as_ref().and_then(|way| way.as_ref().ok());
        let price = found.and_then(|way| way.highest_price(&prices, country));
        let on_no_way = way.and_then(Result::err);
        let sends = self.limits_of(test);
        let at = self.parts.clock.now();
        let judged = self.guarded(request, test, at);
        let by_guard = match judged.verdict {
            Verdict::Refuses(refusal) => Some(SendError::by_limit(refusal)),
            Verdict::Allows | Verdict::Notes(_) => None,
        };
        let rules = sends.rules(&SendFacts {
            exempt: judged.exempt,
            ..request.facts(price)
        });
        let set = Arc::clone(rules.set());
        let limits = self.parts.ledger.preview(rules).await?;
        let limited = || {
            let decision = Decision::foreseen(at, set, &limits);
            sends.refusal(&decision).map(SendError::by_limit)
        };
        Ok(Preview {
            refusal: on_no_way.or(by_guard).or_else(limited),
            limits,
        })
    }

    /// Returns the guard's judgement about a request. Numbers for tests cost nothing, so it leaves them alone.
    fn guarded(
        &self,
        request: &SendRequest,
        test: Option<&TestNumber>,
        now: Timestamp,
    ) -> Judgement {
        match test {
            None => self.parts.guard.judge(&request.facts(None), now),
            Some(_) => Judgement {
                exempt: Exemption::default(),
                verdict: Verdict::Allows,
            },
        }
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

    /// Returns the test number that `phone` is now.
    fn test_of<'a>(&self, plan: &'a Plan, phone: &PhoneNumber) -> Option<&'a TestNumber> {
        plan.test_numbers.of(phone, self.parts.clock.now())
    }

    /// Returns the limits on sends to a number: the minute alone where a test number is exempt.
    fn limits_of(&self, test: Option<&TestNumber>) -> Arc<SendLimits> {
        match test {
            Some(test) if test.is_exempt => Arc::default(),
            _ => self.parts.limits.get(),
        }
    }

    /// Sends a code to a test number: no provider is called, whatever the routes say.
    async fn send_test(
        &self,
        request: SendRequest,
        plan: &Plan,
        test: &TestNumber,
    ) -> Result<MessageId, SendError> {
        let way = Way::through(Arc::new(TestCarrier));
        self.send_by(request, &way, plan, Some(test)).await
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
        let prices = self.parts.prices.table();
        let price = way.highest_price(&prices, request.phone.country());
        let facts = SendFacts {
            exempt: judged.exempt,
            ..request.facts(price)
        };
        let decision = self
            .parts
            .ledger
            .decide(intent, limits.rules(&facts))
            .await?;
        if let Some(refusal) = limits.refusal(&decision) {
            for limit in limits.blocking(&decision) {
                let guard = &self.parts.guard;
                guard.block_by_limit(&limit.name, &limit.by, &facts, decision.at);
            }
            return Err(self.refused(request, refusal));
        }

        let code = match decision.again {
            None => Some((passcode, code_rules.life)),
            Some(live) => self.again(&request, &live).map(|passcode| {
                let life = decision.at.until(live.expires_at);
                (passcode, life)
            }),
        };
        let parcel = Parcel {
            message,
            app: &request.app,
            channel: request.channel,
            phone: &request.phone,
            language: request
                .app
                .languages
                .of_message(&request.phone, request.language.as_ref()),
            code,
        };
        let attempts =
            dispatch::carry(&parcel, way, &plan.templates, || self.parts.clock.now()).await;
        drop(parcel);
        let outcome = attempt::outcome(&attempts).cloned();
        if test.is_none() && outcome.as_ref().is_none_or(Outcome::may_have_been_sent) {
            let guard = &self.parts.guard;
            guard.sent(&request.app.id, &request.phone, message.made_at());
        }

        let settlement = Settlement {
            message,
            cost: cost(&attempts, price, &prices, request.phone.country()),
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

    fn intend(
        &self,
        request: &SendRequest,
        rules: CodeRules,
        test: Option<&TestNumber>,
    ) -> Result<(Intent, Passcode), EntropyError> {
        let id = MessageId::generate(self.parts.clock.now(), &*self.parts.entropy)?;
        let passcode = match test.and_then(|test| test.passcode(rules.digits)) {
            Some(fixed) => fixed,
            None => Passcode::generate(rules.digits, &*self.parts.entropy)?,
        };
        let binding = request.binding(id);
        let reuse = rules.resend == Resend::Reuse;
        let keys = self.parts.keys.keys();
        let code = NewCode {
            mac: keys.mac(&passcode, binding),
            life: rules.life,
            tries: rules.tries,
            keeps: rules.resend.keeps(),
            sealed: reuse.then(|| keys.seal(&passcode, binding)).flatten(),
        };
        let intent = Intent {
            id,
            request_id: request.request_id,
            app: request.app.id.clone(),
            channel: request.channel,
            phone: request.phone.clone(),
            code,
            claim: request.claim.clone(),
        };
        Ok((intent, passcode))
    }

    /// Opens the live code of the scope.
    fn again(&self, request: &SendRequest, live: &LiveCode) -> Option<Passcode> {
        self.parts
            .keys
            .keys()
            .open(&live.sealed, request.binding(live.message))
    }
}

/// Returns the cost of the attempts that may have sent a message to `country`, in the currency of the reserved price.
fn cost(
    attempts: &[Attempt],
    reserved: Option<Price>,
    prices: &PriceTable,
    country: Country,
) -> u64 {
    let Some(reserved) = reserved else {
        return 0; // no limit counts its money
    };
    let paid = attempts
        .iter()
        .filter(|attempt| attempt.outcome.may_have_been_sent());
    let priced = paid.filter_map(|attempt| prices.price(attempt.provider.as_deref()?, country));
    let amount = priced
        .filter(|price| price.currency == reserved.currency)
        .map(|price| price.amount)
        .sum();
    Price { amount, ..reserved }.weight()
}

impl SendRequest {
    /// Returns what limits look at, for a send that costs at most `price`.
    fn facts(&self, price: Option<Price>) -> SendFacts<'_> {
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
    fn binding(&self, message: MessageId) -> Binding<'_> {
        Binding {
            app: &self.app.id,
            channel: self.channel,
            phone: &self.phone,
            message,
        }
    }
}
