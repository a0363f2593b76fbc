//! Phone numbers: unlocking one, and the countries they belong to.

pub(crate) mod erase_phone;
pub(crate) mod get_country_list;
pub(crate) mod list_unlocks;
pub(crate) mod unlock_phone;
