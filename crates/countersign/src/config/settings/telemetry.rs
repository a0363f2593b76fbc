//! Where traces go: `[telemetry]`.

use anyhow::{Context, bail};
use serde::Deserialize;
use url::Url;

/// Where traces go.
#[derive(Debug, Default)]
pub struct TelemetrySettings {
    /// The OpenTelemetry collector, without the path of traces; `None` for no traces.
    pub otlp_endpoint: Option<Url>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TelemetrySection {
    otlp_endpoint: Option<String>,
}

impl TelemetrySection {
    pub(super) fn settings(self) -> anyhow::Result<TelemetrySettings> {
        let otlp_endpoint = self.otlp_endpoint.as_deref().map(endpoint).transpose()?;
        Ok(TelemetrySettings { otlp_endpoint })
    }
}

fn endpoint(text: &str) -> anyhow::Result<Url> {
    if !cfg!(feature = "otlp") {
        bail!("otlp_endpoint: this build has no traces: build with --features otlp");
    }
    let constraint = "otlp_endpoint is the URL of a collector, such as http://127.0.0.1:4318, without user, query and \
                      fragment";
    let url = Url::parse(text).context(constraint)?;
    let is_plain = matches!(url.scheme(), "https" | "http")
        && url.has_host()
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if !is_plain {
        bail!(constraint);
    }
    Ok(url)
}
