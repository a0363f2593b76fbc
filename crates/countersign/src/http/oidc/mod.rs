//! What identity systems read: outside `/api/v3`, without an envelope.

pub(crate) mod jwks;
