//! The console's workspace with an original instance among its remotes.

use crate::original::{Mode, Original};
use butterfly_console::model::filter::Filter;
use butterfly_console::model::{
    ConnectionStatus, InstanceName, InstanceState, NewPointer, POINTER_FIELDS, PointerAddress, PointerChange,
};
use butterfly_console::protocol::{Code, CredentialForm, HeldCredential, Query};
use butterfly_console::store::{PointerQuery, Start, TagMatch};
use butterfly_console::workspace::{
    DomainChange, Home, InitInstance, InstanceRow, InvokeOptions, LogFilter, RemoteRequest, VaultLock,
    Workspace,
};
use serde_json::json;
use std::sync::Arc;
use tempfile::TempDir;

/// The remote's name in the home.
pub const REMOTE: &str = "cellar";

/// A home of its own, open.
pub struct Console {
    pub workspace: Arc<Workspace>,
    _folder: TempDir,
}

impl Console {
    pub async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path().join("home"));
        let workspace = Workspace::create(home, VaultLock::KeyFile(None)).await.unwrap();
        Self {
            workspace,
            _folder: folder,
        }
    }

    /// Adds a remote from plain values.
    pub async fn add(&self, name: &str, credential: &HeldCredential) -> InstanceRow {
        let request = RemoteRequest {
            name: InstanceName::parse(name).unwrap(),
            credential: CredentialForm::of(credential),
        };
        self.workspace.add_remote(request).await.unwrap()
    }

    /// Makes an instance of ours and hosts it in the background.
    pub async fn host(&self, name: &str) {
        let new = InitInstance {
            key: Default::default(),
            name: InstanceName::parse(name).unwrap(),
            listen: Some("127.0.0.1:0".parse().unwrap()),
            endpoint: None,
            insecure_http: false,
            tls: None,
        };
        self.workspace.init_instance(new).await.unwrap();
        self.workspace.start_instance(name).await.unwrap();
    }
}

/// A console with a running original instance as its remote.
async fn console_with(mode: Mode) -> Option<(Console, Original)> {
    let original = Original::start(mode)?;
    let console = Console::open().await;
    console.add(REMOTE, &original.credential()).await;
    Some((console, original))
}

fn pointer(data_reference: &str, description: &str, tags: &[&str]) -> NewPointer {
    NewPointer {
        data_reference: data_reference.to_owned(),
        description: description.to_owned(),
        tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
        connection_id: None,
        credential_pointer_address: None,
        federated: None,
        author: None,
    }
}

#[tokio::test]
async fn pointers_are_made_and_shown() {
    for mode in Mode::BOTH {
        let Some((console, _original)) = console_with(mode).await else {
            return;
        };
        let new = pointer("a shelf in the cellar", "jam", &["red", "sweet"]);
        let made = console
            .workspace
            .create_pointer(REMOTE, new.clone())
            .await
            .unwrap();
        assert_eq!((made.description.as_str(), made.tags.len()), ("jam", 2));
        let shown = console.workspace.pointer(REMOTE, &made.address).await.unwrap();
        assert_eq!(shown.pointer, made);

        let twice = console.workspace.create_pointer(REMOTE, new).await.unwrap_err();
        assert!(twice.message.contains(made.address.as_str()), "{twice}");
        assert_eq!(twice.instance.as_deref(), Some(REMOTE));
    }
}

