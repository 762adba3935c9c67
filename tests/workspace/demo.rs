//! The demo: made, called on every route, found again, completed after it was killed.

use super::{again, home, init, name};
use butterfly_console::model::{InstanceState, Route};
use butterfly_console::workspace::{CallOptions, LogFilter, LogKind};

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_works_on_every_route_and_is_found_again() {
    let (folder, workspace) = home().await;
    let demo = workspace.demo(&|_| {}).await.unwrap();
    assert_eq!(demo.pointers.len(), 3);
    let log = workspace
        .log(&LogFilter {
            limit: 10,
            ..LogFilter::default()
        })
        .await
        .unwrap();
    assert_eq!(log.len(), 1, "{log:?}");
    assert_eq!((log[0].kind, log[0].status.as_str()), (LogKind::Call, "success"));
    assert_eq!(log[0].action, "get_pointer_summary");
    for (route, address) in &demo.pointers {
        let called = workspace
            .call(
                "alpha",
                address,
                CallOptions {
                    trace: true,
                    ..CallOptions::default()
                },
            )
            .await
            .unwrap_or_else(|failure| panic!("{route}: {failure}"));
        assert_eq!(called.route, *route);
        assert!(called.reply.is_success(), "{route}: {:?}", called.reply);
        let description = called.reply.result().unwrap()["description"].as_str().unwrap();
        assert!(description.contains("Grid frequency"), "{route}");
        let mut hops: Vec<_> = called.hops.iter().map(|hop| hop.instance.as_str()).collect();
        // An instance that relays shows twice: as the one that was called, then as the one that calls.
        hops.dedup();
        assert_eq!(hops, ["console", "alpha", "beta"], "{route}");
        let entry = workspace.log_entry(called.log_id.unwrap()).await.unwrap();
        assert!(!entry.wire.is_empty());
        assert!(entry.wire[0].token["claims"]["jti"].is_string());
    }
    // The query travels the other way, too.
    let (_, endpoint_pointer) = &demo.pointers[0];
    let relayed = workspace
        .call(
            "alpha",
            endpoint_pointer,
            CallOptions {
                route: Some(Route::Relay),
                ..CallOptions::default()
            },
        )
        .await
        .unwrap();
    assert_eq!(relayed.route, Route::Relay);
    let detail = workspace.pointer("alpha", endpoint_pointer).await.unwrap();
    assert_eq!(detail.leads_to, Some(name("beta")));
    assert!(detail.credential.is_some());
    assert!(detail.connection.is_some());
    let (credentials, failures) = workspace.credentials().await.unwrap();
    assert!(failures.is_empty(), "{failures:?}");
    let mut names: Vec<_> = credentials.iter().map(|row| row.name.clone()).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), credentials.len(), "names are unique");
    assert!(
        names.contains(&"beta/alpha-federation-console".to_owned()),
        "{names:?}"
    );
    let lines = workspace.log_count().await.unwrap();
    workspace.shutdown().await;
    drop(workspace);

    let workspace = again(&folder).await;
    assert_eq!(workspace.demo(&|_| {}).await.unwrap(), demo);
    assert_eq!(
        workspace.log_count().await.unwrap(),
        lines,
        "no second first call"
    );
    let (found, _) = workspace.credentials().await.unwrap();
    assert_eq!(found.len(), credentials.len(), "no second handshake");
    workspace.shutdown().await;
    assert_eq!(
        workspace.instance("alpha").await.unwrap().state,
        InstanceState::Stopped
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_killed_half_way_is_completed() {
    let (folder, workspace) = home().await;
    init(&workspace, "alpha").await;
    drop(workspace);
    let workspace = again(&folder).await;
    let demo = workspace.demo(&|_| {}).await.unwrap();
    assert_eq!(demo.instances.len(), 2);
    workspace.shutdown().await;
}
