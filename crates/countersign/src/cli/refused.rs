//! Refused sends at the terminal: `countersign message show|list --refused`

use countersign_api::{FindRefusalsRequest, RefusalDto};

use super::owner::{self, Owner, OwnerArgs};
use super::{say, weight};

/// Returns the refused send of this request, or the newest one.
pub(super) async fn find(
    running: &Owner,
    request_id: Option<&str>,
) -> anyhow::Result<Option<RefusalDto>> {
    let query = match request_id {
        Some(id) => ("requestId", id),
        None => ("limit", "1"),
    };
    let request = running.get("list-refusals").query(&[query]);
    let found: Vec<RefusalDto> = owner::data(running.ask(request).await?)?;
    Ok(found.into_iter().next())
}

/// Returns the newest refused sends, at most `limit`; where a number is given, those to it.
pub(super) async fn list(
    running: &Owner,
    limit: u16,
    number: Option<FindRefusalsRequest>,
) -> anyhow::Result<Vec<RefusalDto>> {
    let request = match number {
        None => running.get("list-refusals").query(&[("limit", limit)]),
        Some(number) => running.post("find-refusals").json(&number),
    };
    let mut found: Vec<RefusalDto> = owner::data(running.ask(request).await?)?;
    found.truncate(limit.into());
    Ok(found)
}

/// Writes out one refused send.
pub(super) fn show(args: &OwnerArgs, refusal: &RefusalDto) -> anyhow::Result<()> {
    if args.json {
        say(serde_json::to_string(refusal)?);
        return Ok(());
    }
    say(format!("refused   {}: nothing was sent", refusal.at));
    say(format!("request   {}", refusal.request_id));
    say(format!(
        "to        {} for {}, {}",
        refusal.to, refusal.app_id, refusal.channel
    ));
    say(format!(
        "limit     {}: had counted {}, allows {}",
        refusal.limit,
        told(refusal, refusal.count),
        told(refusal, refusal.max)
    ));
    if let Some(address) = &refusal.address {
        say(format!("from      {address}"));
    }
    let next = refusal.next_allowed_at.as_deref();
    say(format!("allowed   {}", next.unwrap_or("never")));
    Ok(())
}

/// Returns a weight of the limit that refused, as people read it.
fn told(refusal: &RefusalDto, count: u64) -> String {
    weight::told(count, refusal.currency.as_deref())
}

fn counted(refusal: &RefusalDto) -> String {
    let (count, max) = (told(refusal, refusal.count), told(refusal, refusal.max));
    format!("{count} of {max}")
}

/// Writes out a line for each refused send.
pub(super) fn show_all(args: &OwnerArgs, found: &[RefusalDto]) -> anyhow::Result<()> {
    if args.json {
        say(serde_json::to_string(found)?);
        return Ok(());
    }
    say(format!(
        "{:36}  {:24}  {:16}  {:16}  {:>9}  ALLOWED",
        "REQUEST", "REFUSED", "TO", "LIMIT", "COUNTED"
    ));
    for refusal in found {
        say(format!(
            "{:36}  {:24}  {:16}  {:16}  {:>9}  {}",
            refusal.request_id,
            refusal.at,
            refusal.to,
            refusal.limit,
            counted(refusal),
            refusal.next_allowed_at.as_deref().unwrap_or("never")
        ));
    }
    Ok(())
}
