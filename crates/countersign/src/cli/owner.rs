//! Talks to the process that owns a data folder.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use countersign_api::{Envelope, LANG_HEADER, Lang};
use reqwest::{Client, RequestBuilder};
use serde::de::DeserializeOwned;

use super::{locale, program};
use crate::config::owner::OwnerNote;

/// How to find the running countersign.
#[derive(Args)]
pub(super) struct OwnerArgs {
    /// Data folder of the running countersign
    #[arg(long, value_name = "DIR", default_value = super::dev::DATA)]
    data: PathBuf,
    /// Print the answer as JSON
    #[arg(long)]
    pub(super) json: bool,
    /// Language of the sentences in the answer, such as ja-JP (default: by the locale of the terminal)
    #[arg(long, value_name = "TAG", value_parser = locale::parse)]
    lang: Option<Lang>,
}

/// The running countersign.
pub(super) struct Owner {
    note: OwnerNote,
    client: Client,
    folder: PathBuf,
    lang: Lang,
}

impl OwnerArgs {
    /// Returns the language of the person at the terminal.
    pub(super) fn lang(&self) -> Lang {
        self.lang.unwrap_or_else(locale::of_terminal)
    }

    pub(super) fn find(&self) -> anyhow::Result<Owner> {
        let note = OwnerNote::find(&self.data).ok_or_else(|| nobody(&self.data))?;
        let client = Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(15))
            .build()?;
        Ok(Owner {
            note,
            client,
            folder: self.data.clone(),
            lang: self.lang(),
        })
    }
}

/// The error of a data folder without a running owner, with what to do.
pub(super) fn nobody(folder: &Path) -> anyhow::Error {
    anyhow!(
        "no countersign is running on {}: start one with `{} dev`, or name its folder with --data",
        folder.display(),
        program::name()
    )
}

impl Owner {
    /// Where it listens.
    pub(super) fn url(&self) -> &str {
        &self.note.url
    }

    pub(super) fn get(&self, name: &str) -> RequestBuilder {
        let url = format!("{}/api/v3/{name}", self.note.url);
        self.client.get(url).bearer_auth(&self.note.token)
    }

    pub(super) fn post(&self, name: &str) -> RequestBuilder {
        let url = format!("{}/api/v3/{name}", self.note.url);
        self.client.post(url).bearer_auth(&self.note.token)
    }

    /// Sends `request` and reads the envelope.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
    ) -> anyhow::Result<Envelope<T>> {
        let answer = match request.header(LANG_HEADER, self.lang.as_str()).send().await {
            Err(error) if error.is_connect() => return Err(nobody(&self.folder)),
            answer => answer.context("the running countersign did not answer")?,
        };
        answer
            .json()
            .await
            .context("the running countersign gave an answer that cannot be read")
    }
}

/// The data of a success; a failure becomes an error with its sentence.
pub(super) fn data<T>(answer: Envelope<T>) -> anyhow::Result<T> {
    match answer.data {
        Some(data) if answer.status_code == 200 => Ok(data),
        _ => bail!("{} (statusCode {})", answer.message, answer.status_code),
    }
}

/// A failure becomes an error with its sentence.
pub(super) fn succeeded<T>(answer: &Envelope<T>) -> anyhow::Result<()> {
    if answer.status_code == 200 {
        return Ok(());
    }
    bail!("{} (statusCode {})", answer.message, answer.status_code)
}
