//! What was taken: the phones, in one list.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::call::Params;
use crate::kind::Kind;

/// How many messages are kept; older ones go.
const KEPT: usize = 100_000;

/// A message that a vendor took. Holds its code in clear, as a phone does.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Message {
    /// The vendor's id for it.
    pub(crate) id: String,
    pub(crate) vendor: Kind,
    #[serde(serialize_with = "rfc3339")]
    pub(crate) at: Timestamp,
    /// E.164.
    pub(crate) to: String,
    /// The signature or the sender id.
    pub(crate) sender: Option<String>,
    /// The vendor's id of the template.
    pub(crate) template: Option<String>,
    /// As it is read on the phone.
    pub(crate) text: String,
    pub(crate) variables: Params,
    pub(crate) code: Option<String>,
    /// What the caller calls it.
    pub(crate) reference: Option<String>,
}

fn rfc3339<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

/// Messages, and the numbers that ids are made of.
#[derive(Default)]
pub(crate) struct Inbox {
    messages: Mutex<VecDeque<Message>>,
    serial: AtomicU64,
}

impl Inbox {
    pub(crate) fn keep(&self, message: Message) {
        let mut messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        messages.truncate(KEPT - 1);
        messages.push_front(message);
    }

    /// At most so many that the question is true of, newest first.
    pub(crate) fn find(&self, most: usize, asked: impl Fn(&Message) -> bool) -> Vec<Message> {
        let messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        let found = messages.iter().filter(|message| asked(message));
        found.take(most).cloned().collect()
    }

    /// A number with so many digits after the milliseconds of the time: no other is like it, not even over
    /// a restart.
    pub(crate) fn next_id(&self, now: Timestamp, digits: usize) -> String {
        let serial = self.serial.fetch_add(1, Ordering::Relaxed);
        let bound = 10u64.saturating_pow(u32::try_from(digits).unwrap_or(u32::MAX));
        format!("{}{:0digits$}", now.as_millisecond(), serial % bound)
    }

    /// An id of a request, in the form of a UUID.
    pub(crate) fn request_id(&self, now: Timestamp) -> String {
        let serial = self.serial.fetch_add(1, Ordering::Relaxed);
        let millis = now.as_millisecond();
        format!(
            "{:08X}-{:04X}-4000-8000-{serial:012X}",
            (millis >> 16) & 0xFFFF_FFFF,
            millis & 0xFFFF
        )
    }
}
