//! Where the prices of messages are: `[prices]`.

use std::path::PathBuf;

use serde::Deserialize;

use crate::config::price_file::PriceFile;

/// `[prices]`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PricesSection {
    file: Option<PathBuf>,
}

impl PricesSection {
    pub(super) fn file(self) -> Option<PriceFile> {
        self.file.map(PriceFile::new)
    }
}
