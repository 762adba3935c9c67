//! Pointers imported and exported.

use super::{home, import, init};
use butterfly_console::protocol::{Code, Query};
use butterfly_console::store::{PointerQuery, Start};
use butterfly_console::workspace::{ImportFormat, ImportProgress, InvokeOptions, Workspace};
use serde_json::{Value, json};
use std::io::Cursor;
use tokio::runtime::Handle;

#[tokio::test(flavor = "multi_thread")]
async fn twenty_thousand_rows_come_in_and_go_out_again() {
    let (_folder, workspace) = home().await;
    init(&workspace, "alpha").await;
    init(&workspace, "beta").await;
    let rows: String = (0..20_000)
        .map(|row| format!("{{\"data_reference\": \"https://rows.example/{row}\", \"tags\": [\"bulk\"]}}\n"))
        .collect();
    let report = import(&workspace, "alpha", rows.into_bytes(), ImportFormat::Jsonl, false)
        .await
        .unwrap();
    assert_eq!((report.imported, report.rejected), (20_000, 0));
    let mut out = Vec::new();
    let written = workspace
        .export_pointers("alpha", &mut out, ImportFormat::Csv, &|_| {})
        .await
        .unwrap();
    assert_eq!(written, 20_000);
    // Over the wire this time.
    workspace.start_instance("beta").await.unwrap();
    let report = import(&workspace, "beta", out, ImportFormat::Csv, false)
        .await
        .unwrap();
    assert_eq!(
        (report.imported, report.rejected),
        (20_000, 0),
        "{:?}",
        report.rejected_rows
    );
    let page = workspace
        .pointers(
            "beta",
            &PointerQuery {
                start: Start::Offset(19_990),
                limit: Some(50),
                ..PointerQuery::default()
            },
        )
        .await
        .unwrap();
    assert_eq!((page.pointers.len(), page.total), (10, Some(20_000)));
    workspace.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_rows_are_told_by_line_and_nothing_is_half_done() {
    let (_folder, workspace) = home().await;
    init(&workspace, "alpha").await;
    let text = concat!(
        "{\"data_reference\": \"https://r.example/1\"}\n",
        "\n",
        "{\"data_reference\": 7}\n",
        "not json\n",
        "{\"description\": \"nowhere\"}\n",
        "{\"data_reference\": \"https://r.example/1\"}\n",
        "{\"data_reference\": \"https://r.example/2\"}\n",
    );
    let source = || text.as_bytes().to_vec();
    let strict = import(&workspace, "alpha", source(), ImportFormat::Jsonl, false)
        .await
        .unwrap();
    assert_eq!(strict.imported, 0);
    let lines: Vec<_> = strict.rejected_rows.iter().map(|row| row.line).collect();
    assert_eq!(lines[..3], [3, 4, 5]);
    let all = PointerQuery {
        limit: Some(10),
        ..PointerQuery::default()
    };
    assert!(
        workspace
            .pointers("alpha", &all)
            .await
            .unwrap()
            .pointers
            .is_empty()
    );
    let lenient = import(&workspace, "alpha", source(), ImportFormat::Jsonl, true)
        .await
        .unwrap();
    let lines: Vec<_> = lenient.rejected_rows.iter().map(|row| row.line).collect();
    assert_eq!((lenient.imported, lines), (2, vec![3, 4, 5, 6]));
    assert_eq!(workspace.pointers("alpha", &all).await.unwrap().pointers.len(), 2);
    let csv = b"description,tags\nx,y\n".to_vec();
    let headless = import(&workspace, "alpha", csv, ImportFormat::Csv, true)
        .await
        .unwrap_err();
    assert_eq!(headless.code, Code::FileFailed);
}

/// Has the owner do something, and gives what it came to.
async fn done(workspace: &Workspace, action: &str, parameters: Value) -> Value {
    let query = Query::new(action, parameters);
    let invoked = workspace.invoke("alpha", &query, InvokeOptions::default()).await;
    invoked.unwrap().reply.into_result().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_goes_while_rows_are_imported_is_told_by_the_line_that_needs_it() {
    let (_folder, workspace) = home().await;
    init(&workspace, "alpha").await;
    workspace.start_instance("alpha").await.unwrap();
    let domain = done(&workspace, "create_domain", json!({"name": "a"})).await;
    for skip_bad in [false, true] {
        let parameters = json!({"domain_id": domain["domain"]["id"], "name": format!("gate-{skip_bad}")});
        let made = done(&workspace, "create_connection", parameters).await;
        let gate = made["connection"]["id"].clone();
        let needing = json!({"data_reference": "https://r.example/3", "connection_id": gate});
        let text = format!("{{\"data_reference\": \"https://r.example/1\"}}\n\n{needing}\n");
        let remove = |progress: ImportProgress| {
            if progress.committing {
                let gone = done(&workspace, "delete_connection", json!({"connection_id": gate}));
                tokio::task::block_in_place(|| Handle::current().block_on(gone));
            }
        };
        let source = Box::new(Cursor::new(text.into_bytes()));
        let report = workspace
            .import_pointers("alpha", source, ImportFormat::Jsonl, skip_bad, &remove)
            .await
            .unwrap();
        assert_eq!((report.imported, report.rejected), (0, 1), "skip bad: {skip_bad}");
        let told = &report.rejected_rows[0];
        assert_eq!(told.line, 3);
        assert!(told.reason.contains(gate.as_str().unwrap()), "{}", told.reason);
    }
    workspace.shutdown().await;
}
