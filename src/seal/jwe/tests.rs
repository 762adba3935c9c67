//! Sealed bodies against the RFC's example, and against whoever changes or exchanges them.

use super::*;
use crate::seal::{RootKey, random};
use proptest::prelude::*;

const JTI: &str = "AAECAwQFBgcICQoLDA0ODw";
const QUERY: &[u8] = br#"{"action":"list_pointers","limit":10}"#;
const HEADER: &str = r#"{"alg":"dir","enc":"A256GCM","kid":"kid_0123456789abcdef","typ":"bfly-query+jwe"}"#;

fn kid() -> KeyId {
    KeyId::parse("kid_0123456789abcdef").unwrap()
}

fn keys() -> NativeKeys {
    NativeKeys::derive(kid(), &RootKey::from_bytes([7; 32]))
}

/// A query correctly sealed under any header.
fn query_under(header: &str) -> String {
    seal(keys().request(), &base64url::encode(header.as_bytes()), QUERY)
}

fn opens(body: &str) -> bool {
    match open_query(&keys(), body.as_bytes()) {
        Ok(opened) => opened.as_slice() == QUERY,
        Err(OpenError) => false,
    }
}

#[test]
fn a_query_is_five_parts_with_the_header_of_the_contract() {
    let body = seal_query(&keys(), QUERY);
    let parts: Vec<_> = body.split('.').collect();
    assert_eq!(parts.len(), 5);
    assert_eq!(base64url::decode(parts[0].as_bytes()).unwrap(), HEADER.as_bytes());
    assert_eq!((parts[1], parts[2].len(), parts[4].len()), ("", 16, 22));
    assert_eq!(body.len(), body.capacity(), "allocated once");
    assert!(opens(&body));
    assert_ne!(body, seal_query(&keys(), QUERY), "a fresh nonce each time");
}

#[test]
fn a_reply_names_the_request_that_it_answers() {
    let body = seal_reply(&keys(), JTI, b"{}");
    let header = base64url::decode(body.split('.').next().unwrap().as_bytes()).unwrap();
    let expected = r#"{"alg":"dir","enc":"A256GCM","kid":"kid_0123456789abcdef","typ":"bfly-reply+jwe","irt":"AAECAwQFBgcICQoLDA0ODw"}"#;
    assert_eq!(String::from_utf8(header).unwrap(), expected);
    assert_eq!(
        open_reply(&keys(), JTI, body.as_bytes()).unwrap().as_slice(),
        b"{}"
    );
}

/// RFC 7516, appendix A.1: the content encryption is A256GCM under a given key and nonce. (Its key
/// travels encrypted there; with `dir` that part is empty.)
#[test]
fn rfc_7516_appendix_a_1() {
    let key = [
        177, 161, 244, 128, 84, 143, 225, 115, 63, 180, 3, 255, 107, 154, 212, 246, 138, 7, 110, 91, 112, 46,
        34, 105, 47, 130, 203, 46, 122, 234, 64, 252,
    ];
    let header = "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ";
    let rest = ".48V1_ALb6US04U3b.\
        5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6jiSdiwkIr3ajwQzaBtQD_A.\
        XFBoMYUZodetZdvTiFvSkQ";
    let opened = open_parts(&Gcm::new(&key), header.as_bytes(), rest.as_bytes()).unwrap();
    let plaintext = b"The true sign of intelligence is not knowledge but imagination.";
    assert_eq!(opened.as_slice(), plaintext);

    let parts: Vec<_> = rest.split('.').map(|part| part.as_bytes()).collect();
    let assembled = assemble(
        header,
        &base64url::decode_array(parts[1]).unwrap(),
        &base64url::decode(parts[2]).unwrap(),
        &base64url::decode_array(parts[3]).unwrap(),
    );
    assert_eq!(assembled, format!("{header}.{rest}"));
}

#[test]
fn members_may_come_in_any_order_and_spacing() {
    for header in [
        r#"{"typ":"bfly-query+jwe","kid":"kid_0123456789abcdef","enc":"A256GCM","alg":"dir"}"#,
        r#"{ "alg": "dir", "enc": "A256GCM", "kid": "kid_0123456789abcdef", "typ": "bfly-query+jwe" }"#,
        r#"{"\u0061lg":"dir","enc":"A256GCM","kid":"kid_0123456789abcdef","typ":"bfly-query+jwe"}"#,
    ] {
        let body = query_under(header);
        assert!(opens(&body), "{header}");
        assert_eq!(claimed_kid(body.as_bytes()), Some(kid()), "{header}");
    }
}

