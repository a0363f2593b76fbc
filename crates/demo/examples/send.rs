// Sends a login code through a service that `countersign dev` started:
//
//     cargo run --release -p countersign-demo --example send -- http://127.0.0.1:8480 +14155550133

use countersign_client::{AuthenticationClient, Channel, Error, Lang, SendSms};

async fn send_code(app_host: &str, number: &str) -> Result<String, Error> {
    let client = AuthenticationClient::builder()
        .app_id("dev-app")
        .app_secret("dev-app-secret")
        .app_host(app_host)
        .lang(Lang::EnUs)
        .build()?;
    let sms = SendSms::new(Channel::Login, number);
    let answer = client.send_sms(sms).await?;
    if answer.is_success() {
        Ok("sent".to_owned())
    } else {
        Ok(format!("not sent: {}", answer.message))
    }
}

#[tokio::main(flavor = "current_thread")]
#[allow(clippy::print_stdout)]
async fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let app_host = arguments.next();
    let number = arguments.next();
    let said = send_code(
        app_host.as_deref().unwrap_or("http://127.0.0.1:8480"),
        number.as_deref().unwrap_or("+14155550133"),
    );
    println!("{}", said.await?);
    Ok(())
}
