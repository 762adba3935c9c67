//! Callers that hang up before their answer is there.

use crate::relays::legacy_credential_for;
use crate::running::{Running, context, problem_of, text, through};
use butterfly_console::model::{Grant, Profile, Timestamp};
use butterfly_console::protocol::{
    CallContext, Code, CredentialForm, HeldCredential, Query, SealedRequest, seal_query,
};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Longer than anything here takes; what never comes ends a test by it.
const LONG: Duration = Duration::from_secs(60);

fn sealed(credential: &HeldCredential, action: &str, parameters: Value) -> SealedRequest {
    seal_query(
        credential,
        &Query::new(action, parameters),
        &context(),
        Timestamp::now(),
    )
}

async fn send(running: &Running, request: &SealedRequest) -> TcpStream {
    let address = running.instance.settings().listen;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /invoke HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n",
        request.token,
        request.content_type,
        request.body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(request.body.as_bytes()).await.unwrap();
    stream
}

/// Hangs up, and waits until the other side has noticed: it closes too.
async fn hang_up(mut stream: TcpStream) {
    stream.shutdown().await.unwrap();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.unwrap();
    assert!(rest.is_empty(), "it was answered before");
}

/// A server that takes connections and says nothing.
struct Silent(TcpListener);

impl Silent {
    async fn new() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    /// A connection, and a pointer in it whose data lies there.
    async fn pointer_on(&self, running: &Running) -> (String, String) {
        let url = format!("http://{}/slow", self.0.local_addr().unwrap());
        let connection = running.connection("outside", None).await;
        let pointer = running
            .pointer(json!({"data_reference": url, "connection_id": connection}))
            .await;
        (connection, pointer)
    }

    /// Waits until somebody calls.
    async fn called(&self) -> TcpStream {
        let accepted = tokio::time::timeout(LONG, self.0.accept()).await;
        accepted.unwrap().unwrap().0
    }
}

/// What lets somebody fetch the data of every pointer.
fn fetching_everything() -> Grant {
    let mut grant = Grant::read(["invoke_through_connection"]);
    grant.pointers.all = true;
    grant
}

/// Waits for a record of this action and outcome.
async fn recorded(running: &Running, action: &str, outcome: &str) -> Value {
    let looking = async {
        loop {
            let trail = running.trail().await;
            let is_meant = |record: &&Value| record["action"] == action && record["outcome"] == outcome;
            if let Some(record) = trail.iter().find(is_meant) {
                return record.clone();
            }
        }
    };
    tokio::time::timeout(LONG, looking)
        .await
        .expect("it is put on record")
}

/// Of one that was made for the test, and called with once.
async fn assert_is_used_once(running: &Running, list: &str, name: &str) {
    let listed = running.get(list, json!({})).await;
    let found = listed["credentials"].as_array().unwrap().iter();
    let credential = found.clone().find(|one| one["name"] == name).unwrap();
    assert_eq!(credential["uses"], 1, "{credential}");
    assert!(credential["last_used"].is_string(), "{credential}");
}

#[tokio::test]
async fn threat_46_a_change_whose_caller_hangs_up_is_made_whole() {
    let running = Running::start("alpha").await;
    let locked = rusqlite::Connection::open(running.file("instance.db")).unwrap();
    locked.execute_batch("BEGIN IMMEDIATE").unwrap();
    let parameters =
        json!({"name": "friend", "app_id": "friend", "profile": "native", "grant": Grant::read(["whoami"])});
    let request = sealed(&running.owner, "issue_credential", parameters.clone());
    let stream = send(&running, &request).await;
    recorded(&running, "issue_credential", "intent").await;
    hang_up(stream).await;
    locked.execute_batch("ROLLBACK").unwrap();
    recorded(&running, "issue_credential", "done").await;
    let listed = running.get("list_credentials", json!({})).await;
    let names: Vec<_> = listed["credentials"]
        .as_array()
        .unwrap()
        .iter()
        .map(|credential| text(&credential["name"]))
        .collect();
    assert!(names.contains(&"friend".to_owned()), "{names:?}");
    running.get("revoke_credential", json!({"name": "friend"})).await;
}

/// Locks what the instance writes to; what it writes meanwhile waits for that.
fn locked(running: &Running) -> rusqlite::Connection {
    let locked = rusqlite::Connection::open(running.file("instance.db")).unwrap();
    locked.execute_batch("BEGIN IMMEDIATE").unwrap();
    locked
}

