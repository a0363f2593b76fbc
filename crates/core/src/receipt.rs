//! A vendor's delivery reports about a message that it took.
//!
//! A report is hearsay, since most vendors sign nothing. It informs the operator and has no other effect: it
//! verifies no code, gives no minute back, and causes no second send.

pub mod about;

use crate::id::MessageId;
use crate::phone::PhoneNumber;
use crate::time::Timestamp;

/// One delivery report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The vendor's id for the message, from its answer to the send.
    pub provider_message_id: Option<String>,
    /// Our id for the message, where the vendor returns the reference that it was given.
    pub message: Option<MessageId>,
    /// The number that the message went to. A report with another number is ignored.
    pub phone: PhoneNumber,
    /// The state of the message.
    pub status: Delivery,
    /// The vendor's word for the state, such as `DELIVRD`. Never holds a code or a number.
    pub vendor_code: Option<String>,
}

/// The state of a message on its way to the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// The message is still on its way.
    Underway,
    /// The message arrived.
    Delivered,
    /// The message did not arrive, and will not.
    Failed,
}

impl Delivery {
    /// The name in timelines and at rest.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Delivery::Underway => "underway",
            Delivery::Delivered => "delivered",
            Delivery::Failed => "failed",
        }
    }

    /// Returns the state with this name, or `None`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Delivery::Underway, Delivery::Delivered, Delivery::Failed]
            .into_iter()
            .find(|delivery| delivery.as_str() == name)
    }

    /// Returns the state that `reports`, in the order of their arrival, establish. The first final report wins,
    /// since vendors repeat reports and reports overtake each other.
    #[must_use]
    pub fn of(reports: impl IntoIterator<Item = Delivery>) -> Option<Self> {
        let mut known = None;
        for report in reports {
            if report != Delivery::Underway {
                return Some(report);
            }
            known = Some(report);
        }
        known
    }
}

/// A receipt as it is on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptRecord {
    /// The time at which the receipt came.
    pub at: Timestamp,
    /// The provider that it came from.
    pub provider: String,
    /// The reported state of the message.
    pub status: Delivery,
    /// The vendor's word for the state.
    pub vendor_code: Option<String>,
}

/// An HTTP request at the path where a vendor reports. Anyone who knows the path can send one.
#[derive(Debug, Clone, Copy)]
pub struct Callback<'a> {
    /// `GET` or `POST`.
    pub method: &'a str,
    /// The query, without the question mark and still encoded.
    pub query: &'a str,
    /// Header names in lower case, and values.
    pub headers: &'a [(String, String)],
    /// The body, as it came: signatures are over its bytes.
    pub body: &'a [u8],
    /// The time at which the request came.
    pub now: Timestamp,
}

impl Callback<'_> {
    /// Returns the header with this name (in lower case), if it is there.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(held, _)| held == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// The reports in a callback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipts {
    /// The reports, in the order of the callback, without those about numbers that cannot be read.
    pub receipts: Vec<Receipt>,
    /// The answer that the vendor expects once the reports are on record.
    pub answer: Answer,
    /// The reports among others that could not be read, in the order of the callback.
    pub left_out: Vec<LeftOut>,
}

/// A report that could not be read, among others in one callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftOut {
    /// The place of the report in the callback, counted from 1.
    pub nth: usize,
    /// The reason, in a few words for the operator. Holds nothing of the report.
    pub why: &'static str,
}

/// An answer to a vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// Its content type.
    pub content_type: &'static str,
    /// Its body.
    pub body: &'static str,
}

/// The reason why a callback is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCallback {
    /// The provider does not send reports.
    #[error("this provider is not known to report")]
    NotExpected,
    /// The request cannot be read as a report of this vendor.
    #[error("this is no report of this vendor")]
    Malformed,
    /// The signature or the shared secret is missing, wrong or too old.
    #[error("the report is not signed as this provider's reports are")]
    Unsigned,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_final_report_decides_the_state() {
        use Delivery::{Delivered, Failed, Underway};
        assert_eq!(Delivery::of([]), None);
        assert_eq!(Delivery::of([Underway]), Some(Underway));
        assert_eq!(
            Delivery::of([Underway, Delivered, Underway, Failed]),
            Some(Delivered)
        );
        assert_eq!(Delivery::of([Failed, Delivered]), Some(Failed));
    }
}
