//! A person at a browser, who manages by the console, and the pages that come back.

use countersign::system::{Machine, Readings as _};
use countersign_core::staff::totp::TotpSecret;
use countersign_core::time::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::{Client, RequestBuilder, StatusCode};

use serde_json::json;
use url::form_urlencoded;

use crate::server::Server;

/// A page as it came back.
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Page {
    /// The address that the browser is led to.
    pub(crate) fn leads_to(&self) -> &str {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.body);
        self.headers[LOCATION].to_str().unwrap()
    }

    /// The values of all attributes of this name.
    pub(crate) fn attributes(&self, name: &str) -> Vec<String> {
        let start = format!(" {name}=\"");
        let parts = self.body.split(&start).skip(1);
        let values = parts.map(|part| part.split('"').next().unwrap());
        values.map(|value| value.replace("&#38;", "&")).collect()
    }

    /// The fields of the form that is sent to `action`, with the values that a browser would send.
    pub(crate) fn fields(&self, action: &str) -> Vec<(String, String)> {
        let start = format!("action=\"{}\"", action.replace('&', "&#38;"));
        let (_, rest) = self
            .body
            .split_once(&start)
            .unwrap_or_else(|| panic!("no form for {action}: {}", self.body));
        let form = rest.split("</form>").next().unwrap();
        let mut fields = Vec::new();
        for part in form.split('<').skip(1) {
            let (tag, text) = part.split_once('>').unwrap();
            let attribute = |name: &str| {
                let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
                Some(plain(rest.split('"').next().unwrap()))
            };
            let name = attribute("name");
            match tag.split(' ').next().unwrap() {
                "input" if tag.contains("type=\"checkbox\"") => {}
                "input" => fields.push((name.unwrap(), attribute("value").unwrap_or_default())),
                "textarea" => fields.push((name.unwrap(), plain(text.trim_start_matches('\n')))),
                "select" => fields.push((name.unwrap(), String::new())),
                "option" => {
                    let (_, chosen) = fields.last_mut().unwrap();
                    let is_first = form.split(part).next().unwrap().trim_end_matches('<');
                    let is_first = is_first.trim_end().ends_with('>')
                        && is_first.rsplit('<').next().unwrap().starts_with("select");
                    if is_first || tag.ends_with(" selected") {
                        *chosen = attribute("value").unwrap_or_else(|| plain(text));
                    }
                }
                _ => {}
            }
        }
        fields
    }

    /// The fields of the form that is sent to `action`, filled. What `filled` does not name stays as it is.
    pub(crate) fn filled(&self, action: &str, filled: &[(&str, &str)]) -> Vec<(String, String)> {
        let fields = self.fields(action);
        for (name, _) in filled.iter().filter(|(name, _)| *name != "then") {
            let has = fields.iter().any(|(field, _)| field == name);
            // A box that is not ticked sends nothing.
            let box_of = format!("type=\"checkbox\" id=\"{name}\"");
            assert!(
                has || self.body.contains(&box_of),
                "{action} has no field {name}: {fields:?}"
            );
        }
        let kept = fields
            .into_iter()
            .filter(|(field, _)| !filled.iter().any(|(name, _)| name == field));
        let filled = filled
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        kept.chain(filled).collect()
    }

    /// The text of the element with this id, without tags.
    pub(crate) fn text_of(&self, id: &str) -> &str {
        let (_, rest) = self.body.split_once(&format!("id=\"{id}\">")).unwrap();
        rest.split('<').next().unwrap()
    }
}

/// A browser of a person.
pub(crate) struct Person<'a> {
    pub(crate) server: &'a Server,
    pub(crate) client: Client,
    pub(crate) cookie: String,
    pub(crate) language: &'static str,
}

