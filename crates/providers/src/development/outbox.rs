//! The development phone: it exists in the data folder only.
//!
//! The outbox alone holds codes in clear, in files that only their owner can read. It appends messages to
//! `outbox.jsonl`. At [`KEPT`] lines that file becomes `outbox.old.jsonl`, so at least the newest [`KEPT`] messages
//! survive a restart.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use countersign_core::ports::StoreError;
use countersign_core::ports::erasure::{Erased, Eraser, Erasure};
use countersign_core::ports::provider::{Provider, Sms};
use countersign_core::send::outcome::{NotAccepted, Outcome, RefusalKind};
use countersign_core::time::Clock;
use serde::{Deserialize, Serialize};

/// The fewest messages that are kept.
pub const KEPT: usize = 10_000;

/// The most messages that are shown at once.
pub const SHOWN: usize = 1_000;

/// A message as the phone shows it, code in clear.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InboxMessage {
    /// The id of the message.
    pub message_id: String,
    /// The number that it went to, in E.164.
    pub to: String,
    /// The purpose of the code.
    pub channel: String,
    /// The text.
    pub text: String,
    /// The code in it.
    pub pass_code: String,
    /// When it arrived, RFC 3339, UTC.
    pub sent_at: String,
}

impl InboxMessage {
    /// The purpose in words, such as `bind mfa` for `CHANNEL_BIND_MFA`.
    #[must_use]
    pub fn purpose(&self) -> String {
        let purpose = self.channel.trim_start_matches("CHANNEL_");
        purpose.to_lowercase().replace('_', " ")
    }
}

impl std::fmt::Debug for InboxMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InboxMessage")
            .field("message_id", &self.message_id)
            .finish_non_exhaustive()
    }
}

/// Called with each message that arrives, after it was kept.
pub type OnArrival = Box<dyn Fn(&InboxMessage) + Send + Sync>;

/// The development phone.
pub struct Outbox {
    drawer: Mutex<Drawer>,
    clock: Arc<dyn Clock>,
    on_arrival: OnArrival,
}

impl std::fmt::Debug for Outbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outbox").finish_non_exhaustive()
    }
}

/// The messages, in memory and on disk.
struct Drawer {
    newest: VecDeque<InboxMessage>,
    current: PathBuf,
    old: PathBuf,
    fresh: PathBuf,
    file: File,
    lines: usize,
}

impl Outbox {
    /// Opens the outbox in `folder`, with the messages of earlier runs.
    ///
    /// # Errors
    /// When the files cannot be read or made.
    pub fn open(folder: &Path, clock: Arc<dyn Clock>, on_arrival: OnArrival) -> io::Result<Self> {
        Ok(Self {
            drawer: Mutex::new(Drawer::open(folder)?),
            clock,
            on_arrival,
        })
    }

    /// Returns the messages to `number` (E.164), or to all numbers; newest first, at most [`SHOWN`].
    pub fn messages(&self, number: Option<&str>) -> Vec<InboxMessage> {
        self.page(number, None, SHOWN).0
    }

    /// Returns the messages to `number` (E.164), or to all numbers, that are older than the message with the id
    /// `before`, or the newest; newest first, at most `most`. Also returns whether there are older ones still.
    ///
    /// No message is older than one that the outbox does not have.
    pub fn page(
        &self,
        number: Option<&str>,
        before: Option<&str>,
        most: usize,
    ) -> (Vec<InboxMessage>, bool) {
        let drawer = self.drawer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut newest_first = drawer.newest.iter().rev();
        if let Some(before) = before {
            newest_first.find(|message| message.message_id == before);
        }
        let mut wanted =
            newest_first.filter(|message| number.is_none_or(|number| message.to == number));
        let page = wanted.by_ref().take(most).cloned().collect();
        (page, wanted.next().is_some())
    }
}

#[async_trait]
impl Eraser for Outbox {
    async fn erase(&self, erasure: &Erasure) -> Result<Erased, StoreError> {
        let mut drawer = self.drawer.lock().unwrap_or_else(PoisonError::into_inner);
        let erased = drawer.erase(erasure.phone.e164());
        let inbox = erased.map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(Erased {
            inbox,
            ..Erased::default()
        })
    }
}

#[async_trait]
impl Provider for Outbox {
    fn name(&self) -> &str {
        "outbox"
    }

