//! The wall clock of a real process steps while it runs.

use crate::crashes::{check_files, make, ready, serving};
use crate::support::faults::Faults;
use butterfly_console::client::{Client, ClientError};
use butterfly_console::model::Timestamp;
use butterfly_console::protocol::{CallContext, HeldCredential, Query};
use serde_json::json;

const DAY: i64 = 86_400;

async fn works(owner: &HeldCredential) -> Result<bool, ClientError> {
    let context = CallContext::begin(Timestamp::now(), 30);
    let query = Query::new("whoami", json!({}));
    let exchange = Client::new().invoke(owner, &query, &context).await?;
    Ok(exchange.reply.is_success())
}

#[tokio::test]
async fn threat_09_a_clock_that_steps_refuses_while_it_is_wrong_and_nothing_is_lost() {
    let home = tempfile::tempdir().unwrap();
    let owner = make(home.path()).await;
    let faults = Faults::none();
    let mut command = serving(home.path());
    faults.put_under(&mut command);
    let process = ready(command);

    assert!(works(&owner).await.unwrap());
    for seconds in [10, -10, 300, -300, 30 * DAY, -30 * DAY, 3_650 * DAY] {
        faults.set(&format!("clock {seconds}"));
        let told = works(&owner).await;
        if seconds.abs() < 30 {
            assert!(told.unwrap(), "{seconds} s off are forgiven");
        } else {
            let refusal = told.expect_err("tokens of another time").to_string();
            assert!(refusal.contains("clock"), "{seconds}: {refusal}");
        }
        faults.mend();
        assert!(works(&owner).await.unwrap(), "after {seconds}");
    }
    let context = CallContext::begin(Timestamp::now(), 30);
    let query = Query::new("verify_audit", json!({}));
    let verdict = Client::new()
        .invoke(&owner, &query, &context)
        .await
        .unwrap()
        .reply;
    assert_eq!(verdict.result().unwrap()["valid"], true);
    drop(process);
    check_files(home.path());
}
