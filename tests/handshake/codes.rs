//! One-time codes over `/handshake`: one guess, and everybody hears of a second one.

use crate::running::*;
use butterfly_console::handshake::{
    BUNDLE_VERSION, Bundle, CLAIM_PATH, CONFIRM_PATH, Claim, ClaimAnswer, Claimant, Confirmation, Confirmed,
    Handover, OneTimeCode,
};
use butterfly_console::model::Timestamp;
use butterfly_console::protocol::Code;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// A response of one of the routes.
#[derive(Debug, Clone, PartialEq)]
struct Told {
    status: u16,
    content_type: String,
    body: Value,
}

impl Told {
    fn code(&self) -> (u16, &str) {
        assert_eq!(self.content_type, "application/problem+json", "{self:?}");
        (self.status, self.body["code"].as_str().unwrap_or_default())
    }
}

async fn send(beta: &Running, path: &str, content_type: &str, body: Vec<u8>) -> Told {
    told(raw(beta, request(path, content_type, body)).await)
}

/// The same, of JSON, by a caller with another address of this machine.
async fn send_from(address: &str, beta: &Running, path: &str, body: Vec<u8>) -> Told {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(address.parse().unwrap()).unwrap();
    let stream = socket.connect(beta.address()).await.unwrap();
    told(answered(stream, request(path, "application/json", body)).await)
}

fn request(path: &str, content_type: &str, body: Vec<u8>) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: beta\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), &body].concat()
}

