//! People who sign in to the console of a service in production, from the invitation to the end.

use std::time::Duration;

use countersign::system::{Machine, Readings as _};
use countersign_core::staff::totp::TotpSecret;
use countersign_core::time::Timestamp;
use insta::assert_snapshot;
use reqwest::header::SET_COOKIE;
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use super::person::{Page, form, pairs};
use crate::audit::acts;
use crate::deployment::{Deployment, free_port};
use crate::server::Server;

pub(super) const PASSWORD: &str = "correct horse battery";

/// The host of the console: a proxy that speaks https would stand in front of it.
const HOST: &str = "console.example.com";

/// A service in production with a console.
pub(super) struct Service {
    deployment: Deployment,
    pub(super) server: Server,
    port: u16,
}

impl Service {
    pub(super) async fn start() -> Self {
        let (deployment, port) = (Deployment::new(), free_port());
        let text = std::fs::read_to_string(deployment.settings()).unwrap();
        let console =
            format!("\n[console]\nlisten = \"127.0.0.1:{port}\"\nurl = \"https://{HOST}\"\n");
        std::fs::write(deployment.settings(), text + &console).unwrap();
        let server = deployment.serve(&[]).await;
        Self {
            deployment,
            server,
            port,
        }
    }

    async fn restart(self) -> Self {
        let stopped = self.server.stop().await;
        assert!(stopped.status.success(), "{}", stopped.stderr);
        let server = self.deployment.serve(&[]).await;
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
        let server = self.deployment.serve(&[]).await;
        Self { server, ..self }
    }

    /// What the command line prints, as JSON.
    fn staff(&self, args: &[&str]) -> Value {
        let args = [&["staff"], args, &["--json"]].concat();
        serde_json::from_str(&self.server.terminal().ok(&args)).unwrap()
    }

    /// The path of a link that invites somebody in this role.
    fn invite(&self, role: &str) -> String {
        path_of(&self.staff(&["invite", "--role", role]))
    }

