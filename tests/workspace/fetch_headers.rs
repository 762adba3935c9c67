//! Headers for fetching data behind a login, kept by an instance.

use super::{home, init, name, pointer};
use butterfly_console::workspace::{NewFetchHeader, Workspace};
use zeroize::Zeroizing;

fn header(origin: &str) -> NewFetchHeader {
    NewFetchHeader {
        header: "Authorization".to_owned(),
        token: Zeroizing::new("Bearer of-this-nobody-hears".to_owned()),
        origins: vec![origin.to_owned()],
        description: "login".to_owned(),
        tags: Vec::new(),
        connection_id: None,
    }
}

async fn kept(workspace: &Workspace) -> Vec<String> {
    let found = workspace.credential_pointers("alpha").await.unwrap();
    found
        .into_iter()
        .map(|pointer| pointer.address.to_string())
        .collect()
}

#[tokio::test]
async fn a_new_header_is_for_its_pointer_or_is_not_kept_at_all() {
    let (_folder, workspace) = home().await;
    init(&workspace, "alpha").await;
    let data = pointer("https://api.example.com/tides");
    let tides = workspace.create_pointer("alpha", data).await.unwrap().address;
    let sealed_in_words = pointer("a note about sealed_header:: and what it is");
    workspace.create_pointer("alpha", sealed_in_words).await.unwrap();

    let refused = workspace
        .fetch_with_new_header("alpha", header("https://elsewhere.example"), &tides)
        .await
        .unwrap_err();
    assert!(
        refused.message.contains("made for other servers"),
        "{}",
        refused.message
    );
    assert_eq!(kept(&workspace).await, Vec::<String>::new());

    let changed = workspace
        .fetch_with_new_header("alpha", header("https://api.example.com"), &tides)
        .await
        .unwrap();
    let used = changed.credential_pointer_address.unwrap().to_string();
    assert_eq!(kept(&workspace).await, [used]);
    workspace.remove_instance(name("alpha").as_str()).await.unwrap();
}
