//! A simulated disk under the calls of a service: its durable contents, and the contents that a power cut may
//! lose.
//!
//! A file durably holds everything written before its last completed flush began. Each sector may hold any
//! later state, independently of the others. The names in a folder are those of its last flush, or any later
//! prefix of changes. A size that is set for a file is kept.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::numbers::SplitMix;
use crate::power::trace::{Moment, Trace, What};

/// The file that each name leads to.
type Names = BTreeMap<PathBuf, usize>;

/// The contents of a disk when power is back.
pub(super) type Image = BTreeMap<PathBuf, Vec<u8>>;

#[derive(Debug, Clone)]
pub(super) struct Disk {
    names: Names,
    safe_names: Names,
    files: Vec<File>,
    open: HashMap<i64, Handle>,
    flushes: HashMap<usize, Flush>,
    /// Whether the disk really flushes when it says so.
    pub(super) honest: bool,
}

#[derive(Debug, Clone, Default)]
struct File {
    safe: Vec<u8>,
    /// The changes since the last flush.
    loose: Vec<Change>,
}

#[derive(Debug, Clone)]
struct Change {
    call: usize,
    at: usize,
    bytes: Rc<[u8]>,
    /// Whether the call has ended.
    ended: bool,
}

#[derive(Debug, Clone)]
enum Handle {
    File {
        file: usize,
        append: bool,
        position: usize,
    },
    Folder(PathBuf),
}

/// The changes that a flush under way will make durable.
#[derive(Debug, Clone)]
enum Flush {
    File(usize, HashSet<usize>),
    Names(PathBuf, Names),
}

/// The treatment of changes that are not durable.
pub(super) enum Fate<'a> {
    /// They are lost, and so are the names that no flush of the folder kept.
    Lost,
    /// They are lost, except the names.
    Named,
    /// Some sectors are kept, each as of some moment.
    Torn(&'a mut SplitMix),
    /// They are kept: nothing is lost.
    Kept,
}

impl Disk {
    /// Makes an empty disk.
    pub(super) fn new() -> Self {
        Self {
            names: Names::new(),
            safe_names: Names::new(),
            files: Vec::new(),
            open: HashMap::new(),
            flushes: HashMap::new(),
            honest: true,
        }
    }

    /// Replays the moments of `trace` from `from` up to `to`.
    pub(super) fn replay(&mut self, trace: &Trace, from: usize, to: usize) {
        let moments = trace.moments.get(from..to).unwrap_or_default();
        for Moment { call, begins } in moments {
            if let Some(known) = trace.calls.get(*call) {
                match begins {
                    true => self.begin(*call, &known.what),
                    false => self.end(*call, &known.what, &known.file),
                }
            }
        }
    }

    fn begin(&mut self, call: usize, what: &What) {
        match what {
            What::Write { fd, at, bytes } => self.write(call, *fd, *at, bytes),
            What::Sync { fd } => {
                let flush = self.flush(*fd);
                self.flushes.extend(flush.map(|flush| (call, flush)));
            }
            What::Close { fd } => {
                self.open.remove(fd);
            }
            _ => {}
        }
    }

    fn end(&mut self, call: usize, what: &What, path: &Path) {
        match what {
            What::Open {
                fd,
                create,
                truncate,
                append,
            } => {
                let handle = self.handle(path, *create, *append);
                self.open.insert(*fd, handle);
                if *truncate {
                    self.resize(*fd, 0);
                }
            }
            What::Write { fd, .. } => self.ended(*fd, call),
            What::Sync { .. } => {
                if let Some(flush) = self.flushes.remove(&call).filter(|_| self.honest) {
                    self.flushed(flush);
                }
            }
            What::Resize { fd, length } => self.resize(*fd, *length),
            What::Rename { from } => {
                let file = self.names.remove(from);
                self.names.extend(file.map(|file| (path.to_owned(), file)));
            }
            What::Link { from } => {
                let file = self.names.get(from).copied();
                self.names.extend(file.map(|file| (path.to_owned(), file)));
            }
            What::Unlink => {
                self.names.remove(path);
            }
            What::Close { .. } | What::Answer { .. } => {}
        }
    }

    fn handle(&mut self, path: &Path, create: bool, append: bool) -> Handle {
        let file = match self.names.get(path) {
            Some(file) => *file,
            None if create => {
                self.files.push(File::default());
                self.names.insert(path.to_owned(), self.files.len() - 1);
                self.files.len() - 1
            }
            None => return Handle::Folder(path.to_owned()),
        };
        Handle::File {
            file,
            append,
            position: 0,
        }
    }

    fn write(&mut self, call: usize, fd: i64, at: Option<usize>, bytes: &[u8]) {
        let Some(Handle::File {
            file,
            append,
            position,
        }) = self.open.get_mut(&fd)
        else {
            return;
        };
        let Some(file) = self.files.get_mut(*file) else {
            return;
        };
        let at = at.unwrap_or_else(|| {
            let start = if *append { file.length() } else { *position };
            *position = start + bytes.len();
            start
        });
        file.loose.push(Change {
            call,
            at,
            bytes: bytes.into(),
            ended: false,
        });
    }