/// There are no lists of domains and connections there: both stand in its overview, and tell less than ours.
#[tokio::test]
async fn domains_and_connections_are_made_and_listed() {
    for mode in Mode::BOTH {
        let Some((console, _original)) = console_with(mode).await else {
            return;
        };
        let workspace = &console.workspace;
        assert_eq!(workspace.domains(REMOTE).await.unwrap(), []);
        let make = DomainChange::MakeDomain("shelves".to_owned());
        workspace.change_domains(REMOTE, &make).await.unwrap();
        let tree = workspace.domain_tree(REMOTE).await.unwrap();
        assert_eq!(tree.domains[0].name, "shelves");
        let make = DomainChange::MakeConnection {
            domain: tree.domains[0].id.clone(),
            name: "door".to_owned(),
            description: String::new(),
            held_credential: None,
        };
        workspace.change_domains(REMOTE, &make).await.unwrap();
        let tree = workspace.domain_tree(REMOTE).await.unwrap();
        let door = &tree.connections[0];
        assert_eq!(
            (door.name.as_str(), door.status),
            ("door", ConnectionStatus::Active)
        );
        assert_eq!(door.domain_id, tree.domains[0].id);
        let close = DomainChange::SetStatus(door.id.clone(), ConnectionStatus::Disabled);
        workspace.change_domains(REMOTE, &close).await.unwrap();
        let own = workspace
            .connections_of(REMOTE, Some(&door.domain_id))
            .await
            .unwrap();
        assert_eq!(own[0].status, ConnectionStatus::Disabled);
        // Its pointers would all have to be fetched to be counted.
        let counted = workspace
            .count_pointers(REMOTE, std::slice::from_ref(&door.id))
            .await
            .unwrap();
        assert_eq!(counted, [(door.id.clone(), None)]);
    }
}

/// There is no list and no paging there: the pages are ours, and together they are everything, once.
#[tokio::test]
async fn a_list_without_pages_there_has_pages_here() {
    for mode in Mode::BOTH {
        let Some((console, original)) = console_with(mode).await else {
            return;
        };
        let mut expected = Vec::new();
        for index in 0..25 {
            expected.push(original.pointer(&format!("shelf {index}")).await);
        }
        let mut query = PointerQuery {
            limit: Some(10),
            ..PointerQuery::default()
        };
        let (mut seen, mut sizes) = (Vec::new(), Vec::new());
        loop {
            let page = console.workspace.pointers(REMOTE, &query).await.unwrap();
            assert_eq!(page.total, Some(25));
            sizes.push(page.pointers.len());
            seen.extend(
                page.pointers
                    .into_iter()
                    .map(|pointer| pointer.address.to_string()),
            );
            match page.next {
                Some(cursor) => query.start = Start::After(cursor),
                None => break,
            }
        }
        assert_eq!(sizes, [10, 10, 5]);
        expected.sort();
        seen.sort();
        assert_eq!(seen, expected);

        query.start = Start::Offset(20);
        let jumped = console.workspace.pointers(REMOTE, &query).await.unwrap();
        assert_eq!(jumped.pointers.len(), 5);
    }
}

#[tokio::test]
async fn filters_mean_there_what_they_mean_here() {
    let Some((console, _original)) = console_with(Mode::AppId).await else {
        return;
    };
    for (reference, description, tags) in [
        ("1", "strawberry jam", ["red", "sweet"]),
        ("2", "plum jam", ["blue", "sweet"]),
        ("3", "beetroot", ["red", "sour"]),
    ] {
        console
            .workspace
            .create_pointer(REMOTE, pointer(reference, description, &tags))
            .await
            .unwrap();
    }
    let found = async |query: PointerQuery| {
        let page = console.workspace.pointers(REMOTE, &query).await.unwrap();
        let mut references: Vec<_> = page
            .pointers
            .into_iter()
            .map(|pointer| pointer.data_reference)
            .collect();
        references.sort();
        references.join("")
    };
    let tags = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    let query = PointerQuery::default;
    assert_eq!(found(query()).await, "123");
    let by_term = PointerQuery {
        term: Some("jam".to_owned()),
        ..query()
    };
    assert_eq!(found(by_term.clone()).await, "12");
    let by_tags = PointerQuery {
        tags: tags(&["red", "sweet"]),
        ..query()
    };
    assert_eq!(found(by_tags.clone()).await, "1");
    let by_any = PointerQuery {
        tag_match: TagMatch::Any,
        ..by_tags
    };
    assert_eq!(found(by_any).await, "123");
    let without = PointerQuery {
        exclude_tags: tags(&["red"]),
        ..query()
    };
    assert_eq!(found(without).await, "2");
    let both = PointerQuery {
        exclude_tags: tags(&["blue"]),
        ..by_term
    };
    assert_eq!(found(both).await, "1");
    assert_eq!(
        found(PointerQuery {
            federated_only: true,
            ..query()
        })
        .await,
        ""
    );
}

