//! What each action of an instance costs with a million pointers, beside the same with ten: in process, without the
//! audit, so that it is the action alone.
//!
//! `cargo bench --bench actions`

mod support;

use butterfly_console::instance::Instance;
use butterfly_console::model::{PointerAddress, Timestamp};
use butterfly_console::protocol::{CallContext, Query, Reply};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use support::{Figures, Goal, ROWS, fill, median, new_instance};
use tokio::runtime::Runtime;

const ROUNDS: usize = 25;
/// A page as the console asks for it.
const PAGE: usize = 200;

/// An instance, and some of its pointers.
struct Side {
    instance: Arc<Instance>,
    addresses: Vec<PointerAddress>,
    domain: String,
    connection: String,
}

/// What an action is asked with: the instance, and the number of the round.
type Asking = fn(&Side, usize) -> Value;

/// Those that read, and what they are asked with.
const READING: &[(&str, Asking)] = &[
    (
        "get_pointer",
        |side, round| json!({"pointer_address": side.address(round)}),
    ),
    (
        "get_pointer_summary",
        |side, round| json!({"pointer_address": side.address(round)}),
    ),
    (
        "get_neighbors",
        |side, round| json!({"pointer_address": side.address(round)}),
    ),
    (
        "get_neighbors, computed",
        |side, round| json!({"pointer_address": side.address(round), "computed": true, "limit": PAGE}),
    ),
    (
        "search_by_proximity",
        |side, round| json!({"origin_pointer_address": side.address(round), "radius": 0.2, "limit": PAGE}),
    ),
    ("list_pointers", |_, _| json!({"limit": PAGE})),
    (
        "search_pointers",
        |_, _| json!({"search_term": "%harbour%", "limit": PAGE}),
    ),
    (
        "find_pointers_by_tag",
        |_, round| json!({"tag": format!("site-{}", round % 10), "limit": PAGE}),
    ),
    (
        "find_pointer_by_reference",
        |_, _| json!({"data_reference": "https://data.example/7/7"}),
    ),
    ("get_unassigned_pointers", |_, _| json!({"limit": PAGE})),
    ("get_isolated_pointers", |_, _| json!({"limit": PAGE})),
    (
        "get_pointer_relationships",
        |side, round| json!({"pointer_address": side.address(round)}),
    ),
    (
        "get_relationships_by_type",
        |_, _| json!({"relationship_type": "bench"}),
    ),
    (
        "get_pointers_for_connection",
        |side, _| json!({"connection_id": side.connection, "limit": PAGE}),
    ),
    ("get_graph_stats", |_, _| json!({})),
    ("get_graph", |_, _| json!({})),
    ("get_all_tags", |_, _| json!({})),
    ("get_admin_overview", |_, _| json!({})),
    ("get_domain_details", |side, _| json!({"domain_id": side.domain})),
];

/// Those that write.
const WRITING: &[(&str, Asking)] = &[
    (
        "create_pointer",
        |_, round| json!({"data_reference": format!("bench {round}"), "description": "made by a bench", "tags": ["bench"]}),
    ),
    (
        "update_pointer",
        |side, round| json!({"pointer_address": side.address(round), "description": format!("changed {round}")}),
    ),
    (
        "assign_pointer_to_connection",
        |side, round| json!({"pointer_address": side.address(round), "connection_id": side.connection}),
    ),
    ("add_neighbor", |side, round| {
        json!({
            "pointer_address": side.address(round),
            "neighbor_address": side.another_address(round),
            "relationship": "bench",
        })
    }),
    (
        "create_circuit",
        |_, round| json!({"circuit_definition": [{"action": "whoami", "round": round}], "description": format!("circuit {round}")}),
    ),
];

fn main() {
    let runtime = Runtime::new().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let few = runtime.block_on(Side::with(&folder.path().join("few"), 10));
    let many = runtime.block_on(Side::with(&folder.path().join("many"), ROWS));
    let mut figures = Figures::of(format!(
        "actions: {ROWS} pointers beside 10, {ROUNDS} rounds each, milliseconds (median) and their ratio"
    ));
    let began = Instant::now();
    runtime.block_on(many.ask("get_neighbors, computed", READING[3].1, 0));
    let first = began.elapsed().as_secs_f64() * 1e3;
    figures.add("the first question for what is near", first, Goal::Nothing);
    // Writing first: pages of what was written are no emptier than the others.
    for (name, asking) in WRITING.iter().chain(READING) {
        let (small, large) = runtime.block_on(compare(&few, &many, name, *asking));
        figures.add(format!("{name}, with {ROWS}"), large, goal(name));
        figures.add("    beside ten", large / small, ratio(name));
    }
    figures.show();
}

/// What a person waits for is one page: it may take as long as a keystroke in a filter.
fn goal(name: &str) -> Goal {
    match name {
        "get_graph" | "get_all_tags" => Goal::Nothing,
        _ => Goal::AtMost(16.0, 9.0),
    }
}

/// What must not depend on how many other pointers there are.
fn ratio(name: &str) -> Goal {
    match name {
        "create_pointer" | "update_pointer" | "get_pointer" | "get_pointer_summary" => Goal::AtMost(2.0, 1.3),
        _ => Goal::Nothing,
    }
}

async fn compare(few: &Side, many: &Side, name: &str, asking: Asking) -> (f64, f64) {
    let (mut small, mut large) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let pair = (
            few.time(name, asking, round).await,
            many.time(name, asking, round).await,
        );
        // The first round warms caches, and does not count.
        if round > 0 {
            small.push(pair.0);
            large.push(pair.1);
        }
    }
    (median(small), median(large))
}

impl Side {
    async fn with(folder: &Path, count: usize) -> Self {
        new_instance(folder).await;
        let addresses = fill(folder, count).await;
        let instance = Instance::open_without_audit_for_bench(folder)
            .await
            .expect("the instance");
        let mut side = Self {
            instance,
            addresses,
            domain: String::new(),
            connection: String::new(),
        };
        let domain = side
            .ask("create_domain", |_, _| json!({"name": "bench"}), 0)
            .await;
        side.domain = text(&domain, "/result/domain/id");
        let connection = side
            .ask(
                "create_connection",
                |side, _| json!({"domain_id": side.domain, "name": "gate"}),
                0,
            )
            .await;
        side.connection = text(&connection, "/result/connection/id");
        side
    }

    fn address(&self, round: usize) -> &PointerAddress {
        &self.addresses[round * 7_919 % self.addresses.len()]
    }

    fn another_address(&self, round: usize) -> &PointerAddress {
        let own = self.address(round);
        let mut others = self.addresses.iter().skip(round).chain(&self.addresses);
        others.find(|other| *other != own).expect("there are several")
    }

    async fn ask(&self, name: &str, asking: Asking, round: usize) -> Value {
        let action = name.split(',').next().unwrap_or(name);
        let query = Query::new(action, asking(self, round));
        let context = CallContext::begin(Timestamp::now(), 60);
        let reply: Reply = self.instance.invoke_as_owner(&query, &context).await;
        assert_eq!(
            reply.status(),
            "success",
            "{name}: {}",
            String::from_utf8_lossy(&reply.to_bytes())
        );
        serde_json::from_slice(&reply.to_bytes()).expect("a reply is JSON")
    }

    async fn time(&self, name: &str, asking: Asking, round: usize) -> f64 {
        let began = Instant::now();
        self.ask(name, asking, round).await;
        began.elapsed().as_secs_f64() * 1e3
    }
}

fn text(reply: &Value, place: &str) -> String {
    let found = reply.pointer(place).and_then(Value::as_str);
    found.expect("it is told").to_owned()
}
