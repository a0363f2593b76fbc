//! `countersign demo`: its command line, and the people who sign in with a code.

mod command;
mod visits;

use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};

use crate::actors::Visitor;
use crate::server::BINARY;

/// The running demo; killed when dropped.
pub(crate) struct Demo {
    pub(crate) url: String,
    child: Child,
    printed: String,
    stdout: BufReader<ChildStdout>,
}

fn demo(args: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command
        .args(["demo", "--listen", "127.0.0.1:0"])
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

impl Demo {
    /// The demo beside the server that owns this data folder.
    pub(crate) async fn beside(data: &Path) -> Self {
        Self::start(demo(&["--data", data.to_str().unwrap()])).await
    }

    async fn start(mut command: Command) -> Self {
        let child = command.spawn().unwrap();
        Self::listening(child).await
    }

    async fn listening(mut child: Child) -> Self {
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut printed = String::new();
        let url = loop {
            let mut line = String::new();
            let read = stdout.read_line(&mut line).await.unwrap();
            assert!(read > 0, "the demo ended before it listened: {printed}");
            if let Some(url) = line.strip_prefix("listening on ") {
                break url.trim_end().to_owned();
            }
            printed += &line;
        };
        Self {
            url,
            child,
            printed,
            stdout,
        }
    }

    fn visitor(&self) -> Visitor {
        Visitor::of(&self.url)
    }

    /// Sends this signal, and waits for the end: the exit code, and what was printed in the meantime.
    async fn ends_on(mut self, signal: &str) -> (Option<i32>, String) {
        let pid = self.child.id().unwrap().to_string();
        let sent = Command::new("kill").args([signal, &pid]).status().await;
        assert!(sent.unwrap().success());
        let status = self.child.wait().await.unwrap();
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).await.unwrap();
        (status.code(), rest)
    }
}

fn form(number: &str, code: &str) -> String {
    format!("number={number}&code={code}")
}
