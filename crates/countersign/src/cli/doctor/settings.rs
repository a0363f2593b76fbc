//! The settings: each problem of them, and what is odd although it is allowed.

use std::net::IpAddr;

use countersign_providers::egress::Reach;

use super::finding::Findings;
use crate::cli::place::Deployment;
use crate::config::settings::ServerSettings;

const CHECK: &str = "settings";

pub(super) fn check(deployment: &Deployment, findings: &mut Findings) {
    let Some(file) = &deployment.file else {
        return; // `dev` needs none
    };
    let shown = file.display();
    for problem in &deployment.problems {
        findings.broken(CHECK, format!("{shown}: {problem}"));
    }
    if deployment.problems.is_empty() {
        let count = deployment.changed_settings;
        findings.ok(CHECK, format!("{shown}: {count} settings, all known"));
    }
    server(&deployment.settings.server, findings);
}

fn server(server: &ServerSettings, findings: &mut Findings) {
    let Some(url) = &server.url else {
        findings.broken(
            CHECK,
            "[server] url must say how the world reaches the service, such as https://sms.example.com",
        );
        return;
    };
    if url.scheme() != "https" {
        let says = format!(
            "[server] url is {url}: tokens are trusted by whoever reaches it, so let it be https"
        );
        findings.warning(CHECK, says);
    }
    if server.tls.is_none() && server.trusted_proxies.is_empty() && url.scheme() == "https" {
        findings.warning(
            CHECK,
            "[server] trusted_proxies is empty: behind the proxy that speaks https, every caller has the address of that \
             proxy",
        );
    }
    let proxies = server.trusted_proxies.to_texts();
    for proxy in proxies.iter().filter(|proxy| is_wide_and_public(proxy)) {
        let says = format!(
            "[server] trusted_proxies has {proxy}, a public network: whoever is in it can choose an address"
        );
        findings.warning(CHECK, says);
    }
}

/// Whether a network, such as `192.0.2.0/23`, has more than 256 public addresses.
fn is_wide_and_public(network: &str) -> bool {
    let Some((address, length)) = network.split_once('/') else {
        return false;
    };
    let (Ok(address), Ok(length)) = (address.parse::<IpAddr>(), length.parse::<u8>()) else {
        return false;
    };
    let widest = if address.is_ipv4() { 24 } else { 48 };
    length < widest && Reach::Public.reaches(address)
}
