//! A message that a vendor took.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::vendor::Vendor;

/// Names and values, decoded.
pub(crate) type Params = BTreeMap<String, String>;

/// A message that a vendor took. It holds its code in clear, as a phone does.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Message {
    /// The vendor's id for it.
    pub(crate) id: String,
    pub(crate) vendor: Vendor,
    #[serde(serialize_with = "rfc3339")]
    pub(crate) at: Timestamp,
    /// E.164.
    pub(crate) to: String,
    /// The signature or the sender id.
    pub(crate) sender: Option<String>,
    /// The vendor's id of the template.
    pub(crate) template: Option<String>,
    /// The text on the phone.
    pub(crate) text: String,
    pub(crate) variables: Params,
    pub(crate) code: Option<String>,
    /// The caller's id for it.
    pub(crate) reference: Option<String>,
}

fn rfc3339<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}
