use std::time::Duration;

use countersign_core::phone::PhoneNumber;
use countersign_core::ports::provider::ReportSink as _;
use countersign_core::ports::setup::Change;
use countersign_core::receipt::{Delivery, Receipt};
use tokio::time::{sleep, timeout};

use super::*;
use crate::manage::tests::{World, account, aliyun, change};

#[tokio::test]
async fn a_change_by_another_node_is_planned() {
    let world = World::new();
    let store: Arc<dyn SetupStore> = world.store.clone();
    let following = tokio::spawn(Arc::clone(&world.vendors).follow(store));
    assert!(world.vendors.provider(&aliyun()).is_none());
    change(&*world.store, Change::Put(account("LTAI5t"))).await;
    let planned = async {
        while world.vendors.provider(&aliyun()).is_none() {
            sleep(Duration::from_millis(1)).await;
        }
    };
    timeout(Duration::from_secs(5), planned).await.unwrap();
    following.abort();
}

#[tokio::test]
async fn an_older_setup_does_not_replace_a_newer_plan() {
    let world = World::new();
    let older = world.store.setup();
    let newer = change(&*world.store, Change::Put(account("LTAI5t"))).await;
    for setup in [&newer, &older] {
        world.vendors.plan(setup);
        assert!(world.vendors.provider(&aliyun()).is_some());
    }
}

#[tokio::test]
async fn an_account_stays_open_while_its_record_stays_the_same() {
    let world = World::new();
    let open = || world.vendors.provider(&aliyun()).unwrap();
    let put = |key: &'static str| change(&*world.store, Change::Put(account(key)));
    world.vendors.plan(&*put("LTAI5t").await);
    let first = open();
    world.vendors.plan(&*put("LTAI5t").await);
    assert!(Arc::ptr_eq(&open(), &first), "a new version, nothing new");
    world.vendors.plan(&*put("LTAI6t").await);
    assert!(!Arc::ptr_eq(&open(), &first), "another access key");
}

#[tokio::test]
async fn a_report_over_a_session_is_recorded_even_when_it_is_about_no_message() {
    let world = World::new();
    let records: Arc<dyn Records> = world.store.clone();
    let reports = RecordedReports {
        provider: aliyun(),
        records,
    };
    let receipt = Receipt {
        provider_message_id: Some("9^0".to_owned()),
        message: None,
        phone: PhoneNumber::parse("+8613800138000", None).unwrap(),
        status: Delivery::Delivered,
        vendor_code: None,
    };
    assert_eq!(reports.report(vec![receipt]).await, Ok(()));
}