    fn file(&mut self, fd: i64) -> Option<&mut File> {
        match self.open.get(&fd)? {
            Handle::File { file, .. } => self.files.get_mut(*file),
            Handle::Folder(_) => None,
        }
    }

    fn ended(&mut self, fd: i64, call: usize) {
        let changes = self.file(fd).map(|file| &mut file.loose);
        let change = changes.and_then(|changes| changes.iter_mut().rfind(|c| c.call == call));
        if let Some(change) = change {
            change.ended = true;
        }
    }

    fn resize(&mut self, fd: i64, length: usize) {
        let Some(file) = self.file(fd) else { return };
        file.safe.resize(length, 0);
        for change in &mut file.loose {
            let kept = length.saturating_sub(change.at).min(change.bytes.len());
            change.bytes = change.bytes.get(..kept).unwrap_or_default().into();
        }
    }

    fn flush(&self, fd: i64) -> Option<Flush> {
        Some(match self.open.get(&fd)? {
            Handle::File { file, .. } => {
                let loose = &self.files.get(*file)?.loose;
                let ended = loose.iter().filter(|change| change.ended);
                Flush::File(*file, ended.map(|change| change.call).collect())
            }
            Handle::Folder(folder) => Flush::Names(folder.clone(), self.names.clone()),
        })
    }

    fn flushed(&mut self, flush: Flush) {
        match flush {
            Flush::File(file, calls) => {
                let Some(file) = self.files.get_mut(file) else {
                    return;
                };
                for change in &file.loose {
                    if calls.contains(&change.call) {
                        put(&mut file.safe, change.at, &change.bytes);
                    }
                }
                file.loose.retain(|change| !calls.contains(&change.call));
            }
            Flush::Names(folder, names) => {
                let inside = |path: &Path| path.parent() == Some(folder.as_path());
                self.safe_names.retain(|path, _| !inside(path));
                let names = names.into_iter().filter(|(path, _)| inside(path));
                self.safe_names.extend(names);
            }
        }
    }

    /// Returns contents that the disk may have when power is back.
    pub(super) fn image(&self, mut fate: Fate<'_>) -> Image {
        let names = match fate {
            Fate::Lost => &self.safe_names,
            _ => &self.names,
        };
        let mut image = Image::new();
        for (path, file) in names {
            let Some(file) = self.files.get(*file) else {
                continue;
            };
            let mut content = file.safe.clone();
            match &mut fate {
                Fate::Lost | Fate::Named => {}
                Fate::Torn(random) => file.tear(&mut content, random),
                Fate::Kept => file.keep(&mut content),
            }
            image.insert(path.clone(), content);
        }
        image
    }
}

impl File {
    fn length(&self) -> usize {
        let ends = self
            .loose
            .iter()
            .map(|change| change.at + change.bytes.len());
        ends.fold(self.safe.len(), usize::max)
    }

    fn keep(&self, content: &mut Vec<u8>) {
        for change in &self.loose {
            put(content, change.at, &change.bytes);
        }
    }

    /// Applies a random number of changes to each sector, the first ones first.
    fn tear(&self, content: &mut Vec<u8>, random: &mut SplitMix) {
        let sector = if random.below(2) == 0 { 512 } else { 4096 };
        let kept_whole = match random.below(3) {
            0 => 50,
            1 => 90,
            _ => 99,
        };
        let mut pieces: BTreeMap<usize, Vec<(usize, &[u8])>> = BTreeMap::new();
        for change in &self.loose {
            let (mut at, mut bytes) = (change.at, &*change.bytes);
            while !bytes.is_empty() {
                let (piece, rest) = bytes.split_at(bytes.len().min(sector - at % sector));
                pieces.entry(at / sector).or_default().push((at, piece));
                (at, bytes) = (at + piece.len(), rest);
            }
        }
        for pieces in pieces.values() {
            let whole = random.below(100) < kept_whole;
            let kept = if whole {
                pieces.len()
            } else {
                random.below(pieces.len() + 1)
            };
            for (at, piece) in pieces.iter().take(kept) {
                put(content, *at, piece);
            }
        }
        if random.below(2) == 0 {
            // The size was kept, but none of the data that it was set for.
            content.resize(self.length().max(content.len()), 0);
        }
    }
}

/// Writes `bytes` into `content`, which grows if necessary.
fn put(content: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    let end = at + bytes.len();
    if content.len() < end {
        content.resize(end, 0);
    }
    if let Some(place) = content.get_mut(at..end) {
        place.copy_from_slice(bytes);
    }
}

/// Writes `image` of the folder `from` to a folder `to`.
pub(super) fn restore(image: &Image, from: &Path, to: &Path) -> anyhow::Result<()> {
    for (path, content) in image {
        let place = to.join(path.strip_prefix(from)?);
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        options.open(place)?.write_all(content)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