/// It says of a pointer which connection it has, by id: what that is called, and whose it is, is asked for.
#[tokio::test]
async fn connections_and_domains_are_filtered_by_their_names() {
    for mode in Mode::BOTH {
        let Some((console, _original)) = console_with(mode).await else {
            return;
        };
        let workspace = &console.workspace;
        let make = DomainChange::MakeDomain("shelves".to_owned());
        workspace.change_domains(REMOTE, &make).await.unwrap();
        let domain = workspace.domains(REMOTE).await.unwrap().remove(0);
        for name in ["front door", "back door"] {
            let make = DomainChange::MakeConnection {
                domain: domain.id.clone(),
                name: name.to_owned(),
                description: String::new(),
                held_credential: None,
            };
            workspace.change_domains(REMOTE, &make).await.unwrap();
        }
        let doors = workspace.connections_of(REMOTE, None).await.unwrap();
        for (number, door) in doors.iter().map(Some).chain([None]).enumerate() {
            let new = pointer(&number.to_string(), "jam", &[]);
            let made = workspace.create_pointer(REMOTE, new).await.unwrap();
            if let Some(door) = door {
                workspace
                    .assign_pointer(REMOTE, &made.address, Some(&door.id))
                    .await
                    .unwrap();
            }
        }
        let back = doors.iter().position(|door| door.name == "back door").unwrap();
        for (text, expected) in [
            ("conn:back", vec![back.to_string()]),
            ("conn:door", vec!["0".to_owned(), "1".to_owned()]),
            ("domain:shel", vec!["0".to_owned(), "1".to_owned()]),
            ("!domain:shel", vec!["2".to_owned()]),
            ("domain:cellar", vec![]),
        ] {
            let query = PointerQuery {
                filter: Filter::parse(text, POINTER_FIELDS).unwrap(),
                ..PointerQuery::default()
            };
            let page = workspace.pointers(REMOTE, &query).await.unwrap();
            let found: Vec<String> = page
                .pointers
                .into_iter()
                .map(|pointer| pointer.data_reference)
                .collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}

/// An error reply is a reply, and both are in the log.
#[tokio::test]
async fn invokes_are_logged_whether_they_succeed_or_fail() {
    let Some((console, original)) = console_with(Mode::AccessKey).await else {
        return;
    };
    original.pointer("a shelf").await;
    let workspace = &console.workspace;
    let ask = async |action: &str| {
        let query = Query::new(action, json!({}));
        workspace
            .invoke(REMOTE, &query, InvokeOptions::default())
            .await
            .unwrap()
    };
    let stats = ask("get_graph_stats").await;
    assert_eq!(stats.reply.result().unwrap()["total_pointers"], 1);
    let unknown = ask("make_jam").await;
    assert_eq!(unknown.reply.message(), Some("Unknown action: make_jam"));

    let filter = LogFilter {
        instance: Some(REMOTE.to_owned()),
        limit: 10,
        ..LogFilter::default()
    };
    let rows = workspace.log(&filter).await.unwrap();
    let row = |action: &str| rows.iter().find(|row| row.action == action).unwrap();
    assert_eq!(row("get_graph_stats").status, "success");
    assert_eq!(row("make_jam").status, "error");
}

#[tokio::test]
async fn the_first_version_s_domains_and_odd_pointers_are_listed_and_made() {
    let Some(original) = Original::start_first_version() else {
        return;
    };
    let console = Console::open().await;
    console.add(REMOTE, &original.credential()).await;
    let workspace = &console.workspace;
    let make = DomainChange::MakeDomain("weather".to_owned());
    workspace.change_domains(REMOTE, &make).await.unwrap();
    let domain = workspace.domains(REMOTE).await.unwrap().remove(0);
    assert_eq!(domain.name, "weather");
    let make = DomainChange::MakeConnection {
        domain: domain.id.clone(),
        name: "gateway".to_owned(),
        description: String::new(),
        held_credential: None,
    };
    workspace.change_domains(REMOTE, &make).await.unwrap();
    let connections = workspace.connections_of(REMOTE, Some(&domain.id)).await.unwrap();
    assert_eq!(connections[0].status, ConnectionStatus::Active);
    assert_eq!(connections[0].description, "read-write");

    // As a Python client has it that gives no tags.
    let query = json!({"data_reference": "odd", "description": "d", "tags": null});
    let query = Query::new("create_pointer", query);
    let made = workspace.invoke(REMOTE, &query, InvokeOptions::default()).await;
    let made = made.unwrap().reply.into_result().unwrap();
    workspace
        .create_pointer(REMOTE, pointer("usual", "e", &["t"]))
        .await
        .unwrap();
    let page = workspace
        .pointers(REMOTE, &PointerQuery::default())
        .await
        .unwrap();
    assert_eq!(page.pointers.len(), 2);
    let address = made["pointer"]["address"].as_str().unwrap();
    let address = PointerAddress::parse(address).unwrap();
    let shown = workspace.pointer(REMOTE, &address).await.unwrap();
    assert!(shown.pointer.tags.is_empty());
}

#[tokio::test]
async fn what_an_original_instance_lacks_is_said_and_nothing_is_changed() {
    let Some((console, original)) = console_with(Mode::AppId).await else {
        return;
    };
    let address = original.pointer("a shelf").await;
    let address = PointerAddress::parse(&address).unwrap();
    let change = PointerChange {
        description: Some("empty".to_owned()),
        ..PointerChange::default()
    };
    let updated = console.workspace.update_pointer(REMOTE, &address, change).await;
    let deleted = console.workspace.delete_pointer(REMOTE, &address).await;
    for failure in [updated.unwrap_err(), deleted.unwrap_err()] {
        assert_eq!(failure.code, Code::UnknownAction, "{failure}");
        assert!(!failure.remedy.is_empty());
    }
    let still = console.workspace.pointer(REMOTE, &address).await.unwrap();
    assert_eq!(still.pointer.description, "a pointer");
}

#[tokio::test]
async fn a_probe_and_a_call_tell_why_they_fail() {
    let Some(original) = Original::start(Mode::AppId) else {
        return;
    };
    let console = Console::open().await;
    console.add("right", &original.credential()).await;
    console.add("wrong-secret", &original.with_wrong_secret()).await;
    console.add("wrong-key", &original.with_wrong_key()).await;

    let query = Query::new("get_graph_stats", json!({}));
    let outcome = async |name: &str| {
        let state = console.workspace.probe(name).await.unwrap().state;
        let invoked = console
            .workspace
            .invoke(name, &query, InvokeOptions::default())
            .await;
        (state, invoked.err().map(|failure| failure.code))
    };
    assert_eq!(outcome("right").await, (InstanceState::Up, None));
    let refused = (InstanceState::Refused, Some(Code::PeerRefused));
    assert_eq!(outcome("wrong-secret").await, refused);
    let garbage = (InstanceState::Refused, Some(Code::PeerGarbage));
    assert_eq!(outcome("wrong-key").await, garbage);
    drop(original);
    let gone = (InstanceState::Unreachable, Some(Code::PeerUnreachable));
    assert_eq!(outcome("right").await, gone);
}
