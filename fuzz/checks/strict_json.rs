//! The strict reader of JSON: what it takes, the usual reader takes too and understands the same way. Numbers with a
//! fraction may differ in their last digit: the usual reader does not promise it.

use butterfly_console::protocol::strict_json;
use serde_json::Value;

/// One case.
pub fn check(data: &[u8]) {
    let Ok(value) = strict_json::parse(data) else {
        let _ = strict_json::locate(data);
        return;
    };
    assert!(strict_json::depth(&value) <= strict_json::DEEPEST);
    let usual: Value = serde_json::from_slice(data).expect("what is strict is usual too");
    assert!(is_same(&usual, &value));
    let written = serde_json::to_vec(&value).expect("a value can be written");
    let again = strict_json::parse(&written).expect("what was written is read again");
    assert!(is_same(&again, &value));
}

fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| one.0 == other.0 && is_same(one.1, other.1))
        }
        (Value::Number(one), Value::Number(other)) if one.is_f64() && other.is_f64() => {
            let (one, other) = (one.as_f64().unwrap_or(0.0), other.as_f64().unwrap_or(0.0));
            (one - other).abs() <= one.abs() * 4.0 * f64::EPSILON
        }
        _ => one == other,
    }
}
