use std::fmt;
use std::time::Duration;
#[cfg(feature = "tokens")]
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_api::Lang;
use hyper::header::HeaderValue;

use crate::client::Inner;
#[cfg(feature = "tokens")]
use crate::clock::Clock;
use crate::host::AppHost;
#[cfg(feature = "tokens")]
use crate::token::Verifier;
use crate::transport::Transport;
use crate::{AuthenticationClient, Error};

/// The settings of a client: [`AuthenticationClient::builder`] makes one.
///
/// ```
/// use std::time::Duration;
/// use countersign_client::{AuthenticationClient, Lang};
///
/// let client = AuthenticationClient::builder()
///     .app_id("dev-app")
///     .app_secret("dev-app-secret")
///     .app_host("http://127.0.0.1:8480")
///     .lang(Lang::EnUs)
///     .timeout(Duration::from_secs(10))
///     .connect_timeout(Duration::from_secs(3))
///     .build()?;
/// assert!(!format!("{client:?}").contains("dev-app-secret"));
/// # Ok::<(), countersign_client::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "it becomes a client by `build`"]
pub struct AuthenticationClientBuilder {
    app_id: Option<String>,
    app_secret: Option<Secret>,
    app_host: Option<String>,
    lang: Option<Lang>,
    timeout: Duration,
    connect_timeout: Duration,
    #[cfg(feature = "challenges")]
    solves_challenges: bool,
    #[cfg(feature = "rustls")]
    roots: Vec<Vec<u8>>,
    #[cfg(feature = "tokens")]
    issuer: Option<String>,
    #[cfg(feature = "tokens")]
    clock: Clock,
}

#[derive(Clone)]
struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

impl AuthenticationClientBuilder {
    pub(crate) fn new() -> Self {
        Self {
            app_id: None,
            app_secret: None,
            app_host: None,
            lang: None,
            timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(3),
            #[cfg(feature = "challenges")]
            solves_challenges: false,
            #[cfg(feature = "rustls")]
            roots: Vec::new(),
            #[cfg(feature = "tokens")]
            issuer: None,
            #[cfg(feature = "tokens")]
            clock: Clock::system(),
        }
    }

    /// Sets the application. Required.
    ///
    /// ```
    /// use countersign_client::AuthenticationClient;
    ///
    /// let error = AuthenticationClient::builder().app_id("").build().unwrap_err();
    /// assert_eq!(error.to_string(), "app_id must be given");
    /// ```
    pub fn app_id(mut self, app_id: impl Into<String>) -> Self {
        self.app_id = Some(app_id.into());
        self
    }

    /// Sets the application's secret, with which its server proves itself to
    /// [`verify_code`](AuthenticationClient::verify_code) and
    /// [`introspect_token`](AuthenticationClient::introspect_token).
    ///
    /// Sending a code takes no secret, so the client does not send it then.
    ///
    /// ```
    /// use countersign_client::AuthenticationClient;
    ///
    /// let builder = AuthenticationClient::builder().app_id("dev-app").app_secret("dev-app-secret");
    /// assert!(!format!("{builder:?}").contains("dev-app-secret"));
    /// ```
    pub fn app_secret(mut self, app_secret: impl Into<String>) -> Self {
        self.app_secret = Some(Secret(app_secret.into()));
        self
    }

    /// Sets the address of the service, such as `https://sms.example.com`. Required. The address may end in a
    /// path, for a service behind a gateway; the client appends `/api/v3/send-sms` and the other paths to it.
    ///
    /// The client connects directly, and ignores proxies and the variables that name them.
    ///
    /// ```
    /// use countersign_client::AuthenticationClient;
    ///
    /// let builder = AuthenticationClient::builder().app_id("dev-app");
    /// assert!(builder.clone().app_host("http://127.0.0.1:8480/").build().is_ok());
    /// assert!(builder.clone().app_host("http://[::1]:8480/otp").build().is_ok());
    /// let error = builder.app_host("sms.example.com").build().unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "app_host must be an http or https address such as https://sms.example.com",
    /// );
    /// ```
    pub fn app_host(mut self, app_host: impl Into<String>) -> Self {
        self.app_host = Some(app_host.into());
        self
    }

