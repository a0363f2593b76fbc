//! Test numbers: add and remove.

use countersign_core::audit::Author;
use countersign_core::entropy::random_hex;
use countersign_core::phone::PhoneNumber;
use countersign_core::ports::setup::{Change, Setting, SettingKey, Setup};
use countersign_core::secret::Secret;
use countersign_core::test_number::{InvalidTestNumber, LONGEST, TestNumber};
use countersign_core::time::Timestamp;

use super::{Manage, ManageError, Rule};

/// A test number as an operator wants it.
#[derive(Debug, Clone)]
pub struct NewTestNumber {
    /// The number.
    pub phone: PhoneNumber,
    /// The code that every message to the number brings.
    pub code: Option<Secret>,
    /// Whether sends to the number count in no limit but the one-minute limit.
    pub is_exempt: bool,
    /// The time from which on the number is like any other.
    pub expires_at: Timestamp,
}

impl Manage {
    /// Makes a number one for tests. A number that is one already is set up anew, under the id that it has.
    ///
    /// # Errors
    /// [`ManageError::Fields`], also where the settings allow no test numbers.
    pub async fn add_test_number(
        &self,
        by: Author,
        new: NewTestNumber,
    ) -> Result<TestNumber, ManageError> {
        if !self.parts.vendors.allows_test_numbers() {
            return Err(ManageError::rule("phoneNumber", Rule::NoTestNumbers));
        }
        let test = TestNumber {
            id: random_hex::<8>(&*self.parts.entropy)?,
            phone: new.phone,
            code: new.code,
            is_exempt: new.is_exempt,
            created_at: self.parts.clock.now(),
            expires_at: new.expires_at,
        };
        test.check(test.created_at).map_err(broken)?;
        let (phone, put) = (test.phone.clone(), test);
        let setup = self
            .change(by, move |setup| {
                Ok(Change::Put(Setting::TestNumber(known_by(setup, &put))))
            })
            .await?;
        let added = setup.test_number(&phone).cloned();
        added.ok_or(ManageError::Internal)
    }

    /// Removes a test number: from then on it is like any other.
    ///
    /// # Errors
    /// [`ManageError::Unknown`].
    pub async fn remove_test_number(&self, by: Author, id: String) -> Result<(), ManageError> {
        self.change(by, move |setup| {
            if !setup.test_numbers.contains_key(&id) {
                return Err(ManageError::Unknown(format!("test number {id}")));
            }
            Ok(Change::Remove(SettingKey::TestNumber(id.clone())))
        })
        .await?;
        Ok(())
    }
}

/// Returns `test` under the id and with the time of creation that its number has already, if it has.
fn known_by(setup: &Setup, test: &TestNumber) -> TestNumber {
    let held = setup.test_number(&test.phone).unwrap_or(test);
    TestNumber {
        id: held.id.clone(),
        created_at: held.created_at,
        ..test.clone()
    }
}

fn broken(why: InvalidTestNumber) -> ManageError {
    match why {
        InvalidTestNumber::Expires => {
            let days = LONGEST.as_secs() / (24 * 3_600);
            ManageError::rule("expires", Rule::TestEnd(days))
        }
        InvalidTestNumber::Code => ManageError::rule("passCode", Rule::TestCode),
    }
}
