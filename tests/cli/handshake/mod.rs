//! The handshake between two administrators, each with a home and a running instance of their own: every way, both
//! sides, what goes wrong, and what comes after.

mod bundles;
mod canary;
mod codes;
mod life;
mod plain;
mod requests;
mod told;
mod typed;
mod ways;
mod words;

use super::binary::{End, Ended, Home, Serving};
use super::named;
use serde_json::{Value, json};
use std::process::Command;

/// Alpha's administrator will call, beta's will be called.
pub struct Pair {
    pub ours: Home,
    pub theirs: Home,
    _alpha: Serving,
    beta: Option<Serving>,
    /// A pointer on beta.
    pub far: String,
}

/// How a credential is handed over, as the arguments say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Code,
    Request,
    Passphrase,
}

/// What both sides were told.
pub struct Joined {
    pub offer: Value,
    pub accepted: Value,
}

impl Pair {
    pub fn new() -> Self {
        let (ours, theirs) = (Home::empty(), Home::empty());
        let alpha = ours.serve_new("alpha");
        let beta = theirs.serve_new("beta");
        let line = [
            "pointer",
            "create",
            "beta",
            "https://example.org/tide",
            "--description",
            "Tide table",
        ];
        let made = theirs.ok(&line);
        let far = made["pointer"]["address"].as_str().unwrap().to_owned();
        Self {
            ours,
            theirs,
            _alpha: alpha,
            beta: Some(beta),
            far,
        }
    }

    /// The query that everybody here makes.
    pub fn query(&self) -> String {
        json!({"action": "get_pointer_summary", "pointer_address": self.far}).to_string()
    }

    /// Hands a credential over, up to the point where people compare words.
    pub fn join(&self, way: Way, more: &[&str]) -> Joined {
        let request = self.ours.beside("alpha.request");
        let bundle = self.theirs.beside("beta-for-alpha.bundle");
        let mut line = vec!["handshake", "offer", "beta"];
        match way {
            Way::Code => line.extend(["--app-id", "alpha-people", "--by", "code"]),
            Way::Passphrase => line.extend(["--app-id", "alpha-people", "--file", &bundle]),
            Way::Request => {
                let ask = [
                    "handshake",
                    "request",
                    "--instance",
                    "alpha",
                    "--app-id",
                    "alpha-people",
                    "--file",
                    &request,
                ];
                self.ours.ok(&ask);
                line.extend(["--request", &request, "--file", &bundle]);
            }
        }
        line.extend(more);
        let offer = self.theirs.ok(&line);
        let accepted = accept(&self.ours, &offer, &["--instance", "alpha", "--name", "beta"]);
        assert_eq!(accepted.code, 0, "{way:?}: {}", accepted.stderr);
        let accepted = accepted.json();
        assert_eq!(accepted["words"], offer["words"], "{way:?}");
        Joined { offer, accepted }
    }

    /// People on both sides say that the words match: first ours, then theirs, then ours go on. What ours were told
    /// first.
    pub fn verify(&self, joined: &Joined) -> Value {
        let id = joined.accepted["id"].as_str().unwrap();
        let first = self.ours.ok(&["handshake", "verify", id, "--match"]);
        assert_eq!(first["verified"], true, "{first}");
        let offer = joined.offer["offer_id"].as_str().unwrap();
        let there = self.theirs.ok(&["handshake", "verify", offer, "--match"]);
        assert_eq!(there["verified"], true, "{there}");
        let here = self.ours.ok(&["handshake", "verify", id, "--wait=60"]);
        assert_eq!(
            (&here["state"], &here["waiting"]),
            (&json!("active"), &json!(false)),
            "{here}"
        );
        first
    }

    /// Stops beta.
    pub fn stop_beta(&mut self) {
        let beta = self.beta.take().unwrap();
        assert_eq!(beta.stop(), 0);
    }

    /// Serves beta again.
    pub fn start_beta(&mut self) {
        self.beta = Some(Serving::start(self.theirs.command(&["serve", "beta"])));
    }

