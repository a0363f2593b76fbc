// Sends a code to a number, reads the code from the terminal and checks it:
//
//     cargo run --release -p countersign-demo --example send_and_check -- http://127.0.0.1:8480 +14155550146

use countersign_client::{AuthenticationClient, Channel, Error, Lang, SendSms, VerifyCode};

async fn sign_in(app_host: &str, number: &str) -> Result<String, Error> {
    let client = AuthenticationClient::builder()
        .app_id("dev-app")
        .app_secret("dev-app-secret")
        .app_host(app_host)
        .lang(Lang::EnUs)
        .build()?;
    let sent = client
        .send_sms(SendSms::new(Channel::Login, number))
        .await?;
    if !sent.is_success() {
        return Ok(format!("not sent: {}", sent.message));
    }
    let code = VerifyCode::new(Channel::Login, number, typed()).without_token();
    let answer = client.verify_code(code).await?;
    Ok(if answer.is_valid() {
        "signed in".to_owned()
    } else if answer.is_success() {
        format!("not signed in: {:?}", answer.data.reason)
    } else {
        format!("not checked: {}", answer.message)
    })
}

/// Returns a line from the terminal without its end; empty where there is none.
#[allow(clippy::print_stdout)]
fn typed() -> String {
    println!("Type the code that arrived:");
    let mut line = String::new();
    let _ended = std::io::stdin().read_line(&mut line);
    line.trim_end().to_owned()
}

#[tokio::main(flavor = "current_thread")]
#[allow(clippy::print_stdout)]
async fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let app_host = arguments.next();
    let number = arguments.next();
    let said = sign_in(
        app_host.as_deref().unwrap_or("http://127.0.0.1:8480"),
        number.as_deref().unwrap_or("+14155550146"),
    );
    println!("{}", said.await?);
    Ok(())
}
