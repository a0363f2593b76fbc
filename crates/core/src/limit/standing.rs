//! The standing of a caller: what a limit may ask of it.

/// The standing of the caller of a send.
///
/// A limit in mode [`Challenge`](super::Mode::Challenge) refuses callers that can solve a challenge and have not, and only
/// notes the others. A quota keeps a part for trusted callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Anyone, who can solve a challenge and has not.
    Unsolved,
    /// Anyone, through an application whose callers cannot solve challenges.
    Public,
    /// The caller solved a challenge, or is a back end of the application, or an operator.
    Trusted,
}
