//! SMS vendors behind one port. How to add one: `countersign_core::ports::provider`.
//!
//! | kind | what it is |
//! |---|---|
//! | [`alibaba_cloud`] | Alibaba Cloud SMS, the domestic product |
//! | [`alibaba_cloud_international`] | Alibaba Cloud SMS, the international product |
//! | [`tencent_cloud`] | Tencent Cloud SMS: templates, to every country |
//! | [`chuanglan`] | Chuanglan 253: text or templates, to mainland China |
//! | [`chuanglan_international`] | Chuanglan 253: text, to every country |
//! | [`http_vendor`] | any vendor with an HTTP interface, as an operator describes it |
//! | [`outbox`] | a phone that exists in the data folder only, for development |
//! | [`sink`] | accepts everything and keeps nothing, for load tests |
//! | [`loopback`] | posts to a listener on this machine, for tests that watch from outside |

mod acs3;
mod alarm;
pub mod alibaba_cloud;
pub mod alibaba_cloud_international;
mod alibaba_gateway;
mod answer;
mod breaker;
pub mod chuanglan;
pub mod chuanglan_international;
mod digest;
pub mod egress;
pub mod guard;
pub mod http_vendor;
pub mod kinds;
#[cfg(test)]
mod listener;
pub mod loopback;
pub mod outbox;
mod rpc_v1;
#[cfg(test)]
mod sample;
pub mod sink;
pub mod standard_webhooks;
pub mod tencent_cloud;

pub use breaker::{Circuit, Health};
