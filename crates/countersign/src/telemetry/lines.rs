//! The lines of the log on their way out. A thread writes them, so that nobody waits for whoever reads them.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

/// The most lines that wait. Further ones are lost.
const MOST: usize = 128_000;

/// The longest that the end of the process waits for the last lines.
const PATIENCE: Duration = Duration::from_secs(1);

/// Takes lines, one with each call of `write`, which never waits.
#[derive(Clone)]
pub(super) struct Lines(SyncSender<Vec<u8>>);

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        // A line that finds no room is lost.
        let _ = self.0.try_send(line.to_vec());
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes lines for as long as it lives. The drop waits until the lines of before are written, at most a second.
#[derive(Debug)]
#[must_use = "no line is written any more once it is dropped"]
pub struct LogWriter {
    lines: SyncSender<Vec<u8>>,
    is_ended: Arc<AtomicBool>,
    /// Hears nothing, and closes when the last line is written.
    written: Receiver<()>,
}

impl Drop for LogWriter {
    fn drop(&mut self) {
        self.is_ended.store(true, Ordering::Release);
        // An empty line wakes the thread; where there is no room for it, the thread is awake.
        let _ = self.lines.try_send(Vec::new());
        let _ = self.written.recv_timeout(PATIENCE);
    }
}

/// Starts the thread that writes lines to `out`.
///
/// # Errors
/// When the system has no thread left.
pub(super) fn start(out: impl Write + Send + 'static) -> io::Result<(Lines, LogWriter)> {
    let (lines, waiting) = sync_channel(MOST);
    let (writing, written) = sync_channel(0);
    let is_ended = Arc::new(AtomicBool::new(false));
    let ended = Arc::clone(&is_ended);
    thread::Builder::new()
        .name("log".to_owned())
        .spawn(move || {
            write(&waiting, out, &ended);
            drop(writing);
        })?;
    let writer = LogWriter {
        lines: lines.clone(),
        is_ended,
        written,
    };
    Ok((Lines(lines), writer))
}

/// Writes what waits until `ended`. Lines that wait together are written together. What cannot be written is lost: there is
/// no other place to say so.
fn write(waiting: &Receiver<Vec<u8>>, mut out: impl Write, ended: &AtomicBool) {
    while let Ok(line) = waiting.recv() {
        let _ = out.write_all(&line);
        for line in waiting.try_iter() {
            let _ = out.write_all(&line);
        }
        let _ = out.flush();
        if ended.load(Ordering::Acquire) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// A place for lines that tests can look at.
    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A pipe that is full, and whose reader sleeps until the test ends.
    struct Full(Receiver<()>);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.0.recv();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_drop_of_the_writer_waits_for_every_line_of_before() {
        let paper = Paper::default();
        let (mut lines, writer) = start(paper.clone()).unwrap();
        for line in ["one\n", "two\n", "three\n"] {
            lines.write_all(line.as_bytes()).unwrap();
        }
        drop(writer);
        assert_eq!(&*paper.0.lock().unwrap(), b"one\ntwo\nthree\n");
    }

    #[test]
    fn lines_that_find_no_room_are_lost_and_nobody_waits() {
        let (reader, sleeping) = sync_channel::<()>(0);
        let (mut lines, writer) = start(Full(sleeping)).unwrap();
        for _ in 0..MOST + 1_000 {
            lines.write_all(b"line\n").unwrap();
        }
        // Neither waits for the reader, who still sleeps.
        drop(writer);
        drop(reader);
    }
}
