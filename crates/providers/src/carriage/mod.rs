//! The wrapping of every provider: a deadline, a bulkhead, a circuit breaker, a gate for the
//! vendor's words, and an alarm for the operator.

mod alarm;
mod breaker;
mod echo;
mod gate;
mod guard;
mod origin;

pub use breaker::{Circuit, Health};
pub use guard::{Guarded, IN_FLIGHT};
