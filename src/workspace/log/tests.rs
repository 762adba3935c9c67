//! The log through the workspace: windows, several consoles, pruning, locking, exports.

use super::*;
use crate::workspace::{Home, Unlock, VaultLock};
use serde_json::json;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

async fn home(config: &str) -> (TempDir, Arc<Workspace>) {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path().join("home"));
    drop(
        Workspace::create(home.clone(), VaultLock::KeyFile(None))
            .await
            .unwrap(),
    );
    std::fs::write(home.root().join("config.toml"), config).unwrap();
    let workspace = Workspace::open(home, Unlock::Ambient).await.unwrap();
    (folder, workspace)
}

fn add(workspace: &Workspace, action: &str) -> u64 {
    let line = LogLine {
        id: 0,
        at: Timestamp::now(),
        kind: "invoke".into(),
        instance: "alpha".into(),
        action: action.into(),
        pointer: None,
        route: None,
        status: "success".into(),
        code: None,
        elapsed_us: 1_000,
        reply_bytes: 2,
        credential: None,
    };
    let body = json!({"query": {"action": action}, "reply": {"status": "success"}, "failure": null, "hops": [], "wire": []});
    workspace
        .vault
        .add_log(&line, body.to_string().as_bytes())
        .unwrap()
}

fn ask(filter: &str, place: LogPlace) -> LogAsk {
    LogAsk {
        filter: filter.into(),
        as_of: Timestamp::from_micros(0),
        place,
        limit: 40,
        anchor: None,
        sorting: None,
    }
}

fn ids(window: &LogWindow) -> Vec<u64> {
    window.rows.iter().map(|row| row.id).collect()
}

#[tokio::test]
async fn a_window_is_the_same_from_the_vault_and_from_memory() {
    let (_folder, workspace) = home("").await;
    for _ in 0..150 {
        add(&workspace, "whoami");
    }
    workspace.mark_log(vec![130], true).await.unwrap();
    for (place, anchor) in [
        (LogPlace::Newest, Some(120)),
        (LogPlace::From(0), Some(1)),
        (LogPlace::From(100), Some(999)),
        (LogPlace::From(140), None),
        (LogPlace::From(500), None),
    ] {
        let ask = |filter| LogAsk {
            anchor,
            ..ask(filter, place)
        };
        let near = workspace.log_window(&ask("")).await.unwrap();
        let far = workspace.log_window(&ask("kind:invoke")).await.unwrap();
        assert_eq!(near, far, "{place:?}");
    }
    let around = workspace
        .log_window(&ask("whoami", LogPlace::Around(75)))
        .await
        .unwrap();
    assert!(ids(&around).contains(&75) && around.first > 0);
    let wrong = workspace
        .log_window(&ask("status:odd", LogPlace::Newest))
        .await
        .unwrap_err();
    assert_eq!(wrong.code, Code::InvalidParameter);
}

#[tokio::test]
async fn what_another_console_adds_and_marks_shows_in_a_filter_that_stands() {
    let (_folder, one) = home("").await;
    let other = Workspace::open(one.home().clone(), Unlock::Ambient)
        .await
        .unwrap();
    add(&one, "whoami");
    let newest = ask("whoami", LogPlace::Newest);
    assert_eq!(ids(&one.log_window(&newest).await.unwrap()), [1]);
    let before = one.change_number().await.unwrap();
    std::thread::scope(|scope| {
        for workspace in [&one, &other] {
            scope.spawn(move || {
                (0..20).for_each(|_| {
                    add(workspace, "whoami");
                })
            });
        }
    });
    add(&other, "get_graph_stats");
    assert!(one.change_number().await.unwrap() > before);
    let window = one.log_window(&newest).await.unwrap();
    assert_eq!((window.matched, window.total), (41, 42));
    let marked = ask("marked", LogPlace::Newest);
    assert!(one.log_window(&marked).await.unwrap().rows.is_empty());
    other.mark_log(vec![3, 7], true).await.unwrap();
    other.note_log(7, " seen\nby ada ").await.unwrap();
    let window = one.log_window(&marked).await.unwrap();
    assert_eq!(ids(&window), [3, 7]);
    assert_eq!(window.rows[1].note.as_deref(), Some("seen by ada"));
    assert_eq!(
        ids(&one.log_window(&ask("ada", LogPlace::Newest)).await.unwrap()),
        [7]
    );
}

