//! The messages that vendors took: all phones, in one list.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use crate::message::Message;

/// How many messages are kept; older ones go.
const KEPT: usize = 100_000;

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

    /// The newest `most` messages for which `asked` is true, newest first.
    pub(crate) fn find(&self, most: usize, asked: impl Fn(&Message) -> bool) -> Vec<Message> {
        let messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        let found = messages.iter().filter(|message| asked(message));
        found.take(most).cloned().collect()
    }

    /// An id: the milliseconds of `now` and `digits` digits of a serial number. It is unique, over restarts too.
    pub(crate) fn next_id(&self, now: Timestamp, digits: usize) -> String {
        let serial = self.serial.fetch_add(1, Ordering::Relaxed);
        let bound = 10u64.saturating_pow(u32::try_from(digits).unwrap_or(u32::MAX));
        format!("{}{:0digits$}", now.as_millisecond(), serial % bound)
    }

    /// The id of a request, in the form of a UUID.
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
