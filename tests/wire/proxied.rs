//! Behind a proxy that hands whole connections on and says before each whose it is (the PROXY protocol).

use crate::support::*;
use butterfly_console::client::Client;
use butterfly_console::instance::{Host, Instance, NewInstance, Tls};
use butterfly_console::model::{Endpoint, Grant, InstanceName, Profile};
use butterfly_console::protocol::{HeldCredential, Query, Reply};
use serde_json::json;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

const SETTINGS: &str = "trusted_proxies = [\"127.0.0.0/8\"]\nproxy_header = \"proxy-protocol\"";

/// Hands every connection on to `to`, after these bytes.
async fn hand_on(listener: TcpListener, to: SocketAddr, preamble: Vec<u8>) {
    loop {
        let (mut caller, _) = listener.accept().await.unwrap();
        let preamble = preamble.clone();
        tokio::spawn(async move {
            let mut instance = TcpStream::connect(to).await.unwrap();
            instance.write_all(&preamble).await.unwrap();
            // Either side may end it as it likes.
            let _ = copy_bidirectional(&mut caller, &mut instance).await;
        });
    }
}

async fn ask(credential: &HeldCredential, query: Query) -> Reply {
    let exchange = Client::new().invoke(credential, &query, &context()).await;
    exchange.unwrap().reply
}

#[tokio::test]
async fn sources_of_a_grant_hold_for_the_caller_behind_a_proxy_that_hands_tls_on() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("https://{}/invoke", listener.local_addr().unwrap());
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("alpha");
    let new = NewInstance {
        key: Default::default(),
        name: InstanceName::parse("alpha").unwrap(),
        listen: "127.0.0.1:0".parse().unwrap(),
        endpoint: Some(Endpoint::parse(&endpoint).unwrap()),
        insecure_http: false,
        tls: Some(Tls::Own),
    };
    let (settings, owner) = Instance::create(&folder, new).await.unwrap();
    add_to_settings(&folder, SETTINGS);
    let host = Host::start(folder, None).await.unwrap();
    let preamble = b"PROXY TCP4 203.0.113.9 127.0.0.1 50000 443\r\n".to_vec();
    tokio::spawn(hand_on(listener, settings.listen, preamble));

    for (sources, is_let_in) in [("203.0.113.0/24", true), ("127.0.0.0/8", false)] {
        let mut grant = Grant::read(["get_graph_stats"]);
        grant.sources = Some(vec![sources.parse().unwrap()]);
        let issue = json!({"app_id": "bound", "name": sources.replace(['.', '/'], "-"), "profile": Profile::Native, "grant": grant});
        let issued = ask(&owner, Query::new("issue_credential", issue)).await;
        let bound = held(&issued.into_result().expect("a credential")["secret"]);
        let reply = ask(&bound, Query::new("get_graph_stats", json!({}))).await;
        assert_eq!(reply.is_success(), is_let_in, "{sources}: {}", reply.to_value());
    }
    host.stop().await.unwrap();
}

/// A connection that begins so, and what it is answered.
async fn status_after(address: SocketAddr, preamble: &[u8]) -> (TcpStream, u16) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = [preamble, b"GET /health HTTP/1.1\r\nhost: a\r\n\r\n"].concat();
    stream.write_all(&request).await.unwrap();
    // No more than that: after it, the connection may be reset.
    let mut status = [0; 12];
    stream.read_exact(&mut status).await.unwrap();
    let status = String::from_utf8_lossy(&status[9..]).parse().unwrap();
    (stream, status)
}

#[tokio::test]
async fn threat_24_no_address_behind_a_proxy_has_more_than_its_share() {
    let running = start_with(SETTINGS).await;
    let greedy = b"PROXY TCP4 203.0.113.66 127.0.0.1 50000 443\r\n";
    let mut held = Vec::new();
    let last = loop {
        let (stream, status) = status_after(running.address(), greedy).await;
        if status != 200 {
            break status;
        }
        held.push(stream);
        assert!(held.len() <= 512, "more than half of what there is");
    };
    assert_eq!((held.len(), last), (512, 503), "half of what there is");
    for (preamble, expected) in [
        (&b"PROXY TCP4 203.0.113.67 127.0.0.1 50000 443\r\n"[..], 200),
        (b"PROXY UNKNOWN\r\n", 200),
        (greedy, 503),
    ] {
        let (_, status) = status_after(running.address(), preamble).await;
        assert_eq!(status, expected, "{}", String::from_utf8_lossy(preamble));
    }
}

#[tokio::test]
async fn a_trusted_proxy_must_say_it_and_nobody_else_s_word_counts() {
    // Metrics are for loopback only: they show what address a request counts as coming from.
    let metrics = |preamble: &[u8]| {
        [
            preamble,
            b"GET /metrics HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
        ]
        .concat()
    };
    let running = start_with(SETTINGS).await;
    let local = b"\r\n\r\n\0\r\nQUIT\n\x20\x00\x00\x00";
    for (preamble, status) in [
        (&b"PROXY TCP4 203.0.113.9 127.0.0.1 50000 443\r\n"[..], 404),
        (b"PROXY TCP4 127.0.0.9 127.0.0.1 50000 443\r\n", 200),
        (b"PROXY UNKNOWN\r\n", 200),
        (local, 200),
    ] {
        let answer = parse(&raw(running.address(), &metrics(preamble)).await);
        assert_eq!(answer.status, status, "{}", String::from_utf8_lossy(preamble));
    }
    // No header counts beside it.
    let request = b"PROXY UNKNOWN\r\nGET /metrics HTTP/1.1\r\nhost: a\r\nconnection: close\r\nx-forwarded-for: 203.0.113.9\r\n\r\n";
    assert_eq!(parse(&raw(running.address(), request).await).status, 200);
    let mut silent = TcpStream::connect(running.address()).await.unwrap();
    silent.write_all(&metrics(b"")).await.unwrap();
    let mut answer = Vec::new();
    // Closed, with or without a reset: there is something left that nobody reads.
    let _ = silent.read_to_end(&mut answer).await;
    assert!(answer.is_empty(), "{}", String::from_utf8_lossy(&answer));

    let elsewhere = start_with(&SETTINGS.replace("127.0.0.0/8", "192.0.2.0/24")).await;
    assert_eq!(parse(&raw(elsewhere.address(), &metrics(b"")).await).status, 200);
    let forged = raw(
        elsewhere.address(),
        &metrics(b"PROXY TCP4 203.0.113.9 127.0.0.1 50000 443\r\n"),
    )
    .await;
    assert_eq!(parse(&forged).status, 400);
}
