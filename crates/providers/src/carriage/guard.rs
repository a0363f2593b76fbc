//! The guard around every provider: a deadline, a wall against panics, a bulkhead, a circuit breaker, and a gate for
//! the vendor's words.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use async_trait::async_trait;
use countersign_core::phone::PhoneNumber;
use countersign_core::policy::SEND_DEADLINE;
use countersign_core::ports::provider::{Content, Credentials, Provider, Sms};
use countersign_core::receipt::{Callback, InvalidCallback, Receipts};
use countersign_core::secret::Secret;
use countersign_core::send::outcome::{Outcome, RefusalKind};
use countersign_core::time::Clock;
use futures_util::FutureExt as _;
use tokio::sync::Semaphore;

use super::alarm::Alarm;
use super::breaker::{Breaker, Health};
use super::gate::Gate;
use super::origin::Origin;

/// The most messages on their way to one provider at a time, so that a slow vendor cannot hold up all others.
pub const IN_FLIGHT: usize = 64;

/// Holds a provider to the port's promises, whatever its code does: each message has an outcome by its deadline, and
/// that outcome is unknown where the provider gave none. Words of the vendor leave it printable, short, and without
/// code, number or secret. It sends nothing to a provider that has [`IN_FLIGHT`] messages
/// on their way, or whose circuit is open.
pub struct Guarded {
    provider: Arc<dyn Provider>,
    clock: Arc<dyn Clock>,
    bulkhead: Option<(Semaphore, Breaker)>,
    alarm: Alarm,
    gate: Gate,
}

impl std::fmt::Debug for Guarded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Guarded")
            .field(&self.provider.name())
            .finish()
    }
}

impl Guarded {
    /// Wraps a vendor's `provider`.
    pub fn new(provider: Arc<dyn Provider>, clock: Arc<dyn Clock>) -> Self {
        let bulkhead = Some((Semaphore::new(IN_FLIGHT), Breaker::default()));
        Self {
            provider,
            clock,
            bulkhead,
            alarm: Alarm::default(),
            gate: Gate::default(),
        }
    }

    /// Wraps a provider of this machine, without a bulkhead and without a circuit breaker.
    pub fn unbounded(provider: Arc<dyn Provider>, clock: Arc<dyn Clock>) -> Self {
        Self {
            provider,
            clock,
            bulkhead: None,
            alarm: Alarm::default(),
            gate: Gate::default(),
        }
    }

    /// This provider, which lets nothing through that repeats one of `secrets`: those of its account.
    #[must_use]
    pub fn withholding(self, secrets: &[Secret]) -> Self {
        Self {
            gate: Gate::new(secrets),
            ..self
        }
    }

    /// The health of the provider; `None` for a provider of this machine.
    #[must_use]
    pub fn health(&self) -> Option<Health> {
        let (places, breaker) = self.bulkhead.as_ref()?;
        let in_flight = IN_FLIGHT.saturating_sub(places.available_permits());
        Some(breaker.health(self.clock.now(), in_flight))
    }

    async fn call(&self, sms: &Sms) -> Outcome {
        let call = AssertUnwindSafe(self.provider.send(sms)).catch_unwind();
        let mut call = pin!(call);
        let steps = std::future::poll_fn(|context| {
            // Before every step, look at the clock: a process that was suspended must not go on
            // talking to a vendor when it resumes, whatever its timers say.
            if self.clock.now() >= sms.deadline {
                return Poll::Ready(silence());
            }
            let step = call.as_mut().poll(context);
            step.map(|outcome| outcome.unwrap_or_else(|_| failed()))
        });
        let left = self.clock.now().until(sms.deadline);
        let answer = tokio::time::timeout(left.min(SEND_DEADLINE), steps).await;
        self.gate.outcome(answer.unwrap_or_else(|_| silence()), sms)
    }
}

#[async_trait]
impl Provider for Guarded {
    fn name(&self) -> &str {
        self.provider.name()
    }

    fn content(&self, phone: &PhoneNumber) -> Content {
        self.provider.content(phone)
    }

    fn warm(&self) {
        let bulkhead = self.bulkhead.as_ref();
        if bulkhead.is_none_or(|(_, breaker)| breaker.is_closed()) {
            // A panic is told by the message that follows.
            let _ = std::panic::catch_unwind(AssertUnwindSafe(|| self.provider.warm()));
        }
    }

    async fn send(&self, sms: &Sms) -> Outcome {
        let Some((places, breaker)) = &self.bulkhead else {
            return self.call(sms).await;
        };
        // No queue: a message that would wait for a slow vendor goes to another vendor instead.
        let Ok(_place) = places.try_acquire() else {
            return Outcome::not_accepted(RefusalKind::Busy);
        };
        if !breaker.lets_through(self.clock.now()) {
            return Outcome::not_accepted(RefusalKind::CircuitOpen);
        }
        let outcome = self.call(sms).await;
        let now = self.clock.now();
        if breaker.ended(&outcome, Origin::of(sms), now) {
            tracing::warn!(
                provider = self.name(),
                "half of the calls to a provider fail: it is given a rest"
            );
        }
        self.alarm.look_at(self.name(), &outcome, now);
        outcome
    }

