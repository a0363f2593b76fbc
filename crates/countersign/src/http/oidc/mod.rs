//! Documents that identity systems read, outside `/api/v3` and without an envelope.

pub(crate) mod jwks;
