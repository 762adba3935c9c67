//! Tokens of the native profile.

use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

const HEADER: &str = r#"{"alg":"HS256","kid":"kid_0123456789abcdef","typ":"bfly-inv+jwt"}"#;

fn app() -> AppId {
    AppId::parse("alpha-console").unwrap()
}

fn instance() -> InstanceId {
    InstanceId::parse("inst_0123456789ab").unwrap()
}

pub(super) fn claims() -> Claims {
    Claims {
        app_id: app(),
        iss: app(),
        aud: instance(),
        iat: NOW,
        exp: NOW + LIFETIME,
        jti: "AAECAwQFBgcICQoLDA0ODw".to_owned(),
        htm: "POST".to_owned(),
        htu: ENDPOINT.to_owned(),
        bsh: body_hash(b"sealed"),
        hop: 8,
        path: vec![InstanceId::parse("inst_ba9876543210").unwrap()],
        dl: NOW * 1000 + 10_000,
        tp: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()),
        trc: None,
    }
}

fn verify_at(now: i64, token: &str) -> Result<Claims, TokenError> {
    let (app_id, audience) = (&app(), &instance());
    let expected = Expectation {
        app_id,
        audience,
        endpoint: ENDPOINT,
        now,
    };
    verify(&native_keys(), token, expected)
}

fn verify_now(token: &str) -> Result<Claims, TokenError> {
    verify_at(NOW, token)
}

/// A correctly signed token with one claim set, or removed (`Null` stands for itself).
fn with_claim(name: &str, value: Option<Value>) -> String {
    let mut all = serde_json::to_value(claims()).unwrap();
    match value {
        Some(value) => all[name] = value,
        None => drop(all.as_object_mut().unwrap().remove(name)),
    }
    signed(native_keys().signature(), HEADER, &all.to_string())
}

fn with_header(header: &str) -> String {
    let claims = serde_json::to_string(&claims()).unwrap();
    signed(native_keys().signature(), header, &claims)
}

#[test]
fn what_is_signed_is_verified_and_names_its_kid() {
    let token = sign(&native_keys(), &claims());
    assert_eq!(verify_now(&token), Ok(claims()));
    assert_eq!(claimed_kid(&token).as_ref(), Ok(native_keys().kid()));
    assert_eq!(token, with_header(HEADER));
}

