//! The seeds of the fuzz targets, read through the very functions that the targets are made of: seeds and targets stay
//! what the program understands, also where nobody fuzzes.

use butterfly_console::instance::Instance;
use butterfly_console::model::Timestamp;
use butterfly_console::protocol::{CallContext, Query};
use serde_json::json;
use std::fs;
use std::path::PathBuf;

#[path = "../../fuzz/checks/bundle.rs"]
mod bundle;
#[path = "../../fuzz/checks/circuit.rs"]
mod circuit;
#[path = "../../fuzz/checks/fernet.rs"]
mod fernet;
#[path = "../../fuzz/checks/filter.rs"]
mod filter;
#[path = "../../fuzz/checks/http.rs"]
mod http;
#[path = "../../fuzz/checks/jwe.rs"]
mod jwe;
#[path = "../../fuzz/checks/strict_json.rs"]
mod strict_json;
#[path = "../../fuzz/checks/token.rs"]
mod token;

/// Seeds are small, so that they stay readable and nobody minds them.
const LARGEST: usize = 16 * 1024;

fn folder(target: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target)
}

/// Every seed of a target, by its name.
fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder(target)).unwrap();
    let mut seeds: Vec<_> = entries
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect();
    seeds.sort();
    assert!(seeds.len() >= 5, "{target} has hardly a seed");
    for (name, seed) in &seeds {
        assert!(seed.len() <= LARGEST, "{target}/{name} is large");
    }
    seeds
}

fn read_all(target: &str, check: impl Fn(&[u8])) {
    for (name, seed) in seeds(target) {
        // Told only where it fails.
        println!("{target}/{name}");
        check(&seed);
    }
}

/// Text is what these targets take; the fuzzer passes over anything else, too.
fn read_all_text(target: &str, check: impl Fn(&str)) {
    read_all(target, |seed| {
        if let Ok(text) = std::str::from_utf8(seed) {
            check(text);
        }
    });
}

#[test]
fn every_seed_is_read_by_its_target() {
    read_all("bundle", bundle::check);
    read_all_text("circuit", circuit::check);
    read_all("fernet", fernet::check);
    read_all_text("filter", filter::check);
    read_all("http", http::check);
    read_all("jwe", jwe::check);
    read_all("strict_json", strict_json::check);
    read_all_text("token", token::check);
}

/// The instance has a reader of its own: it takes a circuit or says what is wrong with it, and goes on.
#[tokio::test]
async fn an_instance_reads_every_circuit_to_an_answer() {
    let home = tempfile::tempdir().unwrap();
    crate::crashes::make(home.path()).await;
    let folder = home.path().join("instances/alpha");
    let instance = Instance::open(&folder, None).await.unwrap();
    for (name, seed) in seeds("circuit") {
        let Ok(text) = String::from_utf8(seed) else {
            continue;
        };
        let query = Query::new("create_pointer", json!({"data_reference": text}));
        let context = CallContext::begin(Timestamp::now(), 30);
        let reply = instance.invoke_as_owner(&query, &context).await;
        let code = reply.to_value()["code"].clone();
        assert!(code != "internal" && code != "storage_failed", "{name}: {code}");
    }
    instance.close().await;
}

#[test]
fn every_target_has_seeds_and_a_check() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    for entry in fs::read_dir(root.join("fuzz_targets")).unwrap() {
        let path = entry.unwrap().path();
        let target = path.file_stem().unwrap().to_str().unwrap();
        assert!(!seeds(target).is_empty());
        assert!(root.join(format!("checks/{target}.rs")).is_file(), "{target}");
    }
}