    async fn send(&self, sms: &Sms) -> Outcome {
        let message = InboxMessage {
            message_id: sms.message_id.to_string(),
            to: sms.to.e164().to_owned(),
            channel: sms.channel.as_str().to_owned(),
            text: sms.text.reveal().to_owned(),
            pass_code: sms.passcode.reveal().to_owned(),
            sent_at: self.clock.now().to_string(),
        };
        let kept = self
            .drawer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .keep(message.clone());
        match kept {
            Ok(()) => {
                (self.on_arrival)(&message);
                Outcome::Accepted {
                    provider_message_id: None,
                }
            }
            Err(error) => Outcome::NotAccepted(NotAccepted {
                kind: RefusalKind::Transient,
                vendor_code: Some(error.kind().to_string()),
                retry_after: None,
            }),
        }
    }
}

impl Drawer {
    fn open(folder: &Path) -> io::Result<Self> {
        let (current, old) = (folder.join("outbox.jsonl"), folder.join("outbox.old.jsonl"));
        let fresh = folder.join("outbox.new.jsonl");
        let mut newest: VecDeque<_> = read(&old)?.into();
        let recent = read(&current)?;
        let lines = recent.len();
        newest.extend(recent);
        newest.drain(..newest.len().saturating_sub(2 * KEPT));
        let file = append(&current)?;
        Ok(Self {
            newest,
            current,
            old,
            fresh,
            file,
            lines,
        })
    }

    /// Writes all files anew without the messages to `number`. Returns how many there were.
    fn erase(&mut self, number: &str) -> io::Result<u64> {
        let before = self.newest.len();
        self.newest.retain(|message| message.to != number);
        let erased = before - self.newest.len();
        if erased == 0 {
            return Ok(0);
        }
        let mut fresh = append(&self.fresh)?;
        for message in &self.newest {
            let mut line = vec![b'\n'];
            serde_json::to_writer(&mut line, message)?;
            fresh.write_all(&line)?;
        }
        fresh.sync_all()?;
        fs::rename(&self.fresh, &self.current)?;
        match fs::remove_file(&self.old) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        (self.file, self.lines) = (fresh, self.newest.len());
        Ok(erased as u64)
    }

    fn keep(&mut self, message: InboxMessage) -> io::Result<()> {
        if self.lines >= KEPT {
            // Create the new file before the old one moves. Each step can be repeated after a crash.
            let fresh = append(&self.fresh)?;
            if self.current.exists() {
                fs::rename(&self.current, &self.old)?;
            }
            fs::rename(&self.fresh, &self.current)?;
            self.file = fresh;
            self.lines = 0;
        }
        // The line break comes first, so that a line that a crash tore off ends here.
        let mut line = vec![b'\n'];
        serde_json::to_writer(&mut line, &message)?;
        self.file.write_all(&line)?;
        self.lines += 1;
        self.newest.push_back(message);
        if self.newest.len() > 2 * KEPT {
            self.newest.pop_front();
        }
        Ok(())
    }
}

fn append(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The messages in a file, without a line that a crash tore off.
fn read(path: &Path) -> io::Result<Vec<InboxMessage>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut messages = Vec::new();
    for line in BufReader::new(file).split(b'\n') {
        messages.extend(serde_json::from_slice::<InboxMessage>(&line?));
    }
    Ok(messages)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(n: usize) -> InboxMessage {
        InboxMessage {
            message_id: n.to_string(),
            to: format!("+86138001{:05}", n % 7),
            channel: "CHANNEL_LOGIN".to_owned(),
            text: "000000".to_owned(),
            pass_code: "000000".to_owned(),
            sent_at: String::new(),
        }
    }

    #[test]
    fn the_newest_ten_thousand_survive_a_restart_and_a_torn_line() {
        let dir = tempfile::tempdir().unwrap();
        let mut drawer = Drawer::open(dir.path()).unwrap();
        for n in 0..25_500 {
            drawer.keep(message(n)).unwrap();
        }
        drawer.file.write_all(b"\n{\"messageId\":\"to").unwrap();
        drop(drawer);
        let mut drawer = Drawer::open(dir.path()).unwrap();
        drawer.keep(message(25_500)).unwrap();
        let drawer = Drawer::open(dir.path()).unwrap();
        let ids: Vec<_> = drawer
            .newest
            .iter()
            .map(|message| message.message_id.clone())
            .collect();
        let expected: Vec<_> = (10_000..=25_500).map(|n| n.to_string()).collect();
        assert_eq!(ids, expected);
    }
}
