//! Requests, their answers, and one-time codes, with a second implementation on the other side.

use super::bundle::{bundle, identity, json_of};
use super::*;
use butterfly_console::handshake::{
    Asking, Bundle, Claim, ClaimAnswer, Claimant, Claimed, Confirmation, Handover, HandoverError,
    OneTimeCode, Request, RequestKey,
};
use butterfly_console::model::{AppId, Delivery, Holder, InstanceId, Timestamp};
use butterfly_console::seal::{DataKey, Identity};
use serde::de::DeserializeOwned;

fn asker() -> Identity {
    Identity::of(&DataKey::from_bytes([2; 32]))
}

fn request() -> (Request, RequestKey) {
    let asking = Asking {
        instance: Some(random::instance_id()),
        name: "b\u{e4}ckerei \"a\"".to_owned(),
        app_id: AppId::parse("a").unwrap(),
        holders: vec![Holder::Console, Holder::Instance],
    };
    Request::make(asking, &asker(), Timestamp::now())
}

fn bundle_for(request: &Request) -> Bundle {
    Bundle {
        delivery: Delivery::Request,
        requester: Some(request.requester()),
        ..bundle()
    }
}

/// A bundle for a code, and the instance that hands it over.
fn bundle_by_code() -> (Bundle, InstanceId) {
    let bundle = Bundle {
        delivery: Delivery::Code,
        ..bundle()
    };
    let instance = bundle.instance.id.clone().unwrap();
    (bundle, instance)
}

fn ask<T: DeserializeOwned>(libraries: &mut Libraries, member: &str, question: &Value) -> T {
    serde_json::from_value(libraries.ask_for(member, question)).unwrap()
}

#[test]
fn our_requests_are_verified_and_answered_there_and_the_answers_open_here() {
    let Some(python) = python() else { return };
    let mut libraries = python.libraries();
    let (request, key) = request();
    let text = request.to_text(&asker());
    let read: Request = ask(
        &mut libraries,
        "request",
        &json!({"op": "request_read", "text": text}),
    );
    assert_eq!(read, request);
    let forged = request.to_text(&identity());
    assert!(libraries.refuses(&json!({"op": "request_read", "text": forged})));

    let ours = identity().key();
    let bundle = String::from_utf8(json_of(&bundle_for(&request))).unwrap();
    let question = json!({
        "op": "request_answer", "request": request, "bundle": bundle.replace(ours.as_str(), "{identity}"),
    });
    let file = decode(&libraries.ask_for_text("file", &question));
    let opened = Bundle::open_with_request(&file, &request, &key, Timestamp::now()).unwrap();
    assert_eq!(opened.requester, Some(request.requester()));

    // Signed there by an identity that is not the one in the bundle.
    let question = json!({"op": "request_answer", "request": request, "bundle": bundle});
    let file = decode(&libraries.ask_for_text("file", &question));
    assert!(Bundle::open_with_request(&file, &request, &key, Timestamp::now()).is_err());
}

#[test]
fn requests_made_there_are_read_and_answered_here_and_the_answers_open_there() {
    let Some(python) = python() else { return };
    let mut libraries = python.libraries();
    let question = json!({"op": "request_make", "request": request().0});
    let text = libraries.ask_for_text("text", &question);
    let request = Request::parse(&text, Timestamp::now()).unwrap();
    let bundle = bundle_for(&request);
    let file = bundle.seal_to_request(&request, &identity()).unwrap();
    let question = json!({"op": "request_receive", "file": encode(file.as_bytes())});
    let opened = libraries.ask_for_text("bundle", &question);
    assert_eq!(opened.into_bytes(), json_of(&bundle));
    let other = bundle_for(&self::request().0);
    assert!(other.seal_to_request(&request, &identity()).is_err());
}

#[test]
fn a_code_of_ours_is_claimed_from_there() {
    let Some(python) = python() else { return };
    let mut libraries = python.libraries();
    let (bundle, instance) = bundle_by_code();
    for identity in [None, Some(asker().key())] {
        let code = OneTimeCode::generate();
        let question = json!({
            "op": "code_claim", "code": code.expose_text().as_str(), "instance": instance, "identity": identity,
        });
        let claim: Claim = ask(&mut libraries, "claim", &question);
        let (claimed, answer) = Claimed::answer(&code, &instance, &claim).unwrap();
        let question = json!({"op": "code_confirm", "answer": answer});
        let confirmation: Confirmation = ask(&mut libraries, "confirmation", &question);
        let handover = claimed.hand_over(&confirmation, &json_of(&bundle)).unwrap();
        let question = json!({"op": "code_receive", "handover": handover});
        let opened = libraries.ask_for_text("plaintext", &question);
        assert_eq!(decode(&opened), json_of(&bundle));
    }
}

#[test]
fn a_code_made_there_is_claimed_from_here() {
    let Some(python) = python() else { return };
    let mut libraries = python.libraries();
    let (bundle, instance) = bundle_by_code();
    let code = OneTimeCode::generate();
    let (claimant, claim) = Claimant::begin(&code, &instance, Some(asker().key()));
    let question = json!({
        "op": "code_answer", "code": code.expose_text().as_str(), "instance": instance, "claim": claim,
    });
    let answer: ClaimAnswer = ask(&mut libraries, "answer", &question);
    let (confirmed, confirmation) = claimant.confirm(&answer).unwrap();
    let question = json!({
        "op": "code_hand_over", "confirmation": confirmation, "plaintext": encode(&json_of(&bundle)),
    });
    let handover: Handover = ask(&mut libraries, "handover", &question);
    let opened = confirmed.open(&handover, Timestamp::now()).unwrap();
    assert_eq!(json_of(&opened), json_of(&bundle));
}

#[test]
fn another_code_gets_nothing_from_either_side() {
    let Some(python) = python() else { return };
    let mut libraries = python.libraries();
    let (bundle, instance) = bundle_by_code();
    let code = OneTimeCode::generate();
    let guess = loop {
        let words = OneTimeCode::generate().expose_text()[5..].to_owned();
        if !code.expose_text().ends_with(&words) {
            break format!("{}-{words}", code.nameplate());
        }
    };
    let question = json!({"op": "code_claim", "code": guess, "instance": instance, "identity": null});
    let claim: Claim = ask(&mut libraries, "claim", &question);
    let (claimed, answer) = Claimed::answer(&code, &instance, &claim).unwrap();
    let question = json!({"op": "code_confirm", "answer": answer});
    let confirmation: Confirmation = ask(&mut libraries, "confirmation", &question);
    assert!(claimed.hand_over(&confirmation, &json_of(&bundle)).is_err());

    let (claimant, claim) = Claimant::begin(&code, &instance, None);
    let question = json!({"op": "code_answer", "code": guess, "instance": instance, "claim": claim});
    let answer: ClaimAnswer = ask(&mut libraries, "answer", &question);
    let (confirmed, confirmation) = claimant.confirm(&answer).unwrap();
    let question = json!({"op": "code_hand_over", "confirmation": confirmation, "plaintext": ""});
    assert!(libraries.refuses(&question));
    let handover = Handover {
        proof: confirmation.proof,
        bundle: encode(b"whatever"),
    };
    let outcome = confirmed.open(&handover, Timestamp::now());
    assert!(matches!(outcome, Err(HandoverError::Code(_))));
}
