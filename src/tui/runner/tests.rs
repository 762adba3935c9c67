//! The runner over loopback, with real sockets that accept and never answer.

use super::*;
use crate::model::{AppId, Endpoint, InstanceId, InstanceState, KeyId};
use crate::protocol::{CredentialForm, HeldCredential};
use crate::seal::RootKey;
use crate::tui::fake;
use crate::tui::state::Pace;
use crate::workspace::{InitInstance, RemoteRequest};
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn threat_57_one_that_accepts_and_never_answers_holds_up_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path().join("home"));
    let workspace = Workspace::create(home.clone(), VaultLock::KeyFile(None))
        .await
        .unwrap();
    let alpha = InitInstance {
        name: fake::name("alpha"),
        listen: Some("127.0.0.1:0".parse().unwrap()),
        endpoint: None,
        insecure_http: false,
        tls: None,
    };
    workspace.init_instance(alpha).await.unwrap();
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
