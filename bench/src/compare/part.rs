//! The parts of a comparison.

use clap::ValueEnum;

/// The parts of a comparison, in the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Part {
    Send,
    Zipf,
    Throttled,
    Check,
    /// Checks for a token, signed with RS256 and with ES256, against checks without one
    Token,
    Mix,
    Wrong,
    Race,
    /// Sends by the limits that ship, against sends by the twenty of twenty-limits.toml
    Shipped,
    /// Sends through a vendor over HTTP, TLS and HTTP/2, against sends into the sink
    Vendor,
    /// The same with a vendor that answers after 20 ms
    VendorWaits,
    /// The same with a vendor that answers at once, on PostgreSQL
    #[cfg(feature = "postgres")]
    PostgresVendor,
    /// Sends whose delivery the vendor reports, against sends without reports
    Receipts,
    /// The time of a send every three seconds, 50 ms away from the vendor
    Far,
    /// Limit B, the decision in memory, against limit A
    Memory,
    /// Latency at half of the peak
    Half,
    /// The longest stall at half of the peak
    Stall,
    /// Flushes counted, a kill in mid-run, and the loss of power
    Durable,
    /// Start-up, idle memory, and memory of live codes
    Footprint,
    /// The cost of a send, and of finding one, as what is stored grows
    Growth,
    /// Sends while old messages go, against sends while none go
    Pruning,
    /// Pages of the console with `--grow` messages, and sends while people use it, against sends while nobody does
    Console,
    /// The same, on PostgreSQL
    #[cfg(feature = "postgres")]
    PostgresConsole,
    /// The store on PostgreSQL, one node and three, against one insert after the other
    #[cfg(feature = "postgres")]
    Postgres,
    /// The cost of a send, and of finding one, as what is stored in PostgreSQL grows
    #[cfg(feature = "postgres")]
    PostgresGrowth,
    /// Express and Redis
    Express,
    /// FastAPI and Redis
    Fastapi,
}
