//! SMS vendors behind one port. How to add one: `countersign_core::ports::provider`.
//!
//! | module | what it is |
//! |---|---|
//! | [`alibaba::domestic`] | Alibaba Cloud SMS, the domestic product |
//! | [`alibaba::international`] | Alibaba Cloud SMS, the international product |
//! | [`tencent`] | Tencent Cloud SMS: templates, to every country |
//! | [`chuanglan::domestic`] | Chuanglan 253: text or templates, to mainland China |
//! | [`chuanglan::international`] | Chuanglan 253: text, to every country |
//! | [`http`] | any vendor with an HTTP interface, as an operator describes it |
//! | [`development`] | the outbox, the sink and the loopback provider |
//! | [`kinds`] | the table of vendors |
//! | [`account`], [`meaning`] | what an account consists of; what a vendor's codes mean |
//! | [`carriage`] | what wraps every provider |
//! | [`egress`], [`signing`] | the way out, and signatures that several vendors ask for |

pub mod account;
pub mod alibaba;
pub mod carriage;
pub mod chuanglan;
pub mod development;
pub mod egress;
pub mod http;
pub mod kind;
pub mod kinds;
pub mod meaning;
pub mod signing;
pub mod tencent;
#[cfg(test)]
mod testing;
