//! Settings, from JSON to a vendor's own type, with the path of the value that does not fit.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::invalid::{InvalidSetup, Problem};

/// Reads `settings` as `T`.
pub(super) fn read<T: DeserializeOwned>(settings: &Value) -> Result<T, InvalidSetup> {
    serde_path_to_error::deserialize(settings).map_err(|error| {
        let within = error.path().iter().next().is_some();
        let path = error.path().to_string();
        match within {
            true => InvalidSetup::setting(&path, error.into_inner()),
            false => Problem::new("settings", error.into_inner()).into(),
        }
    })
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Three {
        first: u8,
        list: Vec<u8>,
        last: String,
    }

    #[test]
    fn settings_that_fit_are_read() {
        let three: Three = read(&json!({"first": 1, "list": [2], "last": "x"})).unwrap();
        assert_eq!(
            (three.first, &*three.list, &*three.last),
            (1, &[2][..], "x")
        );
    }

    #[test]
    fn a_value_that_does_not_fit_is_refused_by_its_path() {
        for (settings, path, constraint) in [
            (json!({"first": "1"}), "settings.first", "invalid type"),
            (
                json!({"list": [2, "x"]}),
                "settings.list[1]",
                "invalid type",
            ),
            (json!({"last": null}), "settings.last", "invalid type"),
            (json!({"first": 1}), "settings", "missing field `list`"),
            (json!(1), "settings", "invalid type"),
        ] {
            let refused = read::<Three>(&settings).unwrap_err();
            assert_eq!(refused.first().path, path, "{settings}");
            let found = &refused.first().constraint;
            assert!(found.starts_with(constraint), "{settings}: {found}");
        }
    }
}
