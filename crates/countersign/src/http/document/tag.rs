//! The tags of the OpenAPI document: its chapters, in the order of use.

use serde_json::{Value, json};

use super::endpoint::Audience;

/// A tag, which says who calls. An operation has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tag {
    Codes,
    ApplicationServer,
    Anyone,
    Management,
}

impl Tag {
    /// The tags, in the order of use.
    const ALL: [Self; 4] = [
        Self::Codes,
        Self::ApplicationServer,
        Self::Anyone,
        Self::Management,
    ];

    /// The tag of the operations for this audience.
    pub(crate) const fn of(audience: Audience) -> Self {
        match audience {
            Audience::Public => Self::Codes,
            Audience::ApplicationServer => Self::ApplicationServer,
            Audience::Anyone => Self::Anyone,
            Audience::Operator(_) => Self::Management,
        }
    }

    /// The name in the document.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Codes => "Codes",
            Self::ApplicationServer => "Application server",
            Self::Anyone => "Anyone",
            Self::Management => "Management",
        }
    }

    const fn description(self) -> &'static str {
        match self {
            Self::Codes => {
                "Start here: callers who name an application send a code, and check one without using it up."
            }
            Self::ApplicationServer => {
                "The application's own server checks a code and uses it up; it shows the application's secret."
            }
            Self::Anyone => {
                "Facts about the service, and the exchange of an access key for a token; callers need no proof."
            }
            Self::Management => {
                "Operators set up applications, vendor accounts, templates and routes, read messages, unlock numbers, \
                and keep keys, in this order."
            }
        }
    }
}

/// The list of all tags for the document.
pub(crate) fn all() -> Value {
    let tags = Tag::ALL.map(|tag| json!({"name": tag.name(), "description": tag.description()}));
    json!(tags)
}
