//! A person at a browser, who manages by the console, and the pages that come back.

use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::{Client, RequestBuilder, StatusCode};

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

    pub(crate) async fn ask(&self, request: RequestBuilder) -> Page {
        let request = request
            .header("cookie", &self.cookie)
            .header("accept-language", self.language);
        let answer = request.send().await.unwrap();
        Page {
            status: answer.status(),
            headers: answer.headers().clone(),
            body: answer.text().await.unwrap(),
        }
    }
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
