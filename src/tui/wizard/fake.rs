//! Made-up answers to errands, for tests.

use super::errand::{Errand, Heard};
use crate::model::{
    AppId, ConnectionId, CredentialState, Delivery, Endpoint, Grant, Holder, InstanceName, Route, Side,
};
use crate::protocol::{CredentialForm, HeldCredential, Reply};
use crate::seal::{FernetKey, Passphrase, TokenSecret};
use crate::tui::fake::common::now;
use crate::tui::fake::pointers::{address, pointer};
use crate::tui::outcome::Outcome;
use crate::workspace::{Accepted, Called, HandshakeRow, OfferMade, OfferRequest, RequestMade, Verified};
use serde_json::json;
use zeroize::Zeroizing;

/// Seven words.
pub fn words() -> [String; 7] {
    ["orbit", "lemon", "copper", "velvet", "seven", "harbor", "tunnel"].map(Into::into)
}

fn endpoint() -> Endpoint {
    Endpoint::parse("http://127.0.0.1:5001/invoke").unwrap()
}

/// A handshake that is under way.
pub fn row(side: Side, delivery: Delivery, state: CredentialState) -> HandshakeRow {
    HandshakeRow {
        id: "offer_0123456789ab".into(),
        side,
        delivery,
        peer: "museum-lab".into(),
        instance: Some("alpha".into()),
        credentials: vec!["museum-lab-console".into()],
        words: Some(words()),
        state,
        verified: false,
        verify_first: true,
        activates: delivery != Delivery::Plain,
        alarm: None,
        next: "the other side types the code".into(),
        created_at: now(),
        expires_at: Some(now().plus_seconds(872)),
    }
}

/// An offer that was made.
pub fn made(request: &OfferRequest) -> OfferMade {
    let armour = format!(
        "-----BEGIN AGE ENCRYPTED FILE-----\n{}-----END AGE ENCRYPTED FILE-----\n",
        "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCBqRzRqZ2F4T2x0dE9hbUJi\n".repeat(32)
    );
    let sealed = matches!(request.delivery, Delivery::Passphrase | Delivery::Request);
    let code = Zeroizing::new("4711-able-about-above".to_owned());
    let legacy = HeldCredential::legacy(
        request.app_id.clone(),
        endpoint(),
        TokenSecret::parse("a-token-secret-of-some-length-for-tests").unwrap(),
        FernetKey::parse("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=").unwrap(),
        None,
    );
    OfferMade {
        offer_id: "offer_0123456789ab".into(),
        delivery: request.delivery,
        words: (request.delivery != Delivery::Plain).then(words),
        file: request.file.clone(),
        armoured: sealed.then_some(armour),
        passphrase: (request.delivery == Delivery::Passphrase)
            .then(|| Passphrase::parse("able-about-above-absent-absorb-abstract-absurd").unwrap()),
        code: (request.delivery == Delivery::Code).then_some(code),
        plain: if request.delivery == Delivery::Plain {
            vec![(Holder::Console, CredentialForm::of(&legacy))]
        } else {
            Vec::new()
        },
        endpoint: endpoint(),
        expires_at: now().plus_seconds(872),
        warning: None,
    }
}

/// A request that was made.
fn asked(file: Option<std::path::PathBuf>) -> RequestMade {
    RequestMade {
        id: "req_0123456789ab".into(),
        text: format!(
            "-----BEGIN BUTTERFLY REQUEST-----\n{}\n-----END BUTTERFLY REQUEST-----",
            "Zm9v".repeat(120)
        ),
        file,
        expires_at: now().plus_seconds(604_800),
    }
}

/// What came of opening something.
pub fn accepted() -> Accepted {
    Accepted {
        id: "offer_0123456789ab".into(),
        remote: InstanceName::parse("beta").unwrap(),
        app_id: AppId::parse("museum-lab-console").unwrap(),
        words: words(),
        state: CredentialState::Opened,
        credentials: vec![
            "beta/museum-lab-console".into(),
            "beta/museum-lab-instance".into(),
        ],
        connection_id: Some(ConnectionId::parse("conn_0123456789ab").unwrap()),
        verify_first: true,
        warning: None,
    }
}

/// What a bundle says.
pub fn says() -> serde_json::Value {
    let grant = Grant {
        pointers: crate::model::PointerScope {
            addresses: [address(7)].into(),
            ..Default::default()
        },
        rate_per_minute: Some(60),
        ..Grant::read(["get_pointer_summary"])
    };
    json!({
        "sealed": false,
        "instance": {"id": "inst_0123456789ab", "name": "observatory"},
        "endpoint": "https://observatory.example:5001/invoke",
        "credentials": [{"holder": "console", "app_id": "museum-lab-console", "grant": grant}],
        "expires_at": now().plus_seconds(86_000),
        "words": words(),
    })
}

/// The usual answer; none for those that a test answers itself.
pub fn answer(errand: Errand) -> Option<Outcome<Heard>> {
    Some(Ok(match errand {
        Errand::Begin => Heard::Begun(Vec::new(), None),
        Errand::KeepDraft(_) => Heard::Kept,
        Errand::Pointers(..) => Heard::Pointers((1..30).map(pointer).collect(), Some(1_000_000)),
        Errand::Connections(_) => Heard::Connections(vec![
            (
                ConnectionId::parse("conn_0123456789ab").unwrap(),
                "open data".into(),
            ),
            (ConnectionId::parse("conn_0123456789ac").unwrap(), "lab".into()),
        ]),
        Errand::ReadRequest(_) => Heard::Request(
            "-----BEGIN BUTTERFLY REQUEST-----".into(),
            json!({"id": "req_0123456789ab", "name": "observatory", "app_id": "observatory",
                "holders": ["console", "instance"], "expires_at": now().plus_seconds(600_000)}),
        ),
        Errand::Offer(request) => Heard::Made(Box::new(made(&request))),
        Errand::Inspect(..) => Heard::Says(Box::new(says())),
        Errand::Ask(request) => Heard::Asked(Box::new(asked(request.file))),
        Errand::AskAgain(_) => Heard::AskedBefore(Box::new(asked(None))),
        Errand::Accept { .. } => Heard::Accepted(Box::new(accepted())),
        Errand::AddRemote(request) => Heard::Added(request.name),
        Errand::Verify(id, matches) => Heard::Verified(
            Box::new(Verified {
                id,
                state: if matches {
                    CredentialState::Verified
                } else {
                    CredentialState::Revoked
                },
                verified: matches,
                waiting: matches,
                activates: true,
                credentials: Vec::new(),
                resealed: 0,
                called_with: None,
            }),
            None,
        ),
        Errand::Federate(_) => Heard::Federated(Box::new(pointer(3))),
        Errand::Call(..) => Heard::Called(Box::new(Called {
            log_id: Ok(4),
            reply: Reply::success(
                json!({"address": address(7), "description": "Grid frequency, 1 s means, 2026",
                "tags": ["dataset", "grid"], "neighbor_count": 0}),
            ),
            answered_by: "alpha".into(),
            route: Route::Relay,
            elapsed_us: 12_400,
            hops: Vec::new(),
        })),
        Errand::Look(_) | Errand::Advance(_) | Errand::NewCode(_) | Errand::Check(..) => return None,
    }))
}