#[test]
fn another_order_of_header_members_is_verified_by_the_library() {
    let token = with_header(r#"{ "typ":"bfly-inv+jwt", "kid":"kid_0123456789abcdef", "alg":"HS256" }"#);
    assert_eq!(verify_now(&token), Ok(claims()));
    assert_eq!(claimed_kid(&token).as_ref(), Ok(native_keys().kid()));
    let forged = format!("{}A", &token[..token.len() - 1]);
    let forged = if forged == token {
        format!("{}E", &token[..token.len() - 1])
    } else {
        forged
    };
    assert_eq!(verify_now(&forged), Err(TokenError::Signature));
}

#[test]
fn the_body_is_bound() {
    assert_eq!(claims().check_body(b"sealed"), Ok(()));
    assert_eq!(claims().check_body(b"Sealed"), Err(TokenError::Body));
    let short = Claims {
        bsh: String::new(),
        ..claims()
    };
    assert_eq!(short.check_body(b"sealed"), Err(TokenError::Body));
}

#[test]
fn threat_01_alg_none_and_its_kin() {
    for alg in ["none", "nOnE", "HS512", "HS384", "RS256", "ES256", "hs256", ""] {
        let header = HEADER.replace("HS256", alg);
        assert_eq!(
            verify_now(&with_header(&header)),
            Err(TokenError::Header),
            "{alg}"
        );

        let token = with_header(&header);
        let unsigned = &token[..=token.rfind('.').unwrap()];
        assert_eq!(verify_now(unsigned), Err(TokenError::Signature), "{alg} unsigned");
    }
}

#[test]
fn threat_02_crit_and_b64_are_refused() {
    for member in [
        r#""crit":["exp"],"#,
        r#""crit":[],"#,
        r#""b64":false,"#,
        r#""b64":false,"crit":["b64"],"#,
    ] {
        let header = HEADER.replacen('{', &format!("{{{member}"), 1);
        let token = with_header(&header);
        assert_eq!(verify_now(&token), Err(TokenError::Header), "{member}");
        assert_eq!(claimed_kid(&token), Err(TokenError::Header), "{member}");
    }
}

#[test]
fn threat_03_a_kid_is_a_key_id_or_nothing() {
    for kid in [
        "../../etc/passwd",
        "' OR 1=1 --",
        "https://evil.example/",
        "",
        "\\u0000",
    ] {
        let header = HEADER.replace("kid_0123456789abcdef", kid);
        assert_eq!(
            claimed_kid(&with_header(&header)),
            Err(TokenError::Header),
            "{kid}"
        );
        assert_eq!(
            verify_now(&with_header(&header)),
            Err(TokenError::Header),
            "{kid}"
        );
    }
}

#[test]
fn threat_04_keys_in_the_header_are_refused() {
    for member in [
        r#""jwk":{"kty":"oct","k":"AA"},"#,
        r#""jku":"https://evil.example/jwks","#,
        r#""x5u":"https://evil.example/cert","#,
        r#""x5c":["MA"],"#,
        r#""cty":"JWT","#,
        r#""zip":"DEF","#,
        r#""anything":1,"#,
        r#""alg":"HS256","#,
        r#""kid":"kid_0123456789abcdef","#,
    ] {
        let header = HEADER.replacen('{', &format!("{{{member}"), 1);
        let token = with_header(&header);
        assert_eq!(verify_now(&token), Err(TokenError::Header), "{member}");
    }
}

#[test]
fn a_header_must_be_an_object() {
    let array = r#"["HS256","kid_0123456789abcdef","bfly-inv+jwt"]"#;
    assert_eq!(verify_now(&with_header(array)), Err(TokenError::Header));
}

#[test]
fn claims_must_be_an_object() {
    let all = serde_json::to_value(claims()).unwrap();
    let values: Vec<_> = all.as_object().unwrap().values().collect();
    let token = signed(native_keys().signature(), HEADER, &json!(values).to_string());
    assert_eq!(verify_now(&token), Err(TokenError::Claim("not_an_object")));
}

#[test]
fn threat_06_another_audience_app_or_endpoint() {
    let wrong = [
        ("aud", json!("inst_ffffffffffff")),
        ("app_id", json!("somebody-else")),
        ("iss", json!("somebody-else")),
        ("htm", json!("GET")),
        ("htu", json!("https://c.example/invoke")),
    ];
    for (name, value) in wrong {
        let refusal = verify_now(&with_claim(name, Some(value)));
        assert_eq!(refusal, Err(TokenError::Claim(name)));
    }
}

#[test]
fn threat_07_another_typ() {
    for typ in ["JWT", "bfly-query+jwe", "bfly-inv+JWT", ""] {
        let header = HEADER.replace("bfly-inv+jwt", typ);
        assert_eq!(
            verify_now(&with_header(&header)),
            Err(TokenError::Header),
            "{typ}"
        );
    }
    let header = r#"{"alg":"HS256","kid":"kid_0123456789abcdef"}"#;
    assert_eq!(verify_now(&with_header(header)), Err(TokenError::Header));
}

#[test]
fn threat_08_exp_missing_float_string_huge() {
    let refused = Err(TokenError::Claim("exp"));
    assert_eq!(verify_now(&with_claim("exp", None)), refused);
    let values = [
        json!(NOW as f64 + 30.0),
        json!(NOW as f64 + 30.5),
        json!((NOW + 30).to_string()),
        json!(null),
        json!(true),
        json!(u64::MAX),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(NOW + LIFETIME + 1),
        json!(NOW),
    ];
    for value in values {
        let shown = value.to_string();
        assert_eq!(verify_now(&with_claim("exp", Some(value))), refused, "{shown}");
    }
}

#[test]
fn a_huge_iat_does_not_overflow() {
    for iat in [i64::MIN, i64::MAX] {
        assert!(verify_now(&with_claim("iat", Some(json!(iat)))).is_err());
        assert!(verify_at(iat, &sign(&native_keys(), &claims())).is_err());
    }
}

#[test]
fn threat_09_clocks_29_seconds_apart_pass_and_61_do_not() {
    let long = sign(&native_keys(), &claims());
    let short = sign(
        &native_keys(),
        &Claims {
            exp: NOW + 1,
            ..claims()
        },
    );
    for skew in [-29, 29] {
        assert!(verify_at(NOW + skew, &long).is_ok(), "{skew}");
        assert!(verify_at(NOW + skew, &short).is_ok(), "{skew}");
    }
    for skew in [-61, 61] {
        assert_eq!(verify_at(NOW + skew, &long), Err(TokenError::Time), "{skew}");
        assert_eq!(verify_at(NOW + skew, &short), Err(TokenError::Time), "{skew}");
    }
}

#[test]
fn the_clock_is_not_blamed_before_everything_else_holds() {
    let forged = format!("{}x", sign(&native_keys(), &claims()));
    assert_eq!(verify_at(NOW + 1000, &forged), Err(TokenError::Signature));
    let other = with_claim("aud", Some(json!("inst_ffffffffffff")));
    assert_eq!(verify_at(NOW + 1000, &other), Err(TokenError::Claim("aud")));
}

#[test]
fn every_claim_is_needed_with_its_type() {
    for (name, _) in super::super::claims::KNOWN {
        let missing = verify_now(&with_claim(name, None));
        match *name {
            "tp" | "trc" => assert!(missing.is_ok(), "{name}"),
            _ => assert_eq!(missing, Err(TokenError::Claim(name))),
        }
        for wrong in [json!({}), json!(null), json!(1.5)] {
            let refusal = verify_now(&with_claim(name, Some(wrong)));
            assert_eq!(refusal, Err(TokenError::Claim(name)));
        }
    }
}

#[test]
fn claims_out_of_range() {
    let path: Vec<_> = (0..9).map(|n| format!("inst_00000000000{n}")).collect();
    let wrong = [
        ("hop", json!(9)),
        ("hop", json!(-1)),
        ("path", json!(path)),
        ("path", json!(["elsewhere"])),
        ("dl", json!(0)),
        ("jti", json!("short")),
        ("jti", json!("AAECAwQFBgcICQoLDA0ODx")),
        ("tp", json!("00-\u{1b}[31m")),
        ("tp", json!("0".repeat(129))),
    ];
    for (name, value) in wrong {
        let refusal = verify_now(&with_claim(name, Some(value)));
        assert_eq!(refusal, Err(TokenError::Claim(name)));
    }
}

#[test]
fn unknown_and_repeated_claims_are_refused() {
    let refused = Err(TokenError::Claim("unknown_or_twice"));
    assert_eq!(verify_now(&with_claim("admin", Some(json!(true)))), refused);
    let twice = serde_json::to_string(&claims())
        .unwrap()
        .replacen('{', "{\"hop\":1,", 1);
    let token = signed(native_keys().signature(), HEADER, &twice);
    assert_eq!(verify_now(&token), refused);
}

#[test]
fn not_a_token() {
    let long = format!("{}.e30.{}", "A".repeat(8192), "A".repeat(43));
    for text in ["", ".", "a", "a.b", long.as_str()] {
        assert_eq!(verify_now(text), Err(TokenError::Malformed), "{text:.20}");
        assert_eq!(claimed_kid(text), Err(TokenError::Malformed), "{text:.20}");
    }
    assert!(verify_now("..").is_err());
    assert!(verify_now("....").is_err());
}

#[test]
fn every_prefix_and_every_flipped_bit_is_refused() {
    let token = sign(&native_keys(), &claims());
    for end in 0..token.len() {
        assert!(verify_now(&token[..end]).is_err(), "prefix of {end}");
    }
    for bit in 0..token.len() * 8 {
        let mut bytes = token.clone().into_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let Ok(text) = String::from_utf8(bytes) else {
            continue;
        };
        assert!(verify_now(&text).is_err(), "bit {bit}");
    }
}

proptest! {
    #[test]
    fn any_acceptable_claims_go_round(
        random in any::<[u8; 16]>(), hop in 0..=8u8, life in 1..=LIFETIME, body in any::<Vec<u8>>(), trc in any::<Option<bool>>(),
    ) {
        let made = Claims {
            jti: base64url::encode(&random), hop, exp: NOW + life, bsh: body_hash(&body), trc, ..claims()
        };
        let read = verify_now(&sign(&native_keys(), &made)).unwrap();
        prop_assert_eq!(read.check_body(&body), Ok(()));
        prop_assert_eq!(read, made);
    }

    #[test]
    fn any_text_is_answered_without_panic(text in ".{0,200}") {
        prop_assert!(verify_now(&text).is_err());
        let _ = claimed_kid(&text);
        let _ = claimed_legacy(&text);
    }
}
