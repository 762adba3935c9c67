//! Chains over three instances, whose middle one dies and comes back.

use crate::running::{Running, problem_of, result_of, text};
use butterfly_console::model::{Grant, Profile};
use butterfly_console::protocol::{Code, Reply};
use serde_json::{Value, json};
use std::time::Duration;

/// alpha asks beta, which asks gamma.
pub struct Chain {
    pub alpha: Running,
    pub beta: Running,
    pub gamma: Running,
    pub connection: String,
    pub query: Value,
}

impl Chain {
    pub async fn start() -> Self {
        let (alpha, beta, gamma) = tokio::join!(
            Running::start("alpha"),
            Running::start("beta"),
            Running::start("gamma")
        );
        let onward = beta.join(&gamma, &["get_graph_stats"]).await;
        let mut grant = Grant::read(["relay"]);
        grant.writes = true;
        grant.hops = Grant::MOST_HOPS;
        grant.pointers.connections.insert(onward.parse().unwrap());
        let credential = beta.issue("from-alpha", grant).await;
        alpha.hold("to-beta", &credential).await;
        let connection = alpha.connection("to-beta", Some("to-beta")).await;
        let query = json!({
            "action": "relay",
            "connection_id": onward,
            "query": {"action": "get_graph_stats"},
        });
        Self {
            alpha,
            beta,
            gamma,
            connection,
            query,
        }
    }

    pub async fn ask(&self) -> Reply {
        let parameters = json!({"connection_id": self.connection, "query": self.query, "trace": true});
        self.alpha.ask("relay", parameters).await
    }

    /// How alpha's way to beta stands.
    async fn way(&self) -> Value {
        let held = self.alpha.get("list_held_credentials", json!({})).await;
        held["credentials"][0]["peer"].clone()
    }
}

#[tokio::test]
async fn a_chain_says_that_its_middle_died_and_goes_on_when_it_is_back() {
    let mut chain = Chain::start().await;
    assert_eq!(result_of(chain.ask().await)["total_pointers"], 0);
    assert_eq!(chain.way().await["state"], "closed");

    chain.beta.stop().await;
    let endpoint = chain.beta.instance.settings().endpoint.to_string();
    for _ in 0..5 {
        let (code, problem) = problem_of(&chain.ask().await);
        assert_eq!(code, Code::PeerUnreachable, "{problem}");
        assert_eq!(problem["path"], json!([chain.alpha.instance.id()]));
        assert_eq!(problem["peer"], json!(chain.beta.instance.id()));
        assert_eq!(problem["peer_endpoint"], json!(endpoint));
    }
    // From now on nobody waits for it in vain, and whoever looks sees why.
    let way = chain.way().await;
    assert_eq!(
        (&way["state"], &way["failures"]),
        (&json!("open"), &json!(5)),
        "{way}"
    );
    let (code, problem) = problem_of(&chain.ask().await);
    assert_eq!(code, Code::PeerUnreachable);
    assert!(
        text(&problem["message"]).contains("nothing was sent"),
        "{problem}"
    );
    assert!(
        problem["retry_after"]
            .as_u64()
            .is_some_and(|seconds| seconds <= 1),
        "{problem}"
    );

    chain.beta.serve_again().await;
    let back = async {
        loop {
            let reply = chain.ask().await;
            if reply.is_success() {
                return reply;
            }
            assert_eq!(reply.code(), Some(Code::PeerUnreachable));
            tokio::task::yield_now().await;
        }
    };
    let reply = tokio::time::timeout(Duration::from_secs(60), back).await.unwrap();
    assert_eq!(result_of(reply)["total_pointers"], 0);
    assert_eq!(chain.way().await["state"], "closed");
    let asked = chain.gamma.trail().await;
    let relayed = asked
        .iter()
        .filter(|record| record["action"] == "get_graph_stats");
    assert_eq!(relayed.count(), 2, "what was refused never arrived: {asked:?}");
}

#[tokio::test]
async fn a_chain_whose_end_is_away_names_the_one_that_could_not_reach_it() {
    let mut chain = Chain::start().await;
    chain.gamma.stop().await;
    let (code, problem) = problem_of(&chain.ask().await);
    assert_eq!(code, Code::PeerUnreachable, "{problem}");
    let path = json!([chain.alpha.instance.id(), chain.beta.instance.id()]);
    assert!(problem.to_string().contains(&path.to_string()), "{problem}");
    // Beta is there: the way to it stays open.
    assert_eq!(chain.way().await["state"], "closed");
}

#[tokio::test]
async fn what_one_credential_learned_of_a_peer_holds_for_every_other_one_that_leads_there() {
    let mut chain = Chain::start().await;
    let credential = chain.beta.issue("also-from-alpha", Grant::owner()).await;
    chain.alpha.hold("also-to-beta", &credential).await;
    let other = chain.alpha.connection("also", Some("also-to-beta")).await;
    let through_other = json!({"connection_id": other, "query": {"action": "get_graph_stats"}});
    result_of(chain.alpha.ask("relay", through_other.clone()).await);

    chain.beta.stop().await;
    for _ in 0..5 {
        assert_eq!(problem_of(&chain.ask().await).0, Code::PeerUnreachable);
    }
    // Whoever asks after the pause tries; alone, this one would have to fail five times before it was refused.
    let mut refused = false;
    for _ in 1..5 {
        let (code, problem) = problem_of(&chain.alpha.ask("relay", through_other.clone()).await);
        assert_eq!(code, Code::PeerUnreachable);
        refused |= text(&problem["message"]).contains("nothing was sent");
    }
    assert!(refused, "the other credential did not know");
    let held = chain.alpha.get("list_held_credentials", json!({})).await;
    for credential in held["credentials"].as_array().unwrap() {
        assert_ne!(credential["peer"]["state"], "closed", "{credential}");
    }
}

/// Credentials of the original instances name no instance: what the relaying instances tell each other does.
#[tokio::test]
async fn threat_28_a_loop_through_legacy_credentials_is_noticed() {
    let alpha = Running::start("alpha").await;
    let beta = Running::start("beta").await;
    let way = async |from: &Running, to: &Running, name: &str| {
        let mut grant = Grant::read(["relay", "whoami"]);
        grant.writes = true;
        grant.owner = true;
        grant.hops = Grant::MOST_HOPS;
        let credential = to.issue_as(name, Profile::Legacy, grant).await;
        from.hold(name, &credential).await;
        from.connection(name, Some(name)).await
    };
    let there = way(&alpha, &beta, "to-beta").await;
    let back = way(&beta, &alpha, "to-alpha").await;
    let itself = way(&alpha, &alpha, "to-itself").await;
    let relay = |connection: &str, query: Value| json!({"action": "relay", "connection_id": connection, "query": query});
    let whoami = json!({"action": "whoami"});

    let round = json!({"connection_id": there, "query": relay(&back, relay(&there, whoami.clone()))});
    let (code, problem) = alpha.fails("relay", round).await;
    assert_eq!(code, Code::LoopDetected, "{problem}");
    let (code, problem) = alpha
        .fails("relay", json!({"connection_id": itself, "query": whoami}))
        .await;
    assert_eq!(code, Code::LoopDetected, "{problem}");
}
