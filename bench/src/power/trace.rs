//! The file operations of a service and its answers, in order, as `strace` recorded them.
//!
//! A call during which another thread's call came is recorded in two parts. So the begin and the end of every
//! call are known: its thread stood still at both.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// The calls that `strace` records; `?`: where the machine has such a call.
pub(super) const CALLS: &str = "trace=?open,?openat,?write,?pwrite64,?writev,?pwritev,?sendto,?sendmsg,\
     ?fsync,?fdatasync,?ftruncate,?rename,?renameat,?renameat2,?link,?linkat,?unlink,?unlinkat,?close";

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    Open {
        fd: i64,
        create: bool,
        truncate: bool,
        append: bool,
    },
    Close {
        fd: i64,
    },
    /// `None` for a write at the end of the last write, or at the end of the file.
    Write {
        fd: i64,
        at: Option<usize>,
        bytes: Vec<u8>,
    },
    Sync {
        fd: i64,
    },
    Resize {
        fd: i64,
        length: usize,
    },
    /// The file gets a name that another file had.
    Rename {
        from: PathBuf,
    },
    /// The file gets a further name.
    Link {
        from: PathBuf,
    },
    Unlink,
    /// The service answers the request with this id.
    Answer {
        request: String,
    },
}

#[derive(Debug)]
pub(super) struct Call {
    pub(super) what: What,
    pub(super) file: PathBuf,
}

/// The begin or the end of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) call: usize,
    pub(super) begins: bool,
}

/// All calls that concern one folder, and all answers.
#[derive(Debug, Default)]
pub(super) struct Trace {
    pub(super) calls: Vec<Call>,
    pub(super) moments: Vec<Moment>,
}

impl Trace {
    /// Reads the lines of `text` that concern `folder`.
    pub(super) fn read(text: &str, folder: &Path) -> anyhow::Result<Self> {
        let mut trace = Self::default();
        let mut moments = Vec::new();
        for raw in join(text)? {
            let call = understand(&raw).with_context(|| {
                let some: String = raw.text.chars().take(200).collect();
                format!("line {} of the trace: {some}", raw.began + 1)
            })?;
            let concerns = |call: &Call| {
                matches!(call.what, What::Answer { .. }) || call.file.starts_with(folder)
            };
            let Some(known) = call.filter(concerns) else {
                continue;
            };
            let call = trace.calls.len();
            trace.calls.push(known);
            let moment = |begins| Moment { call, begins };
            moments.push((2 * raw.began, moment(true)));
            moments.extend(raw.ended.map(|line| (2 * line + 1, moment(false))));
        }
        moments.sort_by_key(|(rank, _)| *rank);
        trace.moments = moments.into_iter().map(|(_, moment)| moment).collect();
        Ok(trace)
    }

    /// Returns the call that begins at `moment`, if one does.
    pub(super) fn begun(&self, moment: &Moment) -> Option<&Call> {
        let call = self.calls.get(moment.call);
        call.filter(|_| moment.begins)
    }

    /// Returns the request that is answered at `moment`, if one is.
    pub(super) fn answer(&self, moment: &Moment) -> Option<&str> {
        match &self.begun(moment)?.what {
            What::Answer { request } => Some(request),
            _ => None,
        }
    }

    /// Returns the requests that were answered before the moment `cut`. Answers under way are included, since
    /// the client may have them.
    pub(super) fn answers(&self, cut: usize) -> HashSet<&str> {
        let moments = self.moments.iter().take(cut);
        moments.filter_map(|moment| self.answer(moment)).collect()
    }
}

/// A recorded call, with the lines of its begin and end.
struct Raw {
    text: String,
    began: usize,
    ended: Option<usize>,
}

/// Joins calls in two parts. Returns all calls in the order in which they began.
fn join(text: &str) -> anyhow::Result<Vec<Raw>> {
    let mut calls: Vec<Raw> = Vec::new();
    let mut under_way: HashMap<&str, usize> = HashMap::new();
    for (line, entry) in text.lines().enumerate() {
        let (thread, entry) = entry.split_once(' ').context("a line without a thread")?;
        let entry = entry.trim_start();
        if entry.starts_with("+++") || entry.starts_with("---") {
            continue;
        }
        if let Some(rest) = entry.strip_prefix("<... ") {
            let call = under_way.remove(thread).and_then(|id| calls.get_mut(id));
            let rest = rest.split_once(" resumed>");
            let (call, (_, rest)) = call.zip(rest).context("the rest of no call")?;
            call.text.push_str(rest);
            call.ended = Some(line);
            continue;
        }
        let begun = entry.strip_suffix(" <unfinished ...>");
        if begun.is_some() {
            under_way.insert(thread, calls.len());
        }
        calls.push(Raw {
            text: begun.unwrap_or(entry).to_owned(),
            began: line,
            ended: begun.is_none().then_some(line),
        });
    }
    Ok(calls)
}

