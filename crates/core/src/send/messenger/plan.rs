//! What an operator sets up for messages.

use crate::send::route::Routes;
use crate::template::Templates;
use crate::test_number::TestNumbers;

/// The routes and templates that messages use. An operator's change replaces the whole plan; a message on its
/// way keeps the plan it began with.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The providers for each number.
    pub routes: Routes,
    /// The texts of messages.
    pub templates: Templates,
    /// The numbers whose messages reach no vendor.
    pub test_numbers: TestNumbers,
}