#[tokio::test]
async fn lines_that_go_leave_the_filter_too_and_marked_ones_stay() {
    let (_folder, workspace) = home("[log]\nkeep_lines = 20\n").await;
    for _ in 0..60 {
        add(&workspace, "whoami");
    }
    workspace.mark_log(vec![5], true).await.unwrap();
    let newest = ask("whoami", LogPlace::Newest);
    let before = workspace.log_window(&newest).await.unwrap();
    assert_eq!(before.matched, 60);
    for _ in 0..4 {
        add(&workspace, "whoami");
    }
    let after = workspace.log_window(&newest).await.unwrap();
    let expected: Vec<u64> = std::iter::once(5).chain(45..=64).collect();
    assert_eq!(ids(&after), expected);
    assert_ne!(before.epoch, after.epoch);
    assert_eq!(after.total, workspace.log_count().await.unwrap());
}

#[tokio::test]
async fn a_locked_vault_shows_no_line_and_keeps_none_in_memory() {
    let (_folder, workspace) = home("").await;
    add(&workspace, "whoami");
    let newest = ask("whoami", LogPlace::Newest);
    workspace.log_window(&newest).await.unwrap();
    workspace.lock_vault();
    assert!(workspace.log_index.lock().unwrap().is_none());
    assert_eq!(
        workspace.log_window(&newest).await.unwrap_err().code,
        Code::VaultLocked
    );
    assert!(workspace.log_index.lock().unwrap().is_none());
    workspace.unlock_vault(Unlock::Ambient).await.unwrap();
    assert_eq!(workspace.log_window(&newest).await.unwrap().matched, 1);
}

#[tokio::test]
async fn an_export_tells_how_far_it_is_and_one_that_is_given_up_leaves_nothing() {
    let (folder, workspace) = home("").await;
    for number in 0..50 {
        add(
            &workspace,
            if number % 2 == 0 {
                "whoami"
            } else {
                "get_graph_stats"
            },
        );
    }
    let export = LogExport {
        filter: "whoami".into(),
        format: LogFormat::Jsonl,
    };
    let path = folder.path().join("lines.jsonl");
    let told = Mutex::new(Vec::new());
    let tell = |progress| told.lock().unwrap().push(progress);
    assert_eq!(workspace.export_log_to(&export, &path, &tell).await.unwrap(), 25);
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 25);
    let told = told.into_inner().unwrap();
    assert!(told.len() > 2 && told.is_sorted_by_key(|progress| progress.written));
    assert!(told.last().unwrap().words().contains("25 lines written, 100 %"));
    let twice = workspace
        .export_log_to(&export, &path, &|_| {})
        .await
        .unwrap_err();
    assert_eq!(twice.code, Code::FileFailed, "nothing is written over");
    let other = folder.path().join("other.jsonl");
    let mut given_up = Box::pin(workspace.export_log_to(&export, &other, &|_| {}));
    assert!(futures::poll!(&mut given_up).is_pending());
    drop(given_up);
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().flatten().collect();
    assert_eq!(left.len(), 2, "the home and the first export: {left:?}");
}

/// A line of this instance that took so long, with a pointer or without.
fn add_line(workspace: &Workspace, instance: &str, elapsed_us: u64, pointer: Option<&str>) -> u64 {
    let line = LogLine {
        id: 0,
        at: Timestamp::now(),
        kind: "invoke".into(),
        instance: instance.into(),
        action: "whoami".into(),
        pointer: pointer.map(Into::into),
        route: None,
        status: "success".into(),
        code: None,
        elapsed_us,
        reply_bytes: 2,
        credential: None,
    };
    workspace.vault.add_log(&line, b"{}").unwrap()
}