/// Interprets a call; `None` if it failed, or if the process ended before it had a result that matters.
fn understand(raw: &Raw) -> anyhow::Result<Option<Call>> {
    let (name, rest) = raw.text.split_once('(').context("no call")?;
    let (args, result) = rest.rsplit_once(" = ").unwrap_or((rest, "?"));
    // The effect of a call that never ended is unknown.
    let result = number(result);
    if result.is_some_and(|result| result < 0) {
        return Ok(None);
    }
    let fields: Vec<&str> = args.split(", ").collect();
    let field = |at: usize| {
        let number = fields.get(at).and_then(|field| number(field));
        number.context("an argument is missing")
    };
    let call = match name {
        "open" | "openat" => return opened(args, result),
        "close" => about(args, What::Close { fd: field(0)? }),
        "write" | "writev" | "sendto" | "sendmsg" => written(args, field(0)?, None, result),
        "pwrite64" | "pwritev" => {
            let at = usize::try_from(field(fields.len() - 1)?)?;
            written(args, field(0)?, Some(at), result)
        }
        "fsync" | "fdatasync" => about(args, What::Sync { fd: field(0)? }),
        "ftruncate" => {
            let length = usize::try_from(field(1)?)?;
            about(
                args,
                What::Resize {
                    fd: field(0)?,
                    length,
                },
            )
        }
        "rename" | "renameat" | "renameat2" => two(args, |from| What::Rename { from }),
        "link" | "linkat" => two(args, |from| What::Link { from }),
        "unlink" | "unlinkat" => path(args).map(|file| Call {
            what: What::Unlink,
            file,
        }),
        _ => bail!("an unknown call"),
    };
    call.map(Some)
}

/// Reads the number at the start of a field.
fn number(field: &str) -> Option<i64> {
    let end = field.find(|c: char| !c.is_ascii_digit() && c != '-');
    field.get(..end.unwrap_or(field.len()))?.parse().ok()
}

fn opened(args: &str, fd: Option<i64>) -> anyhow::Result<Option<Call>> {
    let Some(fd) = fd else { return Ok(None) };
    let flags = args.rsplit('"').next().unwrap_or_default();
    let what = What::Open {
        fd,
        create: flags.contains("O_CREAT"),
        truncate: flags.contains("O_TRUNC"),
        append: flags.contains("O_APPEND"),
    };
    let file = path(args)?;
    Ok(Some(Call { what, file }))
}

fn written(args: &str, fd: i64, at: Option<usize>, result: Option<i64>) -> anyhow::Result<Call> {
    let mut bytes = strings(args)?.concat();
    if let Some(written) = result {
        bytes.truncate(usize::try_from(written)?);
    }
    let what = match answered(&bytes) {
        Some(request) => What::Answer { request },
        None => What::Write { fd, at, bytes },
    };
    about(args, what)
}

/// Returns the id of the request that these bytes answer, if they are an answer.
fn answered(bytes: &[u8]) -> Option<String> {
    let key = br#""requestId":""#;
    let answer = bytes.strip_prefix(b"HTTP/1.1 ")?;
    let at = answer.windows(key.len()).position(|some| some == key)?;
    let mut id = answer.get(at + key.len()..)?.split(|byte| *byte == b'"');
    String::from_utf8(id.next()?.to_vec()).ok()
}

/// Reads a call on an open file, whose path stands behind its number: `13<\x2f\x61>`.
fn about(args: &str, what: What) -> anyhow::Result<Call> {
    let path = args.split(['<', '>']).nth(1).context("no path")?;
    let file = PathBuf::from(String::from_utf8(unescape(path)?)?);
    Ok(Call { what, file })
}

fn path(args: &str) -> anyhow::Result<PathBuf> {
    let path = strings(args)?.into_iter().next().context("no path")?;
    Ok(PathBuf::from(String::from_utf8(path)?))
}

fn two(args: &str, what: impl FnOnce(PathBuf) -> What) -> anyhow::Result<Call> {
    let mut paths = strings(args)?.into_iter().map(String::from_utf8);
    let paths = paths.next().zip(paths.next());
    let (from, to) = paths.context("not two paths")?;
    Ok(Call {
        what: what(PathBuf::from(from?)),
        file: PathBuf::from(to?),
    })
}

/// Reads the quoted arguments, none of which may be abbreviated.
fn strings(args: &str) -> anyhow::Result<Vec<Vec<u8>>> {
    let mut strings = Vec::new();
    let mut parts = args.split('"').skip(1);
    while let Some(text) = parts.next() {
        if parts.next().unwrap_or_default().starts_with("...") {
            bail!("cut short");
        }
        strings.push(unescape(text)?);
    }
    Ok(strings)
}

/// Decodes `\x41\x42` to `AB`.
fn unescape(text: &str) -> anyhow::Result<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = |four: &[u8]| match four {
        [b'\\', b'x', high, low] => u8::try_from(digit(*high)? * 16 + digit(*low)?).ok(),
        _ => None,
    };
    let bytes = text.as_bytes().chunks(4).map(byte);
    bytes.collect::<Option<_>>().context("not in hexadecimal")
}

#[cfg(test)]
mod tests;
