// Signing in by phone: a page asks for the number, then for the code. Against `countersign dev`:
//
//     cargo run -p countersign-client --example sign_in -- http://127.0.0.1:8480 127.0.0.1:3000
//
// The session is the verification token in a cookie, so it ends with it, after minutes. A program for
// production would begin a session of its own there, in a `Secure` cookie, guard its forms against other
// sites, and limit what one visitor may ask for.

use axum::extract::{Form, State};
use axum::http::{HeaderMap, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use countersign_client::{AuthenticationClient, Channel, Lang, SendSms, VerifyCode};

#[derive(serde::Deserialize)]
struct Fields {
    number: String,
    #[serde(default)]
    code: String,
}

async fn home(State(client): State<AuthenticationClient>, headers: HeaderMap) -> Html<String> {
    let cookies = headers.get(header::COOKIE).and_then(|it| it.to_str().ok());
    let mut cookies = cookies.unwrap_or_default().split("; ");
    let token = cookies.find_map(|cookie| cookie.strip_prefix("proof="));
    // Checks a signature, without a call to the service.
    match client
        .verify_token_for(Channel::Login, token.unwrap_or_default())
        .await
    {
        Ok(claims) => page(
            "in",
            &format!("Signed in as {}", masked(&claims.phone_number)),
            "",
        ),
        Err(_) if token.is_some() => page("number", "Please sign in again.", ""),
        Err(_) => page("number", "", ""),
    }
}

async fn send(State(client): State<AuthenticationClient>, Form(it): Form<Fields>) -> Html<String> {
    match client
        .send_sms(SendSms::new(Channel::Login, &it.number))
        .await
    {
        Ok(answer) if answer.is_success() => page(
            "code",
            &format!("We sent a code to {}.", it.number),
            &it.number,
        ),
        // Within a minute of the last code, which is still good.
        Ok(answer) if answer.status_code == 429 => page("code", &answer.message, &it.number),
        // The API's sentence names its fields, so it is for programmers.
        Ok(answer) if answer.api_code == Some(2028) => page(
            "number",
            "That is not a mobile number that we can send to.",
            &it.number,
        ),
        Ok(answer) => page("number", &answer.message, &it.number),
        Err(error) if error.nothing_was_sent() => {
            page("number", "We cannot send codes just now.", &it.number)
        }
        Err(_) => page("code", "A code may be on its way.", &it.number),
    }
}

async fn sign_in(State(client): State<AuthenticationClient>, Form(it): Form<Fields>) -> Response {
    let code = VerifyCode::new(Channel::Login, &it.number, it.code.trim());
    let said = match client.verify_code(code).await {
        Ok(answer) if answer.is_valid() => {
            let token = answer.data.verification_token.unwrap_or_default();
            let cookie = format!("proof={token}; HttpOnly; SameSite=Lax; Path=/");
            return ([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response();
        }
        Ok(answer) if !answer.is_success() => answer.message,
        Ok(answer) => match answer.data.tries_left {
            Some(left @ 1..) => format!("That is not the code. Tries left: {left}."),
            _ => "That is not a good code, or no longer. Ask for another.".to_owned(),
        },
        Err(_) => "We cannot check codes just now. Ask for another.".to_owned(),
    };
    page("code", &said, &it.number).into_response()
}

async fn sign_out() -> impl IntoResponse {
    let cookie = "proof=; Max-Age=0; HttpOnly; SameSite=Lax; Path=/";
    ([(header::SET_COOKIE, cookie)], Redirect::to("/"))
}

/// Returns one page with three parts, one of which is shown.
fn page(part: &str, said: &str, number: &str) -> Html<String> {
    let escaped = |text: &str| {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('"', "&quot;")
    };
    let (hidden, shown) = (format!("id=\"{part}\" hidden"), format!("id=\"{part}\""));
    let title = match part {
        "code" => "Check your messages",
        "in" => "Welcome",
        _ => "Sign in",
    };
    let page = include_str!("sign_in.html").replace(&hidden, &shown);
    Html(
        page.replace("{title}", title)
            .replace("{number}", &escaped(number))
            .replace("{said}", &escaped(said)),
    )
}

/// Masks a number as in `+86188****8888`.
fn masked(number: &str) -> String {
    let shown = |at| at < 6 || at + 4 >= number.len();
    let digits = number.chars().enumerate();
    digits
        .map(|(at, digit)| if shown(at) { digit } else { '*' })
        .collect()
}

fn router(client: AuthenticationClient) -> axum::Router {
    let router = axum::Router::new().route("/", get(home));
    let router = router
        .route("/code", post(send))
        .route("/sign-in", post(sign_in))
        .route("/sign-out", post(sign_out));
    router.with_state(client)
}

#[tokio::main(flavor = "current_thread")]
#[allow(clippy::print_stdout)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let app_host = arguments
        .next()
        .unwrap_or_else(|| "http://127.0.0.1:8480".to_owned());
    let listen = arguments
        .next()
        .unwrap_or_else(|| "127.0.0.1:3000".to_owned());
    let client = AuthenticationClient::builder()
        .app_id("dev-app")
        .app_secret("dev-app-secret")
        .app_host(app_host)
        .lang(Lang::EnUs)
        .build()?;
    let listener = tokio::net::TcpListener::bind(listen).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, router(client)).await?)
}
