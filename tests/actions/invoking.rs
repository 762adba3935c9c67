//! Following pointers: data fetched, references given to go on with, and who may.

use crate::access_keys::everything;
use crate::running::{Running, call, problem_of, result_of, through};
use butterfly_console::model::{Grant, PointerScope, Profile, Timestamp};
use butterfly_console::protocol::{Code, HeldKeys, Query, seal_body};
use butterfly_console::seal::fernet;
use serde_json::json;
use std::net::TcpListener as StdListener;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Answers one request with this JSON; gives the URL.
async fn weather(body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/now", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            request.push(stream.read_u8().await.unwrap());
        }
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n";
        let response = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
        stream.write_all(response.as_bytes()).await.unwrap();
    });
    url
}

/// A place that must not be contacted.
struct Untouched(StdListener);

impl Untouched {
    fn new() -> Self {
        let listener = StdListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.0.local_addr().unwrap())
    }

    fn assert_untouched(&self) {
        let contacted = self.0.accept().map(|(_, from)| from);
        assert_eq!(contacted.unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    }
}

async fn assigned(running: &Running, data_reference: &str) -> (String, String) {
    let connection = running.connection("outside", None).await;
    let parameters =
        json!({"data_reference": data_reference, "connection_id": connection, "description": "Weather"});
    let pointer = running.pointer(parameters).await;
    (connection, pointer)
}

