//! The wrapping of every provider: a deadline, a bulkhead, a circuit breaker, and an alarm for the operator.

mod alarm;
mod breaker;
mod guard;

pub use breaker::{Circuit, Health};
pub use guard::{Guarded, IN_FLIGHT};
