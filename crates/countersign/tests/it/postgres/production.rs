//! Two nodes in production on one database.

use tokio::process::Command;

use super::database;
use crate::actors::{App, AppServer, Public};
use crate::deployment::{Deployment, in_service_by};
use crate::server::{BINARY, Server};
use crate::vendor::{Manner, Vendor};

/// Two nodes with one settings file and the keys that it names, and an application that sends through a vendor.
pub(super) struct Production {
    pub(super) deployment: Deployment,
    pub(super) database: String,
    /// The nodes in their order.
    pub(super) nodes: [Server; 2],
    /// The application on the first node.
    pub(super) app: App,
    pub(super) vendor: Vendor,
}

impl Production {
    /// Starts both nodes, with these settings beside those that every deployment has.
    pub(super) async fn start(settings: &str, manner: Manner) -> Self {
        let (deployment, database) = (Deployment::new(), database());
        let shared = format!("{settings}[store]\ndatabase_url = \"{database}\"\n");
        deployment.edit("[store]\n", &shared);
        let (one, app, vendor) = in_service_by(&deployment, manner).await;
        let other = another_node(&deployment, "other", Command::new(BINARY)).await;
        Self {
            deployment,
            database,
            nodes: [one, other],
            app,
            vendor,
        }
    }

    /// Returns the application's server, which calls this node.
    pub(super) fn app_server(&self, node: &Server) -> AppServer {
        AppServer::of(node, "shop", &self.app.secret)
    }

    /// Returns the public of the application, which calls this node.
    pub(super) fn public(node: &Server) -> Public {
        Public::of(node, "shop")
    }

    /// Returns the code that the vendor got last.
    pub(super) fn newest_code(&self) -> String {
        let messages = self.vendor.messages();
        let code = messages.last().and_then(|message| message["code"].as_str());
        code.unwrap().to_owned()
    }
}

/// Starts a node of the deployment, with a data folder of this name, by `command`, which lacks only its arguments.
pub(super) async fn another_node(deployment: &Deployment, name: &str, command: Command) -> Server {
    let data = deployment.folder.join(name);
    let args = ["--data", data.to_str().unwrap()];
    Server::serve_by(command, &deployment.settings(), &data, &args).await
}
