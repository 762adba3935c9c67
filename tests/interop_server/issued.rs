//! Credentials that an instance issues, in the hands of clients that are not ours: native ones in a client
//! written from the wire contract alone, on joserfc, legacy ones in the original system's.

use crate::stand_in::{Secrets, caller};
use crate::support::program::{Hosted, Program, read_json, told};
use crate::support::python::{Python, python};
use butterfly_console::seal::{FernetKey, TokenSecret, random};
use serde_json::{Value, json};
use std::process::Output;

/// A hosted instance with a pointer on it, and Python.
struct Instance {
    hosted: Hosted,
    program: Program,
    python: &'static Python,
    pointer: Value,
}

impl Instance {
    fn start() -> Option<Self> {
        let python = python()?;
        let program = Program::new();
        program.json(&["instance", "init", "beta", "--listen", "127.0.0.1:0"]);
        let hosted = program.serve("beta");
        let made = program.json(&["pointer", "create", "beta", "https://weather.example/oslo"]);
        Some(Self {
            hosted,
            program,
            python,
            pointer: made["pointer"]["address"].clone(),
        })
    }

    /// A credential that may ask for summaries and statistics, as its issuer gets to see it once.
    fn issue(&self, profile: &str) -> Value {
        let query = json!({
            "action": "issue_credential", "app_id": "weather-reader", "profile": profile,
            "grant": {"actions": ["get_pointer_summary", "get_graph_stats"], "pointers": {"all": true}},
        });
        let reply = self.program.json(&["invoke", "beta", &query.to_string()]);
        assert_eq!(reply["status"], "success", "{reply}");
        reply["result"]["secret"].clone()
    }

    /// The Python client with a credential in plain form.
    fn client(&self, credential: &Value, query: &Value) -> Output {
        let file = self
            .program
            .file("credential.json", credential.to_string().as_bytes());
        self.python
            .script("native_client.py")
            .arg(file)
            .arg(query.to_string())
            .output()
            .expect("Python can be started")
    }

    /// The owner's credential, in plain form.
    fn owner(&self) -> Value {
        let credentials = self.program.json(&["credential", "list"]);
        let mut rows = credentials.as_array().unwrap().iter();
        let owner = rows
            .find(|row| row["side"] == "held" && row["instance"] == "beta")
            .unwrap_or_else(|| panic!("no owner in {credentials}"));
        let name = owner["name"].as_str().unwrap();
        self.program
            .json(&["credential", "export", name, "--plain", "--yes"])
    }

    fn summary(&self) -> Value {
        json!({"action": "get_pointer_summary", "pointer_address": self.pointer})
    }
}

#[test]
fn an_issued_credential_works_in_a_client_of_another_language() {
    let Some(instance) = Instance::start() else { return };
    let output = instance.client(&instance.issue("native"), &instance.summary());
    assert!(output.status.success(), "{}", told(&output));
    let reply = read_json(&output);
    assert_eq!(reply["status"], "success");
    assert_eq!(reply["result"]["address"], instance.pointer);
}

#[test]
fn the_owners_credential_as_exported_works_there_too() {
    let Some(instance) = Instance::start() else { return };
    let credential = instance.owner();
    for member in ["endpoint", "app_id", "kid", "root", "instance_id"] {
        assert!(credential[member].is_string(), "{member} is missing");
    }
    let query = json!({"action": "list_pointers", "limit": 10});
    let output = instance.client(&credential, &query);
    assert!(output.status.success(), "{}", told(&output));
    assert_eq!(
        read_json(&output)["result"]["pointers"][0]["address"],
        instance.pointer
    );
}

/// JOSE libraries bound what they open, some at 64 KiB; a list of some hundred entries is longer.
#[test]
fn a_large_reply_is_opened_there_too() {
    let Some(instance) = Instance::start() else { return };
    let lines: String = (0..400)
        .map(|number| {
            let reference = format!("https://weather.example/{number}");
            let pointer = json!({"data_reference": reference, "description": "fair and calm ".repeat(20)});
            format!("{pointer}\n")
        })
        .collect();
    let file = instance.program.file("pointers.jsonl", lines.as_bytes());
    instance
        .program
        .json(&["pointer", "import", "beta", file.to_str().unwrap()]);
    let output = instance.client(
        &instance.owner(),
        &json!({"action": "list_pointers", "limit": 400}),
    );
    assert!(output.status.success(), "{}", told(&output));
    assert!(output.stdout.len() > 2 * 65_536, "{} bytes", output.stdout.len());
    let reply = read_json(&output);
    assert_eq!(reply["result"]["pointers"].as_array().unwrap().len(), 400);
}

#[test]
fn what_is_not_granted_is_a_sealed_refusal() {
    let Some(instance) = Instance::start() else { return };
    let output = instance.client(&instance.issue("native"), &json!({"action": "list_pointers"}));
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    let reply = read_json(&output);
    assert_eq!(
        (&reply["status"], &reply["code"]),
        (&json!("error"), &json!("not_granted"))
    );
}

/// Whatever does not authenticate gets one and the same answer.
#[test]
fn wrong_secrets_and_wrong_claims_are_one_and_the_same_401() {
    let Some(instance) = Instance::start() else { return };
    let right = instance.issue("native");
    let wrong = [
        ("root", json!(*random::root_key().expose_text())),
        ("kid", json!(random::key_id())),
        ("app_id", json!("somebody-else")),
        ("instance_id", json!(random::instance_id())),
    ];
    let complaints = wrong.map(|(member, value)| {
        let mut credential = right.clone();
        credential[member] = value;
        let output = instance.client(&credential, &instance.summary());
        assert_eq!(output.status.code(), Some(3), "{member}: {}", told(&output));
        String::from_utf8(output.stderr).unwrap()
    });
    assert!(complaints[0].starts_with("HTTP 401"), "{}", complaints[0]);
    for complaint in &complaints {
        assert_eq!(complaint, &complaints[0]);
    }
}

/// A granted legacy credential opens to the original's client what it grants, and nothing else.
#[test]
fn an_issued_legacy_credential_works_in_the_original_client() {
    let Some(instance) = Instance::start() else { return };
    let issued = instance.issue("legacy");
    let text = |member: &str| issued[member].as_str().unwrap_or_else(|| panic!("no {member}"));
    let secrets = Secrets {
        token_secret: TokenSecret::parse(text("jwt_secret_key")).unwrap(),
        encryption_key: FernetKey::parse(text("encryption_key")).unwrap(),
    };
    let mut client = caller(
        instance.python,
        instance.hosted.base(),
        &["weather-reader"],
        &secrets,
    );
    let seen = client.ask(&instance.summary());
    assert_eq!(seen["http_status"], 200, "{seen}");
    assert_eq!(seen["reply"]["result"]["address"], instance.pointer);

    let refused = client.ask(&json!({"action": "list_pointers"}));
    assert_eq!(refused["http_status"], 200, "{refused}");
    assert_eq!(refused["reply"]["code"], "not_granted");
}