    /// Makes a federated pointer for each route; their addresses.
    pub fn federate(&self) -> Vec<(&'static str, String)> {
        ["endpoint", "circuit", "relay"]
            .map(|route| {
                let query = self.query();
                let line = [
                    "federate", "alpha", "--via", "beta", "--query", &query, "--route", route,
                ];
                let made = self.ours.ok(&line);
                (route, made["pointer"]["address"].as_str().unwrap().to_owned())
            })
            .into()
    }

    /// Calls each of them; every one must answer.
    pub fn call_all(&self, pointers: &[(&'static str, String)]) {
        for (route, address) in pointers {
            let called = self.ours.ok(&["call", "alpha", address]);
            assert_eq!(
                called["reply"]["result"]["description"], "Tide table",
                "{route}: {called}"
            );
        }
    }

    /// Calls each of them; every one must be refused.
    pub fn call_none(&self, pointers: &[(&'static str, String)]) {
        for (route, address) in pointers {
            let ended = self.ours.run_json(&["call", "alpha", address]);
            assert_eq!(ended.code, 3, "{route}: {}", ended.stdout);
        }
    }

    /// Names of what beta issued to ours.
    pub fn issued(&self) -> Vec<String> {
        let list = self.theirs.ok(&["credential", "list"]);
        let rows = list.as_array().unwrap().iter();
        rows.filter(|row| {
            row["side"] == "issued" && row["app_id"].as_str().unwrap().starts_with("alpha-people")
        })
        .map(|row| row["name"].as_str().unwrap().to_owned())
        .collect()
    }

    /// What beta issued to ours, as it stands.
    pub fn issued_rows(&self) -> Vec<Value> {
        self.issued()
            .iter()
            .map(|name| self.theirs.ok(&["credential", "show", name]))
            .collect()
    }

    /// Nothing of any handshake is on our side: no remote, no credential but the owner's, no handshake.
    pub fn assert_nothing_left_here(&self) {
        let instances = self.ours.ok(&["instance", "list"]);
        assert_eq!(instances.as_array().unwrap().len(), 1, "{instances}");
        let credentials = self.ours.ok(&["credential", "list"]);
        let others: Vec<&Value> = credentials
            .as_array()
            .unwrap()
            .iter()
            .filter(|row| row["instance"] != "alpha")
            .collect();
        assert!(others.is_empty(), "{others:?}");
        assert_eq!(self.ours.ok(&["handshake", "status"]), json!([]));
    }
}

/// Accepts an offer in a home, with everything that the offer said.
pub fn accept(home: &Home, offer: &Value, more: &[&str]) -> Ended {
    accepting(home, offer, more).end()
}

/// The command that accepts it.
pub fn accepting(home: &Home, offer: &Value, more: &[&str]) -> Command {
    let mut line = vec!["handshake", "accept"];
    match offer["code"].as_str() {
        Some(_) => line.extend(["--url", offer["endpoint"].as_str().unwrap()]),
        None => line.push(offer["file"].as_str().unwrap()),
    }
    line.extend(more);
    let mut command = home.command(&line);
    command.arg("--json");
    if let Some(code) = offer["code"].as_str() {
        command.env("BUTTERFLY_HANDSHAKE_CODE", code);
    }
    if let Some(passphrase) = offer["passphrase"].as_str() {
        command.env("BUTTERFLY_BUNDLE_PASSPHRASE", passphrase);
    }
    command
}

/// The code of a failure, which must end with the exit code.
pub fn refused(ended: &Ended, exit: i32) -> String {
    assert_eq!(ended.code, exit, "{}\n{}", ended.stdout, ended.stderr);
    let error = super::error(ended);
    assert!(!error["remedy"].as_str().unwrap().is_empty(), "{error}");
    error["code"].as_str().unwrap().to_owned()
}

/// The kinds of alarm that are up in a home's handshakes.
pub fn alarms(home: &Home) -> Vec<String> {
    let rows = home.ok(&["handshake", "status", "--all"]);
    let rows = rows.as_array().unwrap().iter();
    rows.filter_map(|row| row["alarm"]["kind"].as_str().map(str::to_owned))
        .collect()
}

/// The state of the one credential of that name in a home.
pub fn state(home: &Home, name: &str) -> String {
    let list = home.ok(&["credential", "list"]);
    named(&list, name)["state"].as_str().unwrap().to_owned()
}
