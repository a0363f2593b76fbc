//! The vendors that are played.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A kind of vendor account, by the name that Countersign has for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Alibaba Cloud, messages at home.
    AlibabaCloud,
    /// Alibaba Cloud, messages abroad.
    AlibabaCloudInternational,
    /// Tencent Cloud.
    TencentCloud,
    /// Chuanglan 253, messages at home.
    Chuanglan,
    /// Chuanglan 253, messages abroad.
    ChuanglanInternational,
    /// Anything that takes Standard Webhooks.
    Http,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 6] = [
        Kind::AlibabaCloud,
        Kind::AlibabaCloudInternational,
        Kind::TencentCloud,
        Kind::Chuanglan,
        Kind::ChuanglanInternational,
        Kind::Http,
    ];

    /// The name, such as `tencent-cloud`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::AlibabaCloud => "alibaba-cloud",
            Kind::AlibabaCloudInternational => "alibaba-cloud-international",
            Kind::TencentCloud => "tencent-cloud",
            Kind::Chuanglan => "chuanglan",
            Kind::ChuanglanInternational => "chuanglan-international",
            Kind::Http => "http",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that no vendor has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownKind;

impl fmt::Display for UnknownKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Kind::ALL.map(Kind::as_str).join(", ");
        write!(f, "the vendor must be one of {names}")
    }
}

impl std::error::Error for UnknownKind {}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        let found = Kind::ALL.into_iter().find(|kind| kind.as_str() == name);
        found.ok_or(UnknownKind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_has_one_name_everywhere() {
        for kind in Kind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }
}
