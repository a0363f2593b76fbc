//! What is left when a vendor account goes.

use serde_json::{Value, json};

use crate::server::{Server, folder};

async fn manage(server: &Server, name: &str, body: Value) -> u64 {
    let shown = format!("Bearer {}", server.token());
    let headers = [
        ("authorization", shown.as_str()),
        ("content-type", "application/json"),
    ];
    let answer = server.post(name, &headers, body.to_string()).await;
    let answer: Value = answer.json().await.unwrap();
    answer["statusCode"].as_u64().unwrap()
}

#[tokio::test]
async fn templates_of_an_account_that_has_gone_can_go_too() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let account = json!({
        "name": "aliyun", "kind": "alibaba-cloud", "settings": {"access_key_id": "LTAI5t"},
        "secrets": {"access_key_secret": "s"},
    });
    let template = json!({"provider": "aliyun", "vendorTemplate": {
        "id": "SMS_1", "signature": "示例", "variables": ["code={code}"],
    }});
    assert_eq!(manage(&server, "set-sms-provider", account).await, 200);
    assert_eq!(
        manage(&server, "set-sms-template", template.clone()).await,
        200
    );
    let gone = json!({"name": "aliyun"});
    assert_eq!(manage(&server, "delete-sms-provider", gone).await, 200);
    assert_eq!(
        manage(&server, "set-sms-template", template.clone()).await,
        400
    );
    assert_eq!(
        manage(&server, "delete-sms-template", template.clone()).await,
        200
    );
    assert_eq!(manage(&server, "delete-sms-template", template).await, 404);
}
