//! A remote that says anything: what it says is not believed without end, and brings nobody down.

use super::peer::{self, Server};
use super::{home, name};
use butterfly_console::protocol::{Code, CredentialForm, Query, Reply};
use butterfly_console::store::PointerQuery;
use butterfly_console::workspace::{DomainChange, Failure, RemoteRequest, Workspace};
use serde_json::{Value, json};
use std::sync::Arc;
use tempfile::TempDir;

/// A home that knows a remote, which answers queries so.
struct Stand {
    folder: TempDir,
    workspace: Arc<Workspace>,
    server: Server,
}

async fn stand(answer: impl Fn(&Query) -> Value + Send + Sync + 'static) -> Stand {
    let (folder, workspace) = home().await;
    let bound = peer::bind().await;
    let credential = peer::native(&bound.endpoint);
    let request = RemoteRequest {
        name: name("evil"),
        credential: CredentialForm::of(&credential),
    };
    let server = peer::instance(bound, &credential, move |opened| {
        Reply::success(answer(&opened.query))
    });
    workspace.add_remote(request).await.unwrap();
    Stand {
        folder,
        workspace,
        server,
    }
}

fn garbage<T>(outcome: Result<T, Failure>) -> String {
    match outcome {
        Ok(_) => panic!("it is believed"),
        Err(failure) => {
            assert_eq!(failure.code, Code::PeerGarbage, "{failure:?}");
            failure.message
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_that_is_no_object_is_told_as_what_it_is() {
    for result in [json!("x"), json!(7), json!([1]), json!(true)] {
        let stand = stand(move |_| result.clone()).await;
        let workspace = &stand.workspace;
        let told = garbage(workspace.domains("evil").await);
        assert_eq!(told, "the answer to list_domains is not what was expected");
        garbage(workspace.connections_of("evil", None).await);
        garbage(workspace.domain_federations("evil", None).await);
        garbage(workspace.domain_tree("evil").await);
        let make = DomainChange::MakeDomain("a".to_owned());
        garbage(workspace.change_domains("evil", &make).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_that_never_end_are_given_up() {
    let stand = stand(|query| {
        let rows = |beginning: &str| -> Vec<Value> {
            let row = |number: u64| json!({"id": format!("{beginning}_{number:012x}"), "name": "a"});
            (0..500).map(row).collect()
        };
        let pointers = |limit: u64| -> Vec<Value> {
            let pointer = |number: u64| {
                json!({
                    "address": format!("ptr_{number:012x}"), "description": "a", "data_reference": "https://x/",
                    "tags": [], "connection_id": null, "x": 0.0, "y": 0.0, "z": 0.0, "created_at": "2026-01-01T00:00:00.000000Z",
                    "last_modified": "2026-01-01T00:00:00.000000Z",
                })
            };
            (0..limit).map(pointer).collect()
        };
        match query.action() {
            "list_domains" => json!({"domains": rows("dom"), "total": 1_u64 << 62}),
            "list_pointers" => json!({"pointers": pointers(1_000), "total": 1_000, "next": "on"}),
            _ => json!({}),
        }
    })
    .await;
    let told = garbage(stand.workspace.domains("evil").await);
    assert_eq!(told, "its list of domains has no end");
    assert!(stand.server.requests() < 10);
    let file = stand.folder.path().join("e.jsonl");
    let written = stand
        .workspace
        .export_file("evil", &file, &PointerQuery::default(), false, &|_| {})
        .await;
    let told = garbage(written);
    assert!(told.contains("has no end"), "{told}");
    assert!(!file.exists());
    let few = garbage(
        stand
            .workspace
            .matching("evil", &PointerQuery::default(), 100_000)
            .await,
    );
    assert!(few.contains("has no end"), "{few}");
}
