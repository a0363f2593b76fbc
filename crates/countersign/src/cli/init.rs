//! `countersign init DIR --url URL`: everything that `countersign serve` needs on a fresh machine.

use std::fs;
use std::path::{self, Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use askama::Template;
use clap::Args;

use super::{program, say};
use crate::config::keys::Keys;
use crate::config::private_file;
use crate::config::settings::server_url;
use crate::system::OsEntropy;

/// The names of the files that are made.
const SETTINGS: &str = "countersign.toml";
const KEYS: &str = "keys.json";

/// The name of the folder of the store, which the first start makes.
const DATA: &str = "data";

#[derive(Args)]
#[command(
    after_help = "Examples:\n  countersign init /etc/countersign --url https://sms.example.com\n  \
        countersign init /etc/countersign --url https://sms.example.com --data /var/lib/countersign\n\n\
        Whoever has the keys and the database can read what is kept: keep a copy of the keys apart from copies of the \
        database."
)]
pub(super) struct Init {
    /// Folder for the settings and the keys; it must be new or empty
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// URL by which the world will know the service, without a path
    #[arg(long, value_name = "URL")]
    url: String,
    /// Folder for everything that the service keeps, which its first start makes: `data` beside the settings if none is
    /// named
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

#[derive(Template)]
#[template(path = "countersign.toml", escape = "none")]
struct SettingsFile {
    url: String,
    file: String,
    quoted_url: String,
    quoted_data: String,
    quoted_keys: String,
}

impl Init {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        server_url(&self.url).context("--url")?;
        let folder = self.new_folder()?;
        Keys::make(&folder.join(KEYS), &OsEntropy)?;
        let file = folder.join(SETTINGS);
        let settings = self.settings(&folder, &file)?;
        private_file::create(&file, settings.as_bytes())
            .with_context(|| format!("{}", file.display()))?;
        say(next(&folder, &file));
        Ok(ExitCode::SUCCESS)
    }

    /// Makes the folder: its path from the root.
    fn new_folder(&self) -> anyhow::Result<PathBuf> {
        let shown = || format!("the folder {}", self.folder.display());
        fs::create_dir_all(&self.folder).with_context(shown)?;
        if fs::read_dir(&self.folder)
            .with_context(shown)?
            .next()
            .is_some()
        {
            bail!(
                "{} is not empty: name a folder that is new or empty",
                shown()
            );
        }
        self.folder.canonicalize().with_context(shown)
    }

    /// The folder of the store: its path from the root, since `serve` may start elsewhere.
    fn data(&self, folder: &Path) -> anyhow::Result<PathBuf> {
        match &self.data {
            Some(data) => path::absolute(data).context("--data"),
            None => Ok(folder.join(DATA)),
        }
    }

    fn settings(&self, folder: &Path, file: &Path) -> anyhow::Result<String> {
        let settings = SettingsFile {
            url: self.url.clone(),
            file: program::quoted(&file.display().to_string()),
            quoted_url: quoted(&self.url)?,
            quoted_data: quoted(&self.data(folder)?.display().to_string())?,
            quoted_keys: quoted(&folder.join(KEYS).display().to_string())?,
        };
        Ok(settings.render()?)
    }
}

/// A text as TOML writes it, which is as JSON does.
fn quoted(text: &str) -> serde_json::Result<String> {
    serde_json::to_string(text)
}

/// The next three commands.
fn next(folder: &Path, file: &Path) -> String {
    let (name, file) = (program::name(), file.display().to_string());
    let file = program::quoted(&file);
    format!(
        "Made the settings and the keys in {}. Next:\n\n  \
           {name} serve --config {file}\n  \
           {name} app create --config {file} --name Shop\n  \
           {name} provider add --config {file} --file vendor.toml\n\n\
         Keep a copy of {KEYS} in a safe place: without it the database cannot be read.",
        folder.display()
    )
}