#[test]
fn threat_02_and_22_zip_crit_b64_and_anything_unknown() {
    for member in [
        r#""zip":"DEF","#,
        r#""crit":["exp"],"#,
        r#""crit":[],"#,
        r#""b64":false,"#,
        r#""cty":"JWT","#,
        r#""irt":"AAECAwQFBgcICQoLDA0ODw","#,
        r#""irt":null,"#,
        r#""alg":"dir","#,
        r#""kid":"kid_0123456789abcdef","#,
    ] {
        let header = HEADER.replacen('{', &format!("{{{member}"), 1);
        assert!(!opens(&query_under(&header)), "{member}");
    }
}

#[test]
fn threat_04_keys_in_the_header_of_a_body() {
    for member in ["jwk", "jku", "x5u", "x5c", "epk", "apu"] {
        let header = HEADER.replacen('{', &format!("{{\"{member}\":\"x\","), 1);
        assert!(!opens(&query_under(&header)), "{member}");
    }
}

#[test]
fn threat_07_another_alg_enc_kid_or_typ() {
    let changes = [
        ("\"dir\"", "\"A256KW\""),
        ("\"dir\"", "\"none\""),
        ("\"dir\"", "null"),
        ("A256GCM", "A128GCM"),
        ("A256GCM", "A256CBC-HS512"),
        ("kid_0123456789abcdef", "kid_fedcba9876543210"),
        ("bfly-query+jwe", "bfly-reply+jwe"),
        ("bfly-query+jwe", "JWE"),
        (r#","typ":"bfly-query+jwe""#, ""),
    ];
    for (from, to) in changes {
        assert!(!opens(&query_under(&HEADER.replace(from, to))), "{from} {to}");
    }
    let array = r#"["dir","A256GCM","kid_0123456789abcdef","bfly-query+jwe",null]"#;
    assert!(!opens(&query_under(array)));
    let long = HEADER.replacen('{', &format!("{{{}", " ".repeat(LONGEST_HEADER)), 1);
    assert!(!opens(&query_under(&long)));
}

#[test]
fn threat_14_a_body_for_another_credential() {
    let other = NativeKeys::derive(kid(), &random::root_key());
    assert!(open_query(&other, seal_query(&keys(), QUERY).as_bytes()).is_err());
    let other = NativeKeys::derive(random::key_id(), &RootKey::from_bytes([7; 32]));
    assert!(open_query(&other, seal_query(&keys(), QUERY).as_bytes()).is_err());
}

#[test]
fn threat_15_a_swapped_reply_and_a_reflected_request() {
    let reply = seal_reply(&keys(), JTI, b"{}");
    assert!(open_reply(&keys(), "AAECAwQFBgcICQoLDA0OEA", reply.as_bytes()).is_err());
    assert!(open_reply(&keys(), "", reply.as_bytes()).is_err());
    assert!(open_query(&keys(), reply.as_bytes()).is_err());

    let request = seal_query(&keys(), QUERY);
    assert!(open_reply(&keys(), JTI, request.as_bytes()).is_err());
    // Even under a reply's header: the directions have keys of their own.
    let header = keys().reply_header().to(JTI);
    let disguised = seal(keys().request(), &header, b"{}");
    assert!(open_reply(&keys(), JTI, disguised.as_bytes()).is_err());
}

#[test]
fn an_odd_request_id_cannot_write_into_the_header() {
    let odd = "\",\"typ\":\"bfly-query+jwe\u{0}é";
    let reply = seal_reply(&keys(), odd, b"{}");
    assert!(open_reply(&keys(), odd, reply.as_bytes()).is_ok());
    assert!(open_reply(&keys(), JTI, reply.as_bytes()).is_err());
}

#[test]
fn threat_17_every_prefix_and_every_flipped_bit_query() {
    let body = seal_query(&keys(), QUERY);
    refuses_all_changes(&body, |body| open_query(&keys(), body).err());
}

#[test]
fn threat_17_every_prefix_and_every_flipped_bit_reply() {
    let body = seal_reply(&keys(), JTI, b"{\"status\":\"success\"}");
    refuses_all_changes(&body, |body| open_reply(&keys(), JTI, body).err());
}

fn refuses_all_changes(body: &str, refusal: impl Fn(&[u8]) -> Option<OpenError>) {
    for end in 0..body.len() {
        assert_eq!(
            refusal(&body.as_bytes()[..end]),
            Some(OpenError),
            "prefix of {end}"
        );
    }
    for bit in 0..body.len() * 8 {
        let mut changed = body.as_bytes().to_vec();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(refusal(&changed), Some(OpenError), "bit {bit}");
    }
    for more in [".", "=", "A", "\n", " "] {
        assert_eq!(
            refusal(format!("{body}{more}").as_bytes()),
            Some(OpenError),
            "{more:?} after it"
        );
        assert_eq!(
            refusal(format!("{more}{body}").as_bytes()),
            Some(OpenError),
            "{more:?} before it"
        );
    }
}

#[test]
fn threat_19_nonce_and_tag_of_another_length() {
    let body = seal_query(&keys(), QUERY);
    let parts: Vec<_> = body.split('.').collect();
    let with = |at: usize, part: &str| {
        let mut changed = parts.clone();
        changed[at] = part;
        changed.join(".")
    };
    for length in [0, 8, 11, 13, 16] {
        assert!(
            !opens(&with(2, &base64url::encode(&vec![1; length]))),
            "nonce of {length}"
        );
    }
    let tag = base64url::decode(parts[4].as_bytes()).unwrap();
    for length in [0, 4, 12, 15] {
        assert!(
            !opens(&with(4, &base64url::encode(&tag[..length]))),
            "tag of {length}"
        );
    }
    let longer = [tag.as_slice(), &[0]].concat();
    assert!(!opens(&with(4, &base64url::encode(&longer))));
    assert!(!opens(&with(1, "AAAA")), "an encrypted key where there is none");
    assert!(!opens(&format!("{body}.")), "six parts");
}

#[test]
fn spare_bits_and_padding_are_refused() {
    let body = seal_query(&keys(), QUERY);
    let (head, last) = body.split_at(body.len() - 1);
    let index = ALPHABET_TEXT.find(last).unwrap();
    let respelled = &ALPHABET_TEXT[index + 1..index + 2];
    assert!(!opens(&format!("{head}{respelled}")));
    assert!(!opens(&format!("{body}==")));
}

const ALPHABET_TEXT: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

#[test]
fn claimed_kid_reads_a_kid_or_nothing() {
    assert_eq!(claimed_kid(seal_query(&keys(), QUERY).as_bytes()), Some(kid()));
    assert_eq!(claimed_kid(seal_reply(&keys(), JTI, b"").as_bytes()), Some(kid()));
    for odd in ["../../etc/passwd", "' OR 1=1", "https://evil.example/", ""] {
        let header = HEADER.replace("kid_0123456789abcdef", odd);
        assert_eq!(claimed_kid(query_under(&header).as_bytes()), None, "{odd}");
    }
    for nothing in ["", ".", "e30....", "gAAAAAB", "no dots here"] {
        assert_eq!(claimed_kid(nothing.as_bytes()), None, "{nothing}");
    }
}

proptest! {
    #[test]
    fn any_plaintext_goes_round(
        root in any::<[u8; 32]>(), kid in "[A-Za-z0-9][A-Za-z0-9._-]{0,63}", jti in any::<[u8; 16]>(),
        plaintext in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let keys = NativeKeys::derive(KeyId::parse(&kid).unwrap(), &RootKey::from_bytes(root));
        let jti = base64url::encode(&jti);
        let query = seal_query(&keys, &plaintext);
        let reply = seal_reply(&keys, &jti, &plaintext);
        let opened_query = open_query(&keys, query.as_bytes()).unwrap();
        let opened_reply = open_reply(&keys, &jti, reply.as_bytes()).unwrap();
        prop_assert_eq!(opened_query.as_slice(), plaintext.as_slice());
        prop_assert_eq!(opened_reply.as_slice(), plaintext.as_slice());
        prop_assert_eq!(claimed_kid(query.as_bytes()), Some(keys.kid().clone()));
    }

    #[test]
    fn any_bytes_are_answered_without_panic(body in any::<Vec<u8>>()) {
        prop_assert!(open_query(&keys(), &body).is_err());
        prop_assert!(open_reply(&keys(), JTI, &body).is_err());
        let _ = claimed_kid(&body);
    }
}
