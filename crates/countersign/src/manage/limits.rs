//! Limits on sends: change them at run time, and take changes back.

use countersign_core::audit::Author;
use countersign_core::limit::{InvalidLimitChange, InvalidSendLimits, LimitChange, SendLimit};
use countersign_core::ports::setup::{
    Change, LimitRecord, Setting, SettingKey, Setup, SetupVersion,
};

use super::{Manage, ManageError, Rule, check_version};

/// The name of the one-minute limit, which no operator changes.
const MINUTE: &str = "minute";

impl Manage {
    /// Changes the limit of this name, if it has the version `if_version` or that is `None`. Sends decided on from then on
    /// are judged by it.
    ///
    /// # Errors
    /// [`ManageError::Unknown`]; [`ManageError::Changed`]; [`ManageError::Fields`] when it is the one-minute limit, or the
    /// limit does not bear the change.
    pub async fn set_limit(
        &self,
        by: Author,
        name: String,
        change: LimitChange,
        if_version: Option<SetupVersion>,
    ) -> Result<(), ManageError> {
        if name == MINUTE {
            return Err(ManageError::rule("name", Rule::MinuteLimit));
        }
        let base = self.parts.limits.clone();
        self.change(by, move |setup| {
            let limit = base.get(&name).ok_or_else(|| unknown(&name))?;
            check_version(setup, &SettingKey::Limit(name.clone()), if_version)?;
            let change = before(setup, &name).then(change.clone());
            base.check(limit, &change).map_err(refused)?;
            Ok(Change::Put(Setting::Limit(record(limit, change))))
        })
        .await?;
        Ok(())
    }

    /// Takes the changes of the limit of this name back, so that it is as the settings have it.
    ///
    /// # Errors
    /// [`ManageError::Unknown`] when it was not changed.
    pub async fn reset_limit(&self, by: Author, name: String) -> Result<(), ManageError> {
        self.change(by, move |setup| {
            if !setup.limits.contains_key(&name) {
                return Err(ManageError::Unknown(format!(
                    "a change of the limit {name}"
                )));
            }
            Ok(Change::Remove(SettingKey::Limit(name.clone())))
        })
        .await?;
        Ok(())
    }
}

fn record(limit: &SendLimit, change: LimitChange) -> LimitRecord {
    LimitRecord {
        name: limit.name.clone(),
        settings: LimitChange::parts_of(limit),
        currency: limit.counts.currency(),
        change,
    }
}

/// Returns what operators have changed of a limit so far.
fn before(setup: &Setup, name: &str) -> LimitChange {
    let held = setup.limits.get(name);
    held.map(|held| held.change.clone()).unwrap_or_default()
}

/// The error of a change that a limit does not bear, by the field to blame.
fn refused(why: InvalidLimitChange) -> ManageError {
    let field = match why {
        InvalidLimitChange::HasWaits | InvalidLimitChange::Limits(InvalidSendLimits::Max(_, _)) => {
            "max"
        }
        InvalidLimitChange::Limits(InvalidSendLimits::Waits(_)) => "overrides",
        InvalidLimitChange::Limits(_) => "windowSeconds",
    };
    ManageError::rule(field, Rule::Limit(why))
}

fn unknown(name: &str) -> ManageError {
    ManageError::Unknown(format!("the limit {name}"))
}
