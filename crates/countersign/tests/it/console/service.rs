//! A service in production with a console, and the browsers of people who work with it.
//!
//! The wall clock of the service stands still ([`faketime`](crate::clock)), so that a code of an authenticator app is the same
//! however long a test takes. Its own clock, by which sessions and proofs end, goes on.

use std::sync::LazyLock;
use std::time::Duration;

use countersign::system::{Machine, Readings as _};
use countersign_core::staff::totp::TotpSecret;
use countersign_core::time::Timestamp;
use reqwest::header::SET_COOKIE;
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::Value;

use super::person::{Page, form, pairs};
use crate::audit::acts;
use crate::clock::WallClock;
use crate::deployment::{Deployment, free_port};
use crate::server::Server;

pub(super) const PASSWORD: &str = "correct horse battery";

/// The host of the console: a proxy that speaks https would stand in front of it.
pub(super) const HOST: &str = "console.example.com";

/// The time at which the wall clock of every service stands, in milliseconds: whole seconds.
static WALL: LazyLock<i64> = LazyLock::new(|| Machine.wall() / 1_000 * 1_000);

/// A service in production with a console.
pub(super) struct Service {
    deployment: Deployment,
    pub(super) server: Server,
    port: u16,
    wall: WallClock,
}

impl Service {
    pub(super) async fn start() -> Self {
        let (deployment, port) = (Deployment::new(), free_port());
        let text = std::fs::read_to_string(deployment.settings()).unwrap();
        let console = format!(
            "\n[console]\nlisten = \"127.0.0.1:{port}\"\nurl = \"https://{HOST}\"\n\n[test_numbers]\nallow = true\n"
        );
        std::fs::write(deployment.settings(), text + &console).unwrap();
        let wall = WallClock::of(&deployment.folder);
        wall.stop_at(Timestamp::from_millis(*WALL));
        let server = serve(&deployment, &wall).await;
        Self {
            deployment,
            server,
            port,
            wall,
        }
    }

    pub(super) async fn restart(self) -> Self {
        let stopped = self.server.stop().await;
        assert!(stopped.status.success(), "{}", stopped.stderr);
        let server = serve(&self.deployment, &self.wall).await;
        Self { server, ..self }
    }

    /// The same service after so much time, by its own clock.
    pub(super) async fn restart_after(self, time: Duration) -> Self {
        let note = self.deployment.data().join("clock.json");
        let stopped = self.server.stop().await;
        assert!(stopped.status.success(), "{}", stopped.stderr);
        let mut reading: Value = serde_json::from_slice(&std::fs::read(&note).unwrap()).unwrap();
        let booted = reading["bootedAt"].as_u64().unwrap();
        reading["bootedAt"] = (booted + u64::try_from(time.as_millis()).unwrap()).into();
        std::fs::write(&note, reading.to_string()).unwrap();
        let server = serve(&self.deployment, &self.wall).await;
        Self { server, ..self }
    }

    /// What the command line prints, as JSON.
    pub(super) fn staff(&self, args: &[&str]) -> Value {
        let args = [&["staff"], args, &["--json"]].concat();
        serde_json::from_str(&self.server.terminal().ok(&args)).unwrap()
    }

    /// The path of a link that invites somebody in this role.
    pub(super) fn invite(&self, role: &str) -> String {
        path_of(&self.staff(&["invite", "--role", role]))
    }

    pub(super) fn browser(&self) -> Browser {
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none());
        Browser {
            client: client.build().unwrap(),
            port: self.port,
            cookie: String::new(),
        }
    }

    /// Somebody who has joined in this role without a second factor, at a browser that is signed in.
    pub(super) async fn joined_by_password(&self, role: &str, name: &str) -> Browser {
        let (mut browser, path) = (self.browser(), self.invite(role));
        let totp = browser.shown_secret(&path).await;
        let fields = [
            ("name", name),
            ("password", PASSWORD),
            ("totp", totp.reveal()),
        ];
        let page = browser.post(&path, &fields).await;
        assert_eq!(page.leads_to(), "/console/overview");
        browser
    }

    /// Somebody who has joined in this role, at a browser that is signed in.
    pub(super) async fn joined(&self, role: &str, name: &str) -> (Browser, Joined) {
        let (mut browser, path) = (self.browser(), self.invite(role));
        let totp = browser.shown_secret(&path).await;
        let fields = [
            ("name", name),
            ("password", PASSWORD),
            ("totp", totp.reveal()),
            ("code", &code(&totp, 0)),
        ];
        let page = browser.post(&path, &fields).await;
        assert_eq!(page.leads_to(), "/console/me/codes");
        let page = browser.get("/console/me/codes").await;
        let items = page.body.split("<li class=\"id\">").skip(1);
        let codes = items.map(|item| item.split('<').next().unwrap().to_owned());
        let joined = Joined {
            totp,
            codes: codes.collect(),
        };
        (browser, joined)
    }
}

