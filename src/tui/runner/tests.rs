//! The runner over loopback, with real sockets that accept and never answer.

use super::*;
use crate::model::{AppId, Endpoint, InstanceId, InstanceState, KeyId, NewPointer, PointerChange};
use crate::protocol::{Code, CredentialForm, HeldCredential};
use crate::seal::RootKey;
use crate::tui::effect::Work;
use crate::tui::fake;
use crate::tui::message::{Done, Present};
use crate::tui::state::Pace;
use crate::workspace::{DomainChange, InitInstance, RemoteRequest};
use tokio::net::TcpListener;
use tokio::sync::mpsc::unbounded_channel;

/// A credential for an endpoint where nobody will ever look at it.
fn remote(name: &str, port: u16) -> RemoteRequest {
    let held = HeldCredential::native(
        AppId::parse("console").unwrap(),
        Endpoint::parse(&format!("http://127.0.0.1:{port}")).unwrap(),
        InstanceId::parse("inst_0123456789ab").unwrap(),
        KeyId::parse("kid_0123456789abcdef").unwrap(),
        RootKey::parse(&"A".repeat(43)).unwrap(),
    );
    RemoteRequest {
        name: fake::name(name),
        credential: CredentialForm::of(&held),
    }
}

async fn init_alpha(workspace: &Workspace) {
    let alpha = InitInstance {
        key: Default::default(),
        name: fake::name("alpha"),
        listen: Some("127.0.0.1:0".parse().unwrap()),
        endpoint: None,
        insecure_http: false,
        tls: None,
    };
    workspace.init_instance(alpha).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn threat_57_one_that_accepts_and_never_answers_holds_up_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path().join("home"));
    let workspace = Workspace::create(home.clone(), VaultLock::KeyFile(None))
        .await
        .unwrap();
    init_alpha(&workspace).await;
    workspace.start_instance("alpha").await.unwrap();
    let frozen = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = frozen.local_addr().unwrap().port();
    workspace.add_remote(remote("frozen", port)).await.unwrap();
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = frozen.accept().await {
            held.push(stream);
        }
    });
    let (sender, mut messages) = unbounded_channel();
    let mut runner = Runner::new(home, Some(Arc::clone(&workspace)), sender);
    runner.run(Effect::Watch(vec![fake::name("frozen"), fake::name("alpha")]));
    let (mut alive, mut waited) = (0, false);
    loop {
        match messages.recv().await.unwrap() {
            Message::Probed(name, outcome) if name.as_str() == "alpha" => {
                assert_eq!(outcome.unwrap().state, InstanceState::Up);
                alive += 1;
            }
            Message::Paced(name, Pace::Waiting) if name.as_str() == "frozen" => {
                waited = true;
                // While one is waited for, the other is looked at whenever somebody asks.
                runner.run(Effect::ProbeNow);
            }
            Message::Probed(_, outcome) => {
                let row = outcome.unwrap();
                assert_eq!(row.state, InstanceState::Unreachable);
                assert!(row.error.is_some());
                break;
            }
            _ => {}
        }
    }
    assert!(alive >= 1, "the living one was held up");
    assert!(waited, "nobody said that the frozen one takes its time");
    workspace.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_second_with_a_change_is_told_what_it_is_now() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path().join("home"));
    let workspace = Workspace::create(home, VaultLock::KeyFile(None)).await.unwrap();
    init_alpha(&workspace).await;
    let new: NewPointer = serde_json::from_str(r#"{"data_reference": "https://a.example/1"}"#).unwrap();
    let seen = workspace.create_pointer("alpha", new).await.unwrap();
    let change = |words: &str| {
        let change = PointerChange {
            description: Some(words.into()),
            if_unchanged_since: Some(seen.last_modified),
            ..PointerChange::default()
        };
        Work::Update(fake::name("alpha"), seen.address.clone(), Box::new(change))
    };
    assert!(matches!(
        done(&workspace, change("first")).await,
        Done::Pointer(..)
    ));
    match done(&workspace, change("second")).await {
        Done::Meanwhile(failure, Present::Pointer(now)) => {
            assert_eq!(failure.code, Code::ChangedMeanwhile);
            assert_eq!(now.description, "first");
        }
        _ => panic!("it was changed meanwhile"),
    }

    let make = DomainChange::MakeDomain("shelves".into());
    workspace.change_domains("alpha", &make).await.unwrap();
    let domain = workspace.domains("alpha").await.unwrap().remove(0);
    let rename = |name: &str| {
        let change = DomainChange::Rename(domain.id.clone(), name.into(), Some("shelves".into()));
        Work::Domains(fake::name("alpha"), Box::new(change))
    };
    assert!(matches!(
        done(&workspace, rename("racks")).await,
        Done::Domains(..)
    ));
    match done(&workspace, rename("cupboards")).await {
        Done::Meanwhile(_, Present::Domain(now)) => assert_eq!(now.name, "racks"),
        _ => panic!("it was changed meanwhile"),
    }

    let make = DomainChange::MakeConnection {
        domain: domain.id.clone(),
        name: "gate".into(),
        description: String::new(),
        held_credential: None,
    };
    workspace.change_domains("alpha", &make).await.unwrap();
    let tree = workspace.domain_tree("alpha").await.unwrap();
    let gate = tree.connections[0].clone();
    let edit = |name: &str| {
        let change = DomainChange::EditConnection {
            connection: gate.id.clone(),
            name: Some(name.into()),
            description: None,
            if_still: Some(gate.as_seen()),
        };
        Work::Domains(fake::name("alpha"), Box::new(change))
    };
    assert!(matches!(done(&workspace, edit("door")).await, Done::Domains(..)));
    match done(&workspace, edit("hatch")).await {
        Done::Meanwhile(_, Present::Connection(now)) => assert_eq!(now.name, "door"),
        _ => panic!("it was changed meanwhile"),
    }
}

async fn done(workspace: &Workspace, work: Work) -> Done {
    do_work(workspace, work, &StopSign::default(), &|_| {})
        .await
        .unwrap()
}
