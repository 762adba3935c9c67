//! Tokens of both profiles, ours, PyJWT's and joserfc's.

use super::*;
use butterfly_console::model::{AppId, InstanceId, Timestamp};
use butterfly_console::seal::token::{self, Claims, Expectation, LegacyClaims, TokenError};
use butterfly_console::seal::{LegacyKeys, TokenSecret};
use proptest::collection::vec;
use proptest::prelude::*;

const ENDPOINT: &str = "http://127.0.0.1:5001/invoke";
const VERIFIERS: [&str; 2] = ["pyjwt_verify", "joserfc_verify"];
const SIGNERS: [&str; 2] = ["pyjwt_sign", "joserfc_sign"];

fn app_id() -> AppId {
    AppId::parse("instance-a-federation-client").unwrap()
}

fn instance_id() -> impl Strategy<Value = InstanceId> {
    "inst_[0-9a-f]{12}".prop_map(|text| InstanceId::parse(&text).unwrap())
}

/// Claims of every shape that the contract allows, made now.
fn claims() -> impl Strategy<Value = Claims> {
    let traceparent = proptest::option::of("00-[0-9a-f]{32}-[0-9a-f]{16}-01");
    (
        (instance_id(), 1..=60_i64, vec(any::<u8>(), 0..100)),
        (0..=8_u8, vec(instance_id(), 0..8), 1..=i64::MAX / 2),
        (traceparent, any::<Option<bool>>()),
    )
        .prop_map(|((aud, lifetime, body), (hop, path, dl), (tp, trc))| {
            let iat = Timestamp::now().as_seconds();
            Claims {
                app_id: app_id(),
                iss: app_id(),
                aud,
                iat,
                exp: iat + lifetime,
                jti: random::jti(),
                htm: "POST".to_owned(),
                htu: ENDPOINT.to_owned(),
                bsh: token::body_hash(&body),
                hop,
                path,
                dl,
                tp,
                trc,
            }
        })
}

/// Claims that last as long as any may, for tests that take a while.
pub(super) fn some_claims() -> Claims {
    let iat = Timestamp::now().as_seconds();
    Claims {
        app_id: app_id(),
        iss: app_id(),
        aud: InstanceId::parse("inst_0123456789ab").unwrap(),
        iat,
        exp: iat + 60,
        jti: random::jti(),
        htm: "POST".to_owned(),
        htu: ENDPOINT.to_owned(),
        bsh: token::body_hash(b"body"),
        hop: 8,
        path: Vec::new(),
        dl: (iat + 30) * 1000,
        tp: None,
        trc: None,
    }
}

/// Verifies as a server would that expects this very call.
pub(super) fn verify(native: &Native, text: &str, claims: &Claims) -> Result<Claims, TokenError> {
    let expected = Expectation {
        app_id: &claims.app_id,
        audience: &claims.aud,
        endpoint: ENDPOINT,
        now: claims.iat,
    };
    token::verify(&native.keys, text, expected)
}

