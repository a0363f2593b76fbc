//! The priority of threads that sends do not wait for.

/// How far a thread steps back behind those of sends and checks, by the measure of `nice`.
#[derive(Debug, Clone, Copy)]
pub enum Niceness {
    /// An answer waits for a signature: beside sends that fill a core, a quarter of the core is left.
    Signing = 5,
    /// Somebody waits for a page or an answer: beside sends that fill a core, a tenth of the core is left.
    Reading = 10,
    /// Nobody waits.
    Upkeep = 19,
}

/// Lowers the priority of this thread, for good. Linux has one for each thread.
#[cfg(target_os = "linux")]
pub fn lower(niceness: Niceness) {
    let thread = Some(rustix::thread::gettid());
    if let Err(error) = rustix::process::setpriority_process(thread, niceness as i32) {
        tracing::debug!(%error, ?niceness, "no lower priority for a thread");
    }
}

#[cfg(not(target_os = "linux"))]
pub fn lower(_: Niceness) {}
