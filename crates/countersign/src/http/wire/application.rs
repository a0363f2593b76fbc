//! Applications between the wire and the rules: what the operator may set, and how it is shown.

use countersign_api::{ApplicationDto, Fault, FieldProblem};
use countersign_core::application::{AppId, AppName, Application, Origin};
use countersign_core::autofill::{AndroidAppHash, WebHost};
use countersign_core::template::TooLong;

use crate::http::request::malformed::malformed;

pub(crate) fn id(text: &str) -> Result<AppId, Fault> {
    AppId::parse(text).map_err(|_| wrong("appId", FieldProblem::NotAnAppId))
}

pub(crate) fn name(text: &str) -> Result<AppName, Fault> {
    AppName::parse(text).map_err(|_| wrong("appName", FieldProblem::NotAnAppName))
}

/// The most origins of one application.
const ORIGINS: usize = 20;

pub(crate) fn origins(texts: &[String]) -> Result<Vec<Origin>, Fault> {
    let origins: Result<Vec<_>, _> = texts.iter().map(|text| Origin::parse(text)).collect();
    let few = origins.ok().filter(|origins| origins.len() <= ORIGINS);
    few.ok_or(wrong("allowedOrigins", FieldProblem::NotAnOrigin))
}

/// `None` for an empty text.
pub(crate) fn web_host(text: &str) -> Result<Option<WebHost>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    let host = WebHost::parse(text).map_err(|_| wrong("webHost", FieldProblem::NotAWebHost))?;
    Ok(Some(host))
}

/// `None` for an empty text.
pub(crate) fn android_app_hash(text: &str) -> Result<Option<AndroidAppHash>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    let hash = AndroidAppHash::parse(text)
        .map_err(|_| wrong("androidAppHash", FieldProblem::NotAnAndroidAppHash))?;
    Ok(Some(hash))
}

/// Which field makes a text too long: the first of these that the caller set, else the name.
pub(crate) fn field_to_blame(
    web_host: Option<&str>,
    android_app_hash: Option<&str>,
) -> &'static str {
    match (web_host, android_app_hash) {
        (Some(host), _) if !host.is_empty() => "webHost",
        (_, Some(hash)) if !hash.is_empty() => "androidAppHash",
        _ => "appName",
    }
}

/// The fault of an application whose texts are too long. `to_blame` is the field that may have made them so.
pub(crate) fn too_long(why: TooLong, to_blame: &str) -> Fault {
    wrong(
        to_blame,
        FieldProblem::TextTooLong {
            channel: why.channel.as_str(),
            language: why.language.as_str(),
            needed: why.needed,
            limit: why.limit,
        },
    )
}

/// An application as the operator sees it.
pub(crate) fn dto(app: &Application) -> ApplicationDto {
    let origins = app.origins.iter().map(|origin| origin.as_str().to_owned());
    ApplicationDto {
        app_id: app.id.as_str().to_owned(),
        app_name: app.name.as_str().to_owned(),
        allowed_origins: origins.collect(),
        web_host: app.web_host.as_ref().map(|host| host.as_str().to_owned()),
        android_app_hash: app
            .android_app_hash
            .as_ref()
            .map(|hash| hash.as_str().to_owned()),
        created_at: app.created_at.to_string(),
    }
}

fn wrong(field: &str, problem: FieldProblem) -> Fault {
    malformed(Some(field.to_owned()), problem)
}