fn told(response: String) -> Told {
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    Told {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        content_type: header(head, "content-type").unwrap().to_owned(),
        body: serde_json::from_str(body).unwrap(),
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut fields = head.lines().filter_map(|line| line.split_once(": "));
    fields
        .find(|(field, _)| field.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

/// Writes bytes and reads until the other side closes.
async fn raw(beta: &Running, bytes: Vec<u8>) -> String {
    answered(TcpStream::connect(beta.address()).await.unwrap(), bytes).await
}

async fn answered(mut stream: TcpStream, bytes: Vec<u8>) -> String {
    stream.write_all(&bytes).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

async fn post(beta: &Running, path: &str, message: &impl Serialize) -> Told {
    let body = serde_json::to_vec(message).unwrap();
    send(beta, path, "application/json", body).await
}

fn read<T: serde::de::DeserializeOwned>(told: Told) -> T {
    assert_eq!(told.status, 200, "{told:?}");
    assert_eq!(told.content_type, "application/json");
    serde_json::from_value(told.body).unwrap()
}

/// The bundle of an offer, as the console that made it puts it together.
fn bundle_of(offer: &Value) -> Value {
    json!({
        "version": BUNDLE_VERSION, "id": offer["offer"]["id"], "instance": offer["instance"],
        "endpoint": offer["endpoint"], "pins": [], "profile": "native",
        "credentials": offer["credentials"].as_array().unwrap().iter().map(|part| json!({
            "holder": part["holder"], "name": part["name"], "grant": part["grant"],
            "lease_ends": part["lease_ends"], "form": part["form"],
        })).collect::<Vec<_>>(),
        "offered_at": offer["offer"]["created_at"], "expires_at": offer["offer"]["expires_at"],
        "label": "beta", "delivery": "code", "verify_first": true, "requester": null,
    })
}

/// Beta with an offer that waits under a code.
async fn waiting() -> (Running, Value, OneTimeCode) {
    let beta = Running::start("beta").await;
    let offer = beta.offer("code", true).await;
    let code = OneTimeCode::generate();
    let published = publish(&beta, &offer, &code).await;
    assert_eq!(published["nameplate"], code.nameplate());
    (beta, offer, code)
}

async fn publish(beta: &Running, offer: &Value, code: &OneTimeCode) -> Value {
    beta.get("publish_code", publishing(offer, code)).await
}

fn publishing(offer: &Value, code: &OneTimeCode) -> Value {
    json!({"id": offer["offer"]["id"], "code": code.expose_text().as_str(), "bundle": bundle_of(offer)})
}

fn id_of(offer: &Value) -> &str {
    offer["offer"]["id"].as_str().unwrap()
}

fn begin(beta: &Running, code: &OneTimeCode) -> (Claimant, Claim) {
    Claimant::begin(code, beta.instance.id(), None)
}

async fn claimed(beta: &Running, code: &OneTimeCode) -> (Confirmed, Confirmation, Claim) {
    let (claimant, claim) = begin(beta, code);
    let answer: ClaimAnswer = read(post(beta, CLAIM_PATH, &claim).await);
    let (confirmed, confirmation) = claimant.confirm(&answer).unwrap();
    (confirmed, confirmation, claim)
}

/// A code with the right number and other words: what somebody guesses.
fn guess(code: &OneTimeCode) -> OneTimeCode {
    let other = OneTimeCode::generate().expose_text();
    let (_, words) = other.split_once('-').unwrap();
    OneTimeCode::parse(&format!("{}-{words}", code.nameplate())).unwrap()
}

/// Whether the offer is listed with this alarm, and its credential frozen or not.
async fn alarm(beta: &Running, offer: &Value) -> (Value, Value) {
    let issued = beta.issued(offer).await;
    (issued["alarm"]["kind"].clone(), issued["state"].clone())
}

async fn listed(beta: &Running) -> Value {
    beta.get("list_offers", json!({})).await["offers"][0].clone()
}

#[tokio::test]
async fn a_code_brings_the_bundle_to_whoever_knows_it_and_its_words_are_the_same() {
    let (beta, offer, code) = waiting().await;
    let (confirmed, confirmation, _) = claimed(&beta, &code).await;
    let handover: Handover = read(post(&beta, CONFIRM_PATH, &confirmation).await);
    let bundle: Bundle = confirmed.open(&handover, Timestamp::now()).unwrap();
    assert_eq!(bundle.id, id_of(&offer));
    let made: Bundle = serde_json::from_value(bundle_of(&offer)).unwrap();
    assert_eq!(bundle.words(), made.words());
    assert_eq!(alarm(&beta, &offer).await, (Value::Null, json!("delivered")));
    assert_eq!(listed(&beta).await["state"], "delivered");
    assert_eq!(
        beta.trail(id_of(&offer)).await[2..],
        ["claim_code done -", "confirm_code done -"]
    );

    // A lost reply: the same again is answered the same.
    assert_eq!(
        read::<Handover>(post(&beta, CONFIRM_PATH, &confirmation).await),
        handover
    );
    let other = Confirmation {
        proof: "AAAA".to_owned(),
        ..confirmation.clone()
    };
    assert_eq!(
        post(&beta, CONFIRM_PATH, &other).await.code(),
        (404, "code_refused")
    );
    assert_eq!(alarm(&beta, &offer).await.0, Value::Null);

    // What was handed over once is not handed over under another code.
    let (refused, _) = beta
        .fails("publish_code", publishing(&offer, &OneTimeCode::generate()))
        .await;
    assert_eq!(refused, Code::WrongStep);
    let beta = beta.restart().await;
    assert_eq!(
        post(&beta, CONFIRM_PATH, &confirmation).await.code(),
        (404, "code_refused")
    );
    assert_eq!(
        alarm(&beta, &offer).await.0,
        Value::Null,
        "it was delivered, not interrupted"
    );
}

#[tokio::test]
async fn threat_36_a_code_claimed_twice_freezes_its_credentials_and_tells_both() {
    let (beta, offer, code) = waiting().await;
    let (_, confirmation, first) = claimed(&beta, &code).await;
    assert_eq!(
        post(&beta, CLAIM_PATH, &first).await.status,
        200,
        "the same claim again"
    );
    assert_eq!(alarm(&beta, &offer).await, (Value::Null, json!("offered")));

    let (_, second) = begin(&beta, &code);
    assert_eq!(
        post(&beta, CLAIM_PATH, &second).await.code(),
        (409, "credential_frozen")
    );
    let first_party = post(&beta, CONFIRM_PATH, &confirmation).await;
    assert_eq!(first_party.code(), (409, "credential_frozen"), "both are told");
    assert_eq!(
        alarm(&beta, &offer).await,
        (json!("claimed_twice"), json!("suspended"))
    );
    let stolen = call(&bundled(&offer), "whoami", json!({})).await.unwrap();
    assert_eq!(stolen.code(), Some(Code::CredentialFrozen));
    let trail = beta.trail(id_of(&offer)).await;
    assert!(
        trail.contains(&"claim_code denied claimed_twice".to_owned()),
        "{trail:?}"
    );
    let (refused, _) = beta
        .fails("publish_code", publishing(&offer, &OneTimeCode::generate()))
        .await;
    assert_eq!(
        refused,
        Code::CredentialFrozen,
        "what is frozen is not handed over again"
    );
}

#[tokio::test]
async fn threat_36_a_claim_after_the_handover_freezes_too() {
    let (beta, offer, code) = waiting().await;
    let (_, confirmation, _) = claimed(&beta, &code).await;
    read::<Handover>(post(&beta, CONFIRM_PATH, &confirmation).await);
    let (_, late) = begin(&beta, &code);
    assert_eq!(
        post(&beta, CLAIM_PATH, &late).await.code(),
        (409, "credential_frozen")
    );
    assert_eq!(alarm(&beta, &offer).await.0, "claimed_twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn threat_36_of_a_hundred_claims_at_once_exactly_one_is_served() {
    let (beta, offer, code) = waiting().await;
    let claims: Vec<Claim> = (0..100).map(|_| begin(&beta, &code).1).collect();
    let answers = claims.iter().map(|claim| post(&beta, CLAIM_PATH, claim));
    let answers = futures::future::join_all(answers).await;
    let served: Vec<_> = answers.iter().filter(|told| told.status == 200).collect();
    assert_eq!(served.len(), 1);
    assert_eq!(answers.iter().filter(|told| told.status == 409).count(), 99);
    assert_eq!(alarm(&beta, &offer).await.0, "claimed_twice");
}

#[tokio::test]
async fn a_wrong_guess_burns_the_code_and_is_told_to_both_but_a_new_code_may_be_made() {
    let (beta, offer, code) = waiting().await;
    let (claimant, claim) = begin(&beta, &guess(&code));
    let answer: ClaimAnswer = read(post(&beta, CLAIM_PATH, &claim).await);
    let (_, wrong) = claimant.confirm(&answer).unwrap();
    assert_eq!(
        post(&beta, CONFIRM_PATH, &wrong).await.code(),
        (403, "code_refused")
    );
    assert_eq!(
        alarm(&beta, &offer).await,
        (json!("wrong_code"), json!("offered"))
    );
    assert_eq!(listed(&beta).await["code_ends"], Value::Null);
    let (_, honest) = begin(&beta, &code);
    assert_eq!(
        post(&beta, CLAIM_PATH, &honest).await.code(),
        (404, "code_refused")
    );
    let trail = beta.trail(id_of(&offer)).await;
    assert!(
        trail.contains(&"confirm_code denied wrong_code".to_owned()),
        "{trail:?}"
    );

    let next = OneTimeCode::generate();
    publish(&beta, &offer, &next).await;
    assert_eq!(
        alarm(&beta, &offer).await.0,
        Value::Null,
        "whoever makes a new code has seen it"
    );
    let (confirmed, confirmation, _) = claimed(&beta, &next).await;
    let handover: Handover = read(post(&beta, CONFIRM_PATH, &confirmation).await);
    assert!(confirmed.open(&handover, Timestamp::now()).is_ok());
}

#[tokio::test]
async fn a_restart_after_the_claim_burns_the_code_and_raises_the_alarm() {
    let (beta, offer, code) = waiting().await;
    let beta = beta.restart().await;
    assert_eq!(alarm(&beta, &offer).await.0, Value::Null, "it only waited");
    let (_, confirmation, claim) = claimed(&beta, &code).await;
    let beta = beta.restart().await;
    assert_eq!(
        alarm(&beta, &offer).await,
        (json!("wrong_code"), json!("offered"))
    );
    assert_eq!(
        post(&beta, CONFIRM_PATH, &confirmation).await.code(),
        (404, "code_refused")
    );
    assert_eq!(
        post(&beta, CLAIM_PATH, &claim).await.code(),
        (404, "code_refused")
    );
    let trail = beta.trail(id_of(&offer)).await;
    let times = |trail: &[String]| {
        trail
            .iter()
            .filter(|line| line.contains("claim_interrupted"))
            .count()
    };
    assert_eq!(times(&trail), 1);
    let beta = beta.restart().await;
    assert_eq!(times(&beta.trail(id_of(&offer)).await), 1, "once is enough");
}

#[tokio::test]
async fn codes_that_are_not_there_are_all_answered_alike() {
    let (beta, offer, code) = waiting().await;
    let nameplates = [code.nameplate(), "0000"];
    let unknown = Claim {
        nameplate: "0000".to_owned(),
        ..begin(&beta, &code).1
    };
    let mut told = vec![post(&beta, CLAIM_PATH, &unknown).await];
    for nameplate in nameplates {
        let confirmation = json!({"nameplate": nameplate, "proof": "AAAA"});
        told.push(post(&beta, CONFIRM_PATH, &confirmation).await);
    }
    let garbled = Claim {
        message: "AAAA".to_owned(),
        ..begin(&beta, &code).1
    };
    told.push(post(&beta, CLAIM_PATH, &garbled).await);
    assert_eq!(
        listed(&beta).await["code_claimed"],
        false,
        "none of these was a guess"
    );
    beta.get("withdraw_offer", json!({"id": id_of(&offer)})).await;
    told.push(post(&beta, CLAIM_PATH, &begin(&beta, &code).1).await);
    assert_eq!(told[0].code(), (404, "code_refused"));
    assert!(told.iter().all(|other| *other == told[0]), "{told:?}");
}

#[tokio::test]
async fn a_newer_code_of_an_offer_replaces_the_older_one() {
    let (beta, offer, old) = waiting().await;
    let new = loop {
        let drawn = OneTimeCode::generate();
        if drawn.nameplate() != old.nameplate() {
            break drawn;
        }
    };
    publish(&beta, &offer, &new).await;
    assert_eq!(post(&beta, CLAIM_PATH, &begin(&beta, &old).1).await.status, 404);
    let other = beta.offer("code", true).await;
    let (refused, _) = beta.fails("publish_code", publishing(&other, &new)).await;
    assert_eq!(refused, Code::AlreadyExists, "one number, one code");
    claimed(&beta, &new).await;
}

#[tokio::test]
async fn only_the_offer_s_own_bundle_goes_under_its_code() {
    let (beta, offer, _) = waiting().await;
    let code = OneTimeCode::generate();
    let other = beta.offer("code", true).await;
    let foreign =
        json!({"id": id_of(&offer), "code": code.expose_text().as_str(), "bundle": bundle_of(&other)});
    assert_eq!(
        beta.fails("publish_code", foreign).await.0,
        Code::InvalidParameter
    );
    let mut secret = publishing(&offer, &code);
    secret["bundle"]["credentials"][0]["form"]["root"] = json!(["canary-canary"]);
    let (refused, problem) = beta.fails("publish_code", secret).await;
    assert_eq!(refused, Code::InvalidParameter);
    assert!(!problem.to_string().contains("canary"), "{problem}");
    let sealed = beta.offer("passphrase", true).await;
    let (refused, _) = beta.fails("publish_code", publishing(&sealed, &code)).await;
    assert_eq!(refused, Code::WrongStep);
    let nobody =
        json!({"id": "offer_000000000000", "code": code.expose_text().as_str(), "bundle": bundle_of(&offer)});
    assert_eq!(beta.fails("publish_code", nobody).await.0, Code::OfferNotFound);
}

#[tokio::test]
async fn what_is_no_handshake_message_is_refused_as_http_has_it() {
    let (beta, offer, code) = waiting().await;
    let claim = serde_json::to_vec(&begin(&beta, &code).1).unwrap();
    let json = "application/json";
    let long = vec![b' '; 8 * 1024 + 1];
    let doubled = br#"{"nameplate": "1", "nameplate": "2", "message": "AAAA"}"#.to_vec();
    let extra = br#"{"nameplate": "1", "message": "AAAA", "more": 1}"#.to_vec();
    for (path, content_type, body, status) in [
        (CLAIM_PATH, "text/plain", claim.clone(), 415),
        (CONFIRM_PATH, "application/jose", claim.clone(), 415),
        (CLAIM_PATH, json, long, 413),
        (CLAIM_PATH, json, doubled, 400),
        (CLAIM_PATH, json, extra, 400),
        (CONFIRM_PATH, json, claim.clone(), 400),
        (CLAIM_PATH, json, b"[]".to_vec(), 400),
        ("/handshake/other", json, claim.clone(), 404),
    ] {
        let told = send(&beta, path, content_type, body).await;
        assert_eq!(
            (told.status, told.content_type.as_str()),
            (status, "application/problem+json")
        );
    }
    let get = format!("GET {CLAIM_PATH} HTTP/1.1\r\nHost: beta\r\n\r\n");
    let got = raw(&beta, get.into_bytes()).await;
    assert!(got.starts_with("HTTP/1.1 405 "), "{got}");
    assert_eq!(header(&got, "allow"), Some("POST"));
    assert_eq!(alarm(&beta, &offer).await.0, Value::Null);
    assert_eq!(
        send(&beta, CLAIM_PATH, json, claim).await.status,
        200,
        "the code still waits"
    );
}

#[tokio::test]
async fn threat_55_guessing_numbers_is_counted_against_its_address() {
    let (beta, offer, code) = waiting().await;
    let unknown = Claim {
        nameplate: "0000".to_owned(),
        ..begin(&beta, &code).1
    };
    let mut guesses = 0;
    while post(&beta, CLAIM_PATH, &unknown).await.status != 429 {
        guesses += 1;
        assert!(guesses < 100, "nobody mistypes so much");
    }
    // The right number is one more guess: it burns nothing, and freezes nothing.
    let (claimant, claim) = begin(&beta, &code);
    assert_eq!(post(&beta, CLAIM_PATH, &claim).await.status, 429);
    assert_eq!(listed(&beta).await["code_claimed"], false);
    assert_eq!(alarm(&beta, &offer).await.0, Value::Null);

    // Whoever else knows the code has it.
    let elsewhere = |body: Vec<u8>, path: &'static str| send_from("127.0.0.2:0", &beta, path, body);
    let answer = elsewhere(serde_json::to_vec(&claim).unwrap(), CLAIM_PATH).await;
    let (_, confirmation) = claimant.confirm(&read::<ClaimAnswer>(answer)).unwrap();
    let handed = elsewhere(serde_json::to_vec(&confirmation).unwrap(), CONFIRM_PATH).await;
    assert_eq!(handed.status, 200);
    assert_eq!(alarm(&beta, &offer).await.0, Value::Null);
}

#[tokio::test]
async fn neither_code_nor_bundle_lies_open_in_the_folder() {
    let (beta, offer, code) = waiting().await;
    claimed(&beta, &code).await;
    let stopped = beta.stop().await;
    let text = code.expose_text();
    let (_, words) = text.split_once('-').unwrap();
    let root = offer["credentials"][0]["form"]["root"].as_str().unwrap();
    for entry in std::fs::read_dir(&stopped.folder).unwrap() {
        let path = entry.unwrap().path();
        let Ok(bytes) = std::fs::read(&path) else { continue };
        for secret in [words, root] {
            let found = bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes());
            assert!(!found, "{}", path.display());
        }
    }
}
