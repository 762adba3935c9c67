//! Replies that are read as text.

use super::*;
use crate::protocol::strict_json::tests::any_json;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::json;

/// What the reader of any JSON makes of a reply: its result, and the other members.
fn parsed(bytes: &[u8]) -> Option<(Value, Map<String, Value>)> {
    let Ok((Value::Object(mut members), _)) = strict_json::parse_rounding(bytes) else {
        return None;
    };
    members.shift_remove("status")?;
    Some((members.shift_remove("result")?, members))
}

fn with_result(result: &str) -> String {
    format!(r#"{{"status":"success","result":{result}}}"#)
}

#[test]
fn a_reply_like_ours_is_read_and_its_result_kept_as_it_was_written() {
    let text = r#"{"status":"success","result":{ "a": [1.50, "\u00e4", null] },"trace":{"at":3}}"#;
    let Read { result, others, .. } = read(text.as_bytes()).unwrap();
    let result = result.unwrap();
    assert_eq!(result.depth(), 2);
    assert_eq!(result.as_str(), r#"{ "a": [1.50, "\u00e4", null] }"#);
    assert_eq!(result.value(), &json!({"a": [1.5, "\u{e4}", null]}));
    assert_eq!(Value::Object(others), json!({"trace": {"at": 3}}));
}

#[test]
fn threat_27_whatever_strict_json_refuses_is_refused() {
    let many: Vec<String> = (0..40).map(|number| format!(r#""m{number}":1"#)).collect();
    let results = [
        r#"{"a":1,"a":2}"#.to_owned(),
        r#"[{"x":{"a":1,"\u0061":2}}]"#.to_owned(),
        r#""\ud800""#.to_owned(),
        "1e400".to_owned(),
        "01".to_owned(),
        String::new(),
        r#"{"$serde_json::private::RawValue":"1"}"#.to_owned(),
        r#"{"\u0024serde_json::private::Number":"1"}"#.to_owned(),
        format!(r#"{{{},"m39":2}}"#, many.join(",")),
        format!(r#"{{{},"m3":2}}"#, many.join(",")),
        "[".repeat(100) + &"]".repeat(100),
    ];
    for result in results {
        let text = with_result(&result);
        assert!(strict_json::parse(text.as_bytes()).is_err(), "{result}");
        assert!(read(text.as_bytes()).is_none(), "{result}");
        assert!(read_large(text.as_bytes()).is_err(), "{result}");
    }
    for text in [
        r#"{"status":"success","result":1,"result":2}"#,
        r#"{"status":"success","result":1,"status":"error"}"#,
        r#"{"status":"success","result":1,"a":1,"a":2}"#,
        r#"{"status":"success","result":1,"$serde_json::private::RawValue":"1"}"#,
        r#"{"status":"success","result":1} {}"#,
        r#"{"status":"success","result":1,}"#,
        r#"{"status":"success","result":1,,"a":1}"#,
        r#"{"status":"success","result":1 "a":1}"#,
        r#"{"status":"success","result":{"a":1"#,
        r#"{"status":"success","result":1"#,
    ] {
        assert!(read(text.as_bytes()).is_none(), "{text}");
        assert!(read_large(text.as_bytes()).is_err(), "{text}");
    }
    let not_text = [BEFORE_RESULT, b"\"\xff\"}"].concat();
    assert!(read(&not_text).is_none());
    assert!(read_large(&not_text).is_err());
    let many = with_result(&format!("{{{}}}", many.join(",")));
    assert!(read(many.as_bytes()).is_some());
}

#[test]
fn a_reply_nests_as_deep_as_any_other_may_and_knows_how_deep() {
    let nested = |levels: usize| with_result(&("[".repeat(levels) + &"]".repeat(levels)));
    for levels in [0, 1, 5, DEEPEST - 1] {
        let text = nested(levels).replace(":}", ":7}");
        let result = read(text.as_bytes()).unwrap().result.unwrap();
        assert_eq!(result.depth(), levels);
        assert_eq!(result.depth(), strict_json::depth(result.value()));
    }
    let too_deep = nested(DEEPEST);
    assert!(strict_json::parse(too_deep.as_bytes()).is_err());
    assert!(read(too_deep.as_bytes()).is_none());
}

#[test]
fn other_replies_are_left_to_the_other_reader() {
    for text in [
        r#"{"status":"error","message":"no"}"#,
        r#"{"result":1,"status":"success"}"#,
        r#"{"status": "success","result":1}"#,
        r#"{"status":"success"}"#,
        "[]",
    ] {
        assert!(read(text.as_bytes()).is_none(), "{text}");
    }
    let long = with_result(&format!("{:?}", "x".repeat(LONGEST)));
    assert!(read(long.as_bytes()).is_none());
}

#[test]
fn threat_31_only_the_result_of_a_large_reply_may_be_large_and_it_stays_text() {
    let large = format!("[{}{{}}]", "{},".repeat(1_000_000));
    for text in [
        format!(r#"{{"status":"success","result":{large},"trace":{{"at":3}}}}"#),
        format!(r#"{{"result":{large}, "trace":{{"at":3}}, "status":"success"}}"#),
    ] {
        let Read { result, others, .. } = read_large(text.as_bytes()).unwrap();
        assert_eq!(result.unwrap().as_str(), large);
        assert_eq!(Value::Object(others), json!({"trace": {"at": 3}}));
    }
    for text in [
        format!(r#"{{"status":"success","result":1,"trace":{large}}}"#),
        format!(r#"{{"status":"error","code":"internal","message":"no","peer_reply":{large}}}"#),
        format!(r#"{{"status":"interpretation_rendered","result":{large}}}"#),
    ] {
        assert!(read_large(text.as_bytes()).is_err());
    }
    let many: Vec<String> = (0..2_000).map(|number| format!(r#""m{number}":1"#)).collect();
    assert!(read_large(format!("{{{}}}", many.join(",")).as_bytes()).is_err());
}

proptest! {
    #[test]
    fn a_large_reply_is_read_as_the_other_reader_reads_it(
        result in any_json(),
        status in prop::sample::select(vec!["success", "error"]),
        is_last in any::<bool>(),
        trace in any_json(),
        changes in vec((any::<Index>(), any::<u8>()), 0..3),
    ) {
        let text = match is_last {
            true => format!(r#"{{"trace":{trace}, "result":{result},"status":"{status}"}}"#),
            false => format!(r#"{{"status":"{status}","result": {result} ,"trace":{trace}}}"#),
        };
        let mut bytes = text.into_bytes();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let read = read_large(&bytes).ok().map(|Read { result, mut others, .. }| {
            if let Some(result) = result {
                others.insert("status".to_owned(), json!("success"));
                others.insert("result".to_owned(), result.into_value());
            }
            Value::Object(others)
        });
        let parsed = strict_json::parse_rounding(&bytes).ok().map(|(value, _)| value).filter(Value::is_object);
        prop_assert_eq!(read, parsed);
    }

    #[test]
    fn what_is_read_here_the_other_reader_reads_the_same(
        result in any_json(),
        trace in any_json(),
        changes in vec((any::<Index>(), any::<u8>()), 0..3),
    ) {
        let text = format!(r#"{{"status":"success","result":{result},"trace":{trace}}}"#);
        prop_assert!(read(text.as_bytes()).is_some());
        let mut bytes = text.into_bytes();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let is_ours = bytes.starts_with(BEFORE_RESULT);
        let read = read(&bytes).map(|read| (read.result.unwrap().into_value(), read.others));
        prop_assert_eq!(read, parsed(&bytes).filter(|_| is_ours));
    }
}
