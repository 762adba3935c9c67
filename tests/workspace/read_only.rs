//! A home through which nothing is to be changed, and an instance that is marked so: judged at one door, whatever leads
//! there.

use super::{home, init, name, pointer};
use butterfly_console::client::load::{Pace, Plan};
use butterfly_console::model::{ConnectionId, NewPointer, PointerAddress};
use butterfly_console::protocol::{Code, Query};
use butterfly_console::store::PointerQuery;
use butterfly_console::workspace::{
    BulkAction, BulkTarget, CallOptions, Home, InstanceChange, InvokeOptions, LoadReport, LoadRequest,
    LoadTarget, LogFilter, SavedLoad, StopSign, Unlock, Workspace,
};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// A home whose instance is hosted, with two circuits that can be invoked: one that makes a pointer, one that reads.
struct Stand {
    folder: TempDir,
    workspace: Arc<Workspace>,
    makes: PointerAddress,
    reads: PointerAddress,
}

async fn done(workspace: &Workspace, action: &str, parameters: Value) -> Value {
    let query = Query::new(action, parameters);
    let invoked = workspace.invoke("alpha", &query, InvokeOptions::default()).await;
    invoked.unwrap().reply.into_result().unwrap()
}

async fn stand() -> Stand {
    let (folder, workspace) = home().await;
    init(&workspace, "alpha").await;
    workspace.start_instance("alpha").await.unwrap();
    let domain = done(&workspace, "create_domain", json!({"name": "a"})).await;
    let parameters = json!({"domain_id": domain["domain"]["id"], "name": "gate"});
    let gate = done(&workspace, "create_connection", parameters).await;
    let gate: ConnectionId = gate["connection"]["id"].as_str().unwrap().parse().unwrap();
    let circuit = |step: Value| NewPointer {
        connection_id: Some(gate.clone()),
        ..pointer(&format!("internal_circuit::{}", json!([step])))
    };
    let making = json!({"action": "create_pointer", "data_reference": "https://a.example/made", "description": "made"});
    let makes = workspace.create_pointer("alpha", circuit(making)).await.unwrap();
    let reading = circuit(json!({"action": "get_graph_stats"}));
    let reads = workspace.create_pointer("alpha", reading).await.unwrap();
    Stand {
        folder,
        workspace,
        makes: makes.address,
        reads: reads.address,
    }
}

async fn count(workspace: &Workspace) -> usize {
    let all = PointerQuery {
        limit: Some(100),
        ..PointerQuery::default()
    };
    workspace.pointers("alpha", &all).await.unwrap().pointers.len()
}

fn load(target: LoadTarget) -> LoadRequest {
    LoadRequest {
        instance: name("alpha"),
        target,
        routes: Vec::new(),
        plan: Plan {
            pace: Pace::Closed { callers: 1 },
            warm_up: Duration::ZERO,
            duration: None,
            count: Some(2),
            in_flight: 1,
            trace_every: 0,
        },
    }
}

