//! The fields of a kind of account: what an operator has to give.

/// One value that an operator gives for an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name in the table that [`Field::place`] says.
    pub name: &'static str,
    /// The table of the account that holds it.
    pub place: Place,
    /// Whether an account without it is refused. A kind may ask for more, depending on the other fields.
    pub required: bool,
    /// One line that says what to give.
    pub about: &'static str,
    /// A value that the kind takes: a text as it is, a table as JSON.
    pub example: &'static str,
    /// Its name and its page at the vendor; `None` for a field of Countersign's own.
    pub at_vendor: Option<VendorTerm>,
}

/// A table of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Shown to operators again.
    Settings,
    /// Sealed at rest, and never shown again but for the last characters.
    Secrets,
}

/// A vendor's own name for a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VendorTerm {
    /// The label in the vendor's console, untranslated.
    pub label: &'static str,
    /// The page of the console or of the documents on which to find it.
    pub link: &'static str,
}

/// The setting `endpoint` of most kinds.
pub const ENDPOINT: Field = Field::setting(
    "endpoint",
    "the vendor's host in another region, or a sandbox",
    "http://127.0.0.1:8490",
);

/// The setting `errors` of every kind.
pub const ERRORS: Field = Field::setting(
    "errors",
    "what the vendor's codes mean, where you know better",
    r#"{"HTTP 503": "transient"}"#,
);

impl Place {
    /// The name of the table.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Place::Settings => "settings",
            Place::Secrets => "secrets",
        }
    }
}

impl Field {
    /// An optional setting.
    #[must_use]
    pub const fn setting(name: &'static str, about: &'static str, example: &'static str) -> Self {
        Self {
            name,
            place: Place::Settings,
            required: false,
            about,
            example,
            at_vendor: None,
        }
    }

    /// An optional secret.
    #[must_use]
    pub const fn secret(name: &'static str, about: &'static str, example: &'static str) -> Self {
        let place = Place::Secrets;
        Self {
            place,
            ..Self::setting(name, about, example)
        }
    }

    /// The same field, required.
    #[must_use]
    pub const fn required(self) -> Self {
        let required = true;
        Self { required, ..self }
    }

    /// The same field, with its label and its page at the vendor.
    #[must_use]
    pub const fn called(self, label: &'static str, link: &'static str) -> Self {
        let at_vendor = Some(VendorTerm { label, link });
        Self { at_vendor, ..self }
    }

    /// Where it is in an account, such as `secrets.password`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}.{}", self.place.as_str(), self.name)
    }
}
