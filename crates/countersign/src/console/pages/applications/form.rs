//! The fields of an application: the rows of its form, and what a person sent.

use countersign_core::application::{AppName, Application, Origin, Origins, SmsName};
use countersign_core::autofill::{AndroidAppHash, WebHost};

use super::sending::{self, Sending};
use crate::console::entry::Visit;
use crate::console::form_page::Row;

const NAME: &str = "appName";
const SMS_NAME: &str = "smsName";
const ORIGINS: &str = "allowedOrigins";
const WEB_HOST: &str = "webHost";
const ANDROID: &str = "androidAppHash";

/// The parts of an application that its form has.
pub(super) struct Parts {
    pub(super) name: AppName,
    pub(super) sms_name: Option<SmsName>,
    pub(super) origins: Origins,
    pub(super) web_host: Option<WebHost>,
    pub(super) android_app_hash: Option<AndroidAppHash>,
    pub(super) sending: Sending,
}

/// Fields, each with the sentence about what is wrong with it.
pub(super) type Wrong = Vec<(&'static str, &'static str)>;

/// The rows of the form, with what the person sent or what is stored.
pub(super) fn rows(visit: &Visit, stored: Option<&Application>) -> Vec<Row> {
    let (words, optional) = (&visit.words().application, visit.words().forms.optional);
    let origins: Vec<_> = stored.map_or(Vec::new(), |app| {
        app.origins.iter().map(|origin| origin.as_str()).collect()
    });
    let name = stored.map_or("", |app| app.name.as_str());
    let sms_name = stored.and_then(|app| app.sms_name.as_ref());
    let web_host = stored.and_then(|app| app.web_host.as_ref());
    let android = stored.and_then(|app| app.android_app_hash.as_ref());
    let label = |name: &str| format!("{name}{optional}");
    let line = |field, name, stored: Option<&str>| {
        Row::line(field, label(name), &visit.form, stored.unwrap_or_default())
    };
    let sending = stored.map(Sending::of).unwrap_or_default();
    let own = [
        Row::line(NAME, words.name, &visit.form, name).hint(words.name_hint),
        line(SMS_NAME, words.sms_name, sms_name.map(SmsName::as_str)).hint(words.sms_name_hint),
        Row::lines(
            ORIGINS,
            label(words.origins),
            &visit.form,
            &origins.join("\n"),
        )
        .hint(words.origins_hint)
        .example("https://shop.example"),
        line(WEB_HOST, words.web_host, web_host.map(WebHost::as_str))
            .hint(words.web_host_hint)
            .example("shop.example"),
        line(ANDROID, words.android, android.map(AndroidAppHash::as_str)).hint(words.android_hint),
    ];
    let more = sending::rows(visit, &sending);
    own.into_iter().chain(more).collect()
}

/// What the person sent, or all that is wrong with it.
pub(super) fn read(visit: &Visit) -> Result<Parts, Wrong> {
    let (form, words) = (&visit.form, &visit.words().application);
    let mut wrong = Vec::new();
    let name = AppName::parse(form.get(NAME));
    if name.is_err() {
        wrong.push((NAME, words.bad_name));
    }
    let sms_name = optional(form.get(SMS_NAME), |text| SmsName::parse(text).ok());
    if sms_name.is_none() {
        wrong.push((SMS_NAME, words.bad_sms_name));
    }
    let lines = form.get(ORIGINS).lines().map(str::trim);
    let origins = lines.filter(|line| !line.is_empty()).map(Origin::parse);
    let origins: Result<Vec<_>, _> = origins.collect();
    let origins = origins.ok().and_then(|origins| Origins::new(origins).ok());
    if origins.is_none() {
        wrong.push((ORIGINS, words.bad_origins));
    }
    let web_host = optional(form.get(WEB_HOST), |text| WebHost::parse(text).ok());
    if web_host.is_none() {
        wrong.push((WEB_HOST, words.bad_web_host));
    }
    let android = optional(form.get(ANDROID), |text| AndroidAppHash::parse(text).ok());
    if android.is_none() {
        wrong.push((ANDROID, words.bad_android));
    }
    let sending = sending::read(visit);
    match (name, sms_name, origins, web_host, android, sending) {
        (
            Ok(name),
            Some(sms_name),
            Some(origins),
            Some(web_host),
            Some(android_app_hash),
            Ok(sending),
        ) => Ok(Parts {
            name,
            sms_name,
            origins,
            web_host,
            android_app_hash,
            sending,
        }),
        (.., sending) => {
            wrong.extend(sending.err().unwrap_or_default());
            Err(wrong)
        }
    }
}

/// Reads a part that may be empty; `None` where it cannot be as it is.
pub(super) fn optional<T>(text: &str, parse: impl Fn(&str) -> Option<T>) -> Option<Option<T>> {
    match text {
        "" => Some(None),
        text => parse(text).map(Some),
    }
}
