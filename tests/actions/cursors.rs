//! Where a page begins, for callers that see only some pointers.

use crate::running::{Running, call, problem_of, result_of, text};
use butterfly_console::model::{Grant, NewPointer, PointerScope, Timestamp};
use butterfly_console::protocol::{Code, HeldCredential};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const SORTS: [&str; 5] = ["created", "modified", "description", "address", "tags"];

fn public_only() -> Grant {
    let mut grant = Grant::read(["list_pointers", "search_pointers"]);
    grant.pointers = PointerScope::default();
    grant.pointers.tags.insert("public".to_owned());
    grant
}

/// Makes so many pointers, of which each `nth` is public.
async fn fill(running: &Running, count: usize, nth: usize) {
    let rows = (0..count).map(|row| NewPointer {
        data_reference: format!("https://a.example/{row}"),
        description: format!("payroll {row:05}"),
        tags: vec![if row % nth == nth - 1 { "public" } else { "hidden" }.to_owned()],
        connection_id: None,
        credential_pointer_address: None,
        federated: None,
        author: None,
    });
    let store = running.instance.store();
    store
        .create_pointers(rows.collect(), Timestamp::now())
        .await
        .unwrap();
}

async fn page(caller: &HeldCredential, parameters: Value) -> Value {
    result_of(call(caller, "list_pointers", parameters).await.reply)
}

#[tokio::test]
async fn who_sees_some_pointers_reads_each_of_them_once_in_any_order() {
    let running = Running::start("alpha").await;
    fill(&running, 60, 4).await;
    let caller = running.issue("reader", public_only()).await;
    for sort in SORTS {
        for descending in [false, true] {
            let mut after = Value::Null;
            let mut seen = Vec::new();
            let mut pages = 0;
            loop {
                pages += 1;
                let asked = json!({"sort": sort, "descending": descending, "limit": 4, "after": after});
                let page = page(&caller, asked).await;
                let pointers = page["pointers"].as_array().unwrap();
                seen.extend(pointers.iter().map(|pointer| text(&pointer["address"])));
                after = page["next"].clone();
                if after.is_null() {
                    break;
                }
            }
            assert_eq!(seen.len(), 15, "{sort}");
            assert_eq!(
                pages, 4,
                "{sort}: none is empty, so that nothing is said of those that are hidden"
            );
            assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 15, "{sort}");
        }
    }
}

#[tokio::test]
async fn a_cursor_says_nothing_of_a_pointer_that_the_caller_does_not_see() {
    let running = Running::start("alpha").await;
    fill(&running, 10_500, 10_500).await;
    let caller = running.issue("reader", public_only()).await;
    for sort in SORTS {
        let first = page(&caller, json!({"sort": sort, "limit": 100})).await;
        let next = text(&first["next"]);
        assert!(next.starts_with("page-"), "{sort}: {next}");
        let texts = matches!(sort, "description" | "tags");
        assert_eq!(
            next.len(),
            if texts { 939 } else { 107 },
            "{sort}: whatever it stands for"
        );
        let again = text(&page(&caller, json!({"sort": sort, "limit": 100})).await["next"]);
        assert_ne!(next, again, "{sort}: not even whether two are alike");
        let second = page(&caller, json!({"sort": sort, "limit": 100, "after": next})).await;
        assert!(second["next"].is_null(), "{sort}");
        let count = first["count"].as_u64().unwrap() + second["count"].as_u64().unwrap();
        assert_eq!(count, 1, "{sort}");
    }
}

#[tokio::test]
async fn a_cursor_is_good_for_its_credential_action_and_order_only() {
    let running = Running::start("alpha").await;
    fill(&running, 20, 2).await;
    let caller = running.issue("reader", public_only()).await;
    let other = running.issue("other", public_only()).await;
    let asked = |after: &str| json!({"sort": "description", "limit": 2, "after": after});
    let mine = text(&page(&caller, json!({"sort": "description", "limit": 2})).await["next"]);
    assert_eq!(page(&caller, asked(&mine)).await["count"], 2);

    let is_refused = async |caller: &HeldCredential, action: &str, parameters: Value| {
        let reply = call(caller, action, parameters).await.reply;
        let (code, told) = problem_of(&reply);
        assert_eq!(code, Code::InvalidParameter);
        let message = text(&told["message"]);
        assert!(
            message.contains("the cursor is not one that this instance gave out"),
            "{message}"
        );
    };
    is_refused(&other, "list_pointers", asked(&mine)).await;
    is_refused(&caller, "search_pointers", asked(&mine)).await;
    let turned = json!({"sort": "description", "descending": true, "limit": 2, "after": mine});
    is_refused(&caller, "list_pointers", turned).await;
    is_refused(
        &caller,
        "list_pointers",
        json!({"sort": "tags", "limit": 2, "after": mine}),
    )
    .await;

    // Made up: by the form that the owner is given, by changing one's own, or at random.
    let owners = running
        .get("list_pointers", json!({"sort": "description", "limit": 2}))
        .await;
    let owners = text(&owners["next"]);
    let hex: String = "payroll 00007"
        .bytes()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let last = if mine.ends_with('A') { "B" } else { "A" };
    let changed = format!("{}{last}", &mine[..mine.len() - 1]);
    let halved = format!("after-1-t{hex}");
    for forged in [
        owners.as_str(),
        &halved,
        &changed,
        "page-",
        "page-AAAA",
        "",
        "page-ü",
        &"page-A".repeat(999),
    ] {
        is_refused(&caller, "list_pointers", asked(forged)).await;
    }
    let (code, _) = running.fails("list_pointers", asked(&mine)).await;
    assert_eq!(code, Code::InvalidParameter);
}

#[tokio::test]
async fn a_list_that_is_being_read_goes_on_after_a_restart() {
    let running = Running::start("alpha").await;
    fill(&running, 12, 2).await;
    let caller = running.issue("reader", public_only()).await;
    let first = page(&caller, json!({"limit": 4})).await;
    let _running = running.reopen().await;
    let second = page(&caller, json!({"limit": 4, "after": first["next"]})).await;
    assert_eq!(second["count"], 2);
    assert_ne!(first["pointers"][3], second["pointers"][0]);
}
