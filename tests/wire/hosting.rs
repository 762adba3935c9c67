//! Making, opening, hosting and stopping instances.

use crate::support::*;
use butterfly_console::instance::{Host, Instance, InstanceError, LockHolder, NewInstance};
use butterfly_console::model::InstanceName;
use butterfly_console::protocol::Query;
use serde_json::json;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

fn new(listen: &str) -> NewInstance {
    NewInstance {
        key: Default::default(),
        name: InstanceName::parse("alpha").unwrap(),
        listen: listen.parse().unwrap(),
        endpoint: None,
        insecure_http: false,
        tls: None,
    }
}

#[tokio::test]
async fn an_instance_is_made_once_with_a_port_that_it_keeps() {
    let (_home, folder, owner) = create().await;
    let settings = Instance::read_settings(&folder).unwrap();
    assert_ne!(settings.listen.port(), 0);
    assert_eq!(owner.endpoint, settings.endpoint);
    let again = Instance::create(&folder, new("127.0.0.1:0")).await;
    assert!(matches!(again, Err(InstanceError::Exists(_))));
    let siblings = std::fs::read_dir(folder.parent().unwrap()).unwrap().count();
    assert_eq!(siblings, 1, "nothing unfinished stays behind");
}

#[tokio::test]
async fn plain_http_stays_on_loopback() {
    let home = tempfile::tempdir().unwrap();
    for listen in ["0.0.0.0:0", "0.0.0.0:5001", "[::]:0"] {
        let made = Instance::create(&home.path().join("alpha"), new(listen)).await;
        assert!(matches!(made, Err(InstanceError::PlainHttp(_))), "{listen}");
    }
    assert!(!home.path().join("alpha").exists());
}

#[tokio::test]
async fn threat_48_a_second_host_is_told_whose_process_has_it() {
    let running = Running::start().await;
    assert_eq!(
        Instance::hosted_by(&running.folder),
        LockHolder::Process(std::process::id())
    );
    let Err(InstanceError::Hosted { pid, .. }) = Instance::open(&running.folder, None).await else {
        panic!("two hosts of one folder");
    };
    assert_eq!(pid, std::process::id());
    let folder = running.folder.clone();
    running.host.stop().await.unwrap();
    assert_eq!(Instance::hosted_by(&folder), LockHolder::Nobody);
}

#[tokio::test]
async fn a_port_in_use_is_named_and_the_folder_let_go() {
    let (_home, folder, _owner) = create().await;
    let taken = tokio::net::TcpListener::bind(Instance::read_settings(&folder).unwrap().listen)
        .await
        .unwrap();
    let refused = Host::start(folder.clone(), None).await.err().unwrap();
    assert!(
        refused
            .to_string()
            .contains(&taken.local_addr().unwrap().to_string())
    );
    drop(taken);
    Host::start(folder, None).await.unwrap().stop().await.unwrap();
}

#[tokio::test]
async fn threat_53_a_loose_folder_is_not_opened() {
    let (_home, folder, _owner) = create().await;
    let database = folder.join("instance.db");
    std::fs::set_permissions(&database, std::fs::Permissions::from_mode(0o644)).unwrap();
    let refused = Instance::open(&folder, None).await.err().unwrap();
    assert!(refused.to_string().contains("instance.db"), "{refused}");
}

#[tokio::test]
async fn a_missing_instance_is_said_to_be_missing() {
    let home = tempfile::tempdir().unwrap();
    let refused = Host::start(home.path().join("nowhere"), None)
        .await
        .err()
        .unwrap();
    assert!(matches!(refused, InstanceError::Missing(_)), "{refused}");
}

#[tokio::test]
async fn dropping_a_host_stops_it() {
    let Running { host, folder, .. } = Running::start().await;
    let mut ended = host.ended();
    drop(host);
    assert!(*ended.wait_for(|ended| *ended).await.unwrap());
    assert_eq!(Instance::hosted_by(&folder), LockHolder::Nobody);
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_by_stopping_under_load() {
    let (_home, folder, owner) = create().await;
    let host = Host::start(folder.clone(), None).await.unwrap();
    let (acknowledged, stopped) = (AtomicU32::new(0), AtomicBool::new(false));
    let client = butterfly_console::client::Client::new();
    let writer = |number: u32| {
        let (client, owner, acknowledged, stopped) = (&client, &owner, &acknowledged, &stopped);
        async move {
            for round in 0.. {
                let name = format!("d{number}-{round}");
                let query = Query::new("create_domain", json!({ "name": name }));
                match client.invoke(owner, &query, &context()).await {
                    Ok(exchange) if exchange.reply.is_success() => {
                        acknowledged.fetch_add(1, Ordering::Relaxed);
                    }
                    _ => assert!(stopped.load(Ordering::Relaxed), "failed before it was stopped"),
                }
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
            }
        }
    };
    let stopping = async {
        while acknowledged.load(Ordering::Relaxed) < 40 {
            tokio::task::yield_now().await;
        }
        stopped.store(true, Ordering::Relaxed);
        host.stop().await.unwrap();
    };
    tokio::join!(futures::future::join_all((0..4).map(writer)), stopping);

    let instance = Instance::open(&folder, None).await.unwrap();
    let domains = instance.store().domains().await.unwrap().len();
    assert!(domains >= acknowledged.load(Ordering::Relaxed) as usize);
    assert_eq!(instance.audit().verify().await.unwrap().first_bad, None);
    instance.close().await;
}
