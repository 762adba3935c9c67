//! Tokens of the legacy profile.

use super::*;

const OURS: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

fn claims() -> LegacyClaims {
    LegacyClaims {
        app_id: Some(AppId::parse("alpha").unwrap()),
        access_key: None,
        exp: NOW + 3600,
        chain: None,
    }
}

fn verify(token: &str) -> Result<i64, TokenError> {
    verify_legacy(&legacy_keys(), token, NOW).map(|claims| claims.exp)
}

fn with_claims(claims: &str) -> String {
    signed(legacy_keys().signature(), OURS, claims)
}

fn with_header(header: &str) -> String {
    signed(
        legacy_keys().signature(),
        header,
        &serde_json::to_string(&claims()).unwrap(),
    )
}

#[test]
fn what_is_signed_is_verified() {
    let token = sign_legacy(&legacy_keys(), &claims());
    assert_eq!(token, with_header(OURS));
    let read = verify_legacy(&legacy_keys(), &token, NOW).unwrap();
    assert_eq!(read.app_id, claims().app_id);
    assert_eq!(read.exp, NOW + 3600);
    assert_eq!(claimed_legacy(&token).unwrap().app_id, claims().app_id);
}

/// Made with PyJWT 2.15.1: `jwt.encode({"app_id": "alpha", "exp": 1795432272}, SECRET, algorithm="HS256")`.
#[test]
fn a_token_of_the_original_client_is_verified() {
    let token = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhcHBfaWQiOiJhbHBoYSIsImV4cCI6MTc5NTQzMjI3Mn0.k3MXFw2zEKcQK7uKar1_KSZwH3KYLbqD-mm_r2pEC_c";
    assert_eq!(verify(token), Ok(NOW + 3600));
    assert_eq!(token, sign_legacy(&legacy_keys(), &claims()));
}

#[test]
fn other_spellings_of_the_header_are_verified_by_the_library() {
    for header in [
        r#"{"typ":"JWT","alg":"HS256"}"#,
        r#"{"alg": "HS256", "typ": "JWT"}"#,
        r#"{"alg":"HS256"}"#,
    ] {
        assert_eq!(verify(&with_header(header)), Ok(NOW + 3600), "{header}");
    }
}

#[test]
fn threat_01_alg_none_and_its_kin_legacy() {
    for alg in ["none", "nOnE", "HS512", "HS384", "RS256", "hs256"] {
        let token = with_header(&OURS.replace("HS256", alg));
        assert_eq!(verify(&token), Err(TokenError::Header), "{alg}");
        let unsigned = &token[..=token.rfind('.').unwrap()];
        assert_eq!(verify(unsigned), Err(TokenError::Signature), "{alg}");
    }
}

#[test]
fn threat_02_and_04_unknown_header_members_legacy() {
    for member in [
        r#""crit":["exp"],"#,
        r#""b64":false,"#,
        r#""jwk":{},"#,
        r#""jku":"https://evil.example/","#,
        r#""x5u":"https://evil.example/","#,
        r#""kid":"x","#,
    ] {
        let header = OURS.replacen('{', &format!("{{{member}"), 1);
        assert_eq!(verify(&with_header(&header)), Err(TokenError::Header), "{member}");
    }
    assert_eq!(
        verify(&with_header(&OURS.replace("JWT", "bfly-inv+jwt"))),
        Err(TokenError::Header)
    );
}

