//! The second factor of a person who is signed in: another one, and new recovery codes.

use countersign_core::audit::Author;
use countersign_core::secret::Secret;
use countersign_core::staff::person::{Credentials, Person, SecondFactor};
use countersign_core::staff::recovery::RecoveryCodes;
use countersign_core::staff::totp::TotpSecret;

use super::{Manage, ManageError, Rule};

impl Manage {
    /// Gives a person the authenticator app that holds `totp` in the place of the one before, if there was one, and new recovery
    /// codes, shown this once. `code` is what the app shows now. All sessions are over.
    ///
    /// # Errors
    /// [`ManageError::Fields`] where it is not what the app shows; [`ManageError::Unavailable`].
    pub async fn replace_second_factor(
        &self,
        by: Author,
        person: &Person,
        totp: TotpSecret,
        code: &str,
    ) -> Result<(Person, Vec<Secret>), ManageError> {
        let step = totp.step_of(code, self.parts.clock.wall(), None);
        let step = step.ok_or_else(|| ManageError::rule("code", Rule::Code))?;
        let (codes, recovery) = RecoveryCodes::generate(&*self.parts.entropy)?;
        let factor = SecondFactor { totp, recovery };
        let change = move |credentials: &mut Credentials| {
            credentials.second_factor = Some(factor.clone());
        };
        let person = self.change_credentials(by, person, change).await?;
        // The code that was typed is used up, as at any other time.
        self.parts.staff.use_step(&person.id, step).await?;
        Ok((person, codes))
    }

    /// Gives a person with a second factor new recovery codes, shown this once. All sessions are over.
    ///
    /// # Errors
    /// [`ManageError::Unavailable`].
    pub async fn renew_recovery_codes(
        &self,
        by: Author,
        person: &Person,
    ) -> Result<(Person, Vec<Secret>), ManageError> {
        let (codes, recovery) = RecoveryCodes::generate(&*self.parts.entropy)?;
        let change = move |credentials: &mut Credentials| {
            if let Some(factor) = &mut credentials.second_factor {
                factor.recovery = recovery.clone();
            }
        };
        Ok((self.change_credentials(by, person, change).await?, codes))
    }
}