    async fn credentials(&self) -> Credentials {
        let asked = tokio::time::timeout(SEND_DEADLINE, self.provider.credentials()).await;
        let silence = |_| Credentials::Unclear(NO_ANSWER.to_owned());
        self.gate.credentials(asked.unwrap_or_else(silence))
    }

    fn receipts(&self, callback: &Callback<'_>) -> Result<Receipts, InvalidCallback> {
        let mut read = self.provider.receipts(callback)?;
        let receipts = std::mem::take(&mut read.receipts).into_iter();
        read.receipts = receipts.map(|report| self.gate.receipt(report)).collect();
        Ok(read)
    }
}

fn failed() -> Outcome {
    Outcome::Unknown {
        cause: "the provider's code failed".to_owned(),
    }
}

/// The words for a vendor that says nothing by the deadline.
const NO_ANSWER: &str = "no answer in time";

fn silence() -> Outcome {
    Outcome::Unknown {
        cause: NO_ANSWER.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
    use std::time::Duration;

    use countersign_core::channel::Channel;
    use countersign_core::code::passcode::Passcode;
    use countersign_core::entropy::{Entropy, EntropyError};
    use countersign_core::id::MessageId;
    use countersign_core::phone::PhoneNumber;
    use countersign_core::template::{self, Language};
    use countersign_core::time::Timestamp;

    use super::*;

    struct Zeros;

    impl Entropy for Zeros {
        fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
            buffer.fill(0);
            Ok(())
        }
    }

    #[derive(Default)]
    struct HandClock(AtomicI64);

    impl Clock for HandClock {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(self.0.load(Ordering::SeqCst))
        }
    }

    fn sms() -> Sms {
        let passcode = Passcode::generate(6, &Zeros).unwrap();
        let app = countersign_core::application::SmsName::parse("Shop").unwrap();
        let life = Duration::from_secs(300);
        Sms {
            message_id: MessageId::first_at(Timestamp::from_millis(1)),
            app_id: countersign_core::application::AppId::parse("shop").unwrap(),
            app: app.clone(),
            to: PhoneNumber::parse("13800138000", None).unwrap(),
            channel: Channel::Login,
            language: Language::EnUs.tag(),
            template: None,
            minutes: 5,
            deadline: Timestamp::from_millis(8_000),
            text: template::render(
                Language::EnUs,
                Channel::Login,
                (&app).into(),
                &passcode,
                life,
            ),
            passcode,
        }
    }

    async fn through(provider: impl Provider, clock: Arc<HandClock>) -> Outcome {
        Guarded::new(Arc::new(provider), clock).send(&sms()).await
    }

    struct Panics;

    #[async_trait]
    impl Provider for Panics {
        fn name(&self) -> &str {
            "panics"
        }

        async fn send(&self, _: &Sms) -> Outcome {
            panic!("a bug in a vendor's file")
        }
    }

    #[tokio::test]
    async fn a_provider_that_panics_leaves_an_unknown_outcome() {
        let outcome = through(Panics, Arc::default()).await;
        assert!(matches!(outcome, Outcome::Unknown { .. }), "{outcome:?}");
    }

    struct Never;

    #[async_trait]
    impl Provider for Never {
        fn name(&self) -> &str {
            "never"
        }

        async fn send(&self, _: &Sms) -> Outcome {
            std::future::pending().await
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_provider_that_never_answers_leaves_an_unknown_outcome_at_the_deadline() {
        let outcome = through(Never, Arc::default()).await;
        assert!(matches!(outcome, Outcome::Unknown { .. }), "{outcome:?}");
    }

    /// Takes two steps. The clock jumps a minute between them, as it does for a process that was suspended.
    struct StandsStill(Arc<HandClock>, Arc<AtomicBool>);

    #[async_trait]
    impl Provider for StandsStill {
        fn name(&self) -> &str {
            "stands still"
        }

        async fn send(&self, _: &Sms) -> Outcome {
            self.0.0.fetch_add(60_000, Ordering::SeqCst);
            tokio::task::yield_now().await;
            self.1.store(true, Ordering::SeqCst);
            Outcome::Accepted {
                provider_message_id: None,
            }
        }
    }

    #[tokio::test]
    async fn a_process_that_was_suspended_says_nothing_more_to_the_vendor() {
        let (clock, talked) = (
            Arc::new(HandClock::default()),
            Arc::new(AtomicBool::new(false)),
        );
        let outcome = through(StandsStill(Arc::clone(&clock), Arc::clone(&talked)), clock).await;
        assert!(matches!(outcome, Outcome::Unknown { .. }), "{outcome:?}");
        assert!(!talked.load(Ordering::SeqCst));
    }
}
