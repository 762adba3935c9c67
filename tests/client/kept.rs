//! Connections that are kept after a call.

use crate::peer::{Answer, Connections, Server, bind, instance, native, open, patient, seal, stats};
use butterfly_console::client::Client;
use butterfly_console::protocol::{HeldCredential, Reply};
use futures::future::join_all;
use serde_json::json;
use std::time::Duration;

/// A server that answers, and the credential for it.
async fn peer() -> (Server, HeldCredential) {
    let bound = bind().await;
    let credential = native(&bound.endpoint);
    let server = instance(bound, &credential, |_| Reply::success(json!({})));
    (server, credential)
}

async fn call(client: &Client, credential: &HeldCredential) {
    let exchange = client.invoke(credential, &stats(), &patient()).await;
    assert!(exchange.unwrap().reply.is_success());
}

#[tokio::test]
async fn calls_one_after_the_other_use_one_connection_and_calls_at_once_have_one_each() {
    let (server, credential) = peer().await;
    let client = Client::new();
    for _ in 0..3 {
        call(&client, &credential).await;
    }
    assert_eq!(server.connections(), Connections { begun: 1, ended: 0 });
    for _ in 0..2 {
        join_all((0..4).map(|_| call(&client, &credential))).await;
    }
    assert_eq!(server.connections(), Connections { begun: 4, ended: 0 });
    assert_eq!(server.requests(), 11);
    drop(client);
    server.ended(4).await;
}

#[tokio::test]
async fn a_connection_that_was_closed_meanwhile_is_not_used() {
    let bound = bind().await;
    let credential = native(&bound.endpoint);
    let key = credential.clone();
    let server = bound.serve(move |received| {
        let opened = open(&key, &received);
        seal(&key, &opened.jti, 200, &Reply::success(json!({}))).with("connection", "close")
    });
    let client = Client::new();
    for count in 1..=3 {
        call(&client, &credential).await;
        server.ended(count).await;
        // What was heard of the other end becomes known with the next look at the network.
        tokio::task::yield_now().await;
    }
    assert_eq!(server.connections(), Connections { begun: 3, ended: 3 });
}

#[tokio::test]
async fn a_connection_whose_end_was_not_announced_is_not_used_either() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let bound = bind().await;
    let credential = native(&bound.endpoint);
    // Answers one call that it does not understand, and hangs up without a word.
    let server = bound.accept(|mut stream, _| async move {
        let mut request = [0; 16 * 1024];
        let read = stream.read(&mut request).await.unwrap();
        assert!(read > 0, "a call came");
        let answer = b"HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\nno";
        stream.write_all(answer).await.unwrap();
    });
    let client = Client::new();
    for count in 1..=3 {
        let failed = client.invoke(&credential, &stats(), &patient()).await;
        assert!(failed.err().unwrap().to_string().contains("404"));
        server.ended(count).await;
        tokio::task::yield_now().await;
    }
    assert_eq!(server.connections(), Connections { begun: 3, ended: 3 });
}

#[tokio::test]
async fn a_connection_is_kept_for_a_quarter_of_a_minute_and_then_closed() {
    let (server, credential) = peer().await;
    let client = Client::new();
    call(&client, &credential).await;
    let later = async |seconds| {
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(seconds)).await;
        tokio::time::resume();
    };
    later(10).await;
    call(&client, &credential).await;
    assert_eq!(server.connections(), Connections { begun: 1, ended: 0 });
    later(16).await;
    server.ended(1).await;
    call(&client, &credential).await;
    assert_eq!(server.connections(), Connections { begun: 2, ended: 1 });
}

#[tokio::test]
async fn a_response_that_is_not_read_to_its_end_takes_its_connection_with_it() {
    use butterfly_console::client::ClientSettings;
    let bound = bind().await;
    let credential = native(&bound.endpoint);
    let server = bound.serve(|_| Answer::new(200, "application/jose", vec![b'x'; 100_000]));
    let client = Client::with_settings(ClientSettings {
        response_limit: 1_000,
        ..ClientSettings::default()
    });
    for count in 1..=2 {
        let failed = client.invoke(&credential, &stats(), &patient()).await;
        assert!(failed.is_err());
        server.ended(count).await;
    }
    assert_eq!(server.connections(), Connections { begun: 2, ended: 2 });
}
