//! The same done to many pointers of real instances: what it comes to, what fails, what a stopped one leaves.

use super::*;
use crate::model::NewPointer;
use crate::workspace::{Home, InitInstance, VaultLock};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

/// A home with these instances, each with three pointers.
async fn home(instances: &[&str]) -> (TempDir, Arc<Workspace>, Vec<BulkTarget>) {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path().join("home"));
    let workspace = Workspace::create(home, VaultLock::KeyFile(None)).await.unwrap();
    let mut targets = Vec::new();
    for name in instances {
        let instance = InstanceName::parse(name).unwrap();
        let new = InitInstance {
            key: Default::default(),
            name: instance.clone(),
            listen: Some(SocketAddr::from(([127, 0, 0, 1], 0))),
            endpoint: None,
            insecure_http: false,
            tls: None,
        };
        workspace.init_instance(new).await.unwrap();
        for number in 0..3 {
            let new = NewPointer {
                data_reference: format!("https://example.org/{number}"),
                description: format!("number {number}"),
                tags: vec!["old".to_owned(), "kept".to_owned()],
                connection_id: None,
                credential_pointer_address: None,
                federated: None,
                author: None,
            };
            let pointer = workspace.create_pointer(name, new).await.unwrap();
            targets.push(BulkTarget {
                instance: instance.clone(),
                address: pointer.address,
            });
        }
    }
    (folder, workspace, targets)
}

fn nobody(instance: &str) -> BulkTarget {
    BulkTarget {
        instance: InstanceName::parse(instance).unwrap(),
        address: PointerAddress::parse("ptr_ffffffffffff").unwrap(),
    }
}