/// How many pointers there are, after whatever was to be written before this domain.
async fn pointers_behind(running: &Running, domain: &str) -> Value {
    running.get("create_domain", json!({ "name": domain })).await;
    running.get("get_graph_stats", json!({})).await["total_pointers"].clone()
}

#[tokio::test]
async fn threat_30_a_change_that_did_not_begin_within_its_deadline_is_not_made() {
    let running = Running::start("alpha").await;
    let locked = locked(&running);
    for parameters in [
        json!({"data_reference": "late"}),
        json!({"data_reference": "late", "idempotency_key": "k"}),
    ] {
        let deadline = CallContext::begin(Timestamp::now(), 1);
        let query = Query::new("create_pointer", parameters);
        let reply = running.instance.invoke_as_owner(&query, &deadline).await;
        let (code, told) = problem_of(&reply);
        assert_eq!(code, Code::DeadlineExceeded, "{told}");
        assert_eq!(told["sent"], false, "{told}");
        assert!(text(&told["message"]).contains("nothing was changed"), "{told}");
    }
    locked.execute_batch("ROLLBACK").unwrap();
    assert_eq!(pointers_behind(&running, "first").await, 0);
    // Its key is not used up.
    let again = json!({"data_reference": "late", "idempotency_key": "k"});
    let made = running.ask("create_pointer", again).await;
    assert_eq!(made.member("repeated"), None);
    assert_eq!(pointers_behind(&running, "second").await, 1);
}

#[tokio::test]
async fn a_change_that_has_not_begun_when_its_caller_hangs_up_is_not_made_and_keeps_no_place() {
    let running = Running::start("alpha").await;
    let locked = locked(&running);
    let request = sealed(
        &running.owner,
        "create_pointer",
        json!({"data_reference": "left"}),
    );
    let stream = send(&running, &request).await;
    recorded(&running, "create_pointer", "intent").await;
    hang_up(stream).await;
    // While nothing can be written it has its end already.
    let record = recorded(&running, "create_pointer", "failed").await;
    assert_eq!(record["reason"], "caller_gone");
    locked.execute_batch("ROLLBACK").unwrap();
    assert_eq!(pointers_behind(&running, "first").await, 0);
}

#[tokio::test]
async fn threat_11_a_call_whose_caller_hangs_up_is_on_record_and_not_taken_again() {
    let running = Running::start_allowing("alpha", &["127.0.0.0/8"]).await;
    let silent = Silent::new().await;
    let (connection, pointer) = silent.pointer_on(&running).await;
    let friend = running.issue("friend", fetching_everything()).await;
    let request = sealed(
        &friend,
        "invoke_through_connection",
        through(&connection, &pointer),
    );
    let stream = send(&running, &request).await;
    let mut fetching = silent.called().await;
    hang_up(stream).await;
    // Nobody waits for the data any more: the fetch is given up.
    let mut asked = Vec::new();
    tokio::time::timeout(LONG, fetching.read_to_end(&mut asked))
        .await
        .expect("the fetch is given up")
        .unwrap();
    let record = recorded(&running, "invoke_through_connection", "failed").await;
    assert_eq!(record["reason"], "caller_gone");
    assert_eq!(record["app_id"], "friend");
    assert_is_used_once(&running, "list_credentials", "friend").await;

    let running = running.reopen().await;
    let mut stream = send(&running, &request).await;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 401");
}

#[tokio::test]
async fn a_call_that_a_stop_cuts_off_is_not_said_to_be_its_caller_s_doing() {
    let mut running = Running::start_allowing("alpha", &["127.0.0.0/8"]).await;
    let silent = Silent::new().await;
    let (connection, pointer) = silent.pointer_on(&running).await;
    let request = sealed(
        &running.owner,
        "invoke_through_connection",
        through(&connection, &pointer),
    );
    let stream = send(&running, &request).await;
    let fetching = silent.called().await;
    // What does not end by itself within the time of grace is cut.
    running.stop().await;
    let record = recorded(&running, "invoke_through_connection", "failed").await;
    assert_eq!(record["reason"], "instance_stopped");
    drop((stream, fetching));
}

