//! Applications, from the wire types to those of the rules and back.

use countersign_api::{
    ApplicationDto, CreateApplicationRequest, Fault, FieldProblem, UpdateApplicationRequest,
};
use countersign_core::application::{
    AppId, AppName, Application, Origin, Origins, SmsName, TokenAlgorithm,
};
use countersign_core::autofill::{AndroidAppHash, WebHost};
use countersign_core::country_rules::Countries;
use countersign_core::language::{LanguageChoice, LanguageTag, Languages};
use countersign_core::network::{InvalidNetwork, Network, Networks};
use countersign_core::phone::Country;
use countersign_core::ports::setup::{ApplicationRecord, Replaced, Versioned};
use countersign_core::time::Timestamp;

use crate::http::request::malformed::malformed;
use crate::manage::{ApplicationChange, NewApplication};

pub(crate) fn id(text: &str) -> Result<AppId, Fault> {
    AppId::parse(text).map_err(|_| wrong("appId", FieldProblem::NotAnAppId))
}

fn name(text: &str) -> Result<AppName, Fault> {
    AppName::parse(text).map_err(|_| wrong("appName", FieldProblem::NotAnAppName))
}

/// Reads a part that an empty text takes away.
fn sms_name(text: &str) -> Result<Option<SmsName>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    let name = SmsName::parse(text).map_err(|_| wrong("smsName", FieldProblem::NotAnSmsName))?;
    Ok(Some(name))
}

/// Returns a sentence for the operator of an application whose messages carry no name.
pub(crate) fn notice(app: &Application) -> Option<String> {
    app.name_in_messages().is_none().then(|| {
        "Messages carry no name, since appName does not obey the rules of texts: set smsName."
            .to_owned()
    })
}

/// Reads an id that may be absent or empty.
pub(crate) fn optional_id(text: Option<&str>) -> Result<Option<AppId>, Fault> {
    let given = text.filter(|text| !text.is_empty());
    given.map(id).transpose()
}

fn origins(texts: &[String]) -> Result<Origins, Fault> {
    let origins: Result<Vec<_>, _> = texts.iter().map(|text| Origin::parse(text)).collect();
    let origins = origins.ok().and_then(|origins| Origins::new(origins).ok());
    origins.ok_or(wrong("allowedOrigins", FieldProblem::NotAnOrigin))
}

fn backends(texts: &[String]) -> Result<Networks, Fault> {
    let networks: Result<Vec<_>, _> = texts.iter().map(|text| Network::parse(text)).collect();
    let networks = networks.map_err(|why| match why {
        InvalidNetwork::Syntax => wrong("backends", FieldProblem::NotNetworks),
        InvalidNetwork::TooWide => wrong("backends", FieldProblem::NetworkTooWide),
    })?;
    Networks::new(networks).map_err(|_| wrong("backends", FieldProblem::NotNetworks))
}

/// Reads a part that an empty text takes away.
fn web_host(text: &str) -> Result<Option<WebHost>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    let host = WebHost::parse(text).map_err(|_| wrong("webHost", FieldProblem::NotAWebHost))?;
    Ok(Some(host))
}

/// Reads a part that an empty text takes away.
fn android_app_hash(text: &str) -> Result<Option<AndroidAppHash>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    let hash = AndroidAppHash::parse(text)
        .map_err(|_| wrong("androidAppHash", FieldProblem::NotAnAndroidAppHash))?;
    Ok(Some(hash))
}

/// Reads a part that an empty text takes away.
fn default_country(text: &str) -> Result<Option<Country>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    let country = Country::parse(text).filter(|country| country.has_numbers());
    country
        .map(Some)
        .ok_or_else(|| wrong("defaultCountry", FieldProblem::NotACountry))
}

/// Reads a list that stands, where it is empty, for all countries that the deployment allows.
fn allowed_countries(codes: &[String]) -> Result<Countries, Fault> {
    if codes.is_empty() {
        return Ok(Countries::All);
    }
    let known = |code: &String| Country::parse(code).filter(|country| country.has_numbers());
    let countries: Option<_> = codes.iter().map(known).collect();
    countries
        .map(Countries::Only)
        .ok_or_else(|| wrong("allowedCountries", FieldProblem::NotCountries))
}

/// Reads a choice that an empty text makes the usual one.
fn language_choice(text: &str) -> Result<LanguageChoice, Fault> {
    if text.is_empty() {
        return Ok(LanguageChoice::default());
    }
    LanguageChoice::parse(text)
        .ok_or_else(|| wrong("messageLanguage", FieldProblem::NotALanguageChoice))
}

/// Reads a part that an empty text takes away.
fn default_language(text: &str) -> Result<Option<LanguageTag>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    let tag = LanguageTag::parse(text);
    tag.map(Some)
        .ok_or_else(|| wrong("defaultLanguage", FieldProblem::NotALanguageTag))
}

