use std::fmt;

use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response};

/// A person with a browser at the demo. The browser keeps no cookie by itself and follows no redirect.
pub(crate) struct Visitor {
    demo: String,
    client: Client,
    cookie: String,
    languages: &'static str,
}

/// A page of the demo, as a browser gets it.
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) set_cookie: Option<String>,
    pub(crate) policy: String,
    pub(crate) body: String,
}

impl Visitor {
    /// A person who opens the demo at this address for the first time, and reads English.
    pub(crate) fn of(demo: &str) -> Self {
        let client = Client::builder().no_proxy().redirect(Policy::none());
        Self {
            demo: demo.to_owned(),
            client: client.build().unwrap(),
            cookie: String::new(),
            languages: "en-US,en;q=0.9",
        }
    }

    /// The person with this header `Accept-Language`.
    pub(crate) fn reading(mut self, languages: &'static str) -> Self {
        self.languages = languages;
        self
    }

    /// The person with this header `Cookie`.
    pub(crate) fn with_cookie(mut self, cookie: &str) -> Self {
        cookie.clone_into(&mut self.cookie);
        self
    }

    /// Opens the page at `path`.
    pub(crate) async fn open(&self, path: &str) -> Page {
        let request = self.client.get(format!("{}{path}", self.demo));
        self.ask(request).await
    }

    /// Sends a form, whose fields are encoded already, from a page of the demo.
    pub(crate) async fn submit(&self, path: &str, form: &str) -> Page {
        self.submit_from(&[("origin", &self.demo)], path, form)
            .await
    }

    /// Sends a form with the headers that a browser adds for the page that it is on.
    pub(crate) async fn submit_from(&self, page: &[(&str, &str)], path: &str, form: &str) -> Page {
        let mut request = self
            .client
            .post(format!("{}{path}", self.demo))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.to_owned());
        for (name, value) in page {
            request = request.header(*name, *value);
        }
        self.ask(request).await
    }

    async fn ask(&self, request: RequestBuilder) -> Page {
        let request = request
            .header("accept-language", self.languages)
            .header("cookie", format!("theme=dark; {}", self.cookie));
        Page::read(request.send().await.unwrap()).await
    }
}

impl Page {
    async fn read(answer: Response) -> Self {
        let header = |name: &str| {
            let value = answer.headers().get(name)?;
            Some(value.to_str().unwrap().to_owned())
        };
        Self {
            status: answer.status().as_u16(),
            location: header("location"),
            set_cookie: header("set-cookie"),
            policy: header("content-security-policy").unwrap_or_default(),
            body: answer.text().await.unwrap(),
        }
    }
}

/// The heading and the notice, where the page has them, as they stand in the HTML.
impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let between = |start: &str, end: &str| {
            let rest = self.body.split_once(start)?.1;
            Some(rest.split_once(end)?.0.to_owned())
        };
        let heading = between("<h1>", "</h1>").unwrap_or_default();
        write!(f, "{} {heading}", self.status)?;
        match between("<p role=\"status\">", "</p>") {
            Some(notice) => write!(f, ": {notice}"),
            None => Ok(()),
        }
    }
}
