//! The widget of ALTCHA, which solves the challenges that the service demands. It comes from npm, and not with this program.

use std::io;
use std::path::Path;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::App;

/// The files of the widget that a page needs under a strict policy of its contents.
#[derive(Clone)]
pub struct Widget {
    script: String,
    style: String,
    worker: String,
}

impl std::fmt::Debug for Widget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Widget").finish_non_exhaustive()
    }
}

impl Widget {
    /// Reads the files from the folder of the npm package `altcha`, version 3.
    ///
    /// # Errors
    /// When one of them is missing.
    pub fn of_package(folder: &Path) -> io::Result<Self> {
        let read = |name: &str| std::fs::read_to_string(folder.join("dist").join(name));
        Ok(Self {
            script: read("external/altcha.js")?,
            style: read("external/altcha.css")?,
            worker: read("workers/pbkdf2.js")?,
        })
    }
}

/// `GET /altcha/altcha.js`.
pub(crate) async fn script(State(app): State<Arc<App>>) -> Response {
    served(&app, "text/javascript", |widget| &widget.script)
}

/// `GET /altcha/altcha.css`.
pub(crate) async fn style(State(app): State<Arc<App>>) -> Response {
    served(&app, "text/css", |widget| &widget.style)
}

/// `GET /altcha/pbkdf2.js`.
pub(crate) async fn worker(State(app): State<Arc<App>>) -> Response {
    served(&app, "text/javascript", |widget| &widget.worker)
}

fn served(app: &App, kind: &str, file: fn(&Widget) -> &String) -> Response {
    match &app.widget {
        Some(widget) => {
            let kind = [(header::CONTENT_TYPE, format!("{kind}; charset=utf-8"))];
            (kind, file(widget).clone()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