/// Six lines: what each took, on which instance, through which pointer.
fn six(workspace: &Workspace) {
    for (instance, took, pointer) in [
        ("beta", 50, None),
        ("alpha", 10, Some("ptr_00000000000b")),
        ("alpha", 90, None),
        ("Alpha2", 10, Some("ptr_00000000000a")),
        ("beta", 70, None),
        ("alpha", 90, Some("ptr_00000000000b")),
    ] {
        add_line(workspace, instance, took, pointer);
    }
}

async fn sorted(workspace: &Workspace, words: &str, filter: LogFilter) -> Vec<u64> {
    let filter = LogFilter {
        sorting: Some(Sorting::parse(words).unwrap()),
        ..filter
    };
    let rows = workspace.log(&filter).await.unwrap();
    rows.iter().map(|row| row.id).collect()
}

#[tokio::test]
async fn lines_are_sorted_by_any_column_the_newer_one_first_where_they_are_alike() {
    let (_folder, workspace) = home("").await;
    six(&workspace);
    workspace.note_log(4, "Later").await.unwrap();
    workspace.note_log(2, "again").await.unwrap();
    let all = || LogFilter {
        limit: 9,
        ..LogFilter::default()
    };
    for (words, wanted) in [
        ("took", [4, 2, 1, 5, 6, 3]),
        ("took:desc", [6, 3, 5, 1, 4, 2]),
        ("time", [1, 2, 3, 4, 5, 6]),
        ("time:desc", [6, 5, 4, 3, 2, 1]),
        ("instance", [6, 3, 2, 4, 5, 1]),
        ("instance:desc", [5, 1, 4, 6, 3, 2]),
        ("pointer", [4, 6, 2, 5, 3, 1]),
        ("pointer:desc", [6, 2, 4, 5, 3, 1]),
        ("note", [2, 4, 6, 5, 3, 1]),
        ("note:desc", [4, 2, 6, 5, 3, 1]),
        ("outcome", [6, 5, 4, 3, 2, 1]),
        ("route", [6, 5, 4, 3, 2, 1]),
    ] {
        assert_eq!(sorted(&workspace, words, all()).await, wanted, "{words}");
    }
    let some = LogFilter {
        instance: Some("alpha".into()),
        before: Some(6),
        ..all()
    };
    assert_eq!(sorted(&workspace, "took:desc", some).await, [3, 2]);
    let few = LogFilter {
        filter: "took:>20us".into(),
        limit: 3,
        ..LogFilter::default()
    };
    assert_eq!(sorted(&workspace, "took", few).await, [1, 5, 6]);
}

#[tokio::test]
async fn a_sorted_window_goes_up_to_its_anchor_and_counts_what_came_since() {
    let (_folder, workspace) = home("").await;
    six(&workspace);
    let slowest = |anchor| LogAsk {
        anchor,
        sorting: Sorting::parse("took:desc"),
        ..ask("", LogPlace::Newest)
    };
    let window = workspace.log_window(&slowest(None)).await.unwrap();
    assert_eq!(ids(&window), [2, 4, 1, 5, 3, 6], "the last line first");
    assert_eq!(
        (window.newest, window.matched, window.up_to_anchor),
        (Some(6), 6, None)
    );
    add_line(&workspace, "alpha", 80, None);
    let later = workspace.log_window(&slowest(Some(6))).await.unwrap();
    assert_eq!(ids(&later), ids(&window));
    assert_eq!((later.matched, later.up_to_anchor), (7, Some(6)));
    let anew = workspace.log_window(&slowest(None)).await.unwrap();
    assert_eq!(ids(&anew), [2, 4, 1, 5, 7, 3, 6]);
    let around = LogAsk {
        place: LogPlace::Around(5),
        limit: 2,
        ..slowest(Some(6))
    };
    let around = workspace.log_window(&around).await.unwrap();
    assert_eq!((around.first, ids(&around)), (2, vec![1, 5]));
}
