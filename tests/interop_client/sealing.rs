//! Sealing a query for somebody else to send, and opening what that one got back.

use crate::console::{Console, REMOTE};
use crate::original::{Mode, Original};
use crate::support::python::{Answerer, python};
use butterfly_console::protocol::{Code, Query, Reply};
use butterfly_console::workspace::{Failure, Sealed};
use serde_json::json;

/// The instance of ours.
const NEAR: &str = "near";

fn stats() -> Query {
    Query::new("get_graph_stats", json!({}))
}

/// Has Python's `requests` post it; gives the sealed response.
fn post(sealed: &Sealed) -> (u64, String) {
    let python = python().expect("whoever calls this has it");
    let answer = Answerer::start(python.script("post.py")).ask_last(&json!(sealed));
    let status = answer["status"].as_u64().unwrap();
    (status, answer["body"].as_str().unwrap().to_owned())
}

/// Both kinds of instance, named, behind one console.
async fn console() -> Option<(Console, Original)> {
    let original = Original::start(Mode::AppId)?;
    let console = Console::open().await;
    console.add(REMOTE, &original.credential()).await;
    console.host(NEAR).await;
    Some((console, original))
}

#[tokio::test]
async fn a_query_sealed_here_and_posted_by_another_comes_back_to_be_opened_here() {
    let Some((console, _original)) = console().await else {
        return;
    };
    for name in [REMOTE, NEAR] {
        let sealed = console.workspace.seal(name, &stats()).await.unwrap();
        let (status, body) = post(&sealed);
        assert_eq!(status, 200, "{name}: {body}");
        let jti = sealed.jti.as_deref();
        let reply = console.workspace.open_reply(name, body.as_bytes(), jti).await;
        assert_eq!(reply.unwrap().result().unwrap()["total_pointers"], 0);
    }
    console.workspace.shutdown().await;
}

/// A native token is good for one call; an original instance takes one as often as it comes.
#[tokio::test]
async fn the_same_request_again_is_refused_by_ours_and_answered_by_an_original() {
    let Some((console, _original)) = console().await else {
        return;
    };
    for (name, again) in [(REMOTE, 200), (NEAR, 401)] {
        let sealed = console.workspace.seal(name, &stats()).await.unwrap();
        assert_eq!(post(&sealed).0, 200, "{name}");
        assert_eq!(post(&sealed).0, again, "{name}");
    }
    console.workspace.shutdown().await;
}

#[tokio::test]
async fn threat_15_a_reply_opens_only_for_its_instance_and_its_request() {
    let Some((console, _original)) = console().await else {
        return;
    };
    let workspace = &console.workspace;
    let code = |outcome: Result<Reply, Failure>| outcome.err().map(|failure| failure.code);

    let sealed = workspace.seal(NEAR, &stats()).await.unwrap();
    let (_, body) = post(&sealed);
    let other = workspace.seal(NEAR, &stats()).await.unwrap();
    let swapped = workspace
        .open_reply(NEAR, body.as_bytes(), other.jti.as_deref())
        .await;
    assert_eq!(code(swapped), Some(Code::CannotOpen));
    let elsewhere = workspace.open_reply(REMOTE, body.as_bytes(), None).await;
    assert_eq!(code(elsewhere), Some(Code::CannotOpen));
    let reflected = workspace.open_reply(NEAR, sealed.body.as_bytes(), None).await;
    assert_eq!(code(reflected), Some(Code::CannotOpen));
    assert_eq!(
        code(workspace.open_reply(NEAR, body.as_bytes(), None).await),
        None
    );
    workspace.shutdown().await;
}
