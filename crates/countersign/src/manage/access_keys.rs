//! Access keys: create and delete.

use countersign_core::audit::Author;
use countersign_core::entropy::random_hex;
use countersign_core::ports::setup::{AccessKey, Change, Setting, SettingKey};
use countersign_core::secret::Secret;

use super::{Manage, ManageError};

impl Manage {
    /// Creates an access key with a random id of 24 and a random secret of 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`ManageError::Unavailable`].
    pub async fn create_access_key(&self, by: Author) -> Result<AccessKey, ManageError> {
        let entropy = &*self.parts.entropy;
        let key = AccessKey {
            id: random_hex::<12>(entropy)?,
            secret: Secret::new(random_hex::<32>(entropy)?),
            created_at: self.parts.clock.now(),
        };
        let created = key.clone();
        self.change(by, move |_| {
            Ok(Change::Put(Setting::AccessKey(key.clone())))
        })
        .await?;
        Ok(created)
    }

    /// Deletes an access key. Neither the key nor a token made with it is good from then on.
    ///
    /// # Errors
    /// [`ManageError::UnknownAccessKey`]; [`ManageError::InUse`] for the key that every start makes.
    pub async fn delete_access_key(&self, by: Author, id: String) -> Result<(), ManageError> {
        if self.made_at_start.get() == Some(&id) {
            return Err(ManageError::InUse {
                by: "countersign dev, which makes it again at every start".to_owned(),
            });
        }
        self.change(by, move |setup| {
            if !setup.access_keys.contains_key(&id) {
                return Err(ManageError::UnknownAccessKey);
            }
            Ok(Change::Remove(SettingKey::AccessKey(id.clone())))
        })
        .await?;
        Ok(())
    }
}
