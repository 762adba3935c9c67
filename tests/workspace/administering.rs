//! Instances and homes administered: stopped and running, from two consoles at once, and by mistake.

use super::{again, home, init, pointer};
use butterfly_console::model::InstanceState;
use butterfly_console::protocol::{Code, Query};
use butterfly_console::seal::Passphrase;
use butterfly_console::store::PointerQuery;
use butterfly_console::workspace::{
    CallOptions, Home, HostedBy, InvokeOptions, TagChange, Unlock, VaultLock, Workspace,
};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_is_administered_stopped_and_running_alike() {
    let (_folder, workspace) = home().await;
    init(&workspace, "alpha").await;
    assert_eq!(
        workspace.instance("alpha").await.unwrap().state,
        InstanceState::Stopped
    );
    let stopped = workspace
        .create_pointer("alpha", pointer("https://a.example/1"))
        .await
        .unwrap();
    let row = workspace.start_instance("alpha").await.unwrap();
    assert_eq!((row.state, row.hosted_by), (InstanceState::Up, HostedBy::Here));
    let running = workspace
        .create_pointer("alpha", pointer("https://a.example/2"))
        .await
        .unwrap();
    workspace.stop_instance("alpha").await.unwrap();
    let page = workspace
        .pointers(
            "alpha",
            &PointerQuery {
                limit: Some(10),
                ..PointerQuery::default()
            },
        )
        .await
        .unwrap();
    let addresses: Vec<_> = page.pointers.into_iter().map(|pointer| pointer.address).collect();
    assert_eq!(addresses, [stopped.address.clone(), running.address]);
    let second = workspace
        .create_pointer("alpha", pointer("https://a.example/1"))
        .await
        .unwrap_err();
    assert_eq!(second.code, Code::DuplicateReference);
    workspace.delete_pointer("alpha", &stopped.address).await.unwrap();
    let gone = workspace.pointer("alpha", &stopped.address).await.unwrap_err();
    assert_eq!(gone.code, Code::PointerNotFound);
    // Many at once, on one that is stopped: each gets its turn.
    let asks = (0..8).map(|number| {
        workspace.create_pointer("alpha", pointer(&format!("https://a.example/many/{number}")))
    });
    for outcome in futures::future::join_all(asks).await {
        outcome.unwrap();
    }
    workspace.remove_instance("alpha").await.unwrap();
    assert!(workspace.instances().await.unwrap().is_empty());
    assert!(!workspace.home().root().join("instances/alpha").exists());
    init(&workspace, "alpha").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_that_several_put_on_at_once_are_all_there() {
    let (_folder, workspace) = home().await;
    init(&workspace, "alpha").await;
    workspace.start_instance("alpha").await.unwrap();
    let made = workspace
        .create_pointer("alpha", pointer("https://a.example/1"))
        .await
        .unwrap();
    let changes = ["air", "dust", "hourly", "station"].map(|tag| TagChange {
        add: vec![tag.to_owned()],
        remove: Vec::new(),
    });
    let asks = changes
        .iter()
        .map(|change| workspace.tag_pointer("alpha", &made.address, change));
    for outcome in futures::future::join_all(asks).await {
        outcome.unwrap();
    }
    let mut tags = workspace
        .pointer("alpha", &made.address)
        .await
        .unwrap()
        .pointer
        .tags;
    tags.sort();
    assert_eq!(tags, ["air", "dust", "hourly", "station", "test"]);
    workspace.stop_instance("alpha").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn threat_48_two_consoles_on_one_home_lose_nothing() {
    let (folder, one) = home().await;
    let two = again(&folder).await;
    init(&one, "alpha").await;
    let seen = two.change_number().await.unwrap();
    assert_eq!(
        two.instances().await.unwrap().len(),
        1,
        "the other's instance is shown"
    );
    one.set_preference("layout", "\"wide\"").await.unwrap();
    assert!(two.change_number().await.unwrap() > seen);
    assert_eq!(
        two.preference("layout").await.unwrap().as_deref(),
        Some("\"wide\"")
    );
    one.start_instance("alpha").await.unwrap();
    let row = two.instance("alpha").await.unwrap();
    assert!(matches!(row.hosted_by, HostedBy::Other(_)), "{row:?}");
    let refused = two.start_instance("alpha").await.unwrap_err();
    assert_eq!(refused.code, Code::AlreadyHosted);
    let query = Query::new("whoami", json!({}));
    let asks = (0..20).map(|turn| {
        let workspace = if turn % 2 == 0 { &one } else { &two };
        workspace.invoke("alpha", &query, InvokeOptions::default())
    });
    let mut ids: Vec<_> = futures::future::join_all(asks)
        .await
        .into_iter()
        .map(|invoked| invoked.unwrap().log_id.unwrap())
        .collect();
    ids.sort_unstable();
    assert_eq!(ids, (1..=20).collect::<Vec<u64>>());
    assert_eq!(two.log_count().await.unwrap(), 20);
    one.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_unknown_is_answered_with_those_that_are_known() {
    let (_folder, workspace) = home().await;
    init(&workspace, "alpha").await;
    let failure = workspace
        .invoke(
            "alhpa",
            &Query::new("whoami", json!({})),
            InvokeOptions::default(),
        )
        .await
        .unwrap_err();
    assert_eq!(failure.code, Code::InstanceNotFound);
    assert!(failure.remedy.contains("alpha"), "{failure}");
    let address = workspace
        .create_pointer("alpha", pointer("https://a.example"))
        .await
        .unwrap()
        .address;
    let stopped = workspace
        .call("alpha", &address, CallOptions::default())
        .await
        .unwrap_err();
    assert!(stopped.remedy.contains("serve alpha"), "{stopped}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_someone_else_took_is_said() {
    let (_folder, workspace) = home().await;
    init(&workspace, "alpha").await;
    let endpoint = workspace.instance("alpha").await.unwrap().endpoint;
    let _taken = std::net::TcpListener::bind(endpoint.authority()).unwrap();
    let failure = workspace.start_instance("alpha").await.unwrap_err();
    assert_eq!(failure.code, Code::CannotListen);
    assert_eq!(failure.instance.as_deref(), Some("alpha"));
    assert_eq!(
        workspace.instance("alpha").await.unwrap().state,
        InstanceState::Stopped
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_passphrase_is_said_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path().join("home"));
    let right = Passphrase::parse("seven short words that nobody would guess").unwrap();
    let workspace = Workspace::create(home.clone(), VaultLock::Passphrase(right.clone()))
        .await
        .unwrap();
    workspace.set_preference("theme", "\"dark\"").await.unwrap();
    let wrong = Passphrase::parse("another one").unwrap();
    let failure = Workspace::open(home.clone(), Unlock::Passphrase(wrong))
        .await
        .err()
        .unwrap();
    assert_eq!(failure.code, Code::VaultLocked);
    // Another lock; what is in it stays.
    workspace.change_lock(VaultLock::KeyFile(None)).await.unwrap();
    assert!(!home.needs_passphrase());
    let failure = Workspace::open(home.clone(), Unlock::Passphrase(right))
        .await
        .err()
        .unwrap();
    assert_eq!(failure.code, Code::VaultLocked);
    let opened = Workspace::open(home, Unlock::Ambient).await.unwrap();
    assert_eq!(
        opened.preference("theme").await.unwrap().as_deref(),
        Some("\"dark\"")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_new_vault_does_not_know_is_taken_over_and_one_that_cannot_be_holds_up_none() {
    let (folder, workspace) = home().await;
    for instance in ["alpha", "beta"] {
        init(&workspace, instance).await;
    }
    workspace
        .create_pointer("alpha", pointer("https://data.example/tides"))
        .await
        .unwrap();
    workspace.shutdown().await;
    drop(workspace);
    let root = folder.path().join("home");
    for entry in std::fs::read_dir(&root).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::remove_file(path).unwrap();
        }
    }
    std::fs::remove_file(root.join("instances/beta/instance.key")).unwrap();
    let workspace = Workspace::create(Home::at(&root), VaultLock::KeyFile(None))
        .await
        .unwrap();
    let unknown = workspace.unknown_instances().await.unwrap();
    assert_eq!(unknown, ["alpha", "beta"].map(super::name));

    let over = workspace
        .adopt(&[super::name("beta"), super::name("alpha")])
        .await
        .unwrap();
    let taken: Vec<&str> = over.taken.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(taken, ["alpha"]);
    assert!(over.taken[0].added);
    let left: Vec<_> = over
        .left
        .iter()
        .map(|failure| failure.instance.as_deref())
        .collect();
    assert_eq!(left, [Some("beta")]);
    let rows: Vec<&str> = over.rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(rows, ["alpha"]);
    let listed = workspace.list_pointers("alpha", &PointerQuery::default()).await;
    assert_eq!(listed.unwrap().page.pointers.len(), 1);
    assert_eq!(
        workspace.unknown_instances().await.unwrap(),
        [super::name("beta")]
    );
    workspace.shutdown().await;
}
