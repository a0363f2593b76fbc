//! The accounts of the vendor, set up as an operator does it.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use serde::Deserialize;

use super::Over;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Account {
    receipts_path: String,
}

/// Sets so many accounts of the vendor at `vendor` up, and a route that draws one for each message. Returns the receipts path of
/// the last.
pub(super) fn set_up(
    countersign: &Path,
    data: &Path,
    (over, vendor): (Over, SocketAddr),
    count: usize,
) -> anyhow::Result<String> {
    let mut route = ["route", "set", "--default", "--weighted"]
        .map(str::to_owned)
        .to_vec();
    let mut receipts = String::new();
    for nth in 1..=count {
        let name = format!("vendor-{nth}");
        route.push(format!("{name}=1"));
        let file = data.with_file_name("vendor.toml");
        std::fs::write(&file, described(&name, over, vendor))?;
        let file = file.to_str().context("a path in UTF-8")?;
        let add = ["provider", "add", "--json", "--file", file];
        let added = run(countersign, data, &add.map(str::to_owned))?;
        receipts = serde_json::from_slice::<Account>(&added)?.receipts_path;
    }
    run(countersign, data, &route)?;
    Ok(receipts)
}

/// Returns the file of an account.
fn described(name: &str, over: Over, vendor: SocketAddr) -> String {
    let origin = match over {
        Over::Http => format!("http://{vendor}"),
        Over::Tls | Over::Http2 => format!("https://localhost:{}", vendor.port()),
    };
    format!(
        r#"name = "{name}"
kind = "http"
[settings]
url = "{origin}/messages"
format = "json"
body = '{{"to": "{{to}}", "text": "{{text}}", "reference": "{{message_id}}"}}'
success = {{ statuses = [200] }}
message_id = "/id"
"#
    )
}

fn run(countersign: &Path, data: &Path, arguments: &[String]) -> anyhow::Result<Vec<u8>> {
    let mut command = Command::new(countersign);
    command.args(arguments).arg("--data").arg(data);
    let done = command.stderr(Stdio::null()).output()?;
    ensure!(done.status.success(), "{arguments:?} failed");
    Ok(done.stdout)
}
