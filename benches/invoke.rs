//! Sealed invokes through the whole server, beside a bare echo on axum, and one on the HTTP library alone.
//!
//! `cargo bench --bench invoke`

mod support;

use butterfly_console::model::Timestamp;
use butterfly_console::protocol::{CallContext, HeldCredential, Query, seal_query};
use serde_json::json;
use std::net::SocketAddr;
use std::path::Path;
use support::disk::{copy_in_memory, median_sync};
use support::{
    CONNECTIONS, Figures, Goal, ROWS, Server, fill, load, median, new_instance, new_runtime, request_bytes,
    start_echo, start_echo_without_framework,
};

/// Requests in one round of one workload.
const REQUESTS: usize = 60_000;
const ROUNDS: usize = 7;

fn main() {
    let runtime = new_runtime();
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("alpha");
    let owner = runtime.block_on(new_instance(&folder));
    let addresses = runtime.block_on(fill(&folder, ROWS));
    let echoes = [start_echo(2), start_echo_without_framework(2)];

    let mut figures = Figures::of(format!(
        "sealed invokes: {ROWS} pointers, {CONNECTIONS} connections, {ROUNDS} rounds of {REQUESTS} requests"
    ));
    let summary = |index: usize| {
        let address = &addresses[index.wrapping_mul(7_919) % addresses.len()];
        Query::new("get_pointer_summary", json!({"pointer_address": address}))
    };
    let bench = Bench {
        runtime: &runtime,
        owner: &owner,
        echoes,
        folder: &folder,
    };
    bench.compare(
        &mut figures,
        "no storage (whoami), audit off / echo",
        Goal::AtLeast(0.70, 0.79),
        false,
        |_| Query::new("whoami", json!({})),
    );
    bench.compare(
        &mut figures,
        "get_pointer_summary, audit off / echo",
        Goal::AtLeast(0.55, 0.68),
        false,
        summary,
    );
    bench.compare(
        &mut figures,
        "get_pointer_summary, durable audit / echo",
        Goal::AtLeast(0.35, 0.45),
        true,
        summary,
    );
    figures.add(
        "    a sync of this disk, microseconds",
        median_sync(home.path()),
        Goal::Nothing,
    );
    // How much of that is the disk, and how much the program.
    if let Some(copy) = copy_in_memory(&folder) {
        let bench = Bench {
            folder: copy.path(),
            ..bench
        };
        bench.compare(
            &mut figures,
            "the same where a sync costs nothing / echo",
            Goal::Nothing,
            true,
            summary,
        );
    }
    figures.show();
}

struct Bench<'a> {
    runtime: &'a tokio::runtime::Runtime,
    owner: &'a HeldCredential,
    /// On axum, and on the HTTP library alone.
    echoes: [SocketAddr; 2],
    folder: &'a Path,
}

impl Bench<'_> {
    /// Alternates between the echoes and the instance, with the same requests.
    fn compare(
        &self,
        figures: &mut Figures,
        name: &str,
        goal: Goal,
        audit: bool,
        query: impl Fn(usize) -> Query,
    ) {
        let server = Server::start(self.folder, audit);
        let (mut ratios, mut bare) = (Vec::new(), Vec::new());
        let (mut rates, mut p50, mut p99) = (Vec::new(), Vec::new(), Vec::new());
        // The first round warms caches and connections, and does not count.
        for round in 0..=ROUNDS {
            let [to_echo, to_bare] = self.echoes.map(|echo| {
                let requests = self.requests(&query);
                self.runtime.block_on(load(echo, requests, CONNECTIONS)).rate()
            });
            let to_instance = self
                .runtime
                .block_on(load(server.address, self.requests(&query), CONNECTIONS));
            assert_eq!(
                to_instance.failed, 0,
                "{name}: every invoke must be answered with 200"
            );
            if round == 0 {
                continue;
            }
            ratios.push(to_instance.rate() / to_echo);
            bare.push(to_instance.rate() / to_bare);
            rates.push(to_instance.rate());
            p50.push(f64::from(to_instance.percentile(50.0)));
            p99.push(f64::from(to_instance.percentile(99.0)));
        }
        figures.add(name, median(ratios), goal);
        figures.add("    against the HTTP library alone", median(bare), Goal::Nothing);
        figures.add("    requests a second", median(rates), Goal::Nothing);
        figures.add("    p50, microseconds", median(p50), Goal::Nothing);
        figures.add("    p99, microseconds", median(p99), Goal::Nothing);
        server.stop();
    }

    fn requests(&self, query: &impl Fn(usize) -> Query) -> Vec<Vec<u8>> {
        let now = Timestamp::now();
        let context = CallContext::begin(now, 60);
        let authority = self.owner.endpoint.authority();
        (0..REQUESTS)
            .map(|index| {
                let sealed = seal_query(self.owner, &query(index), &context, now);
                request_bytes(&authority, sealed.content_type, &sealed.token, &sealed.body)
            })
            .collect()
    }
}
