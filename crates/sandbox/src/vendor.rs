//! The vendors that are played, by name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Declares [`Vendor`] with one line a vendor: what it is, its variant, and its name.
macro_rules! vendors {
    ($($(#[$about:meta])* $variant:ident = $name:literal,)*) => {
        /// A vendor that is played, by the name that Countersign has for its kind of account.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Vendor {
            $($(#[$about])* #[serde(rename = $name)] $variant,)*
        }

        impl Vendor {
            /// All of them.
            pub const ALL: &[Vendor] = &[$(Vendor::$variant,)*];

            /// The name, such as `tencent-cloud`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Vendor::$variant => $name,)*
                }
            }
        }
    };
}

vendors! {
    /// Alibaba Cloud, messages at home.
    AlibabaCloud = "alibaba-cloud",
    /// Alibaba Cloud, messages abroad.
    AlibabaCloudInternational = "alibaba-cloud-international",
    /// Tencent Cloud.
    TencentCloud = "tencent-cloud",
    /// Chuanglan 253, messages at home.
    Chuanglan = "chuanglan",
    /// Chuanglan 253, messages abroad.
    ChuanglanInternational = "chuanglan-international",
    /// Any vendor that takes Standard Webhooks.
    Http = "http",
}

impl fmt::Display for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that no vendor has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownVendor;

impl fmt::Display for UnknownVendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = Vendor::ALL.iter().map(|vendor| vendor.as_str()).collect();
        write!(f, "the vendor must be one of {}", names.join(", "))
    }
}

impl std::error::Error for UnknownVendor {}

impl FromStr for Vendor {
    type Err = UnknownVendor;

    fn from_str(name: &str) -> Result<Self, UnknownVendor> {
        let found = Vendor::ALL.iter().find(|vendor| vendor.as_str() == name);
        found.copied().ok_or(UnknownVendor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vendor_has_one_name_in_text_and_in_json() {
        for vendor in Vendor::ALL {
            assert_eq!(vendor.as_str().parse(), Ok(*vendor));
            assert_eq!(serde_json::to_value(vendor).unwrap(), vendor.as_str());
        }
    }
}
