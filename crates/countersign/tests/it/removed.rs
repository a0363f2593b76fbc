//! Templates whose provider has been deleted.

use insta::assert_snapshot;
use serde_json::json;

use crate::server::{Server, folder};

#[tokio::test]
async fn the_operator_deletes_a_template_of_a_deleted_provider() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let account = json!({
        "name": "aliyun", "kind": "alibaba-cloud", "settings": {"access_key_id": "LTAI5t"},
        "secrets": {"access_key_secret": "s"},
    });
    let template = json!({"provider": "aliyun", "vendorTemplate": {
        "id": "SMS_1", "signature": "示例", "variables": ["code={code}"],
    }});
    let operator = server.operator();
    operator.set("set-sms-provider", account).await;
    operator.set("set-sms-template", template.clone()).await;
    let gone = json!({"name": "aliyun"});
    assert_snapshot!(operator.post("delete-sms-provider", gone).await, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "Operation successful",
      "requestId": "[request id]"
    }
    "#);
    let refused = operator.post("set-sms-template", template.clone()).await;
    assert_snapshot!(refused, @r#"
    HTTP 200
    {
      "statusCode": 400,
      "message": "provider: there is no provider aliyun.",
      "requestId": "[request id]"
    }
    "#);
    operator.set("delete-sms-template", template.clone()).await;
    let again = operator.post("delete-sms-template", template).await;
    assert_snapshot!(again, @r#"
    HTTP 200
    {
      "statusCode": 404,
      "message": "There is no such setting: a template of exactly this application, channel, provider and language.",
      "requestId": "[request id]"
    }
    "#);
}