#[test]
fn threat_08_exp_of_a_legacy_token() {
    for (exp, read) in [
        ("1795432272", NOW + 3600),
        ("1795432272.9", NOW + 3600),
        ("1.795432272e9", NOW + 3600),
    ] {
        let token = with_claims(&format!(r#"{{"app_id":"alpha","exp":{exp}}}"#));
        assert_eq!(verify(&token), Ok(read), "{exp}");
    }
    for exp in [
        "\"1795432272\"",
        "null",
        "true",
        "1e300",
        "18446744073709551615",
        "[1795432272]",
    ] {
        let token = with_claims(&format!(r#"{{"app_id":"alpha","exp":{exp}}}"#));
        assert_eq!(verify(&token), Err(TokenError::Claim("exp")), "{exp}");
    }
    assert_eq!(
        verify(&with_claims(r#"{"app_id":"alpha"}"#)),
        Err(TokenError::Claim("exp"))
    );
    for exp in [NOW + 86_401, 1 << 40, i64::MAX] {
        let token = sign_legacy(&legacy_keys(), &LegacyClaims { exp, ..claims() });
        assert_eq!(verify(&token), Err(TokenError::Claim("exp")), "{exp}");
    }
    for exp in [NOW, NOW - 1, 0, i64::MIN] {
        let token = sign_legacy(&legacy_keys(), &LegacyClaims { exp, ..claims() });
        assert_eq!(verify(&token), Err(TokenError::Time), "{exp}");
    }
}

#[test]
fn threat_16_tokens_of_the_two_profiles_are_not_exchangeable() {
    let legacy = sign_legacy(&legacy_keys(), &claims());
    assert_eq!(claimed_kid(&legacy), Err(TokenError::Header));
    let native_header = r#"{"alg":"HS256","kid":"kid_0123456789abcdef","typ":"bfly-inv+jwt"}"#;
    assert_eq!(verify(&with_header(native_header)), Err(TokenError::Header));
}

#[test]
fn somebody_must_be_named() {
    let exp = NOW + 3600;
    let nobody = with_claims(&format!(r#"{{"exp":{exp}}}"#));
    assert_eq!(verify(&nobody), Err(TokenError::Claim("app_id")));
    let by_key = with_claims(&format!(
        r#"{{"access_key":"key_x","exp":{exp},"iat":1,"extra":{{}}}}"#
    ));
    assert_eq!(verify(&by_key), Ok(exp));
    let wrong = with_claims(&format!(r#"{{"access_key":7,"exp":{exp}}}"#));
    assert_eq!(verify(&wrong), Err(TokenError::Claim("access_key")));
    let twice = with_claims(&format!(r#"{{"app_id":"alpha","app_id":"beta","exp":{exp}}}"#));
    assert_eq!(verify(&twice), Err(TokenError::Claim("unknown_or_twice")));
}

#[test]
fn debug_does_not_show_an_access_key() {
    let secret = LegacyClaims {
        access_key: Some("key_0123".to_owned()),
        ..claims()
    };
    let shown = format!("{secret:?}");
    assert!(
        !shown.contains("key_0123") && shown.contains("redacted"),
        "{shown}"
    );
}

#[test]
fn every_prefix_and_every_flipped_bit_is_refused() {
    let token = sign_legacy(&legacy_keys(), &claims());
    for end in 0..token.len() {
        assert!(verify(&token[..end]).is_err(), "prefix of {end}");
    }
    for bit in 0..token.len() * 8 {
        let mut bytes = token.clone().into_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let Ok(text) = String::from_utf8(bytes) else {
            continue;
        };
        assert!(verify(&text).is_err(), "bit {bit}");
    }
}

#[test]
fn where_a_call_stands_is_read_if_it_is_ours_and_passed_over_otherwise() {
    let chain = LegacyChain {
        hop: 3,
        path: vec!["inst_0123456789ab".parse().unwrap()],
        dl: 7,
        iat: Some(5),
    };
    let said = LegacyClaims {
        chain: Some(chain.clone()),
        ..claims()
    };
    let token = sign_legacy(&legacy_keys(), &said);
    let read = verify_legacy(&legacy_keys(), &token, NOW).unwrap();
    assert_eq!(read.chain, Some(chain));
    let older = format!(
        r#"{{"app_id":"alpha","exp":{},"bfly_chain":{{"hop":3,"path":[],"dl":7}}}}"#,
        NOW + 60
    );
    let read = verify_legacy(&legacy_keys(), &with_claims(&older), NOW).unwrap();
    assert_eq!(read.chain.map(|chain| (chain.dl, chain.iat)), Some((7, None)));
    for foreign in ["7", "null", "\"x\"", r#"{"hop":300,"path":[],"dl":0}"#] {
        let token = with_claims(&format!(
            r#"{{"app_id":"alpha","exp":{},"bfly_chain":{foreign}}}"#,
            NOW + 60
        ));
        let read = verify_legacy(&legacy_keys(), &token, NOW).unwrap();
        assert_eq!(read.chain, None, "{foreign}");
    }
}