    /// Sets the language of [`message`](crate::Response::message). Without it the service chooses Simplified
    /// Chinese.
    ///
    /// ```
    /// use countersign_client::{AuthenticationClient, Lang};
    ///
    /// let builder = AuthenticationClient::builder().lang(Lang::EnUs);
    /// # drop(builder);
    /// ```
    pub fn lang(mut self, lang: Lang) -> Self {
        self.lang = Some(lang);
        self
    }

    /// Sets the time that a call may take as a whole. Default: 10 s, as in GenAuth's SDKs.
    ///
    /// A service that waits for a slow SMS provider needs some seconds of it. A send that timed out may have
    /// been sent.
    ///
    /// ```
    /// use std::time::Duration;
    /// use countersign_client::AuthenticationClient;
    ///
    /// let builder = AuthenticationClient::builder().timeout(Duration::from_secs(15));
    /// # drop(builder);
    /// ```
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the part of the time-out that may pass until there is a connection: name, TCP and TLS. Default: 3
    /// s.
    ///
    /// ```
    /// use std::time::Duration;
    /// use countersign_client::AuthenticationClient;
    ///
    /// let builder = AuthenticationClient::builder().connect_timeout(Duration::from_millis(500));
    /// # drop(builder);
    /// ```
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Trusts these certificate authorities too, in PEM: for an `https` service with a private certificate
    /// authority. May be called more than once.
    ///
    /// The client always trusts the authorities of the operating system (those of `SSL_CERT_FILE` and
    /// `SSL_CERT_DIR` instead, where these are set).
    ///
    /// ```
    /// use countersign_client::AuthenticationClient;
    ///
    /// # let pem = rcgen::generate_simple_self_signed(["sms.internal".to_owned()]).unwrap().cert.pem();
    /// let client = AuthenticationClient::builder()
    ///     .app_id("dev-app")
    ///     .app_host("https://sms.internal")
    ///     .root_certificate(pem) // such as include_bytes!("our-ca.pem")
    ///     .build()?;
    /// # Ok::<(), countersign_client::Error>(())
    /// ```
    #[cfg(feature = "rustls")]
    pub fn root_certificate(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.roots.push(pem.as_ref().to_vec());
        self
    }

    /// Sets the issuer that [verification tokens](crate::VerifiedCode::verification_token) must name. Default:
    /// `app_host` and `/oidc`. A service behind a gateway may know itself by another name.
    ///
    /// ```
    /// use countersign_client::AuthenticationClient;
    ///
    /// let client = AuthenticationClient::builder()
    ///     .app_id("dev-app")
    ///     .app_host("http://10.0.0.7:8480")
    ///     .issuer("https://sms.example.com/oidc")
    ///     .build()?;
    /// # Ok::<(), countersign_client::Error>(())
    /// ```
    #[cfg(feature = "tokens")]
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// Sets the clock of [`verify_token`](AuthenticationClient::verify_token), which judges the life of tokens
    /// and the age of the keys. Default: the clock of the system. For tests.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use countersign_client::AuthenticationClient;
    ///
    /// let noon = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_003_200);
    /// let builder = AuthenticationClient::builder().clock(move || noon);
    /// # drop(builder);
    /// ```
    #[cfg(feature = "tokens")]
    pub fn clock(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Clock::new(now);
        self
    }

    /// Makes the client.
    ///
    /// ```
    /// use countersign_client::AuthenticationClient;
    ///
    /// let error = AuthenticationClient::builder().app_id("dev-app").build().unwrap_err();
    /// assert_eq!(error.to_string(), "app_host must be given");
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when a setting is missing or cannot be
    /// used. The client makes no connection yet.
    pub fn build(self) -> Result<AuthenticationClient, Error> {
        let app_id = self.app_id.as_deref().unwrap_or_default().trim();
        let app_id_header = header(app_id)?;
        let credentials = self.credentials(app_id)?;
        let transport = self.transport()?;
        Ok(AuthenticationClient::new(Inner {
            app_id: app_id_header,
            credentials,
            lang: self.lang,
            #[cfg(feature = "challenges")]
            solves_challenges: self.solves_challenges,
            #[cfg(feature = "tokens")]
            tokens: Verifier::new(
                self.issuer.unwrap_or_else(|| transport.host.issuer()),
                app_id.to_owned(),
                transport.clone(),
                self.clock,
            ),
            transport,
        }))
    }

