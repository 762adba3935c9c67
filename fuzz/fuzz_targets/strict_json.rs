//! The strict reader of JSON: what it takes, the usual reader takes too and understands the same way.
#![no_main]

use butterfly_console::protocol::strict_json;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|data: &[u8]| {
    let Ok(value) = strict_json::parse(data) else {
        let _ = strict_json::locate(data);
        return;
    };
    assert!(strict_json::depth(&value) <= strict_json::DEEPEST);
    let usual: Value = serde_json::from_slice(data).expect("what is strict is usual too");
    assert_eq!(usual, value);
    let written = serde_json::to_vec(&value).expect("a value can be written");
    assert_eq!(strict_json::parse(&written).expect("what was written is read again"), value);
});
