//! The signals that end the process, and those that must not.

use std::io;

use tokio::sync::mpsc;

/// Waits for what ends the process: a signal (SIGTERM, SIGINT, SIGQUIT, SIGHUP), or a [`Stopper`]. Listen early: until
/// then a signal kills the process at once.
#[derive(Debug)]
pub struct Signals {
    #[cfg(unix)]
    ending: Vec<tokio::signal::unix::Signal>,
    stopper: Stopper,
    asked: mpsc::Receiver<()>,
}

/// Ends the process as a signal does, from within.
#[derive(Debug, Clone)]
pub struct Stopper(mpsc::Sender<()>);

impl Stopper {
    /// Asks for the end.
    pub fn stop(&self) {
        // A full queue holds this wish already.
        let _ = self.0.try_send(());
    }
}

impl Signals {
    /// Listens from now on. Signals that would kill a process which has no use for them do nothing from now on: SIGUSR1,
    /// SIGUSR2, SIGALRM, SIGPIPE, and SIGXFSZ, which makes a limit on the size of files an error of the write.
    ///
    /// # Errors
    /// When the system does not allow it.
    pub fn listen() -> io::Result<Self> {
        let (stopper, asked) = mpsc::channel(1);
        #[cfg(unix)]
        unix::ignore()?;
        Ok(Self {
            #[cfg(unix)]
            ending: unix::ending()?,
            stopper: Stopper(stopper),
            asked,
        })
    }

    /// Returns what asks for the end from within the process.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }

    /// Waits for the next signal, or for a [`Stopper`].
    #[cfg(unix)]
    pub(crate) async fn next(&mut self) {
        std::future::poll_fn(|cx| {
            let signalled = self
                .ending
                .iter_mut()
                .any(|signal| signal.poll_recv(cx).is_ready());
            match signalled || self.asked.poll_recv(cx).is_ready() {
                true => std::task::Poll::Ready(()),
                false => std::task::Poll::Pending,
            }
        })
        .await;
    }

    /// Waits for Ctrl-C, or for a [`Stopper`].
    #[cfg(not(unix))]
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = self.asked.recv() => {}
        }
    }
}

#[cfg(unix)]
mod unix {
    use std::fs;
    use std::io;

    use rustix::process::Signal as Number;
    use tokio::signal::unix::{Signal, SignalKind, signal};

    /// Listens to the signals that end the process. SIGHUP is not among them if `nohup` started the process.
    pub(super) fn ending() -> io::Result<Vec<Signal>> {
        let mut kinds = vec![
            SignalKind::terminate(),
            SignalKind::interrupt(),
            SignalKind::quit(),
        ];
        if !is_ignored(Number::HUP) {
            kinds.push(SignalKind::hangup());
        }
        kinds.into_iter().map(signal).collect()
    }

    /// Takes the signals that must not kill the process: tokio goes on catching a signal that it was once asked for.
    pub(super) fn ignore() -> io::Result<()> {
        for number in [
            Number::USR1,
            Number::USR2,
            Number::ALARM,
            Number::PIPE,
            Number::XFSZ,
        ] {
            drop(signal(SignalKind::from_raw(number.as_raw()))?);
        }
        Ok(())
    }

    /// Returns whether the parent of this process told it to ignore a signal. Only Linux says.
    fn is_ignored(number: Number) -> bool {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        let place = u32::try_from(number.as_raw() - 1).unwrap_or_default();
        ignored.is_some_and(|mask| mask.checked_shr(place).is_some_and(|mask| mask & 1 == 1))
    }
}
