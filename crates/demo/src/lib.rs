//! An example application: people sign in with their mobile number and a code from an SMS.
//!
//! The application is written with the Rust SDK (`countersign-client`) alone, as a program outside this repository would
//! be. `countersign demo` serves it. The smallest program with the SDK is `examples/send.rs`. Reading order:
//!
//! 1. [`sign_in`]: the two calls of the SDK that matter, `send_sms` and `verify_code`, and what each answer means.
//! 2. [`session`]: who is signed in, by `verify_token_for`.
//! 3. [`same_site`]: forms of other web sites are refused.
//! 4. [`widget`]: the browser proves some work where the service asks for it.
//! 5. [`pages`] and [`words`]: what a person sees, in English or Chinese.
//!
//! An application for production differs in three points. Its session is its own, not the verification token, which ends
//! after minutes. Its cookie is `Secure`. And it limits how many codes one visitor may ask for, beside the limits of the
//! service.

mod pages;
mod same_site;
mod session;
mod sign_in;
mod widget;
mod words;

use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Redirect};
use axum::routing::{get, post};
use countersign_client::{AuthenticationClient, Error, Lang};

use crate::words::Language;

pub use crate::widget::Widget;

/// The service that sends and checks the codes, and this application's account there.
pub struct Service {
    /// The address of the service, such as `http://127.0.0.1:8480`. An `https` address is refused, since the SDK is built
    /// without TLS here.
    pub url: String,
    /// The id of the application.
    pub app_id: String,
    /// The secret of the application, which never reaches a page.
    pub app_secret: String,
    /// The page on which the service shows the codes it sent, where it is a service for development.
    pub inbox: Option<String>,
    /// The widget that solves challenges, where the page has one.
    pub widget: Option<Widget>,
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("url", &self.url)
            .field("app_id", &self.app_id)
            .field("inbox", &self.inbox)
            .finish_non_exhaustive()
    }
}

/// Everything a handler needs.
struct App {
    english: AuthenticationClient,
    chinese: AuthenticationClient,
    inbox: Option<String>,
    widget: Option<Widget>,
}

impl App {
    fn new(service: Service) -> Result<Self, Error> {
        let client = AuthenticationClient::builder()
            .app_id(service.app_id)
            .app_secret(service.app_secret)
            .app_host(service.url);
        Ok(Self {
            english: client.clone().lang(Lang::EnUs).build()?,
            chinese: client.lang(Lang::ZhCn).build()?,
            inbox: service.inbox,
            widget: service.widget,
        })
    }

    /// Returns the client whose answers are sentences in `language`.
    fn client(&self, language: Language) -> &AuthenticationClient {
        match language {
            Language::English => &self.english,
            Language::Chinese => &self.chinese,
        }
    }
}

/// Makes the application. Its server must listen on loopback only: the secret of the development application is known to
/// everyone.
///
/// # Errors
/// When the SDK cannot work with the address or the id of the application.
///
/// ```
/// let service = countersign_demo::Service {
///     url: "http://127.0.0.1:8480".to_owned(),
///     app_id: "dev-app".to_owned(),
///     app_secret: "dev-app-secret".to_owned(),
///     inbox: Some("http://127.0.0.1:8480/dev/outbox".to_owned()),
///     widget: None,
/// };
/// let router: axum::Router = countersign_demo::router(service)?;
/// # Ok::<(), countersign_client::Error>(())
/// ```
pub fn router(service: Service) -> Result<Router, Error> {
    // A person who reloads the page of a form by its address starts again.
    let start_again = || async { Redirect::to("/") };
    let router = Router::new()
        .route("/", get(sign_in::home))
        .route("/code", post(sign_in::send).get(start_again))
        .route("/sign-in", post(sign_in::check).get(start_again))
        .route("/sign-out", post(sign_in::sign_out).get(start_again))
        .route("/demo.css", get(style))
        .route("/web-otp.js", get(script))
        .route("/challenge.js", get(challenge_script))
        .route("/altcha/altcha.js", get(widget::script))
        .route("/altcha/altcha.css", get(widget::style))
        .route("/altcha/pbkdf2.js", get(widget::worker))
        .layer(axum::middleware::from_fn(same_site::guard))
        .layer(axum::middleware::map_response(pages::secured))
        .with_state(Arc::new(App::new(service)?));
    Ok(router)
}

async fn style() -> impl IntoResponse {
    let kind = [(header::CONTENT_TYPE, "text/css; charset=utf-8")];
    (kind, include_str!("../assets/demo.css"))
}

async fn script() -> impl IntoResponse {
    let kind = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")];
    (kind, include_str!("../assets/web-otp.js"))
}

async fn challenge_script() -> impl IntoResponse {
    let kind = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")];
    (kind, include_str!("../assets/challenge.js"))
}