async fn serve(deployment: &Deployment, wall: &WallClock) -> Server {
    let command = wall.command();
    Server::serve_by(command, &deployment.settings(), &deployment.data(), &[]).await
}

/// What somebody who joined has.
pub(super) struct Joined {
    pub(super) totp: TotpSecret,
    pub(super) codes: Vec<String>,
}

pub(super) fn path_of(invited: &Value) -> String {
    let link = invited["link"].as_str().unwrap();
    link.strip_prefix("https://console.example.com")
        .unwrap()
        .to_owned()
}

/// The code that the app shows, or shows so many steps later.
pub(super) fn code(totp: &TotpSecret, later: i64) -> String {
    totp.shown_at(Timestamp::from_millis(*WALL + later * 30_000))
}

/// A browser at the console.
pub(super) struct Browser {
    pub(super) client: Client,
    port: u16,
    pub(super) cookie: String,
}

impl Browser {
    pub(super) async fn get(&mut self, path: &str) -> Page {
        let request = self.client.get(self.address(path));
        self.ask(request, HOST).await
    }

    /// Sends a form as a page of the console does, and keeps the cookie that comes back.
    pub(super) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let request = form(self.client.post(self.address(path)), fields)
            .header("origin", format!("https://{HOST}"))
            .header("sec-fetch-site", "same-origin");
        self.ask(request, HOST).await
    }

    /// Fills the form of `page` that is sent to `action`, and sends it.
    pub(super) async fn submit(
        &mut self,
        page: &Page,
        action: &str,
        filled: &[(&str, &str)],
    ) -> Page {
        let fields = page.filled(action, filled);
        self.post(action, &pairs(&fields)).await
    }

    pub(super) async fn ask(&mut self, request: RequestBuilder, host: &str) -> Page {
        let request = request.header("host", host).header("cookie", &self.cookie);
        let answer = request.send().await.unwrap();
        let page = Page {
            status: answer.status(),
            headers: answer.headers().clone(),
            body: answer.text().await.unwrap(),
        };
        let others = ["countersign_told=", "countersign_keys="];
        let is_other = |cookie: &[u8]| {
            others
                .iter()
                .any(|name| cookie.starts_with(name.as_bytes()))
        };
        let cookies = page.headers.get_all(SET_COOKIE).iter();
        let mut cookies = cookies.filter(|cookie| !is_other(cookie.as_bytes()));
        if let Some(cookie) = cookies.next() {
            let (pair, rules) = cookie.to_str().unwrap().split_once(';').unwrap();
            assert!(pair.starts_with("__Host-countersign="), "{pair}");
            assert!(
                rules.starts_with(" Path=/; Secure; HttpOnly; SameSite=Lax"),
                "{rules}"
            );
            self.cookie = pair.to_owned();
        }
        page
    }

    pub(super) fn address(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The secret that a page of an invitation shows.
    pub(super) async fn shown_secret(&mut self, path: &str) -> TotpSecret {
        let page = self.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert!(page.body.contains("<svg class=\"qr\""));
        TotpSecret::parse(&page.attributes("value").pop().unwrap_or_default())
            .unwrap_or_else(|| TotpSecret::parse(page.text_of("totp-secret")).unwrap())
    }

    pub(super) async fn password(&mut self, name: &str, password: &str) -> Page {
        let fields = [("name", name), ("password", password)];
        self.post("/console/sign-in", &fields).await
    }

    pub(super) async fn code(&mut self, code: &str) -> Page {
        self.post("/console/sign-in/code", &[("code", code)]).await
    }

    pub(super) async fn is_signed_in(&mut self) -> bool {
        self.get("/console/overview").await.status == StatusCode::OK
    }
}

/// The names of the acts on record.
pub(super) async fn verbs(server: &Server) -> Vec<String> {
    let acts = acts(server).await;
    let verbs = acts.iter().map(|act| act["act"].as_str().unwrap());
    verbs.map(str::to_owned).collect()
}
