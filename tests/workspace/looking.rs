//! Looking at instances, with and without a call that they put on record.

use super::{again, home, init, pointer};
use butterfly_console::model::InstanceState;
use butterfly_console::model::filter::Filter;
use butterfly_console::store::PointerQuery;
use butterfly_console::workspace::Workspace;

/// How many calls there were on record, before this one that asks.
async fn on_record(workspace: &Workspace) -> usize {
    let records = workspace
        .audit("alpha", &Filter::default(), None, 1_000)
        .await
        .unwrap();
    let asked = |action: &str| action == "get_graph_stats";
    records.iter().filter(|record| asked(&record.action)).count()
}

#[tokio::test]
async fn a_glance_leaves_nothing_on_record_as_long_as_all_is_well() {
    let (_folder, workspace) = home().await;
    init(&workspace, "alpha").await;
    workspace.start_instance("alpha").await.unwrap();
    workspace
        .create_pointer("alpha", pointer("https://data.example/tides"))
        .await
        .unwrap();
    let probed = workspace.probe("alpha").await.unwrap();
    assert_eq!((probed.state, probed.pointers), (InstanceState::Up, Some(1)));
    let before = on_record(&workspace).await;

    for _ in 0..5 {
        let glanced = workspace.glance("alpha").await.unwrap();
        assert_eq!(glanced.state, InstanceState::Up);
        assert_eq!(glanced.pointers, Some(1), "as it was found last");
        assert_eq!(glanced.version, probed.version);
        assert!(glanced.answered_at > probed.answered_at);
        assert!(glanced.latency_us.is_some());
    }
    assert_eq!(on_record(&workspace).await, before);
    workspace.probe("alpha").await.unwrap();
    assert_eq!(on_record(&workspace).await, before + 1);

    // What is not as it was is looked at thoroughly.
    workspace.stop_instance("alpha").await.unwrap();
    assert_eq!(
        workspace.glance("alpha").await.unwrap().state,
        InstanceState::Stopped
    );
    workspace.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_tells_that_another_console_changed_something_and_what_was_read_is_no_change() {
    let (folder, one) = home().await;
    init(&one, "alpha").await;
    one.start_instance("alpha").await.unwrap();
    let two = again(&folder).await;
    let before = one.probe("alpha").await.unwrap().changes;
    assert!(before.is_some(), "its owner is told");
    two.probe("alpha").await.unwrap();
    two.list_pointers("alpha", &PointerQuery::default())
        .await
        .unwrap();
    assert_eq!(one.probe("alpha").await.unwrap().changes, before);
    two.create_pointer("alpha", pointer("https://data.example/tides"))
        .await
        .unwrap();
    assert_ne!(one.probe("alpha").await.unwrap().changes, before);
    let glanced = one.glance("alpha").await.unwrap();
    assert_eq!(glanced.changes, None, "a glance is no call that could tell");
    one.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_changed_on_an_instance_that_nobody_hosts_is_told_by_a_look_too() {
    let (folder, one) = home().await;
    init(&one, "alpha").await;
    let two = again(&folder).await;
    // That its owner called it for the first time is kept with the credential.
    one.list_pointers("alpha", &PointerQuery::default())
        .await
        .unwrap();
    let stopped = one.probe("alpha").await.unwrap();
    assert_eq!(stopped.state, InstanceState::Stopped);
    let before = stopped.changes;
    assert!(before.is_some());
    // What only reads opens it all the same, and changes nothing.
    two.list_pointers("alpha", &PointerQuery::default())
        .await
        .unwrap();
    assert_eq!(one.probe("alpha").await.unwrap().changes, before);
    let mut numbers = vec![before];
    for place in 0..2 {
        two.create_pointer("alpha", pointer(&format!("https://data.example/{place}")))
            .await
            .unwrap();
        let now = one.glance("alpha").await.unwrap().changes;
        assert!(!numbers.contains(&now), "{numbers:?} {now:?}");
        numbers.push(now);
    }
    one.list_pointers("alpha", &PointerQuery::default())
        .await
        .unwrap();
    assert_eq!(one.probe("alpha").await.unwrap().changes, numbers[2]);
    // What a host changed stands when it is gone.
    one.start_instance("alpha").await.unwrap();
    two.create_pointer("alpha", pointer("https://data.example/hosted"))
        .await
        .unwrap();
    let hosted = one.probe("alpha").await.unwrap().changes;
    one.stop_instance("alpha").await.unwrap();
    assert_eq!(one.probe("alpha").await.unwrap().changes, hosted);
    one.shutdown().await;
    two.shutdown().await;
}
