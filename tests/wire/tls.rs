//! Serving over TLS: an own certificate that is pinned, its spare key, and a given certificate.

use crate::support::*;
use butterfly_console::client::{Client, pin_of_certificate};
use butterfly_console::instance::{Host, Instance, InstanceError, NewInstance, Tls};
use butterfly_console::model::{InstanceName, Profile};
use butterfly_console::protocol::{HeldCredential, Query};
use serde_json::json;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

fn new(tls: Option<Tls>) -> NewInstance {
    NewInstance {
        key: Default::default(),
        name: InstanceName::parse("alpha").unwrap(),
        listen: "127.0.0.1:0".parse().unwrap(),
        endpoint: None,
        insecure_http: false,
        tls,
    }
}

async fn own() -> (tempfile::TempDir, PathBuf, HeldCredential) {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("alpha");
    let (settings, owner) = Instance::create(&folder, new(Some(Tls::Own))).await.unwrap();
    assert!(settings.endpoint.is_tls());
    (home, folder, owner)
}

async fn answers(owner: &HeldCredential) -> Result<(), String> {
    let whoami = Query::new("whoami", json!({}));
    match Client::new().invoke(owner, &whoami, &context()).await {
        Ok(exchange) if exchange.reply.is_success() => Ok(()),
        Ok(exchange) => Err(format!("{:?}", exchange.reply.message())),
        Err(error) => Err(error.to_string()),
    }
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn an_own_certificate_is_trusted_by_its_pin_and_by_nothing_else() {
    let (_home, folder, owner) = own().await;
    for file in ["tls.key", "tls-spare.key", "tls.crt"] {
        assert_eq!(mode(&folder.join(file)), 0o600, "{file}");
    }
    assert_eq!(owner.pins.len(), 2, "the key and its spare");
    let host = Host::start(folder, None).await.unwrap();
    answers(&owner).await.unwrap();
    let mut stranger = owner.clone();
    stranger.pins.clear();
    answers(&stranger).await.unwrap_err();
    stranger.pins = vec![owner.pins[1].clone()];
    answers(&stranger).await.unwrap_err();
    host.stop().await.unwrap();
}

#[tokio::test]
async fn credentials_that_it_issues_carry_both_pins() {
    let (_home, folder, owner) = own().await;
    let host = Host::start(folder, None).await.unwrap();
    let query = Query::new(
        "issue_credential",
        json!({"app_id": "someone", "profile": Profile::Native, "grant": {"actions": ["get_graph_stats"]}}),
    );
    let exchange = Client::new().invoke(&owner, &query, &context()).await.unwrap();
    let issued = held(&exchange.reply.into_result().unwrap()["secret"]);
    assert_eq!(issued.pins, owner.pins);
    answers(&issued).await.unwrap();
    host.stop().await.unwrap();
}

#[tokio::test]
async fn threat_52_the_spare_key_takes_over_and_a_third_one_is_refused() {
    let (_home, folder, owner) = own().await;
    let pins = Instance::use_spare_tls_key(&folder).unwrap();
    assert_eq!(pins[0], owner.pins[1], "the spare one is shown now");
    let host = Host::start(folder.clone(), None).await.unwrap();
    assert!(
        Instance::use_spare_tls_key(&folder).is_err(),
        "not while it is hosted"
    );
    answers(&owner).await.unwrap();
    host.stop().await.unwrap();
    Instance::use_spare_tls_key(&folder).unwrap();
    let host = Host::start(folder, None).await.unwrap();
    let refused = answers(&owner).await.unwrap_err();
    assert!(refused.contains("pinned"), "{refused}");
    host.stop().await.unwrap();
}

#[tokio::test]
async fn an_instance_that_shows_no_certificate_of_its_own_has_no_spare_key() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("plain");
    Instance::create(&folder, new(None)).await.unwrap();
    let refused = Instance::use_spare_tls_key(&folder).unwrap_err();
    assert!(matches!(refused, InstanceError::NoOwnTls), "{refused}");
}

#[tokio::test]
async fn a_given_certificate_is_shown_and_its_key_must_be_private() {
    let home = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let (certificate, key) = (home.path().join("given.crt"), home.path().join("given.key"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let folder = home.path().join("alpha");
    let tls = Tls::Given {
        certificate,
        key: key.clone(),
    };
    let (_, mut owner) = Instance::create(&folder, new(Some(tls))).await.unwrap();
    assert!(owner.pins.is_empty(), "authorities decide");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let refused = Host::start(folder.clone(), None).await.err().unwrap();
    assert!(refused.to_string().contains("given.key"), "{refused}");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    let host = Host::start(folder, None).await.unwrap();
    answers(&owner).await.unwrap_err();
    owner.pins = vec![pin_of_certificate(made.cert.der()).unwrap()];
    answers(&owner).await.unwrap();
    host.stop().await.unwrap();
}

#[tokio::test]
async fn whoever_speaks_plain_http_to_it_gets_no_answer_and_harms_nobody() {
    let (_home, folder, owner) = own().await;
    let host = Host::start(folder, None).await.unwrap();
    let mut plain = tokio::net::TcpStream::connect(host.settings().listen)
        .await
        .unwrap();
    plain
        .write_all(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP/"), "no HTTP without TLS");
    answers(&owner).await.unwrap();
    host.stop().await.unwrap();
}
