//! Claims that are spelled as ours are.

use super::*;
use crate::seal::strict;
use crate::seal::token::spelled;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

/// What the parser says.
fn parsed(json: &[u8]) -> Option<Claims> {
    strict::object(json).ok()
}

fn claims() -> impl Strategy<Value = Claims> {
    let id = "inst_[0-9a-f]{12}".prop_map(|text| InstanceId::parse(&text).unwrap());
    let app = "[a-z][a-z0-9-]{0,20}".prop_map(|text| AppId::parse(&text).unwrap());
    let texts = [
        "[A-Za-z0-9_-]{22}",
        "POST|GET",
        "https?://[a-z0-9.:/?=%&\u{e4}\"\\\\-]{1,40}",
        "[A-Za-z0-9_-]{43}",
    ];
    let numbers = (any::<i64>(), 0..i64::MAX, 0..i64::MAX, any::<u8>());
    let chain = (
        vec(id.clone(), 0..4),
        proptest::option::of("[0-9a-f-]{55}"),
        any::<Option<bool>>(),
    );
    ((app.clone(), app, id), texts, numbers, chain).prop_map(
        |((app_id, iss, aud), [jti, htm, htu, bsh], (iat, exp, dl, hop), (path, tp, trc))| Claims {
            app_id,
            iss,
            aud,
            iat,
            exp,
            jti,
            htm,
            htu,
            bsh,
            hop,
            path,
            dl,
            tp,
            trc,
        },
    )
}

#[test]
fn what_we_write_is_read_without_a_parser() {
    let written = serde_json::to_vec(&super::native::claims()).unwrap();
    assert_eq!(spelled::read(&written), Some(super::native::claims()));
}

#[test]
fn other_spellings_are_left_to_the_parser() {
    let ours = serde_json::to_string(&super::native::claims()).unwrap();
    let others = [
        ours.replacen(',', ", ", 1),
        ours.replacen("POST", r"PO\u0053T", 1),
        ours.replacen(r#""hop":8"#, r#""hop":8.0"#, 1),
        ours.replacen(r#""hop":8"#, r#""hop":08"#, 1),
        ours.replacen(r#""hop":8"#, r#""hop":-0"#, 1),
        ours.replacen(r#""hop":8"#, r#""hop":"#, 1),
        ours.replacen(r#""path":["#, r#""path":[,"#, 1),
        ours.replacen('}', r#","trc":null}"#, 1),
        ours.replacen('}', r#","hop":8}"#, 1),
        ours.replacen("inst_", "INST_", 1),
        format!("{ours} "),
        format!("{ours}{ours}"),
    ];
    for json in others {
        assert_ne!(json, ours);
        assert_eq!(spelled::read(json.as_bytes()), None, "{json}");
    }
}

proptest! {
    #[test]
    fn any_claims_that_we_write_are_read_as_the_parser_reads_them(claims in claims()) {
        let json = serde_json::to_vec(&claims).unwrap();
        prop_assert_eq!(parsed(&json), Some(claims.clone()));
        let needs_a_parser = claims.htu.contains(['"', '\\']) || claims.iat < 0;
        prop_assert_eq!(spelled::read(&json), (!needs_a_parser).then_some(claims));
    }

    #[test]
    fn what_is_read_without_a_parser_the_parser_reads_the_same(
        claims in claims(),
        changes in vec((any::<Index>(), prop_oneof![any::<u8>(), b' '..b'~']), 0..3),
        cut in proptest::option::of((any::<Index>(), 1..4usize)),
    ) {
        let mut json = serde_json::to_vec(&claims).unwrap();
        for (at, byte) in changes {
            let at = at.index(json.len());
            json[at] = byte;
        }
        if let Some((at, length)) = cut {
            let at = at.index(json.len());
            json.drain(at..(at + length).min(json.len()));
        }
        if let Some(read) = spelled::read(&json) {
            prop_assert_eq!(parsed(&json), Some(read));
        }
    }
}
