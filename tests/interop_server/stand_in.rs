//! `serve --legacy-app` stands in for an original instance: its clients work unmodified.

use crate::support::program::{Hosted, Program, read_json, told};
use crate::support::python::{Answerer, Python, python};
use butterfly_console::seal::{FernetKey, LegacyKeys, TokenSecret, fernet, random};
use serde_json::{Value, json};
use std::process::Output;

/// The two secrets of an original deployment.
pub struct Secrets {
    pub token_secret: TokenSecret,
    pub encryption_key: FernetKey,
}

impl Secrets {
    pub fn new() -> Self {
        Self {
            token_secret: random::token_secret(),
            encryption_key: random::fernet_key(),
        }
    }

    /// In the environment, where original servers and clients find them.
    pub fn give_to(&self, command: &mut std::process::Command) {
        command
            .env("JWT_SECRET_KEY", self.token_secret.expose_text())
            .env("BUTTERFLY_ENCRYPTION_KEY", &*self.encryption_key.expose_text());
    }
}

/// A stand-in for both clients; its home goes with it.
pub struct StandIn {
    hosted: Hosted,
    _program: Program,
    secrets: Secrets,
    python: &'static Python,
}

impl StandIn {
    pub fn start() -> Option<Self> {
        let python = python()?;
        let (program, secrets) = (Program::new(), Secrets::new());
        let mut command = program.command(&[
            "serve",
            "--legacy-app",
            "my-test-app",
            "--legacy-app",
            "health-check-app",
            "--listen",
            "127.0.0.1:0",
        ]);
        secrets.give_to(&mut command);
        Some(Self {
            hosted: Hosted::start(command),
            _program: program,
            secrets,
            python,
        })
    }

    /// One of the two clients against it.
    fn client(&self, name: &str) -> Output {
        let mut command = self.python.script("original_clients.py");
        command.args([name, self.base()]);
        self.secrets.give_to(&mut command);
        command.output().expect("Python can be started")
    }

    /// What one query by an app_id comes to.
    fn call(&self, app_id: &str, query: &Value, secrets: &Secrets) -> Value {
        caller(self.python, self.base(), &[app_id], secrets).ask(query)
    }

    /// An original client with the right secrets.
    pub fn caller(&self, arguments: &[&str]) -> Answerer {
        caller(self.python, self.base(), arguments, &self.secrets)
    }

    pub fn base(&self) -> &str {
        self.hosted.base()
    }

    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }
}

/// An original client that asks whatever it is told to.
pub fn caller(python: &Python, base: &str, arguments: &[&str], secrets: &Secrets) -> Answerer {
    let mut command = python.script("original_clients.py");
    command.args(["call", base]).args(arguments);
    secrets.give_to(&mut command);
    Answerer::start(command)
}

fn stats() -> Value {
    json!({"action": "get_graph_stats"})
}

#[test]
fn both_clients_in_the_wild_work_unmodified() {
    let Some(stand_in) = StandIn::start() else { return };
    for client in ["example", "health"] {
        let output = stand_in.client(client);
        assert!(output.status.success(), "{client}: {}", told(&output));
        let seen = read_json(&output);
        let nothing_yet = json!({"total_pointers": 0, "total_relationships": 0});
        assert_eq!(seen["reply"], json!({"status": "success", "result": nothing_yet}));
        assert!(seen["content_type"].as_str().unwrap().starts_with("text/plain"));
    }
}

#[test]
fn a_wrong_token_is_a_plain_401_with_a_message() {
    let Some(stand_in) = StandIn::start() else { return };
    let wrong_secret = Secrets {
        token_secret: random::token_secret(),
        encryption_key: stand_in.secrets.encryption_key.clone(),
    };
    let refusals = [
        stand_in.call("my-test-app", &stats(), &wrong_secret),
        stand_in.call("somebody-else", &stats(), &stand_in.secrets),
        stand_in.caller(&["my-test-app", "--seconds=-5"]).ask(&stats()),
    ];
    let [wrong, unknown, late] = refusals.map(|seen| {
        assert_eq!(seen["http_status"], 401, "{seen}");
        let plain: Value = serde_json::from_str(seen["unsealed"].as_str().unwrap()).unwrap();
        plain["message"]
            .as_str()
            .unwrap_or_else(|| panic!("{seen}"))
            .to_owned()
    });
    assert_eq!(wrong, unknown);
    // Whoever signed it knows the secret, and may be told about the clocks.
    assert!(late.starts_with(&wrong), "{late}");
}

#[test]
fn a_body_that_cannot_be_opened_is_a_sealed_400() {
    let Some(stand_in) = StandIn::start() else { return };
    let wrong_key = Secrets {
        token_secret: stand_in.secrets.token_secret.clone(),
        encryption_key: random::fernet_key(),
    };
    let seen = stand_in.call("my-test-app", &stats(), &wrong_key);
    assert_eq!(seen["http_status"], 400, "{seen}");

    let theirs = LegacyKeys::new(&stand_in.secrets.token_secret, &stand_in.secrets.encryption_key);
    let sealed = seen["unsealed"].as_str().unwrap();
    let opened = fernet::open(&theirs, sealed.as_bytes()).expect("it is under the instance's key");
    let reply: Value = serde_json::from_slice(&opened).unwrap();
    assert_eq!(reply["status"], "error");
}

#[test]
fn what_is_not_a_query_is_a_sealed_400_and_a_failing_action_a_sealed_200() {
    let Some(stand_in) = StandIn::start() else { return };
    for not_a_query in [json!([]), json!({}), json!("get_graph_stats")] {
        let seen = stand_in.call("my-test-app", &not_a_query, &stand_in.secrets);
        assert_eq!(
            (&seen["http_status"], &seen["reply"]["status"]),
            (&json!(400), &json!("error"))
        );
    }
    let failing = json!({"action": "get_pointer", "pointer_address": "ptr_000000000000"});
    let seen = stand_in.call("my-test-app", &failing, &stand_in.secrets);
    assert_eq!(
        (&seen["http_status"], &seen["reply"]["status"]),
        (&json!(200), &json!("error"))
    );
    assert!(seen["reply"]["message"].is_string());
}