#[tokio::test]
async fn the_data_of_a_pointer_is_fetched() {
    let running = Running::start_allowing("alpha", &["127.0.0.0/8"]).await;
    let url = weather(r#"{"celsius": 21}"#).await;
    let (connection, pointer) = assigned(&running, &url).await;
    let result = result_of(running.invoke(&connection, &pointer).await);
    assert_eq!(result["data"], json!({"celsius": 21}));
}

#[tokio::test]
async fn data_that_cannot_be_had_is_an_interpretation_and_no_error() {
    let running = Running::start_allowing("alpha", &["127.0.0.0/8"]).await;
    let closed = StdListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (connection, pointer) = assigned(&running, &format!("http://{closed}/")).await;
    let reply = running.invoke(&connection, &pointer).await;
    assert_eq!(reply.status(), "interpretation_rendered");
    let result = reply.into_result().unwrap();
    assert!(result["interpretation"].as_str().unwrap().contains(&pointer));
    assert!(result["details"].as_str().unwrap().contains("cannot be reached"));
}

#[tokio::test]
async fn threat_51_a_pointer_to_an_internal_address_is_refused_and_nothing_contacted() {
    let running = Running::start("alpha").await;
    let untouched = Untouched::new();
    let (connection, pointer) = assigned(&running, &untouched.url("/latest/meta-data")).await;
    let (code, _) = problem_of(&running.invoke(&connection, &pointer).await);
    assert_eq!(code, Code::FetchRefused);
    untouched.assert_untouched();
}

#[tokio::test]
async fn an_invoke_is_never_fetched_but_given_to_go_on_with() {
    let running = Running::start_allowing("alpha", &["127.0.0.0/8"]).await;
    let untouched = Untouched::new();
    let (connection, pointer) = assigned(&running, &untouched.url("/invoke")).await;
    let result = result_of(running.invoke(&connection, &pointer).await);
    assert_eq!(result["data_reference"], json!(untouched.url("/invoke")));
    assert_eq!(result["federated"]["route"], "endpoint");
    assert_eq!(result["federated"]["endpoint"], json!(untouched.url("/invoke")));
    untouched.assert_untouched();
}

#[tokio::test]
async fn a_federated_pointer_of_route_endpoint_is_given_as_it_is() {
    let running = Running::start("alpha").await;
    let peer = Running::start("beta").await;
    let connection = running.join(&peer, &["get_pointer_summary"]).await;
    let endpoint = peer.instance.settings().endpoint.as_str();
    let federated = json!({"route": "endpoint", "connection_id": connection, "endpoint": endpoint,
        "profile": "native", "kid": null, "query": {"action": "get_pointer_summary"}});
    let parameters = json!({"data_reference": endpoint, "connection_id": connection, "federated": federated});
    let pointer = running.pointer(parameters.clone()).await;
    let result = result_of(running.invoke(&connection, &pointer).await);
    assert_eq!(result["federated"], federated);
    assert_eq!(result["pointer"]["address"], json!(pointer));

    let mut elsewhere = parameters;
    elsewhere["data_reference"] = json!("https://elsewhere.example/invoke");
    let (code, _) = running.fails("create_pointer", elsewhere).await;
    assert_eq!(
        code,
        Code::InvalidParameter,
        "the reference must be what the route stores"
    );
}

#[tokio::test]
async fn a_pointer_is_followed_through_its_own_open_connection_only() {
    let running = Running::start("alpha").await;
    let (connection, pointer) = assigned(&running, "https://a.example/1").await;
    let other = running.connection("elsewhere", None).await;
    let (code, _) = problem_of(&running.invoke(&other, &pointer).await);
    assert_eq!(code, Code::NotAssigned);
    let close = json!({"connection_id": connection, "status": "disabled"});
    running.get("set_connection_status", close).await;
    let (code, _) = problem_of(&running.invoke(&connection, &pointer).await);
    assert_eq!(code, Code::ConnectionDisabled);
    let (code, _) = problem_of(&running.invoke("conn_0123456789ab", &pointer).await);
    assert_eq!(code, Code::ConnectionNotFound);
    let (code, _) = problem_of(&running.invoke(&connection, "ptr_0123456789ab").await);
    assert_eq!(code, Code::PointerNotFound);
}

#[tokio::test]
async fn only_who_owns_the_domain_or_is_granted_the_pointer_may_follow_it() {
    let running = Running::start_allowing("alpha", &["127.0.0.0/8"]).await;
    let url = weather("{}").await;
    let (connection, pointer) = assigned(&running, &url).await;
    let mut grant = Grant::read(["invoke_through_connection"]);
    grant.pointers = PointerScope::default();
    let stranger = running.issue("stranger", grant.clone()).await;
    let refused = call(
        &stranger,
        "invoke_through_connection",
        through(&connection, &pointer),
    )
    .await;
    assert_eq!(problem_of(&refused.reply).0, Code::NotGranted);
    grant.pointers.addresses.insert(pointer.parse().unwrap());
    let friend = running.issue("friend", grant).await;
    let followed = call(
        &friend,
        "invoke_through_connection",
        through(&connection, &pointer),
    )
    .await;
    assert_eq!(result_of(followed.reply)["data"], json!({}));
}

#[tokio::test]
async fn what_this_instance_cannot_follow_is_said() {
    let running = Running::start("alpha").await;
    let connection = running.connection("outside", None).await;
    let follow = async |data_reference: &str| {
        let pointer = running
            .pointer(json!({"data_reference": data_reference, "connection_id": connection}))
            .await;
        running.invoke(&connection, &pointer).await
    };
    assert_eq!(
        problem_of(&follow("file:///etc/passwd").await).0,
        Code::FetchRefused
    );
    assert_eq!(
        follow("a shelf in the cellar").await.status(),
        "interpretation_rendered"
    );
}

#[tokio::test]
async fn a_sealed_query_is_given_with_the_endpoint_that_its_connection_leads_to() {
    let running = Running::start("alpha").await;
    let peer = Running::start("beta").await;
    let credential = peer.issue("console", Grant::read(["get_graph_stats"])).await;
    running.hold("to-beta", &credential).await;
    let connection = running.connection("to-beta", Some("to-beta")).await;
    let query = Query::new("get_graph_stats", json!({}));
    let sealed = seal_body(&credential, &query, Timestamp::now());
    let pointer = running
        .pointer(json!({"data_reference": sealed, "connection_id": connection}))
        .await;
    let result = result_of(running.invoke(&connection, &pointer).await);
    assert_eq!(result["data_reference"], json!(sealed));
    let expected = json!({"route": "circuit", "connection_id": connection, "endpoint": credential.endpoint,
        "profile": "native", "kid": credential.kid(), "query": null});
    assert_eq!(result["federated"], expected);
}

#[tokio::test]
async fn a_fetch_sends_the_header_that_its_credential_pointer_holds_sealed() {
    let running = Running::start_allowing("alpha", &["127.0.0.0/8"]).await;
    let mine = running.issue_as("mine", Profile::Legacy, everything()).await;
    let HeldKeys::Legacy { keys, .. } = &mine.keys else {
        panic!("a legacy credential")
    };
    let source = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", source.local_addr().unwrap());
    let connection = running.connection("gate", None).await;
    let header = br#"{"header": "Authorization", "token": "Bearer s3cret"}"#;
    let sealed = fernet::seal(keys, Timestamp::now(), header);
    let holder = running.pointer(json!({ "data_reference": sealed })).await;
    let asked =
        json!({"data_reference": url, "connection_id": connection, "credential_pointer_address": holder});
    let pointer = running.pointer(asked).await;

    let serving = async {
        let (mut stream, _) = source.accept().await.unwrap();
        let mut request = vec![0; 4096];
        let read = stream.read(&mut request).await.unwrap();
        let answer =
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"a\":1}";
        stream.write_all(answer).await.unwrap();
        String::from_utf8_lossy(&request[..read]).into_owned()
    };
    let invoke = || call(&mine, "invoke_through_connection", through(&connection, &pointer));
    let (exchange, request) = tokio::join!(invoke(), serving);
    assert_eq!(result_of(exchange.reply)["data"], json!({"a": 1}));
    assert!(
        request
            .to_ascii_lowercase()
            .contains("authorization: bearer s3cret"),
        "{request}"
    );
}
