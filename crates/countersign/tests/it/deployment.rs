//! A service in production: its files, the service, and what watches it.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::json;
use tempfile::TempDir;

use crate::actors::App;
use crate::server::{BINARY, Server, folder};
use crate::vendor::{Manner, Vendor};

/// The files that `countersign init` made.
pub(crate) struct Deployment {
    _home: TempDir,
    pub(crate) folder: PathBuf,
}

pub(crate) fn countersign(args: &[&str]) -> Output {
    Command::new(BINARY).args(args).output().unwrap()
}

/// The last line of what the program said about its failure.
pub(crate) fn refused(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{said}");
    said.trim_end()
        .lines()
        .last()
        .unwrap_or_default()
        .to_owned()
}

impl Deployment {
    pub(crate) fn new() -> Self {
        let home = folder();
        let folder = home.path().join("deployment");
        let output = countersign(&[
            "init",
            folder.to_str().unwrap(),
            "--url",
            "https://sms.example.com",
        ]);
        assert!(output.status.success(), "{output:?}");
        Self {
            folder: home.path().canonicalize().unwrap().join("deployment"),
            _home: home,
        }
    }

    pub(crate) fn settings(&self) -> PathBuf {
        self.folder.join("countersign.toml")
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Changes the text of the settings.
    pub(crate) fn edit(&self, from: &str, to: &str) {
        let text = fs::read_to_string(self.settings()).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(self.settings(), text.replace(from, to)).unwrap();
    }

    /// Lets requests to vendors reach this machine, where the tests play them.
    pub(crate) fn reach_this_machine(&self) {
        let text = fs::read_to_string(self.settings()).unwrap();
        fs::write(
            self.settings(),
            text + "\n[providers]\nreach = \"loopback\"\n",
        )
        .unwrap();
    }

    pub(crate) async fn serve(&self, args: &[&str]) -> Server {
        Server::serve(&self.settings(), &self.data(), args).await
    }

    /// Why `serve` does not start.
    pub(crate) fn refusal(&self) -> String {
        self.refusal_with(&[])
    }

    /// Why `serve` does not start with these variables.
    pub(crate) fn refusal_with(&self, variables: &[(&str, &str)]) -> String {
        let shown = self.folder.display().to_string();
        let settings = self.settings();
        let args = [
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--config",
            settings.to_str().unwrap(),
        ];
        let mut command = Command::new(BINARY);
        command.args(args).envs(variables.iter().copied());
        refused(&command.output().unwrap())
            .replace(&shown, "[folder]")
            .replace(BINARY, "countersign")
    }
}

/// A service of the deployment, an application that sends through its provider `acme`, and the vendor behind that.
pub(crate) async fn in_service(deployment: &Deployment) -> (Server, App, Vendor) {
    in_service_by(deployment, Manner::Answer(200, "{}")).await
}

/// [`in_service`], with a vendor of this manner.
pub(crate) async fn in_service_by(
    deployment: &Deployment,
    manner: Manner,
) -> (Server, App, Vendor) {
    deployment.reach_this_machine();
    let vendor = Vendor::start(manner).await;
    let server = deployment.serve(&[]).await;
    let operator = server.operator();
    let settings =
        json!({"url": &vendor.url, "format": "json", "body": {"to": "{to}", "code": "{code}"}});
    let account = json!({"name": "acme", "kind": "http", "settings": settings});
    operator.set("set-sms-provider", account).await;
    let app = operator.create_application_through("shop", &["acme"]).await;
    (server, app, vendor)
}

/// A port that nothing listens on.
pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// The status and the text at a path of the monitor.
pub(crate) async fn watch(port: u16, path: &str) -> (u16, String) {
    let url = format!("http://127.0.0.1:{port}{path}");
    let answer = crate::server::client().get(url).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}