impl<'a> Person<'a> {
    /// A browser of nobody who is signed in.
    pub(crate) fn stranger(server: &'a Server) -> Self {
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none());
        Self {
            server,
            client: client.build().unwrap(),
            cookie: String::new(),
            language: "en-US",
        }
    }

    /// A person who signs in, in this role.
    pub(crate) async fn of(server: &'a Server, role: &str) -> Self {
        let mut person = Self::stranger(server);
        let page = person.post("/console/sign-in", &[("role", role)]).await;
        assert_eq!(page.leads_to(), "/console/overview");
        let cookies: Vec<_> = page.headers.get_all(SET_COOKIE).iter().collect();
        let [cookie] = cookies.as_slice() else {
            panic!("{cookies:?}");
        };
        let cookie = cookie.to_str().unwrap();
        assert!(
            cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"),
            "{cookie}"
        );
        person.cookie = cookie.split(';').next().unwrap().to_owned();
        person
    }

    /// Somebody who was invited in this role, for these applications, and has joined.
    pub(crate) async fn joined(server: &'a Server, role: &str, name: &str, apps: &[&str]) -> Self {
        let body = json!({"role": role, "name": name, "applications": apps});
        let invited = server.operator().set("invite-staff", body).await;
        let link = invited["link"].as_str().unwrap();
        let path = &link[link.find("/console/").unwrap()..];
        let mut person = Self::stranger(server);
        let page = person.get(path).await;
        let totp = page.text_of("totp-secret");
        let wall = Timestamp::from_millis(Machine.wall());
        let code = TotpSecret::parse(totp).unwrap().shown_at(wall);
        let filled = [
            ("name", name),
            ("password", "correct horse battery"),
            ("totp", totp),
            ("code", &code),
        ];
        let joined = person.post(path, &filled).await;
        let cookies = joined.headers.get_all(SET_COOKIE).iter();
        let mut cookies = cookies.map(|cookie| cookie.to_str().unwrap());
        let cookie = cookies.find(|cookie| cookie.starts_with("countersign-dev"));
        let cookie = cookie.unwrap_or_else(|| panic!("{}", joined.body));
        person.cookie = cookie.split(';').next().unwrap().to_owned();
        person
    }

    /// The same browser at another node of the deployment, behind the same address.
    pub(crate) fn at<'b>(&self, node: &'b Server) -> Person<'b> {
        let (_, token) = self.cookie.split_once('=').unwrap();
        let port = node.url.rsplit(':').next().unwrap();
        Person {
            server: node,
            client: self.client.clone(),
            cookie: format!("countersign-dev-{port}={token}"),
            language: self.language,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Page {
        self.ask(self.client.get(format!("{}{path}", self.server.url)))
            .await
    }

    /// Sends a form as a page of the console does.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let request = self.client.post(format!("{}{path}", self.server.url));
        let own = [
            ("origin", self.server.url.as_str()),
            ("sec-fetch-site", "same-origin"),
        ];
        let request = own
            .iter()
            .fold(form(request, fields), |request, (name, value)| {
                request.header(*name, *value)
            });
        self.ask(request).await
    }

    /// Opens the page that an act leads to, as a browser does.
    pub(crate) async fn follow(&self, page: &Page) -> Page {
        let told = page.headers.get_all(SET_COOKIE).iter();
        let told = told.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap());
        let cookies = std::iter::once(self.cookie.as_str()).chain(told);
        let cookies = cookies.collect::<Vec<_>>().join("; ");
        let request = self
            .client
            .get(format!("{}{}", self.server.url, page.leads_to()));
        self.ask_with(request, &cookies).await
    }

    /// Fills the form of `page` that is sent to `action`, and sends it. What `filled` does not name stays as it is.
    pub(crate) async fn submit(&self, page: &Page, action: &str, filled: &[(&str, &str)]) -> Page {
        let fields = page.filled(action, filled);
        self.post(action, &pairs(&fields)).await
    }

    pub(crate) async fn ask(&self, request: RequestBuilder) -> Page {
        self.ask_with(request, &self.cookie).await
    }

    async fn ask_with(&self, request: RequestBuilder, cookies: &str) -> Page {
        let request = request
            .header("cookie", cookies)
            .header("accept-language", self.language);
        let answer = request.send().await.unwrap();
        Page {
            status: answer.status(),
            headers: answer.headers().clone(),
            body: answer.text().await.unwrap(),
        }
    }
}

/// Fields of a form, borrowed.
pub(crate) fn pairs(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    let fields = fields.iter();
    fields
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

/// A text of a page without escapes.
fn plain(text: &str) -> String {
    [
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#38;", "&"),
    ]
    .into_iter()
    .fold(text.to_owned(), |text, (escape, letter)| {
        text.replace(escape, letter)
    })
}

/// A request with these fields of a form.
pub(crate) fn form(request: RequestBuilder, fields: &[(&str, &str)]) -> RequestBuilder {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    request
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(body)
}
