//! Sealing, proven against implementations that are not ours: joserfc and PyJWT for the native
//! profile, `cryptography` and PyJWT for the legacy one, and for the handshake `spake2`, and an age of its own
//! on `cryptography`. What they make opens here, what we make opens there, and on neither side does anything open that was changed by a single bit.

#[path = "../support/mod.rs"]
mod support;

mod bundle;
mod fernet;
mod flips;
mod handshake;
mod jwe;
mod token;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use butterfly_console::model::KeyId;
use butterfly_console::seal::{NativeKeys, RootKey, random};
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestCaseResult, TestRunner};
use serde_json::{Value, json};
use std::cell::RefCell;
use support::python::{Libraries, python};

/// The label of a key that only queries are sealed with.
const REQUEST: &str = "butterfly/v1 request";
/// The same for replies.
const REPLY: &str = "butterfly/v1 reply";
/// How many random cases each property is tried on.
const CASES: u32 = 200;

/// Bytes as they travel to the libraries and back.
fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD
        .decode(text)
        .expect("the libraries' side writes base64url")
}

/// A native credential's root and kid, and the keys that we derive from them. The libraries' side
/// gets the root only, and derives its own.
struct Native {
    root: RootKey,
    keys: NativeKeys,
}

impl Native {
    fn new() -> Self {
        let root = random::root_key();
        let keys = NativeKeys::derive(random::key_id(), &root);
        Self { root, keys }
    }

    fn kid(&self) -> &KeyId {
        self.keys.kid()
    }

    fn root_text(&self) -> String {
        self.root.expose_text().to_string()
    }
}

/// Random cases, all of them put to one process of the libraries.
fn for_random<S: Strategy>(
    libraries: Libraries,
    strategy: S,
    property: impl Fn(&mut Libraries, S::Value) -> TestCaseResult,
) {
    let libraries = RefCell::new(libraries);
    TestRunner::new(Config {
        cases: CASES,
        failure_persistence: None,
        ..Config::default()
    })
    .run(&strategy, |case| property(&mut libraries.borrow_mut(), case))
    .unwrap_or_else(|failure| panic!("{failure}"));
}

/// Every order of the members of an object, each as the list of pairs that the libraries' side takes.
fn every_order(members: &[(&str, Value)]) -> Vec<Value> {
    fn extend(done: &mut Vec<usize>, count: usize, orders: &mut Vec<Vec<usize>>) {
        if done.len() == count {
            orders.push(done.clone());
            return;
        }
        for index in 0..count {
            if !done.contains(&index) {
                done.push(index);
                extend(done, count, orders);
                done.pop();
            }
        }
    }
    let mut orders = Vec::new();
    extend(&mut Vec::new(), members.len(), &mut orders);
    orders
        .into_iter()
        .map(|order| order.into_iter().map(|index| json!(members[index])).collect())
        .collect()
}
