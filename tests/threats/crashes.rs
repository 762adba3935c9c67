//! The real process killed while it writes, again and again. Each round kills it after a random number of
//! acknowledged writes, while others are under way; the next round finds everything that was acknowledged.
//!
//! `BUTTERFLY_CRASH_ROUNDS=200 cargo test --test threats crashes` kills it as often as that.

use crate::support::process::Process;
use butterfly_console::client::Client;
use butterfly_console::instance::{Instance, NewInstance};
use butterfly_console::model::{InstanceName, Timestamp};
use butterfly_console::protocol::{CallContext, HeldCredential, Query};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::Notify;

const USUAL_ROUNDS: usize = 12;
const WRITERS: usize = 4;
/// Acknowledged writes, at most, before a round ends.
const MOST_WRITES: usize = 60;

/// What was acknowledged in all rounds: references of pointers.
type Acknowledged = Arc<Mutex<BTreeSet<String>>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn threat_46_killed_while_it_writes_nothing_acknowledged_is_lost() {
    let rounds = std::env::var("BUTTERFLY_CRASH_ROUNDS")
        .map_or(USUAL_ROUNDS, |rounds| rounds.parse().expect("a number of rounds"));
    let home = tempfile::tempdir().unwrap();
    let owner = make(home.path()).await;
    let acknowledged = Acknowledged::default();
    for round in 0..rounds {
        let process = serve(home.path());
        // Other moments in each run: what is looked for is a race, which no seed would bring back.
        let after = random_below(MOST_WRITES);
        let spins = random_below(200_000);
        write_until_killed(&owner, round, (after, spins), &acknowledged, process).await;
        check_files(home.path());
    }
    let _process = serve(home.path());
    let found = everything(&owner).await;
    let acknowledged = acknowledged.lock().unwrap().clone();
    let lost: Vec<&String> = acknowledged.difference(&found).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    assert!(acknowledged.len() >= rounds, "hardly anything was written");
    let verdict = ask(&owner, "verify_audit", json!({})).await.unwrap();
    assert_eq!(verdict["valid"], true, "{verdict}");
    // What was acknowledged is on record, too: each as an intent and as done.
    assert!(verdict["records"].as_u64().unwrap() >= acknowledged.len() as u64);
}

fn random_below(limit: usize) -> usize {
    getrandom::u64().unwrap() as usize % limit
}

pub async fn make(home: &Path) -> HeldCredential {
    let new = NewInstance {
        key: Default::default(),
        name: InstanceName::parse("alpha").unwrap(),
        listen: "127.0.0.1:0".parse().unwrap(),
        endpoint: None,
        insecure_http: false,
        tls: None,
    };
    let folder = home.join("instances/alpha");
    let (_, owner) = Instance::create(&folder, new).await.unwrap();
    owner
}

/// Hosts it in a process of its own that is ready.
fn serve(home: &Path) -> Process {
    ready(serving(home))
}

/// The command that hosts it.
pub fn serving(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_butterfly"));
    command
        .args(["serve", "alpha"])
        .env("BUTTERFLY_HOME", home)
        .env_remove("JWT_SECRET_KEY");
    command
}

/// Starts a command that hosts an instance, and waits until it does.
pub fn ready(command: Command) -> Process {
    let mut process = Process::start(command);
    process.wait_for("listening on ");
    process
}

pub async fn ask(owner: &HeldCredential, action: &str, parameters: Value) -> Option<Value> {
    let context = CallContext::begin(Timestamp::now(), 30);
    let query = Query::new(action, parameters);
    let exchange = Client::new().invoke(owner, &query, &context).await.ok()?;
    assert!(exchange.reply.is_success(), "{}", exchange.reply.to_value());
    exchange.reply.into_result()
}

/// Several write at once. After so many acknowledgements, and a moment more, the process is killed; whoever gets no answer ends.
async fn write_until_killed(
    owner: &HeldCredential,
    round: usize,
    (after, spins): (usize, usize),
    acknowledged: &Acknowledged,
    process: Process,
) {
    let written = Arc::new(AtomicUsize::new(0));
    let enough = Arc::new(Notify::new());
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (owner, written) = (owner.clone(), Arc::clone(&written));
            let (enough, acknowledged) = (Arc::clone(&enough), Arc::clone(acknowledged));
            tokio::spawn(async move {
                for number in 0.. {
                    let reference = format!("round {round}, writer {writer}, {number}");
                    let parameters = json!({"data_reference": reference, "tags": ["crash"]});
                    if ask(&owner, "create_pointer", parameters).await.is_none() {
                        return;
                    }
                    acknowledged.lock().unwrap().insert(reference);
                    if written.fetch_add(1, Ordering::SeqCst) >= after {
                        enough.notify_one();
                    }
                }
            })
        })
        .collect();
    enough.notified().await;
    (0..spins).for_each(|_| std::hint::spin_loop());
    // Dropping a process kills it: SIGKILL, and it is waited for.
    drop(process);
    for writer in writers {
        writer.await.unwrap();
    }
}

/// Both databases are whole.
pub fn check_files(home: &Path) {
    for name in ["instance.db", "audit.db"] {
        let path = home.join("instances/alpha").join(name);
        let database = rusqlite::Connection::open(path).unwrap();
        let verdict: String = database
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(verdict, "ok", "{name}");
    }
}

pub async fn everything(owner: &HeldCredential) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut parameters = json!({"tag": "crash", "limit": 1000});
    loop {
        let page = ask(owner, "find_pointers_by_tag", parameters.clone())
            .await
            .unwrap();
        for pointer in page["pointers"].as_array().unwrap() {
            let reference = pointer["data_reference"].as_str().unwrap();
            assert!(found.insert(reference.to_owned()), "{reference} is there twice");
        }
        if page["next"].is_null() {
            return found;
        }
        parameters["after"] = page["next"].clone();
    }
}
