//! The meaning of the codes of the domestic product. An operator's table comes before this one.

use countersign_core::send::outcome::RefusalKind::{
    BadNumber, ConfigError, ContentRejected, RecipientLimited, Throttled, Transient,
};

use crate::meaning::Meaning::{self, Refused};

/// The documented codes: three digits of `v1`, six of `v2`.
pub(super) const KNOWN: &[(&str, Meaning)] = &[
    ("101", Refused(ConfigError)),
    ("102", Refused(ConfigError)),
    ("103", Refused(Throttled)),
    ("104", Refused(Transient)),
    ("105", Refused(ContentRejected)),
    ("106", Refused(ConfigError)),
    ("107", Refused(BadNumber)),
    ("108", Refused(BadNumber)),
    ("109", Refused(ConfigError)),
    ("110", Refused(ConfigError)),
    ("111", Refused(ConfigError)),
    ("112", Refused(ConfigError)),
    ("113", Refused(ConfigError)),
    ("114", Refused(ConfigError)),
    ("115", Refused(ContentRejected)),
    ("116", Refused(ConfigError)),
    ("117", Refused(ConfigError)),
    ("118", Refused(ConfigError)),
    ("119", Refused(ConfigError)),
    ("120", Refused(ContentRejected)),
    ("121", Refused(ConfigError)),
    ("122", Refused(RecipientLimited)),
    ("123", Refused(ConfigError)),
    ("124", Refused(ConfigError)),
    ("125", Refused(ConfigError)),
    ("126", Refused(ConfigError)),
    ("127", Refused(ConfigError)),
    ("128", Refused(ConfigError)),
    ("129", Refused(ConfigError)),
    ("130", Refused(ConfigError)),
    ("101200", Refused(ConfigError)),
    ("101203", Refused(ConfigError)),
    ("101206", Refused(ContentRejected)),
    ("101207", Refused(ConfigError)),
];
