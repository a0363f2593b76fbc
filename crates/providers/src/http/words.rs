//! The words of vendors for the state of a message on its way to the phone.

use countersign_core::receipt::Delivery;
use serde::Deserialize;
use serde_json::Value;

use super::pointer::text;
use crate::account::InvalidSetup;

/// Words that many vendors use, by SMPP and by the interfaces of their own.
const KNOWN: &[(Delivery, &[&str])] = &[
    (Delivery::Delivered, &["delivered", "delivrd"]),
    (
        Delivery::Failed,
        &[
            "failed",
            "undelivered",
            "undeliv",
            "undeliverable",
            "expired",
            "rejected",
            "rejectd",
            "deleted",
        ],
    ),
    (
        Delivery::Underway,
        &[
            "underway", "queued", "accepted", "acceptd", "sending", "sent", "enroute", "buffered",
        ],
    ),
];

/// The operator's words, as the settings have them.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WordSettings {
    delivered: Vec<Value>,
    failed: Vec<Value>,
    underway: Vec<Value>,
}

/// The words of a vendor, in lower case. The operator's come before those that are known.
pub(super) struct Words(Vec<(String, Delivery)>);

impl Words {
    pub(super) fn new(settings: &WordSettings) -> Result<Self, InvalidSetup> {
        let mut words = Vec::new();
        for (field, values, delivery) in [
            ("delivered", &settings.delivered, Delivery::Delivered),
            ("failed", &settings.failed, Delivery::Failed),
            ("underway", &settings.underway, Delivery::Underway),
        ] {
            for value in values {
                let word = text(value).ok_or_else(|| {
                    let field = format!("reports.words.{field}");
                    InvalidSetup::setting(&field, "texts, numbers, true or false")
                })?;
                words.push((word.trim().to_lowercase(), delivery));
            }
        }
        Ok(Self(words))
    }

    /// The state that `word` stands for, in capitals or not.
    pub(super) fn delivery(&self, word: &str) -> Option<Delivery> {
        let word = word.trim().to_lowercase();
        let ours = self.0.iter().find(|(known, _)| *known == word);
        let known = || KNOWN.iter().find(|(_, known)| known.contains(&&*word));
        ours.map(|(_, delivery)| *delivery)
            .or_else(|| known().map(|(delivery, _)| *delivery))
    }
}