/// What comes of loading this; how many calls were made, or why none was.
async fn loaded(workspace: &Workspace, target: LoadTarget) -> Result<u64, Code> {
    let run = workspace.start_load(load(target)).await;
    let run = run.map_err(|failure| failure.code)?;
    let report = workspace.finish_load(run).await.unwrap();
    Ok(report.lanes.iter().map(|(_, figures)| figures.requests).sum())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_home_that_is_only_read_changes_nothing_by_whatever_way() {
    let stand = stand().await;
    let only_read = Home::at(stand.folder.path().join("home")).only_read(true);
    let workspace = Workspace::open(only_read, Unlock::Ambient).await.unwrap();
    let before = count(&workspace).await;

    let traced = InvokeOptions::default;
    let refused = workspace.invoke_pointer("alpha", &stand.makes, traced()).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code, Code::ReadOnly, "{}", refused.message);
    assert!(refused.message.contains("create_pointer"), "{}", refused.message);
    assert!(refused.remedy.contains("--read-only"), "{}", refused.remedy);
    let read = workspace.invoke_pointer("alpha", &stand.reads, traced()).await;
    assert_eq!(read.unwrap().reply.status(), "success");

    let making = Query::new(
        "create_pointer",
        json!({"data_reference": "https://a.example/2", "description": "2"}),
    );
    let refused = workspace.invoke("alpha", &making, traced()).await.unwrap_err();
    assert_eq!(refused.code, Code::ReadOnly);
    for target in [
        LoadTarget::Pointer(stand.makes.clone()),
        LoadTarget::Query(making.clone()),
    ] {
        assert_eq!(loaded(&workspace, target).await, Err(Code::ReadOnly));
    }
    let reads = LoadTarget::Pointer(stand.reads.clone());
    assert_eq!(loaded(&workspace, reads).await, Ok(2));
    let called = workspace
        .call("alpha", &stand.makes, CallOptions::default())
        .await;
    assert!(called.is_err());

    let last = LogFilter {
        limit: 1,
        ..LogFilter::default()
    };
    let line = workspace.log(&last).await.unwrap()[0].id;
    let report = LoadReport {
        lanes: Vec::new(),
        samples: Vec::new(),
        log_id: None,
    };
    let saved = SavedLoad::of("monday", &load(LoadTarget::Query(making)), &report);
    let codes = [
        workspace.mark_log(vec![line], true).await.map(drop),
        workspace.unmark_log().await.map(drop),
        workspace.note_log(line, "seen").await,
        workspace.save_load(saved).await,
    ];
    for outcome in codes {
        assert_eq!(outcome.unwrap_err().code, Code::ReadOnly);
    }
    assert_eq!(count(&workspace).await, before);
    stand.workspace.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_is_marked_read_only_is_not_loaded_with_what_changes_it() {
    let stand = stand().await;
    let workspace = &stand.workspace;
    let mark = InstanceChange {
        read_only: Some(true),
        ..InstanceChange::default()
    };
    workspace.edit_instance("alpha", mark).await.unwrap();
    let before = count(workspace).await;
    let makes = LoadTarget::Pointer(stand.makes.clone());
    assert_eq!(loaded(workspace, makes).await, Err(Code::ReadOnly));
    let reads = LoadTarget::Pointer(stand.reads.clone());
    assert_eq!(loaded(workspace, reads).await, Ok(2));
    assert_eq!(count(workspace).await, before);
    workspace.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_pointer_would_destroy_is_found_out_as_it_is_now() {
    let stand = stand().await;
    let workspace = &stand.workspace;
    let found = workspace
        .destruction_by_pointer(&name("alpha"), &stand.reads)
        .await;
    assert_eq!(found.unwrap(), None);
    let detail = workspace.pointer("alpha", &stand.reads).await.unwrap().pointer;
    let step = json!([{"action": "delete_pointer", "pointer_address": stand.reads}]);
    let destroying = NewPointer {
        connection_id: detail.connection_id,
        ..pointer(&format!("internal_circuit::{step}"))
    };
    let deletes = workspace
        .create_pointer("alpha", destroying)
        .await
        .unwrap()
        .address;
    let found = workspace.destruction_by_pointer(&name("alpha"), &deletes).await;
    let hit = found.unwrap().unwrap();
    assert_eq!(
        (hit.query.action(), hit.instance.as_str()),
        ("delete_pointer", "alpha")
    );
    assert_eq!(hit.way, Some(format!("through {deletes} of alpha")));
    workspace.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_are_looked_at_before_they_are_invoked_and_so_is_the_pointer_of_a_line() {
    let stand = stand().await;
    let workspace = &stand.workspace;
    let detail = workspace.pointer("alpha", &stand.reads).await.unwrap().pointer;
    let victim = workspace.create_pointer("alpha", pointer("https://x/1")).await;
    let victim = victim.unwrap().address;
    let step = json!([{"action": "delete_pointer", "pointer_address": victim}]);
    let destroying = NewPointer {
        connection_id: detail.connection_id,
        ..pointer(&format!("internal_circuit::{step}"))
    };
    let deletes = workspace.create_pointer("alpha", destroying).await;
    let deletes = deletes.unwrap().address;
    let target = |address: &PointerAddress| BulkTarget {
        instance: name("alpha"),
        address: address.clone(),
    };
    let targets = [target(&stand.reads), target(&deletes)];
    let never = StopSign::default();
    let found = workspace.destruction_among(&targets, &never, &|_| {}).await;
    let found = found.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].way, Some(format!("through {deletes} of alpha")));

    // What nobody was asked about is not invoked, whatever it was when it was looked at.
    let unasked = BulkAction::Invoke { destroys: false };
    let report = workspace.bulk(unasked, &targets, &never, &|_| {}).await.unwrap();
    assert_eq!(report.done, [target(&stand.reads)]);
    assert_eq!(report.failed[0].0, target(&deletes));
    workspace.pointer("alpha", &victim).await.expect("it is there");

    // A line that invoked it does the same once more.
    let asked = BulkAction::Invoke { destroys: true };
    let report = workspace.bulk(asked, &targets, &never, &|_| {}).await.unwrap();
    assert_eq!(report.done, targets);
    assert!(workspace.pointer("alpha", &victim).await.is_err(), "it is gone");
    let some = LogFilter {
        limit: 100,
        ..LogFilter::default()
    };
    let lines = workspace.log(&some).await.unwrap();
    let line_of = |address: &PointerAddress| {
        let line = lines.iter().find(|line| {
            line.action == "invoke_through_connection" && line.pointer.as_ref() == Some(address)
        });
        line.expect("it is in the log").id
    };
    let again = workspace.destruction_by_line(line_of(&deletes)).await.unwrap();
    assert_eq!(again.unwrap().query.action(), "delete_pointer");
    let again = workspace
        .destruction_by_line(line_of(&stand.reads))
        .await
        .unwrap();
    assert_eq!(again, None);
    workspace.delete_pointer("alpha", &deletes).await.unwrap();
    let again = workspace.destruction_by_line(line_of(&deletes)).await.unwrap();
    assert_eq!(again, None);
    workspace.shutdown().await;
}
