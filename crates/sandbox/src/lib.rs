//! The server side of SMS vendors, for tests and for staging: it checks signatures and parameters as the
//! vendors' documents say, keeps what it took, and fails on demand.
//!
//! It knows nothing of `countersign-providers`, on purpose: what one of them has misread, the other must notice.
