//! What a vendor reports about a message after it took it.
//!
//! A report is hearsay: most vendors sign nothing. It tells the operator what became of a message, and
//! nothing else hangs on it: no code is verified by it, no minute given back, no message sent again.

use crate::id::MessageId;
use crate::phone::PhoneNumber;
use crate::time::Timestamp;

/// One delivery report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The vendor's id for the message, as it answered when it took it.
    pub provider_message_id: Option<String>,
    /// Our id for the message, where the vendor gives back what it was given.
    pub message: Option<MessageId>,
    /// To whom the message went. One that goes with another number is ignored.
    pub phone: PhoneNumber,
    /// What became of it.
    pub status: Delivery,
    /// What the vendor calls that, such as `DELIVRD`. Never holds a code or a number.
    pub vendor_code: Option<String>,
}

/// What became of a message on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// It is on its way still.
    Underway,
    /// It arrived.
    Delivered,
    /// It did not, and will not.
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

    /// The one of that name, or `None`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Delivery::Underway, Delivery::Delivered, Delivery::Failed]
            .into_iter()
            .find(|delivery| delivery.as_str() == name)
    }

    /// What is known when reports say this, in the order in which they came. The first that is final stays:
    /// reports are repeated, and overtake each other.
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
    /// When it came.
    pub at: Timestamp,
    /// The provider that it came from.
    pub provider: String,
    /// What became of the message.
    pub status: Delivery,
    /// What the vendor calls that.
    pub vendor_code: Option<String>,
}

/// A request from a vendor, or from whoever knows where vendors report.
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
    /// When it came.
    pub now: Timestamp,
}

impl Callback<'_> {
    /// The header of that name (in lower case), if it is there.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(held, _)| held == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// What was read of a callback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipts {
    /// The reports in it, in their order. Those about numbers that cannot be read are left out.
    pub receipts: Vec<Receipt>,
    /// What the vendor wants to hear once they are on record.
    pub answer: Answer,
}

/// An answer to a vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// Its content type.
    pub content_type: &'static str,
    /// Its body.
    pub body: &'static str,
}

/// Why a callback is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCallback {
    /// This provider reports nothing.
    #[error("this provider is not known to report")]
    NotExpected,
    /// It cannot be read as a report of this vendor.
    #[error("this is no report of this vendor")]
    Malformed,
    /// Its signature or its shared secret is missing, wrong or too old.
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
