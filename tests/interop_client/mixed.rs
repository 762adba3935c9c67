//! A chain over instances and clients that are not all ours, each link in its own profile:
//! a client in Python (native) → alpha (ours; native) → beta (ours; legacy) → the original, in Python (legacy).

use crate::original::{Mode, Original};
use crate::running::{Running, problem_of, result_of, text};
use crate::support::python::python;
use butterfly_console::model::{Grant, Profile};
use butterfly_console::protocol::{Code, CredentialForm, HeldCredential, Hop};
use serde_json::{Value, json};
use std::process::Output;

struct Chain {
    alpha: Running,
    beta: Running,
    original: Option<Original>,
    /// What alpha's owner asks.
    parameters: Value,
    /// Who may ask alpha for nothing but that.
    caller: HeldCredential,
}

impl Chain {
    async fn start(mode: Mode) -> Self {
        let original = Original::start(mode).expect("the tests bring their Python");
        let (alpha, beta) = tokio::join!(Running::start("alpha"), Running::start("beta"));
        beta.hold("to-original", &original.credential()).await;
        let onward = beta.connection("to-original", Some("to-original")).await;
        let grant = relaying(&onward);
        let credential = beta.issue_as("from-alpha", Profile::Legacy, grant).await;
        alpha.hold("to-beta", &credential).await;
        let connection = alpha.connection("to-beta", Some("to-beta")).await;
        let caller = alpha.issue("from-python", relaying(&connection)).await;
        let asked = json!({"action": "get_graph_stats"});
        let relayed = json!({"action": "relay", "connection_id": onward, "query": asked, "trace": true});
        let parameters = json!({"connection_id": connection, "query": relayed, "trace": true});
        original.pointer("https://weather.example/oslo").await;
        Self {
            alpha,
            beta,
            original: Some(original),
            parameters,
            caller,
        }
    }

    fn ids(&self) -> [&str; 2] {
        [&self.alpha, &self.beta].map(|running| running.instance.id().as_str())
    }

    /// What the client in Python prints.
    async fn ask_from_python(&self) -> Output {
        let folder = tempfile::tempdir().unwrap();
        let credential = folder.path().join("credential.json");
        let form = CredentialForm::of(&self.caller).expose_value();
        std::fs::write(&credential, form.to_string()).unwrap();
        let mut query = self.parameters.clone();
        query["action"] = json!("relay");
        let mut command = python()
            .expect("the tests bring their Python")
            .script("native_client.py");
        command.arg(&credential).arg(query.to_string());
        // The instances that answer live on this thread's runtime.
        tokio::task::spawn_blocking(move || command.output().unwrap())
            .await
            .unwrap()
    }
}

/// May relay over one connection.
fn relaying(connection: &str) -> Grant {
    let mut grant = Grant::read(["relay"]);
    grant.writes = true;
    grant.hops = Grant::MOST_HOPS;
    grant.pointers.connections.insert(connection.parse().unwrap());
    grant
}

#[tokio::test]
async fn a_mixed_chain_answers_and_tells_its_whole_trace() {
    for mode in Mode::BOTH {
        let chain = Chain::start(mode).await;
        let printed = chain.ask_from_python().await;
        let said = String::from_utf8_lossy(&printed.stderr).into_owned();
        assert!(printed.status.success(), "{mode:?}: {said}");
        let reply: Value = serde_json::from_slice(&printed.stdout).unwrap();
        assert_eq!(reply["result"]["total_pointers"], 1, "{reply}");
        // The whole chain, as far as its instances tell of themselves: the original does not.
        let outermost: Hop = serde_json::from_value(reply["trace"].clone()).unwrap();
        let middle = outermost.next.expect("what alpha's call of beta took");
        let last = middle.next.clone().expect("what beta took");
        let told: Vec<_> = [&outermost.instance, &middle.instance, &last.instance]
            .map(String::as_str)
            .into();
        let [alpha, beta] = chain.ids();
        assert_eq!(told, [alpha, alpha, beta], "{}", reply["trace"]);
        assert!(
            last.next.is_some(),
            "beta's call of the original: {}",
            reply["trace"]
        );
    }
}

#[tokio::test]
async fn a_mixed_chain_says_where_it_broke() {
    let mut chain = Chain::start(Mode::AppId).await;
    let endpoint = chain.original.as_ref().unwrap().endpoint.to_string();
    result_of(chain.alpha.ask("relay", chain.parameters.clone()).await);
    // The end goes away.
    chain.original = None;
    let (code, problem) = problem_of(&chain.alpha.ask("relay", chain.parameters.clone()).await);
    assert_eq!(code, Code::PeerUnreachable, "{problem}");
    assert!(text(&problem["message"]).contains(&endpoint), "{problem}");
    // Then the middle.
    chain.beta.stop().await;
    let (code, problem) = problem_of(&chain.alpha.ask("relay", chain.parameters.clone()).await);
    assert_eq!(code, Code::PeerUnreachable, "{problem}");
    let beta = chain.beta.instance.settings().endpoint.to_string();
    assert_eq!(problem["peer_endpoint"], json!(beta), "{problem}");
}
