//! What is done after something leaked: secrets of applications and paths of reports are renewed, each with an overlap in
//! which the one before is good too; and applications are disabled, and enabled again.

use std::time::Duration;

use countersign_core::application::AppId;
use countersign_core::audit::Author;
use countersign_core::entropy::random_hex;
use countersign_core::ports::setup::{
    ApplicationRecord, Change, ProviderRecord, Replaced, Setting, SettingKey, Setup, SetupVersion,
    Versioned,
};
use countersign_core::secret::Secret;
use countersign_core::send::route::ProviderName;
use countersign_core::time::Timestamp;

use super::providers::unknown;
use super::{Manage, ManageError, check_version};

/// The time for which a renewed secret or path is good beside the new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overlap(Duration);

impl Overlap {
    /// A day: servers and vendors are told the new value meanwhile.
    pub const DEFAULT: Self = Self(Duration::from_secs(86_400));

    /// The longest, 30 days.
    pub const MOST: Self = Self(Duration::from_secs(30 * 86_400));

    /// Takes whole seconds, or the default where there are none. With 0, what was before is good no longer.
    ///
    /// # Errors
    /// [`ManageError::Fields`] when they are more than [`Overlap::MOST`].
    pub fn of_seconds(seconds: Option<u64>) -> Result<Self, ManageError> {
        let overlap = seconds.map_or(Self::DEFAULT, |seconds| Self(Duration::from_secs(seconds)));
        if overlap.0 > Self::MOST.0 {
            let most = Self::MOST.0.as_secs();
            let why = format!("must be 0 to {most} seconds (30 days)");
            return Err(ManageError::field("overlapSeconds", why));
        }
        Ok(overlap)
    }

    /// Returns a value that is good for this time from `now` on.
    fn of<T>(self, value: T, now: Timestamp) -> Replaced<T> {
        Replaced {
            value,
            until: now.after(self.0),
        }
    }
}

/// An application with the new secret of its servers.
pub struct RenewedSecret {
    /// The secret in clear: the service keeps a MAC only.
    pub secret: String,
    /// The time from which on the secret before is good no longer.
    pub expires: Timestamp,
    /// The application's version.
    pub version: SetupVersion,
}

impl std::fmt::Debug for RenewedSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RenewedSecret")
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

impl Manage {
    /// Gives an application a new random secret. The one before is good for `overlap` beside it; one before that ends.
    ///
    /// # Errors
    /// [`ManageError::UnknownApplication`]; [`ManageError::Changed`].
    pub async fn renew_application_secret(
        &self,
        by: Author,
        id: AppId,
        overlap: Overlap,
        if_version: Option<SetupVersion>,
    ) -> Result<RenewedSecret, ManageError> {
        let secret = random_hex::<16>(&*self.parts.entropy)?;
        let mac = self.parts.setup.secret_mac(&id, &secret);
        let now = self.parts.clock.now();
        let change = move |record: &ApplicationRecord| ApplicationRecord {
            secret: mac,
            replaced_secret: Some(overlap.of(record.secret, now)),
            ..record.clone()
        };
        let renewed = self.change_application(by, id, if_version, change).await?;
        Ok(RenewedSecret {
            secret,
            expires: now.after(overlap.0),
            version: renewed.version,
        })
    }

    /// Disables an application, or enables it: to its callers, a disabled one does not exist. Messages under way are
    /// delivered; codes that were sent can be checked again once it is enabled, within their life.
    ///
    /// # Errors
    /// [`ManageError::UnknownApplication`]; [`ManageError::Changed`].
    pub async fn disable_application(
        &self,
        by: Author,
        id: AppId,
        is_disabled: bool,
        if_version: Option<SetupVersion>,
    ) -> Result<Versioned<ApplicationRecord>, ManageError> {
        let change = move |record: &ApplicationRecord| ApplicationRecord {
            is_disabled,
            ..record.clone()
        };
        self.change_application(by, id, if_version, change).await
    }

    async fn change_application(
        &self,
        by: Author,
        id: AppId,
        if_version: Option<SetupVersion>,
        change: impl Fn(&ApplicationRecord) -> ApplicationRecord + Send + Sync + 'static,
    ) -> Result<Versioned<ApplicationRecord>, ManageError> {
        let name = id.clone();
        let judge = move |setup: &Setup| {
            let held = setup.applications.get(&id);
            let record = change(held.ok_or(ManageError::UnknownApplication)?);
            check_version(setup, &SettingKey::Application(id.clone()), if_version)?;
            Ok(Change::Put(Setting::Application(record)))
        };
        let setup = self.change(by, judge).await?;
        let changed = setup.applications.get(&name).cloned();
        changed.ok_or(ManageError::UnknownApplication)
    }

    /// Gives an account a new path at which its vendor reports. Reports at the one before are taken for `overlap` too.
    ///
    /// # Errors
    /// [`ManageError::Unknown`]; [`ManageError::Changed`].
    pub async fn renew_receipts_path(
        &self,
        by: Author,
        name: ProviderName,
        overlap: Overlap,
        if_version: Option<SetupVersion>,
    ) -> Result<Versioned<ProviderRecord>, ManageError> {
        let receipts = Secret::new(random_hex::<16>(&*self.parts.entropy)?);
        let (key, now) = (name.clone(), self.parts.clock.now());
        let judge = move |setup: &Setup| {
            let held = setup.providers.get(&name).ok_or_else(|| unknown(&name))?;
            check_version(setup, &SettingKey::Provider(name.clone()), if_version)?;
            let record = ProviderRecord {
                receipts: receipts.clone(),
                replaced_receipts: Some(overlap.of(held.receipts.clone(), now)),
                ..(**held).clone()
            };
            Ok(Change::Put(Setting::Provider(record)))
        };
        let setup = self.change(by, judge).await?;
        setup
            .providers
            .get(&key)
            .cloned()
            .ok_or_else(|| unknown(&key))
    }
}
