//! `max` of a limit: a whole number, or of money a decimal one in units of the currency.

use anyhow::Context as _;
use countersign_core::limit::Counts;
use serde::de::{Deserialize, Deserializer, Error, Unexpected};
use toml::Value;

/// A maximum as the settings write it, in digits.
pub(super) struct Maximum(String);

impl Maximum {
    /// Returns the maximum in the measure of a limit that adds this up: of money in ten-thousandths.
    ///
    /// # Errors
    /// A sentence that names the constraint.
    pub(super) fn of(&self, counts: Counts) -> anyhow::Result<u64> {
        counts.read(&self.0).context("max")
    }
}

impl<'de> Deserialize<'de> for Maximum {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Integer(number) => Ok(Self(number.to_string())),
            // The shortest digits that a number of this size is read back from are those that were written.
            Value::Float(number) => Ok(Self(number.to_string())),
            other => {
                let unexpected = Unexpected::Other(other.type_str());
                Err(D::Error::invalid_type(unexpected, &"a number"))
            }
        }
    }
}