/// Reads an algorithm; an empty text makes it the usual one.
fn token_algorithm(text: &str) -> Result<TokenAlgorithm, Fault> {
    if text.is_empty() {
        return Ok(TokenAlgorithm::default());
    }
    TokenAlgorithm::parse(text)
        .ok_or_else(|| wrong("tokenAlgorithm", FieldProblem::NotATokenAlgorithm))
}

/// Reads the application that is to be created.
pub(crate) fn new(body: &CreateApplicationRequest) -> Result<NewApplication, Fault> {
    let none = &Vec::new();
    Ok(NewApplication {
        name: name(&body.app_name)?,
        sms_name: sms_name(body.sms_name.as_deref().unwrap_or_default())?,
        id: optional_id(body.app_id.as_deref())?,
        origins: origins(body.allowed_origins.as_ref().unwrap_or(none))?,
        backends: backends(body.backends.as_ref().unwrap_or(none))?,
        web_host: web_host(body.web_host.as_deref().unwrap_or_default())?,
        android_app_hash: android_app_hash(body.android_app_hash.as_deref().unwrap_or_default())?,
        default_country: default_country(body.default_country.as_deref().unwrap_or_default())?,
        allowed_countries: allowed_countries(body.allowed_countries.as_ref().unwrap_or(none))?,
        languages: Languages {
            choice: language_choice(body.message_language.as_deref().unwrap_or_default())?,
            default: default_language(body.default_language.as_deref().unwrap_or_default())?,
        },
        challenges: body.challenges.unwrap_or_default(),
        token_algorithm: token_algorithm(body.token_algorithm.as_deref().unwrap_or_default())?,
    })
}

/// Reads the change of an application.
pub(crate) fn change(body: &UpdateApplicationRequest) -> Result<ApplicationChange, Fault> {
    let origins = body.allowed_origins.as_deref().map(origins);
    let hash = body.android_app_hash.as_deref().map(android_app_hash);
    let country = body.default_country.as_deref().map(default_country);
    let countries = body.allowed_countries.as_deref().map(allowed_countries);
    let choice = body.message_language.as_deref().map(language_choice);
    let language = body.default_language.as_deref().map(default_language);
    let algorithm = body.token_algorithm.as_deref().map(token_algorithm);
    Ok(ApplicationChange {
        name: body.app_name.as_deref().map(name).transpose()?,
        sms_name: body.sms_name.as_deref().map(sms_name).transpose()?,
        origins: origins.transpose()?,
        backends: body.backends.as_deref().map(backends).transpose()?,
        web_host: body.web_host.as_deref().map(web_host).transpose()?,
        android_app_hash: hash.transpose()?,
        default_country: country.transpose()?,
        allowed_countries: countries.transpose()?,
        message_language: choice.transpose()?,
        default_language: language.transpose()?,
        challenges: body.challenges,
        token_algorithm: algorithm.transpose()?,
    })
}

/// Returns the end of a value that was replaced, if that is still to come.
pub(crate) fn expires<T>(replaced: Option<&Replaced<T>>, now: Timestamp) -> Option<String> {
    let replaced = replaced.filter(|replaced| replaced.good_at(now).is_some());
    replaced.map(|replaced| replaced.until.to_string())
}

/// Shows an application to an operator.
pub(crate) fn dto(record: &Versioned<ApplicationRecord>, now: Timestamp) -> ApplicationDto {
    let app = &record.application;
    let origins = app.origins.iter().map(|origin| origin.as_str().to_owned());
    let default_language = app.languages.default.as_ref();
    ApplicationDto {
        app_id: app.id.as_str().to_owned(),
        app_name: app.name.as_str().to_owned(),
        sms_name: app.sms_name.as_ref().map(|name| name.as_str().to_owned()),
        notice: notice(app),
        allowed_origins: origins.collect(),
        backends: app.backends.to_texts(),
        web_host: app.web_host.as_ref().map(|host| host.as_str().to_owned()),
        android_app_hash: app
            .android_app_hash
            .as_ref()
            .map(|hash| hash.as_str().to_owned()),
        default_country: app.default_country.map(|country| country.to_string()),
        allowed_countries: app.allowed_countries.to_texts(),
        message_language: Some(app.languages.choice.as_str().to_owned()),
        default_language: default_language.map(|tag| tag.as_str().to_owned()),
        challenges: app.challenges,
        token_algorithm: (app.token_algorithm != TokenAlgorithm::default())
            .then(|| app.token_algorithm.as_str().to_owned()),
        disabled: record.is_disabled,
        replaced_secret_expires: expires(record.replaced_secret.as_ref(), now),
        created_at: app.created_at.to_string(),
        version: record.version.number(),
    }
}

fn wrong(field: &str, problem: FieldProblem) -> Fault {
    malformed(Some(field.to_owned()), problem)
}
