//! What a page shows once: lines that wait in the session, which the store seals, until the page takes them.

use super::entry::Visit;
use super::pages::refused::Why;

/// What a session keeps for the page of this `kind`.
pub(super) fn of<'a>(kind: &'a str, lines: impl Iterator<Item = &'a str>) -> String {
    let lines: Vec<_> = std::iter::once(kind).chain(lines).collect();
    lines.join("\n")
}

/// Takes the lines for the page of this `kind` out of the session; none where none wait.
///
/// # Errors
/// [`Why::Unavailable`].
pub(super) async fn take(visit: &Visit, kind: &str) -> Result<Vec<String>, Why> {
    let mut kept = visit.session.kept.clone();
    let flash = kept.flash.take().unwrap_or_default();
    let mut lines = flash.lines();
    if lines.next() != Some(kind) {
        return Ok(Vec::new());
    }
    visit.sessions.keep(kept).await?;
    Ok(lines.map(str::to_owned).collect())
}
