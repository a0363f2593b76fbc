//! A build without traces says so where the settings ask for them.

use insta::assert_snapshot;

use crate::deployment::Deployment;

#[test]
fn a_build_without_traces_does_not_start_with_an_endpoint_for_them() {
    let deployment = Deployment::new();
    let variable = "COUNTERSIGN_TELEMETRY__OTLP_ENDPOINT";
    let refused = deployment.refusal_with(&[(variable, "http://127.0.0.1:4318")]);
    assert_snapshot!(refused, @"countersign: the settings (file [folder]/countersign.toml): telemetry: otlp_endpoint: this build has no traces: build with --features otlp");
}
