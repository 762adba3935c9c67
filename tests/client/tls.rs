//! TLS: pinned keys alone decide where there are pins, the authorities where there are none.

use crate::peer::{Server, bind_as, native, open, patient, seal, stats};
use butterfly_console::client::{Client, ClientError, pin_of_certificate};
use butterfly_console::protocol::{HeldCredential, Reply, Spki};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use serde_json::json;
use std::sync::Arc;

/// An instance with a certificate of its own making, and the pin of its key.
async fn instance() -> (HeldCredential, Spki, Server) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["instance-b.example".to_owned()]).unwrap();
    let pin = pin_of_certificate(cert.der()).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let bound = bind_as("https").await;
    let credential = native(&bound.endpoint);
    let keys = credential.clone();
    let server = bound.serve_tls(config, move |received| {
        let opened = open(&keys, &received);
        seal(&keys, &opened.jti, 200, &Reply::success(json!({})))
    });
    (credential, pin, server)
}

#[tokio::test]
async fn threat_52_the_pinned_key_and_the_spare_are_accepted() {
    let (mut credential, pin, _server) = instance().await;
    let client = Client::new();
    let spare = Spki("A".repeat(43));
    for pins in [vec![pin.clone()], vec![spare.clone(), pin.clone()]] {
        credential.pins = pins;
        let exchange = client.invoke(&credential, &stats(), &patient()).await.unwrap();
        assert!(exchange.reply.is_success());
    }
}

#[tokio::test]
async fn threat_52_another_key_is_refused_before_anything_is_sent() {
    let (mut credential, pin, server) = instance().await;
    let (_, other_pin, _other) = instance().await;
    assert_ne!(pin, other_pin);
    let client = Client::new();
    credential.pins = vec![other_pin];
    let error = client
        .invoke(&credential, &stats(), &patient())
        .await
        .err()
        .unwrap();
    let ClientError::Tls { cause, .. } = &error else {
        panic!("{error}");
    };
    assert!(cause.contains(&pin.0), "it says which key is shown: {cause}");
    assert_eq!(server.requests(), 0);
    credential.pins = vec![pin];
    assert!(
        client.invoke(&credential, &stats(), &patient()).await.is_ok(),
        "pins do not mix"
    );
}

#[tokio::test]
async fn a_key_that_nobody_vouches_for_is_refused_without_pins() {
    let (credential, _, server) = instance().await;
    let error = Client::new()
        .invoke(&credential, &stats(), &patient())
        .await
        .err()
        .unwrap();
    assert!(matches!(error, ClientError::Tls { .. }), "{error}");
    assert_eq!(server.requests(), 0);
}

#[tokio::test]
async fn a_server_without_tls_is_unreachable_over_https_and_gets_no_request() {
    let bound = bind_as("https").await;
    let mut credential = native(&bound.endpoint);
    credential.pins = vec![Spki("A".repeat(43))];
    let server = bound.serve(|received| crate::peer::Answer::new(200, "text/plain", received.body));
    let error = Client::new()
        .invoke(&credential, &stats(), &patient())
        .await
        .err()
        .unwrap();
    assert!(
        matches!(error, ClientError::Unreachable { sent: false, .. }),
        "{error}"
    );
    assert_eq!(server.requests(), 0);
}
