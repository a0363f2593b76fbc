//! Which passwords are taken. How they are kept is not told here: a store has an opaque text of each.

/// The fewest characters of a password.
pub const FEWEST: usize = 12;

/// The most characters of a password.
pub const MOST: usize = 256;

/// The commonest passwords that are long enough, in lower case.
const COMMON: [&str; 24] = [
    "123456789012",
    "1234567890123",
    "12345678901234",
    "123456789101112",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "aaaaaaaaaaaa",
    "administrator",
    "adminadminadmin",
    "changemechangeme",
    "countersign1",
    "iloveyouiloveyou",
    "letmeinletmein",
    "passw0rd1234",
    "password1234",
    "password12345",
    "password123456",
    "passwordpassword",
    "q1w2e3r4t5y6",
    "qwerty123456",
    "qwertyqwerty",
    "qwertyuiop12",
    "qwertyuiop123",
    "qwertyuiopasdfghjkl",
];

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPassword {
    /// It has fewer than [`FEWEST`] characters.
    #[error("must have at least {FEWEST} characters")]
    TooShort,
    /// It has more than [`MOST`] characters.
    #[error("must have at most {MOST} characters")]
    TooLong,
    /// It is one of the commonest, one character repeated, or the name of the person.
    #[error("is one of those that are guessed first")]
    Common,
}

/// Judges a new password of the person `name`.
///
/// ```
/// # use countersign_core::staff::password::{InvalidPassword, judge};
/// assert_eq!(judge("lin", "correct horse battery"), Ok(()));
/// assert_eq!(judge("lin", "elevenchars"), Err(InvalidPassword::TooShort));
/// assert_eq!(judge("lin", "Password1234"), Err(InvalidPassword::Common));
/// ```
///
/// # Errors
/// [`InvalidPassword`].
pub fn judge(name: &str, password: &str) -> Result<(), InvalidPassword> {
    let count = password.chars().count();
    if count < FEWEST {
        return Err(InvalidPassword::TooShort);
    }
    if count > MOST {
        return Err(InvalidPassword::TooLong);
    }
    let lower = password.to_lowercase();
    let is_one_character = lower.chars().all(|c| lower.starts_with(c));
    if is_one_character || lower == name.to_lowercase() || COMMON.contains(&&*lower) {
        return Err(InvalidPassword::Common);
    }
    Ok(())
}
