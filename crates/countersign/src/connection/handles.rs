//! The limit of open file handles.

/// Raises the soft limit to the hard one, as far as the system allows, and returns it; `None` where there is no limit.
#[cfg(unix)]
pub(super) fn raise() -> Option<usize> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let found = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: found.maximum,
        ..found
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::debug!(%error, "the limit of file handles cannot be raised");
    }
    let limit = getrlimit(Resource::Nofile).current?;
    Some(usize::try_from(limit).unwrap_or(usize::MAX))
}

/// Elsewhere sockets are no file handles.
#[cfg(not(unix))]
pub(super) fn raise() -> Option<usize> {
    None
}