    /// Solves the challenges that the service demands of [`send_sms`](AuthenticationClient::send_sms) and
    /// [`pre_check_code`](AuthenticationClient::pre_check_code), and sends the request again with the solution: once for each call. That takes a core for a second or more, beyond the time-out of the requests.
    ///
    /// A program that serves people's pages leaves it off, and lets the browser of the person do the work
    /// ([`Challenge`](crate::Challenge)).
    ///
    /// ```
    /// use countersign_client::AuthenticationClient;
    ///
    /// let builder = AuthenticationClient::builder().solve_challenges(true);
    /// # drop(builder);
    /// ```
    #[cfg(feature = "challenges")]
    pub fn solve_challenges(mut self, solve: bool) -> Self {
        self.solves_challenges = solve;
        self
    }

    /// Makes the client for a program without async.
    ///
    /// ```
    /// use countersign_client::AuthenticationClient;
    ///
    /// let client = AuthenticationClient::builder()
    ///     .app_id("dev-app")
    ///     .app_host("http://127.0.0.1:8480")
    ///     .build_blocking()?;
    /// # Ok::<(), countersign_client::Error>(())
    /// ```
    ///
    /// # Errors
    /// The errors of [`build`](Self::build), and one when the thread of the client cannot be started.
    #[cfg(feature = "blocking")]
    pub fn build_blocking(self) -> Result<crate::blocking::AuthenticationClient, Error> {
        crate::blocking::AuthenticationClient::new(self.build()?)
    }

    fn credentials(&self, app_id: &str) -> Result<Option<HeaderValue>, Error> {
        let Some(Secret(secret)) = self.app_secret.as_ref().filter(|it| !it.0.is_empty()) else {
            return Ok(None);
        };
        if app_id.contains(':') {
            let constraint = "app_id must not hold a colon where a secret goes with it";
            return Err(Error::configuration(constraint));
        }
        let basic = format!("Basic {}", STANDARD.encode(format!("{app_id}:{secret}")));
        let mut basic = HeaderValue::from_str(&basic)
            .map_err(|_| Error::configuration("app_secret must be usable in an HTTP request"))?;
        basic.set_sensitive(true);
        Ok(Some(basic))
    }

    fn transport(&self) -> Result<Transport, Error> {
        let host = self.app_host.as_deref();
        let host = host.ok_or_else(|| Error::configuration("app_host must be given"))?;
        let host = AppHost::parse(host)?;
        if self.timeout.is_zero() || self.connect_timeout.is_zero() {
            return Err(Error::configuration(
                "a time-out must be longer than no time",
            ));
        }
        #[cfg(feature = "rustls")]
        let tls = self.tls(&host)?;
        #[cfg(not(feature = "rustls"))]
        if host.is_https() {
            let constraint = "https needs the feature `rustls` of countersign-client";
            return Err(Error::configuration(constraint));
        }
        Ok(Transport {
            host,
            #[cfg(feature = "rustls")]
            tls,
            timeout: self.timeout,
            connect_timeout: self.connect_timeout,
        })
    }

    #[cfg(feature = "rustls")]
    fn tls(&self, host: &AppHost) -> Result<Option<crate::tls::Tls>, Error> {
        let mut roots = Vec::new();
        for pem in &self.roots {
            roots.extend(crate::tls::certificates(pem)?);
        }
        host.is_https()
            .then(|| crate::tls::Tls::new(host.name(), &roots))
            .transpose()
    }
}

fn header(text: &str) -> Result<HeaderValue, Error> {
    if text.is_empty() {
        return Err(Error::configuration("app_id must be given"));
    }
    let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
    let value = HeaderValue::from_str(text).ok().filter(|_| visible);
    value.ok_or_else(|| Error::configuration("app_id must be visible ASCII characters"))
}