fn header(kid: &KeyId) -> [(&'static str, Value); 3] {
    [
        ("alg", json!("HS256")),
        ("kid", json!(kid)),
        ("typ", json!("bfly-inv+jwt")),
    ]
}

/// Claims as the libraries' side takes them: pairs, in the order that `reversed` says.
fn pairs(claims: &impl serde::Serialize, reversed: bool) -> Value {
    let Value::Object(object) = serde_json::to_value(claims).unwrap() else {
        unreachable!("claims are an object")
    };
    let mut pairs: Vec<_> = object.into_iter().map(|pair| json!(pair)).collect();
    if reversed {
        pairs.reverse();
    }
    Value::Array(pairs)
}

fn to_sign(signer: &str, native: &Native, header: &Value, claims: &Value) -> Value {
    json!({"op": signer, "root": native.root_text(), "header": header, "claims": claims})
}

/// A token as one of the libraries signs it.
pub(super) fn theirs(libraries: &mut Libraries, signer: &str, native: &Native, claims: &Claims) -> String {
    let question = to_sign(
        signer,
        native,
        &json!(header(native.kid())),
        &pairs(claims, false),
    );
    libraries.ask_for_text("token", &question)
}

pub(super) fn their_two(libraries: &mut Libraries, native: &Native, claims: &Claims) -> [String; 2] {
    SIGNERS.map(|signer| theirs(libraries, signer, native, claims))
}

/// What a library is asked to verify.
pub(super) fn to_verify(native: &Native, text: &str, claims: &Claims) -> [Value; 2] {
    VERIFIERS.map(|verifier| {
        json!({
            "op": verifier, "root": native.root_text(), "token": text,
            "audience": claims.aud, "issuer": claims.iss, "require": ["iss", "aud", "iat", "exp", "jti"],
        })
    })
}

#[test]
fn our_tokens_verify_in_pyjwt_and_joserfc() {
    let Some(python) = python() else { return };
    let native = Native::new();
    for_random(python.libraries(), claims(), |libraries, claims| {
        let text = token::sign(&native.keys, &claims);
        for question in to_verify(&native, &text, &claims) {
            let seen = libraries.ask(&question);
            prop_assert_eq!(&seen["claims"], &json!(&claims), "{}", seen);
            let expected: serde_json::Map<_, _> = header(native.kid())
                .map(|(name, value)| (name.to_owned(), value))
                .into_iter()
                .collect();
            prop_assert_eq!(&seen["header"], &Value::Object(expected));
        }
        Ok(())
    });
}

#[test]
fn tokens_of_pyjwt_and_joserfc_verify_here() {
    let Some(python) = python() else { return };
    let native = Native::new();
    for_random(
        python.libraries(),
        (claims(), any::<bool>()),
        |libraries, (claims, reversed)| {
            for signer in SIGNERS {
                let question = to_sign(
                    signer,
                    &native,
                    &json!(header(native.kid())),
                    &pairs(&claims, reversed),
                );
                let text = libraries.ask_for_text("token", &question);
                prop_assert_eq!(token::claimed_kid(&text), Ok(native.kid().clone()));
                prop_assert_eq!(verify(&native, &text, &claims), Ok(claims.clone()));
            }
            Ok(())
        },
    );
}

#[test]
fn the_order_of_a_header_means_nothing() {
    let Some(python) = python() else { return };
    let native = Native::new();
    let mut libraries = python.libraries();
    let claims = some_claims();
    for header in every_order(&header(native.kid())) {
        for signer in SIGNERS {
            let question = to_sign(signer, &native, &header, &pairs(&claims, false));
            let text = libraries.ask_for_text("token", &question);
            assert_eq!(
                verify(&native, &text, &claims).as_ref(),
                Ok(&claims),
                "{signer} {header}"
            );
        }
    }
}

#[test]
fn a_token_verifies_only_under_its_own_root() {
    let Some(python) = python() else { return };
    let (native, other) = (Native::new(), Native::new());
    let mut libraries = python.libraries();
    let claims = some_claims();
    let ours = token::sign(&native.keys, &claims);
    for question in to_verify(&other, &ours, &claims) {
        assert!(libraries.refuses(&question), "{question}");
    }
    let impostor = Native {
        keys: NativeKeys::derive(native.kid().clone(), &other.root),
        root: other.root,
    };
    for text in their_two(&mut libraries, &native, &claims) {
        assert_eq!(verify(&impostor, &text, &claims), Err(TokenError::Signature));
    }
}

/// The original's tokens: `app_id`, an access key, or both; any text as secret, as there.
#[test]
fn legacy_tokens_verify_on_both_sides() {
    let Some(python) = python() else { return };
    let secrets = "[ -~]{32,80}";
    let strategy = (secrets, any::<bool>(), any::<bool>(), 1..=7200_i64);
    for_random(
        python.libraries(),
        strategy,
        |libraries, (secret, by_key, by_both, lifetime)| {
            let now = Timestamp::now().as_seconds();
            let keys = LegacyKeys::new(&TokenSecret::parse(&secret).unwrap(), &random::fernet_key());
            let claims = LegacyClaims {
                app_id: (!by_key || by_both).then(app_id),
                access_key: (by_key || by_both).then(|| random::access_key().expose_text().to_owned()),
                exp: now + 60 + lifetime,
                chain: None,
            };
            let ours = token::sign_legacy(&keys, &claims);
            for verifier in VERIFIERS {
                let seen = libraries.ask(&json!({"op": verifier, "secret": secret, "token": ours}));
                prop_assert_eq!(&seen["claims"], &json!(&claims), "{}", seen);
            }
            for signer in SIGNERS {
                let header = json!({"alg": "HS256", "typ": "JWT"});
                let question = json!({"op": signer, "secret": secret, "header": header, "claims": pairs(&claims, by_both)});
                let theirs = libraries.ask_for_text("token", &question);
                let seen = token::verify_legacy(&keys, &theirs, now);
                prop_assert_eq!(seen.map(|seen| json!(seen)), Ok(json!(&claims)));
            }
            Ok(())
        },
    );
}
