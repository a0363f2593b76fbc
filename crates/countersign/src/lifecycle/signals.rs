//! The signals that end the process, and those that must not.

#[cfg(unix)]
use std::future::poll_fn;
use std::io;
#[cfg(unix)]
use std::task::Poll;

use tokio::sync::mpsc;

/// Waits for what ends the process: a signal (SIGTERM, SIGINT, SIGQUIT, SIGHUP), or a [`Stopper`]. Listen early: until
/// then a signal kills the process at once.
#[derive(Debug)]
pub struct Signals {
    #[cfg(unix)]
    ending: Vec<tokio::signal::unix::Signal>,
    /// SIGHUP, unless the process was told to ignore it.
    #[cfg(unix)]
    hangup: Option<tokio::signal::unix::Signal>,
    stopper: Stopper,
    asked: mpsc::Receiver<()>,
}

/// Makes a limit on the size of files an error of the write, which would kill the process otherwise (SIGXFSZ), and takes
/// the other signals that must not kill it. Call this within a tokio runtime.
///
/// # Errors
/// When the system does not allow it.
pub fn take_limits_as_errors() -> io::Result<()> {
    #[cfg(unix)]
    unix::ignore()?;
    Ok(())
}

/// Ends the process as a signal does, from within.
#[derive(Debug, Clone)]
pub struct Stopper(mpsc::Sender<()>);

/// Waits for SIGHUP, which asks for settings to be read again.
#[derive(Debug)]
pub struct Reloads(#[cfg(unix)] tokio::signal::unix::Signal);

impl Reloads {
    /// Waits for the next SIGHUP; several that come at once may be one.
    #[cfg(unix)]
    pub async fn next(&mut self) {
        // The stream has no end.
        let _ = self.0.recv().await;
    }

    /// Waits for ever: this system has no such signal.
    #[cfg(not(unix))]
    pub async fn next(&mut self) {
        std::future::pending().await
    }
}

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
            #[cfg(unix)]
            hangup: unix::hangup()?,
            stopper: Stopper(stopper),
            asked,
        })
    }

    /// Takes SIGHUP for reloads: from now on it does not end the process, also where the process was told to ignore it.
    ///
    /// # Errors
    /// When the system does not allow it.
    pub fn reloads(&mut self) -> io::Result<Reloads> {
        #[cfg(unix)]
        {
            self.hangup = None;
            let kind = tokio::signal::unix::SignalKind::hangup();
            tokio::signal::unix::signal(kind).map(Reloads)
        }
        #[cfg(not(unix))]
        Ok(Reloads())
    }

    /// Returns what asks for the end from within the process.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }

    /// Waits for the first signal, or for a [`Stopper`].
    #[cfg(unix)]
    pub(crate) async fn next(&mut self) {
        poll_fn(|cx| {
            let mut signals = self.ending.iter_mut().chain(&mut self.hangup);
            let signalled = signals.any(|signal| signal.poll_recv(cx).is_ready());
            ready_if(signalled || self.asked.poll_recv(cx).is_ready())
        })
        .await;
    }

    /// Waits for a person who insists: for a second signal other than SIGHUP. A terminal that closes sends SIGHUP twice,
    /// once itself and once through the shell.
    #[cfg(unix)]
    pub(crate) async fn insisted(&mut self) {
        poll_fn(|cx| {
            let mut signals = self.ending.iter_mut();
            ready_if(signals.any(|signal| signal.poll_recv(cx).is_ready()))
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

    /// Waits for Ctrl-C.
    #[cfg(not(unix))]
    pub(crate) async fn insisted(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}

#[cfg(unix)]
fn ready_if(is_ready: bool) -> Poll<()> {
    match is_ready {
        true => Poll::Ready(()),
        false => Poll::Pending,
    }
}

#[cfg(unix)]
mod unix {
    use std::fs;
    use std::io;

    use rustix::process::Signal as Number;
    use tokio::signal::unix::{Signal, SignalKind, signal};

    /// Listens to the signals that end the process, but for SIGHUP.
    pub(super) fn ending() -> io::Result<Vec<Signal>> {
        let kinds = [
            SignalKind::terminate(),
            SignalKind::interrupt(),
            SignalKind::quit(),
        ];
        kinds.into_iter().map(signal).collect()
    }

    /// Listens to SIGHUP, unless `nohup` started the process.
    pub(super) fn hangup() -> io::Result<Option<Signal>> {
        match is_ignored(Number::HUP) {
            true => Ok(None),
            false => signal(SignalKind::hangup()).map(Some),
        }
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
