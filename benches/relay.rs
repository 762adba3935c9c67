//! A relay hop beside a direct call: the same query to beta, once straight and once through alpha. Beside it a hop on
//! nothing but the HTTP library, which seals and looks at nothing: what a hop costs here at the least.
//!
//! `cargo bench --bench relay`

mod support;

use butterfly_console::instance::Instance;
use butterfly_console::model::Timestamp;
use butterfly_console::protocol::{CallContext, CredentialForm, HeldCredential, Query, seal_query};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::Path;
use support::{
    CONNECTIONS, Figures, Goal, LoadResult, Server, fill, load, median, new_instance, new_runtime,
    request_bytes, start_echo_without_framework, start_hop_without_framework,
};

const REQUESTS: usize = 30_000;
/// Requests of a single caller, for the latency that a hop adds.
const ALONE: usize = 2_000;
const ROUNDS: usize = 5;

fn main() {
    let runtime = new_runtime();
    let folder = tempfile::tempdir().expect("a folder");
    let (alpha, beta) = (folder.path().join("alpha"), folder.path().join("beta"));
    let alpha_owner = runtime.block_on(new_instance(&alpha));
    let beta_owner = runtime.block_on(new_instance(&beta));
    let pointer = runtime.block_on(fill(&beta, 1_000)).swap_remove(0);
    let held = runtime.block_on(issue(&beta));
    let connection = runtime.block_on(join(&alpha, &held));

    let summary = json!({"action": "get_pointer_summary", "pointer_address": pointer});
    let direct = Query::from_value(summary.clone()).expect("a query");
    let relayed = Query::new("relay", json!({"connection_id": connection, "query": summary}));
    let run =
        |address: SocketAddr, owner: &HeldCredential, query: &Query, count: usize, connections: usize| {
            let result = runtime.block_on(load(address, requests(owner, query, count), connections));
            assert_eq!(result.failed, 0, "every invoke must be answered with 200");
            result
        };

    let mut figures = Figures::of(format!(
        "relay: {CONNECTIONS} connections, {ROUNDS} rounds of {REQUESTS} requests"
    ));
    let bare = start_echo_without_framework(2);
    let bare_hop = start_hop_without_framework(2, bare);
    let (mut rates, mut medians) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let straight = run(bare, &beta_owner, &direct, REQUESTS, CONNECTIONS);
        let through = run(bare_hop, &beta_owner, &direct, REQUESTS, CONNECTIONS);
        if round > 0 {
            rates.push(through.rate() / straight.rate());
            medians.push(p50(&through) / p50(&straight));
        }
    }
    figures.add(
        "a bare hop / a bare echo, requests a second",
        median(rates),
        Goal::Nothing,
    );
    figures.add("a bare hop / a bare echo, p50", median(medians), Goal::Nothing);
    for audit in [false, true] {
        let (alpha, beta) = (Server::start(&alpha, audit), Server::start(&beta, audit));
        let (mut rates, mut medians, mut added) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..=ROUNDS {
            let straight = run(beta.address, &beta_owner, &direct, REQUESTS, CONNECTIONS);
            let through = run(alpha.address, &alpha_owner, &relayed, REQUESTS, CONNECTIONS);
            let straight_alone = run(beta.address, &beta_owner, &direct, ALONE, 1);
            let through_alone = run(alpha.address, &alpha_owner, &relayed, ALONE, 1);
            // The first round warms caches and connections, and does not count.
            if round == 0 {
                continue;
            }
            rates.push(through.rate() / straight.rate());
            medians.push(p50(&through) / p50(&straight));
            added.push(p50(&through_alone) - p50(&straight_alone));
        }
        let how = if audit { "durable audit" } else { "audit off" };
        figures.add(
            format!("relay / direct, requests a second, {how}"),
            median(rates),
            Goal::AtLeast(0.42, 0.48),
        );
        figures.add(
            format!("relay / direct, p50, {how}"),
            median(medians),
            Goal::AtMost(2.5, 2.1),
        );
        figures.add(
            format!("added at one caller, p50, microseconds, {how}"),
            median(added),
            Goal::Nothing,
        );
        alpha.stop();
        beta.stop();
    }
    figures.show();
}

fn p50(result: &LoadResult) -> f64 {
    f64::from(result.percentile(50.0))
}

fn requests(owner: &HeldCredential, query: &Query, count: usize) -> Vec<Vec<u8>> {
    let now = Timestamp::now();
    let context = CallContext::begin(now, 60);
    let authority = owner.endpoint.authority();
    (0..count)
        .map(|_| {
            let sealed = seal_query(owner, query, &context, now);
            request_bytes(&authority, sealed.content_type, &sealed.token, &sealed.body)
        })
        .collect()
}

/// Asks an instance that nobody hosts, as its owner.
async fn ask(folder: &Path, action: &str, parameters: Value) -> Value {
    let instance = Instance::open(folder, None).await.expect("the instance");
    let context = CallContext::begin(Timestamp::now(), 30);
    let reply = instance
        .invoke_as_owner(&Query::new(action, parameters), &context)
        .await;
    instance.close().await;
    assert!(reply.is_success(), "{action}: {:?}", reply.problem());
    reply.into_result().expect("a result")
}

/// A credential on beta that may read summaries.
async fn issue(beta: &Path) -> Value {
    let grant = json!({"actions": ["get_pointer_summary"], "pointers": {"all": true}});
    let issued = ask(
        beta,
        "issue_credential",
        json!({"app_id": "alpha", "profile": "native", "grant": grant}),
    )
    .await;
    let form = issued["secret"].clone();
    CredentialForm::from_json(form.to_string().as_bytes()).expect("the secret is a credential's form");
    form
}

/// Lets alpha hold the credential, behind a federated connection.
async fn join(alpha: &Path, held: &Value) -> Value {
    ask(alpha, "hold_credential", json!({"name": "beta", "form": held})).await;
    let domain = ask(alpha, "create_domain", json!({"name": "federation"})).await["domain"]["id"].clone();
    let connection = json!({"domain_id": domain, "name": "beta", "held_credential": "beta"});
    ask(alpha, "create_connection", connection).await["connection"]["id"].clone()
}