#[tokio::test]
async fn a_chain_ends_with_its_first_caller() {
    let alpha = Running::start("alpha").await;
    let beta = Running::start_allowing("beta", &["127.0.0.0/8"]).await;
    let silent = Silent::new().await;
    let (outside, pointer) = silent.pointer_on(&beta).await;
    let credential = beta.issue("from-alpha", fetching_everything()).await;
    alpha.hold("to-beta", &credential).await;
    let connection = alpha.connection("to-beta", Some("to-beta")).await;
    let mut query = through(&outside, &pointer);
    query["action"] = json!("invoke_through_connection");
    let request = sealed(
        &alpha.owner,
        "relay",
        json!({"connection_id": connection, "query": query}),
    );
    let stream = send(&alpha, &request).await;
    let mut fetching = silent.called().await;
    hang_up(stream).await;
    let mut asked = Vec::new();
    tokio::time::timeout(LONG, fetching.read_to_end(&mut asked))
        .await
        .expect("the fetch at the end of the chain is given up")
        .unwrap();
    assert_eq!(recorded(&alpha, "relay", "failed").await["reason"], "caller_gone");
    let there = recorded(&beta, "invoke_through_connection", "failed").await;
    assert_eq!(there["reason"], "caller_gone");
    // What was sent was used, on either side.
    assert_is_used_once(&alpha, "list_held_credentials", "to-beta").await;
    assert_is_used_once(&beta, "list_credentials", "from-alpha").await;
}

#[tokio::test]
async fn a_legacy_call_whose_caller_hangs_up_is_a_use() {
    let running = Running::start_allowing("alpha", &["127.0.0.0/8"]).await;
    let silent = Silent::new().await;
    let (connection, pointer) = silent.pointer_on(&running).await;
    let mut grant = fetching_everything();
    grant.strict_replay = true;
    let friend = running.issue_as("friend", Profile::Legacy, grant).await;
    let asked = through(&connection, &pointer);
    let stream = send(&running, &sealed(&friend, "invoke_through_connection", asked)).await;
    let waiting = silent.called().await;
    hang_up(stream).await;
    recorded(&running, "invoke_through_connection", "failed").await;
    drop(waiting);
    assert_is_used_once(&running, "list_credentials", "friend").await;
    let running = running.reopen().await;
    assert_is_used_once(&running, "list_credentials", "friend").await;
}

#[tokio::test]
async fn a_relay_that_never_reached_its_peer_is_no_use() {
    let alpha = Running::start("alpha").await;
    let beta = Running::start("beta").await;
    // With the holder of a legacy one no heads of trails are exchanged: whoever connects, it is the relay.
    let credential = beta
        .issue_as("from-alpha", Profile::Legacy, Grant::read(["whoami"]))
        .await;
    // It takes connections, and never says a word of TLS.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut form = CredentialForm::of(&credential).expose_value();
    form["endpoint"] = json!(format!("https://{}/invoke", silent.local_addr().unwrap()));
    alpha
        .get("hold_credential", json!({"name": "to-nobody", "form": form}))
        .await;
    let connection = alpha.connection("to-nobody", Some("to-nobody")).await;
    let asked = json!({"connection_id": connection, "query": {"action": "whoami"}});
    let stream = send(&alpha, &sealed(&alpha.owner, "relay", asked)).await;
    let connecting = tokio::time::timeout(LONG, silent.accept())
        .await
        .unwrap()
        .unwrap();
    hang_up(stream).await;
    assert_eq!(recorded(&alpha, "relay", "failed").await["reason"], "caller_gone");
    drop(connecting);
    let listed = alpha.get("list_held_credentials", json!({})).await;
    let held = &listed["credentials"][0];
    assert_eq!(
        (&held["name"], &held["uses"]),
        (&json!("to-nobody"), &json!(0)),
        "{held}"
    );
}

#[tokio::test]
async fn a_write_that_was_relayed_when_its_caller_hung_up_is_not_said_to_have_failed() {
    let alpha = Running::start("alpha").await;
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let credential = legacy_credential_for(silent.local_addr().unwrap());
    alpha.hold("silent", &credential).await;
    let connection = alpha.connection("silent", Some("silent")).await;
    let asked = json!({
        "connection_id": connection,
        "query": {"action": "create_pointer", "data_reference": "one"},
        "idempotency_key": "k",
    });
    let stream = send(&alpha, &sealed(&alpha.owner, "relay", asked.clone())).await;
    let (mut peer, _) = tokio::time::timeout(LONG, silent.accept())
        .await
        .unwrap()
        .unwrap();
    assert!(peer.read(&mut [0; 4 * 1024]).await.unwrap() > 0);
    hang_up(stream).await;
    recorded(&alpha, "relay", "failed").await;
    drop(peer);
    let (code, told) = alpha.fails("relay", asked).await;
    assert_eq!(code, Code::OutcomeUnknown, "{told}");
}
