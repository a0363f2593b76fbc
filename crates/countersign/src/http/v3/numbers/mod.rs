//! Phone numbers: unlocking one, those for tests, and the countries they belong to.

pub(crate) mod add_test_number;
pub(crate) mod erase_phone;
pub(crate) mod get_country_list;
pub(crate) mod list_test_numbers;
pub(crate) mod list_unlocks;
pub(crate) mod remove_test_number;
pub(crate) mod reveal_phone;
pub(crate) mod unlock_phone;
