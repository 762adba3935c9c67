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

#[tokio::test(flavor = "multi_thread")]
async fn what_was_exported_and_deleted_comes_back_with_its_header_and_acts_for_nobody() {
    let (_folder, workspace) = home().await;
    init(&workspace, "alpha").await;
    let domain = done(&workspace, "create_domain", json!({"name": "a"})).await;
    let parameters = json!({"domain_id": domain["domain"]["id"], "name": "gate"});
    let gate = done(&workspace, "create_connection", parameters).await["connection"]["id"].clone();
    let holding = json!({"header": "Authorization", "token": "Bearer x", "origins": ["https://a.example"]});
    let closed = done(
        &workspace,
        "create_pointer",
        json!({"data_reference": "https://a.example/closed"}),
    )
    .await;
    let held = done(&workspace, "create_credential_pointer", holding).await;
    // Later in the file than the pointer that names it.
    let parameters = json!({"pointer_address": closed["pointer"]["address"], "credential_pointer_address": held["pointer"]["address"]});
    done(&workspace, "update_pointer", parameters).await;
    let steps = json!([{"action": "create_pointer", "data_reference": "from a circuit"}]);
    let circuit = json!({"circuit_definition": steps, "connection_id": gate});
    done(&workspace, "create_circuit", circuit).await;
    for format in [ImportFormat::Jsonl, ImportFormat::Csv] {
        let mut file = Vec::new();
        workspace
            .export_pointers("alpha", &mut file, format, &|_| {})
            .await
            .unwrap();
        let all = || async { done(&workspace, "list_pointers", json!({})).await["pointers"].clone() };
        for pointer in all().await.as_array().unwrap() {
            let gone = json!({"pointer_address": pointer["address"]});
            done(&workspace, "delete_pointer", gone).await;
        }
        let report = import(&workspace, "alpha", file, format, false).await.unwrap();
        assert_eq!(
            (report.imported, report.rejected),
            (3, 0),
            "{:?}",
            report.rejected_rows
        );
        assert_eq!(report.not_taken_over, 1);
        assert_eq!(report.not_taken_over_lines.len(), 1);
        let pointers = all().await;
        let of = |kind: &str| {
            let all = pointers.as_array().unwrap().iter();
            let mut found = all.filter(|one| one["data_reference"].as_str().unwrap().starts_with(kind));
            found.next().unwrap().clone()
        };
        assert_eq!(
            of("https")["credential_pointer_address"],
            of("sealed_header")["address"]
        );
        let through = json!({"connection_id": gate, "pointer_address": of("internal_circuit")["address"]});
        let query = Query::new("invoke_through_connection", through);
        let invoked = workspace.invoke("alpha", &query, InvokeOptions::default()).await;
        assert_eq!(invoked.unwrap().reply.code(), Some(Code::AccessDenied));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quote_that_nobody_closed_is_a_bad_row_and_nothing_is_imported() {
    let (_folder, workspace) = home().await;
    init(&workspace, "alpha").await;
    let cut = "data_reference,description\n\nhttps://r.example/1,whole\nhttps://r.example/2,\"the second was cut he";
    let stray = "data_reference,description\nhttps://r.example/1,\"bad\nhttps://r.example/2,\"good\"\nhttps://r.example/3,good\n";
    for (text, bad) in [(cut, 4), (stray, 2)] {
        let report = import(&workspace, "alpha", text.into(), ImportFormat::Csv, false)
            .await
            .unwrap();
        let lines: Vec<_> = report.rejected_rows.iter().map(|row| row.line).collect();
        assert_eq!((report.imported, lines), (0, vec![bad]), "{text}");
    }
    let report = import(&workspace, "alpha", stray.into(), ImportFormat::Csv, true).await;
    assert_eq!(report.unwrap().imported, 2);
}