fn files(folder: &Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_change_on_every_instance_and_what_is_not_there_is_told() {
    let (_folder, workspace, mut targets) = home(&["alpha", "beta"]).await;
    targets.insert(1, nobody("alpha"));
    let change = TagChange {
        add: vec!["new".to_owned()],
        remove: vec!["old".to_owned()],
    };
    let never = StopSign::default();
    let seen = Mutex::new(Vec::new());
    let report = workspace
        .bulk(BulkAction::Tags(change), &targets, &never, &|now| {
            seen.lock().unwrap().push(now)
        })
        .await
        .unwrap();
    assert_eq!((report.done.len(), report.failed.len()), (6, 1));
    assert_eq!(report.failed[0].0, nobody("alpha"));
    assert_eq!(report.failed[0].1.code, Code::PointerNotFound);
    let last = seen.lock().unwrap().last().copied().unwrap();
    assert_eq!((last.done, last.failed, last.total), (7, 1, 7));
    for name in ["alpha", "beta"] {
        let page = workspace.pointers(name, &PointerQuery::default()).await.unwrap();
        assert!(
            page.pointers
                .iter()
                .all(|pointer| pointer.tags == ["kept", "new"])
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pointers_are_assigned_and_taken_out_again() {
    let (_folder, workspace, targets) = home(&["alpha"]).await;
    let asked = |action: &str, parameters| {
        let query = Query::new(action, parameters);
        let workspace = Arc::clone(&workspace);
        async move {
            let invoked = workspace.invoke("alpha", &query, InvokeOptions::default());
            invoked.await.unwrap().reply.result().cloned().unwrap()
        }
    };
    let domain = asked("create_domain", json!({"name": "weather"})).await;
    let domain = domain["domain"]["id"].clone();
    let made = asked("create_connection", json!({"domain_id": domain, "name": "gate"})).await;
    let id = ConnectionId::parse(made["connection"]["id"].as_str().unwrap()).unwrap();
    for connection in [Some(id), None] {
        let action = BulkAction::Assign(connection.clone());
        let report = workspace
            .bulk(action, &targets, &StopSign::default(), &|_| {})
            .await
            .unwrap();
        assert_eq!(report.done, targets);
        let page = workspace
            .pointers("alpha", &PointerQuery::default())
            .await
            .unwrap();
        assert!(
            page.pointers
                .iter()
                .all(|pointer| pointer.connection_id == connection)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_stopped_tells_what_was_done_and_leaves_the_rest() {
    let (folder, workspace, targets) = home(&["alpha", "beta"]).await;
    let stop = StopSign::default();
    let report = workspace
        .bulk(BulkAction::Delete, &targets, &stop, &|now| {
            if now.done == 2 {
                stop.show();
            }
        })
        .await
        .unwrap();
    assert_eq!((report.done.as_slice(), report.left), (&targets[..2], 4));
    let page = workspace
        .pointers("alpha", &PointerQuery::default())
        .await
        .unwrap();
    assert_eq!(page.pointers.len(), 1);
    let path = folder.path().join("out.jsonl");
    let action = BulkAction::Export {
        path: path.clone(),
        overwrite: false,
    };
    let stop = StopSign::default();
    let report = workspace
        .bulk(action, &targets[2..], &stop, &|_| stop.show())
        .await
        .unwrap();
    assert_eq!((report.done.len(), report.left), (0, 3));
    assert!(!path.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_read_again_by_an_import_and_replaces_nothing_unasked() {
    let (folder, workspace, mut targets) = home(&["alpha", "beta"]).await;
    targets.truncate(2);
    targets.push(nobody("alpha"));
    let out = folder.path().join("out");
    std::fs::create_dir(&out).unwrap();
    for (name, overwrite) in [("a.jsonl", false), ("a.csv", false), ("a.csv", true)] {
        let path = out.join(name);
        let action = BulkAction::Export {
            path: path.clone(),
            overwrite,
        };
        let report = workspace
            .bulk(action, &targets, &StopSign::default(), &|_| {})
            .await
            .unwrap();
        assert_eq!((report.done.len(), report.failed.len()), (2, 1), "{name}");
    }
    let path = out.join("a.csv");
    let action = BulkAction::Export {
        path: path.clone(),
        overwrite: false,
    };
    let refused = workspace
        .bulk(action, &targets, &StopSign::default(), &|_| {})
        .await
        .unwrap_err();
    assert_eq!(refused.code, Code::FileFailed);
    assert_eq!(files(&out), 2);
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 3, "a heading and two rows: {text}");
    workspace
        .delete_pointer("alpha", &targets[0].address)
        .await
        .unwrap();
    let report = workspace
        .import_file("alpha", &path, true, None, &StopSign::default(), &|_, _| {})
        .await
        .unwrap();
    assert_eq!(report.imported, 1, "the one that is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_of_which_nothing_came_or_that_was_stopped_leaves_no_file() {
    let (folder, workspace, targets) = home(&["alpha"]).await;
    let out = folder.path().join("out");
    std::fs::create_dir(&out).unwrap();
    let path = out.join("a.jsonl");
    let action = BulkAction::Export {
        path,
        overwrite: false,
    };
    let report = workspace
        .bulk(action.clone(), &[nobody("alpha")], &StopSign::default(), &|_| {})
        .await
        .unwrap();
    assert_eq!((report.done.len(), files(&out)), (0, 0));
    {
        // Dropped as soon as it has begun.
        let never = StopSign::default();
        let going = workspace.bulk(action, &targets, &never, &|_| {});
        let mut going = std::pin::pin!(going);
        let context = &mut std::task::Context::from_waker(std::task::Waker::noop());
        assert!(going.as_mut().poll(context).is_pending());
        assert_eq!(files(&out), 1);
    }
    assert_eq!(files(&out), 0);
}

#[test]
fn progress_is_told_in_words() {
    let progress = BulkProgress {
        done: 37,
        total: 120,
        failed: 0,
    };
    assert_eq!(progress.to_string(), "37 of 120");
    assert_eq!(
        BulkProgress {
            failed: 2,
            ..progress
        }
        .to_string(),
        "37 of 120, 2 failed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_looked_at_first_and_one_that_is_stopped_leaves_nothing() {
    let (folder, workspace, targets) = home(&["alpha"]).await;
    let path = folder.path().join("rows.jsonl");
    let mut text =
        String::from("{\"data_reference\": \"https://example.org/0\"}\n{\"description\": \"none\"}\n");
    for row in 0..12_000 {
        text.push_str(&format!(
            "{{\"data_reference\": \"https://rows.example/{row}\"}}\n"
        ));
    }
    std::fs::write(&path, text).unwrap();
    let stop = StopSign::default();
    let preview = workspace
        .preview_file("alpha", &path, &stop, &|_, _| {})
        .await
        .unwrap();
    assert_eq!(
        (preview.rows, preview.new, preview.already_there, preview.broken),
        (12_002, 12_000, 1, 1)
    );
    assert_eq!(preview.first_broken.as_ref().unwrap().line, 2);
    let count = || async {
        let page = workspace
            .pointers("alpha", &PointerQuery::default())
            .await
            .unwrap();
        page.pointers.len()
    };
    assert_eq!(count().await, targets.len(), "nothing was imported");

    let report = workspace
        .import_file("alpha", &path, true, preview.file, &stop, &|now, _| {
            if now.rows > 2 {
                stop.show();
            }
        })
        .await
        .unwrap();
    assert!(report.stopped && report.rows < 12_002, "{report:?}");
    assert_eq!((report.imported, count().await), (0, targets.len()));
    let alpha = folder.path().join("home/instances/alpha");
    let staged = std::fs::read_dir(alpha).unwrap().filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy().contains("-import-")
    });
    assert_eq!(staged.count(), 0, "and nothing of it is left there");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_imported_is_what_was_looked_at() {
    let (folder, workspace, _) = home(&["alpha"]).await;
    let count = || async {
        let page = workspace.pointers("alpha", &PointerQuery::default()).await;
        page.unwrap().pointers.len()
    };
    for (name, row) in [
        (
            "rows.jsonl",
            "{\"data_reference\": \"https://jsonl.example/1\"}\n",
        ),
        ("rows.csv", "data_reference\nhttps://csv.example/2\n"),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, row).unwrap();
        let never = StopSign::default();
        let look = || workspace.preview_file("alpha", &path, &never, &|_, _| {});
        let preview = look().await.unwrap();
        assert_eq!((preview.rows, preview.new), (1, 1), "{name}");
        let import = |agreed| workspace.import_file("alpha", &path, false, agreed, &never, &|_, _| {});

        let before = count().await;
        std::fs::write(&path, format!("{row}\n{{")).unwrap();
        let failure = import(preview.file).await.unwrap_err();
        assert_eq!(failure.code, Code::FileFailed);
        assert!(failure.message.contains("has changed since"), "{failure:?}");
        assert_eq!(count().await, before, "nothing was imported");

        std::fs::write(&path, row).unwrap();
        let preview = look().await.unwrap();
        assert_eq!(import(preview.file).await.unwrap().imported, 1);
    }
}
