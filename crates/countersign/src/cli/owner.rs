//! Talks to the process that owns a data folder, once it has proved that it is that process.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{anyhow, bail};
use clap::Args;
use countersign_api::{DOOR_HEADER, Envelope, LANG_HEADER, Lang};
use countersign_core::audit::Door;
use countersign_core::entropy::random_hex;
use countersign_store::is_owned;
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use tokio::sync::OnceCell;

use super::locale;
use super::place::Place;
use crate::backup::Kept;
use crate::config::owner::{OwnerNote, OwnerProof};
use crate::http::owner::PATH;
use crate::system::OsEntropy;
use crate::tls;

/// The longest that the running countersign may take to answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// How to find the running countersign.
#[derive(Args)]
pub(super) struct OwnerArgs {
    #[command(flatten)]
    place: Place,
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
    /// The sentence for the case that none runs after all.
    nobody: String,
    lang: Lang,
    proved: OnceCell<()>,
}

/// The envelope of an answer, with `data` as the text that came. The code that asks is one for all kinds of data then;
/// [`data`] reads the text.
pub(super) type Answer = Envelope<Box<RawValue>>;

impl OwnerArgs {
    /// Returns the language of the person at the terminal.
    pub(super) fn lang(&self) -> Lang {
        self.lang.unwrap_or_else(locale::of_terminal)
    }

    /// Returns the data folder, and what belongs to it.
    pub(super) fn kept(&self) -> anyhow::Result<Kept> {
        self.place.kept()
    }

    pub(super) fn find(&self) -> anyhow::Result<Owner> {
        Owner::of(&self.place, self.lang())
    }
}

impl Owner {
    /// Finds the countersign that runs on a data folder. Nothing was asked of it yet.
    ///
    /// # Errors
    /// When none runs, or another user can change the folder.
    pub(super) fn of(place: &Place, lang: Lang) -> anyhow::Result<Self> {
        let folder = place.kept()?.data;
        let note = OwnerNote::find(&folder)?.filter(|_| is_owned(&folder));
        let note = note.ok_or_else(|| place.nobody())?;
        let mut client = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .timeout(PATIENCE);
        if !note.certificates.is_empty() {
            client =
                client.tls_backend_preconfigured(tls::trusting_only(note.certificates.clone())?);
        }
        Ok(Self {
            note,
            client: client.build()?,
            nobody: place.nobody().to_string(),
            folder,
            lang,
            proved: OnceCell::new(),
        })
    }

    /// Where it listens.
    pub(super) fn url(&self) -> &str {
        &self.note.url
    }

    /// Lets the process at the address of the note prove that it wrote the note. Until then nothing else is told to it.
    ///
    /// # Errors
    /// When nothing answers, or something else.
    pub(super) async fn prove(&self) -> anyhow::Result<()> {
        let proof = async || {
            let nonce = random_hex::<32>(&OsEntropy)?;
            let url = format!("{}{PATH}?nonce={nonce}", self.note.url);
            let answer = self.sent(self.client.get(url)).await?;
            // Something else may answer without an end.
            let shown = match answer.content_length() {
                Some(64) => answer.bytes().await.unwrap_or_default(),
                _ => Default::default(),
            };
            if OwnerProof::of(&self.note.token, &nonce)?.is(&shown) {
                return Ok(());
            }
            bail!(
                "the program that answers at {} is not the countersign that runs on {}, and nothing was told to it",
                self.note.url,
                self.folder.display()
            )
        };
        self.proved.get_or_try_init(proof).await.copied()
    }

    async fn sent(&self, request: RequestBuilder) -> anyhow::Result<reqwest::Response> {
        request.send().await.map_err(|error| {
            if error.is_connect() {
                return anyhow!(self.nobody.clone());
            }
            let seconds = PATIENCE.as_secs();
            match error.is_timeout() {
                true => anyhow!("the running countersign did not answer within {seconds} seconds"),
                false => anyhow!("the running countersign ended the connection without an answer"),
            }
        })
    }

    pub(super) fn get(&self, name: &str) -> RequestBuilder {
        let url = format!("{}/api/v3/{name}", self.note.url);
        self.client.get(url).bearer_auth(&self.note.token)
    }

    pub(super) fn post(&self, name: &str) -> RequestBuilder {
        let url = format!("{}/api/v3/{name}", self.note.url);
        self.client.post(url).bearer_auth(&self.note.token)
    }

    /// Asks for an answer that has no envelope.
    pub(super) async fn bare<T: DeserializeOwned>(&self, name: &str) -> anyhow::Result<T> {
        self.prove().await?;
        let answer = self.sent(self.get(name)).await?.json().await;
        answer.map_err(|_| unreadable())
    }

    /// Sends `request` and reads the envelope.
    pub(super) async fn ask(&self, request: RequestBuilder) -> anyhow::Result<Answer> {
        self.prove().await?;
        let request = request
            .header(LANG_HEADER, self.lang.as_str())
            .header(DOOR_HEADER, Door::CommandLine.as_str());
        let answer = self.sent(request).await?.json().await;
        answer.map_err(|_| unreadable())
    }
}

/// The data of a success; a failure becomes an error with its sentence.
pub(super) fn data<T: DeserializeOwned>(answer: Answer) -> anyhow::Result<T> {
    let data = raw_data(answer)?;
    serde_json::from_slice(data.get().as_bytes()).map_err(|_| unreadable())
}

fn raw_data(answer: Answer) -> anyhow::Result<Box<RawValue>> {
    match answer.data {
        Some(data) if answer.status_code == 200 => Ok(data),
        _ => Err(failure(&answer)),
    }
}

/// A failure becomes an error with its sentence.
pub(super) fn succeeded(answer: &Answer) -> anyhow::Result<()> {
    match answer.status_code {
        200 => Ok(()),
        _ => Err(failure(answer)),
    }
}

fn failure(answer: &Answer) -> anyhow::Error {
    anyhow!("{} (statusCode {})", answer.message, answer.status_code)
}

fn unreadable() -> anyhow::Error {
    anyhow!("the running countersign gave an answer that cannot be read")
}