    fn browser(&self) -> Browser {
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

/// What somebody who joined has.
pub(super) struct Joined {
    pub(super) totp: TotpSecret,
    pub(super) codes: Vec<String>,
}

fn path_of(invited: &Value) -> String {
    let link = invited["link"].as_str().unwrap();
    link.strip_prefix("https://console.example.com")
        .unwrap()
        .to_owned()
}

/// The code that the app shows, or shows so many steps later.
pub(super) fn code(totp: &TotpSecret, later: i64) -> String {
    totp.shown_at(Timestamp::from_millis(Machine.wall() + later * 30_000))
}

/// A browser at the console.
pub(super) struct Browser {
    client: Client,
    port: u16,
    cookie: String,
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

    async fn ask(&mut self, request: RequestBuilder, host: &str) -> Page {
        let request = request.header("host", host).header("cookie", &self.cookie);
        let answer = request.send().await.unwrap();
        let page = Page {
            status: answer.status(),
            headers: answer.headers().clone(),
            body: answer.text().await.unwrap(),
        };
        let told = "countersign_told=";
        let cookies = page.headers.get_all(SET_COOKIE).iter();
        let mut cookies = cookies.filter(|cookie| !cookie.as_bytes().starts_with(told.as_bytes()));
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

    fn address(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The secret that a page of an invitation shows.
    async fn shown_secret(&mut self, path: &str) -> TotpSecret {
        let page = self.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert!(page.body.contains("<svg class=\"qr\""));
        TotpSecret::parse(&page.attributes("value").pop().unwrap_or_default())
            .unwrap_or_else(|| TotpSecret::parse(page.text_of("totp-secret")).unwrap())
    }

    async fn password(&mut self, name: &str, password: &str) -> Page {
        let fields = [("name", name), ("password", password)];
        self.post("/console/sign-in", &fields).await
    }

    async fn code(&mut self, code: &str) -> Page {
        self.post("/console/sign-in/code", &[("code", code)]).await
    }

    async fn is_signed_in(&mut self) -> bool {
        self.get("/console/overview").await.status == StatusCode::OK
    }
}

/// The names of the acts on record.
async fn verbs(server: &Server) -> Vec<String> {
    let acts = acts(server).await;
    let verbs = acts.iter().map(|act| act["act"].as_str().unwrap());
    verbs.map(str::to_owned).collect()
}

// shows: G1, G2, G8
#[tokio::test]
async fn a_first_owner_joins_by_a_link_and_signs_in_with_a_second_factor() {
    let service = Service::start().await;
    let path = service.invite("owner");
    let mut browser = service.browser();
    let totp = browser.shown_secret(&path).await;
    let bad = [
        ("name", " "),
        ("password", "too short"),
        ("totp", totp.reveal()),
        ("code", "000"),
    ];
    let refused = browser.post(&path, &bad).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["name-error", "password-error", "code-error"] {
        assert!(
            refused.text_of(field).starts_with("Error: Enter"),
            "{field}"
        );
    }
    assert!(
        !refused.body.contains("too short"),
        "no password comes back"
    );
    assert!(
        refused.body.contains(totp.reveal()),
        "the app need not scan anew"
    );
    let first = code(&totp, 0);
    let good = [
        ("name", "Lin"),
        ("password", PASSWORD),
        ("totp", totp.reveal()),
        ("code", &first),
    ];
    assert_eq!(
        browser.post(&path, &good).await.leads_to(),
        "/console/me/codes"
    );
    let codes = browser.get("/console/me/codes").await;
    assert_eq!(codes.body.matches("<li class=\"id\">").count(), 10);
    let recovery = codes.body.split("<li class=\"id\">").nth(1).unwrap();
    let recovery = recovery.split('<').next().unwrap().to_owned();
    let again = browser.get("/console/me/codes").await;
    assert!(!again.body.contains(&recovery), "shown once");
    assert!(browser.is_signed_in().await);
    let gone = service.browser().get(&path).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND, "the link is good once");
    assert!(gone.body.contains("This invitation is over"));

    let old = browser.cookie.clone();
    assert_eq!(
        browser.post("/console/sign-out", &[]).await.leads_to(),
        "/console/sign-in"
    );
    browser.cookie = old;
    assert!(
        !browser.is_signed_in().await,
        "ended in the service, not in the browser alone"
    );

    let mut browser = service.browser();
    let [unknown, wrong] = [("Wang", PASSWORD), ("Lin", "correct horse battery?")];
    let unknown = browser.password(unknown.0, unknown.1).await;
    let wrong = browser.password(wrong.0, wrong.1).await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(wrong.text_of("name-error"), unknown.text_of("name-error"));
    let page = browser.password("LIN", PASSWORD).await;
    assert!(page.leads_to().starts_with("/console/sign-in/code"));
    assert!(
        !browser.is_signed_in().await,
        "a password alone opens nothing"
    );
    let waiting = browser.cookie.clone();
    let used = browser.code(&first).await;
    assert_eq!(
        used.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "used when joining"
    );
    let next = code(&totp, 1);
    assert_eq!(browser.code(&next).await.leads_to(), "/console/overview");
    assert!(browser.is_signed_in().await);
    assert_ne!(browser.cookie, waiting, "another token");

    let mut browser = service.browser();
    browser.password("lin", PASSWORD).await.leads_to();
    let replayed = browser.code(&next).await;
    assert_eq!(replayed.status, StatusCode::UNPROCESSABLE_ENTITY);
    let typed = recovery.to_lowercase().replace('-', " ");
    assert_eq!(browser.code(&typed).await.leads_to(), "/console/overview");
    let mut browser = service.browser();
    browser.password("lin", PASSWORD).await.leads_to();
    let twice = browser.code(&recovery).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);

    let listed = service.staff(&["list"]);
    assert_eq!(listed[0]["name"], "Lin");
    assert_eq!(listed[0]["recoveryCodesLeft"], 9);
    let verbs = verbs(&service.server).await;
    for verb in [
        "person_invited",
        "person_joined",
        "signed_in",
        "signed_out",
        "sign_in_failed",
        "recovery_code_used",
    ] {
        assert!(verbs.iter().any(|held| held == verb), "{verb}: {verbs:?}");
    }
    let record = json!(acts(&service.server).await).to_string();
    let stopped = service.server.stop().await;
    let token = path.rsplit('/').next().unwrap();
    let cookie = browser.cookie.split('=').nth(1).unwrap();
    for secret in [PASSWORD, totp.reveal(), &recovery, token, cookie] {
        assert!(!stopped.stderr.contains(secret) && !record.contains(secret));
    }
}

// shows: G8
#[tokio::test]
async fn after_ten_wrong_passwords_even_the_right_one_waits_also_after_a_restart() {
    let service = Service::start().await;
    service.joined("owner", "Lin").await;
    let mut browser = service.browser();
    for _ in 0..10 {
        let wrong = browser.password("Lin", "correct horse batteries").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let service = service.restart().await;
    let mut browser = service.browser();
    let page = browser.password("Lin", PASSWORD).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(page.text_of("name-error").contains("too many tries"));
}

// shows: G2
#[tokio::test]
async fn a_session_outlives_a_restart_and_ends_with_its_person() {
    let service = Service::start().await;
    let (mut lin, _) = service.joined("owner", "Lin").await;
    let (mut wang, _) = service.joined("auditor", "Wang").await;
    let mut service = service.restart().await;
    assert!(lin.is_signed_in().await && wang.is_signed_in().await);
    assert_eq!(lin.get("/console/settings").await.status, StatusCode::OK);
    service
        .server
        .terminal()
        .ok(&["staff", "role", "Wang", "support"]);
    assert!(!wang.is_signed_in().await, "another role, another session");
    let (mut wu, joined) = service.joined("operator", "Wu").await;
    service.staff(&["reset", "wu"]);
    assert!(!wu.is_signed_in().await);
    wu.cookie.clear();
    let old = wu.password("Wu", PASSWORD).await;
    assert_eq!(
        old.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "until the person joins anew"
    );
    assert_eq!(joined.codes.len(), 10);
    let refused = service.server.terminal().run(&["staff", "remove", "Lin"]);
    assert_snapshot!(refused.stderr.trim(), @"countersign: It cannot be deleted, because it is in use by the deployment, of which this is the last owner. (statusCode 409)");
    service.server.terminal().ok(&["staff", "remove", "Wang"]);
    let twice = service.server.terminal().run(&["staff", "remove", "Wang"]);
    assert_snapshot!(twice.stderr.trim(), @"countersign: there is nobody called Wang");
    service = service.restart().await;
    assert!(lin.is_signed_in().await);
    let listed = service.staff(&["list"]);
    let names: Vec<_> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["name"])
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

// shows: G2
#[tokio::test]
async fn another_password_and_new_codes_end_every_other_session() {
    let service = Service::start().await;
    let (mut lin, joined) = service.joined("owner", "Lin").await;
    let mut other = service.browser();
    other.password("Lin", PASSWORD).await.leads_to();
    other.code(&code(&joined.totp, 1)).await.leads_to();
    assert!(other.is_signed_in().await);
    let me = lin.get("/console/me").await;
    assert!(me.body.contains("10 recovery codes are left."));
    let new = "a wholly different one";
    let wrong = [("password", "not my password"), ("new-password", new)];
    let refused = lin.post("/console/me/password", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused
            .text_of("password-error")
            .contains("current password is wrong")
    );
    let weak = [("password", PASSWORD), ("new-password", "password1234")];
    let refused = lin.post("/console/me/password", &weak).await;
    assert!(
        refused
            .text_of("new-password-error")
            .contains("guessed first")
    );
    let right = [("password", PASSWORD), ("new-password", new)];
    let changed = lin.post("/console/me/password", &right).await;
    assert_eq!(changed.leads_to(), "/console/me?saved=1");
    assert!(lin.is_signed_in().await && !other.is_signed_in().await);

    let made = lin
        .post("/console/me/codes", &[("codes-password", new)])
        .await;
    assert_eq!(made.leads_to(), "/console/me/codes");
    let codes = lin.get("/console/me/codes").await;
    assert!(!codes.body.contains(&joined.codes[0]));
    let mut browser = service.browser();
    browser.password("Lin", new).await.leads_to();
    let old = browser.code(&joined.codes[0]).await;
    assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY);

    let chosen = [
        ("language", "zh-CN"),
        ("theme", "dark"),
        ("zone", "Asia/Shanghai"),
    ];
    lin.post("/console/me", &chosen).await.leads_to();
    let service = service.restart().await;
    let page = lin.get("/console/overview").await;
    assert!(
        page.body
            .contains("<html lang=\"zh-CN\" data-theme=\"dark\">")
    );
    assert!(page.body.contains("时间均为 Asia/Shanghai 时区。"));
    assert!(
        verbs(&service.server)
            .await
            .contains(&"credentials_changed".to_owned())
    );
}

#[tokio::test]
async fn an_owner_invites_somebody_on_the_page_of_staff_and_support_does_not_see_it() {
    const STAFF: &str = "/console/settings/staff";
    let service = Service::start().await;
    let (mut lin, _) = service.joined("owner", "Lin").await;
    let taken = [("name", "lin"), ("role", "support")];
    let refused = lin.post(STAFF, &taken).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("Somebody has this name already"));
    let invited = lin
        .post(STAFF, &[("name", "Wang"), ("role", "support")])
        .await;
    let link = invited.text_of("link").to_owned();
    let path = link.strip_prefix("https://console.example.com").unwrap();
    let mut wang = service.browser();
    let totp = wang.shown_secret(path).await;
    let fields = [
        ("name", "Wang"),
        ("password", PASSWORD),
        ("totp", totp.reveal()),
    ];
    let joined = wang.post(path, &fields).await;
    assert_eq!(
        joined.leads_to(),
        "/console/overview",
        "support needs no second factor"
    );
    assert_eq!(wang.get(STAFF).await.status, StatusCode::FORBIDDEN);
    let id = service.staff(&["list"]);
    let people = id.as_array().unwrap();
    let id_of = |name| {
        let found = people.iter().find(|person| person["name"] == name).unwrap();
        found["personId"].as_str().unwrap().to_owned()
    };
    let (own, other) = (id_of("Lin"), id_of("Wang"));
    let raised = lin
        .post(
            &format!("{STAFF}/{other}/role"),
            &[("new-role", "operator")],
        )
        .await;
    assert!(raised.body.contains("This role needs a second factor"));
    let left = lin.post(&format!("{STAFF}/{own}/remove"), &[]).await;
    assert!(
        left.body
            .contains("The last owner who can sign in stays an owner")
    );
    let removed = lin.post(&format!("{STAFF}/{other}/remove"), &[]).await;
    assert_eq!(removed.leads_to(), STAFF);
    assert!(!wang.is_signed_in().await);
    let page = lin.get(STAFF).await;
    assert!(page.body.contains("10 recovery codes are left.") && !page.body.contains("Wang"));
}

// shows: G3
#[tokio::test]
async fn the_console_in_production_is_on_its_own_listener_and_for_its_own_host() {
    let service = Service::start().await;
    let (mut lin, _) = service.joined("owner", "Lin").await;
    assert_eq!(service.server.get("/console/sign-in").await.http, 404);
    let address = lin.address("/console/overview");
    let asked = lin.client.get(&address);
    let other = lin.ask(asked, "evil.example").await;
    assert_eq!(other.status, StatusCode::MISDIRECTED_REQUEST);
    let page = lin.get("/console/overview").await;
    let header = |name: &str| page.headers[name].to_str().unwrap().to_owned();
    assert!(header("strict-transport-security").starts_with("max-age=31536000"));
    assert!(!page.body.contains("Development") && !page.body.contains("/console/inbox"));
    assert_eq!(
        lin.get("/console/inbox").await.status,
        StatusCode::NOT_FOUND
    );
    let by_role = lin.post("/console/sign-in", &[("role", "owner")]).await;
    assert_eq!(
        by_role.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "no button in production"
    );
    let foreign = form(lin.client.post(lin.address("/console/sign-out")), &[])
        .header("origin", format!("http://{HOST}"))
        .header("sec-fetch-site", "same-origin");
    assert_eq!(lin.ask(foreign, HOST).await.status, StatusCode::FORBIDDEN);
    assert!(lin.is_signed_in().await);
}

#[test]
fn a_console_that_would_take_passwords_over_plain_http_is_refused() {
    let refusal = |section: &str| {
        let made = Deployment::new();
        let text = std::fs::read_to_string(made.settings()).unwrap();
        std::fs::write(made.settings(), format!("{text}\n[console]\n{section}\n")).unwrap();
        made.refusal()
    };
    let listen = "listen = \"127.0.0.1:0\"\n";
    assert_snapshot!(refusal(listen), @"countersign: the settings (file [folder]/countersign.toml): console: listen needs a url, by which people reach the console, such as https://console.example.com");
    let url = "url = \"https://console.example.com\"";
    assert_snapshot!(refusal(url), @"countersign: the settings (file [folder]/countersign.toml): console: url needs listen, such as 127.0.0.1:8481");
    let plain = format!("{listen}url = \"http://console.example.com\"");
    assert_snapshot!(refusal(&plain), @"countersign: the settings (file [folder]/countersign.toml): console: url must be https, since people sign in there: put a proxy that speaks https in front of listen");
}
