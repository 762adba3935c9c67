//! The disk of a real process refuses, and is well again later: by a limit on the size of its files, which the system
//! itself enforces, and by faults that are put under it.

use crate::crashes::{check_files, everything, make, ready, serving};
use crate::support::faults::Faults;
use crate::support::process::Process;
use butterfly_console::client::Client;
use butterfly_console::model::Timestamp;
use butterfly_console::protocol::{CallContext, HeldCredential, Query, Reply};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

/// More calls than fill any disk here.
const MOST_CALLS: usize = 20_000;
/// Files may grow as long as this, in blocks of 512 bytes: less than a write-ahead log grows to before it is emptied.
const SHORT_FILES: &str = "4096";
/// Calls that go well before a fault.
const CALLS_BEFORE: usize = 30;

/// How the disk comes to refuse.
#[derive(Clone, Copy)]
enum Trouble {
    /// EFBIG, which is an I/O error to SQLite.
    ShortFiles,
    /// What a rule of `faults.c` says, after some calls went well.
    Fault(&'static str),
}

const FULL_DISK: Trouble = Trouble::Fault("full instances/alpha");
const BAD_DISK: Trouble = Trouble::Fault("write instances/alpha");
const BAD_SYNC: Trouble = Trouble::Fault("sync instances/alpha");

/// An instance in a process of its own, on a disk that will not last.
struct Sick {
    trouble: Trouble,
    faults: Faults,
    home: TempDir,
    process: Process,
    owner: HeldCredential,
}

impl Sick {
    async fn start(trouble: Trouble) -> Self {
        let home = tempfile::tempdir().unwrap();
        let owner = make(home.path()).await;
        let faults = Faults::none();
        let command = match trouble {
            Trouble::ShortFiles => {
                let script = format!("trap '' XFSZ; ulimit -S -f {SHORT_FILES}; exec \"$0\" serve alpha");
                let mut command = Command::new("sh");
                command
                    .args(["-c", &script, env!("CARGO_BIN_EXE_butterfly")])
                    .env("BUTTERFLY_HOME", home.path())
                    .env_remove("JWT_SECRET_KEY");
                command
            }
            Trouble::Fault(_) => {
                let mut command = serving(home.path());
                faults.put_under(&mut command);
                command
            }
        };
        Self {
            trouble,
            faults,
            process: ready(command),
            home,
            owner,
        }
    }

    fn break_disk(&self) {
        if let Trouble::Fault(rule) = self.trouble {
            self.faults.set(rule);
        }
    }

    fn make_room(&self) {
        match self.trouble {
            Trouble::ShortFiles => {
                let pid = self.process.id().to_string();
                let status = Command::new("prlimit")
                    .args(["--pid", &pid, "--fsize=unlimited"])
                    .status();
                assert!(status.unwrap().success(), "the limit can be lifted");
            }
            Trouble::Fault(_) => self.faults.mend(),
        }
    }

    async fn ask(&self, action: &str, parameters: Value) -> Reply {
        let context = CallContext::begin(Timestamp::now(), 30);
        let query = Query::new(action, parameters);
        let exchange = Client::new().invoke(&self.owner, &query, &context).await;
        exchange.expect("it lives and answers").reply
    }

    /// Asks until the disk refuses: the number of the call that was refused, with every one before it acknowledged.
    async fn ask_until_refused(&self, ask: impl Fn(usize) -> (&'static str, Value)) -> usize {
        for number in 0..MOST_CALLS {
            if number == CALLS_BEFORE {
                self.break_disk();
            }
            let (action, parameters) = ask(number);
            let reply = self.ask(action, parameters).await;
            if !reply.is_success() {
                is_about_the_disk(&reply);
                return number;
            }
        }
        panic!("the disk never refused");
    }

    /// The status that `/ready` answers with.
    fn readiness(&self) -> u16 {
        let address = self.owner.endpoint.as_str();
        let address = address.trim_start_matches("http://").trim_end_matches("/invoke");
        let mut stream = TcpStream::connect(address).unwrap();
        let request = format!("GET /ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap();
        status.parse().unwrap()
    }

    /// That it takes no writes is to be seen. Where files cannot grow, a small write may find room where a larger one found
    /// none, and by one of those the instance finds out by itself every second: then it is asked for a larger one again.
    async fn says_so(&self, ask: impl Fn() -> (&'static str, Value)) {
        for _ in 0..20 {
            if self.readiness() == 503 {
                return;
            }
            let (action, parameters) = ask();
            self.ask(action, parameters).await;
        }
        panic!("it refuses writes, and says that it is ready");
    }

    /// Waits until it finds out by itself: nobody calls it meanwhile.
    async fn recovers(&self) {
        let mut looks = tokio::time::interval(Duration::from_millis(50));
        for _ in 0..1_200 {
            looks.tick().await;
            if self.readiness() == 200 {
                return;
            }
        }
        panic!("there is room, and it is not ready");
    }

    /// Its trail and its files are whole.
    async fn check_whole(&self) {
        let verdict = self.ask("verify_audit", json!({})).await;
        assert_eq!(verdict.result().unwrap()["valid"], true);
        check_files(self.home.path());
    }
}

/// A stable word, and a sentence that says what to do.
fn is_about_the_disk(reply: &Reply) {
    assert_eq!(reply.to_value()["code"], "storage_failed", "{}", reply.to_value());
    let message = reply.message().unwrap();
    assert!(
        message.contains("disk") && message.contains("try again"),
        "{message}"
    );
}

fn pointer(number: usize) -> (&'static str, Value) {
    let parameters = json!({
        "data_reference": reference(number),
        "description": "x".repeat(2_000),
        "tags": ["crash"],
    });
    ("create_pointer", parameters)
}

fn reference(number: usize) -> String {
    format!("pointer {number}")
}

/// Pointers are made until that fails. Then there is room again.
async fn fill_with_pointers(trouble: Trouble) {
    let sick = Sick::start(trouble).await;
    let refused = sick.ask_until_refused(pointer).await;
    assert!(refused > 10, "hardly anything was written");
    sick.says_so(|| pointer(refused)).await;
    // It goes on refusing, and goes on answering.
    for _ in 0..20 {
        let (action, parameters) = pointer(refused);
        let reply = sick.ask(action, parameters).await;
        if !reply.is_success() && reply.to_value()["code"] != "duplicate_reference" {
            is_about_the_disk(&reply);
        }
    }
    sick.make_room();
    sick.recovers().await;

    let found = everything(&sick.owner).await;
    let acknowledged: BTreeSet<String> = (0..refused).map(reference).collect();
    let lost: Vec<_> = acknowledged.difference(&found).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    let more: Vec<_> = found.difference(&acknowledged).collect();
    assert!(
        more.is_empty() || more == [&reference(refused)],
        "never asked for: {more:?}"
    );
    let (action, parameters) = pointer(refused + 1);
    assert!(sick.ask(action, parameters).await.is_success());
    sick.check_whole().await;
}

/// Only the audit trail grows: nothing is read that cannot be put on record.
async fn fill_with_records(trouble: Trouble) {
    let sick = Sick::start(trouble).await;
    let long = "y".repeat(256);
    let looking = || {
        let parameters = json!({"data_reference": "none", "name": long});
        ("find_pointer_by_reference", parameters)
    };
    sick.ask_until_refused(|_| looking()).await;
    sick.says_so(looking).await;
    is_about_the_disk(&sick.ask("whoami", json!({})).await);
    sick.make_room();
    sick.recovers().await;
    assert!(sick.ask("whoami", json!({})).await.is_success());
    sick.check_whole().await;
}

/// An import that finds no room is not there at all, and the next one goes through.
async fn fill_with_an_import(trouble: Trouble) {
    let sick = Sick::start(trouble).await;
    let rows = |from: usize| -> Value {
        let row = |number| json!({"data_reference": reference(number), "description": "z".repeat(4_000), "tags": ["crash"]});
        (from..from + 150).map(row).collect()
    };
    let begun = sick.ask("begin_import", json!({})).await;
    let import = begun.result().unwrap()["import_id"].clone();
    let mut refusal = None;
    for batch in 0..20 {
        if batch == 1 {
            sick.break_disk();
        }
        let parameters = json!({"import_id": import, "pointers": rows(batch * 150)});
        let reply = sick.ask("import_pointers", parameters).await;
        if !reply.is_success() {
            refusal = Some(reply);
            break;
        }
        if batch == 2 {
            let reply = sick.ask("commit_import", json!({"import_id": import})).await;
            refusal = (!reply.is_success()).then_some(reply);
            break;
        }
    }
    is_about_the_disk(&refusal.expect("there is no room for it"));
    let _ = sick.ask("abort_import", json!({"import_id": import})).await;
    sick.make_room();
    sick.recovers().await;
    assert!(everything(&sick.owner).await.is_empty(), "half an import");

    let begun = sick.ask("begin_import", json!({})).await;
    let import = begun.result().unwrap()["import_id"].clone();
    let parameters = json!({"import_id": import, "pointers": rows(0)});
    assert!(sick.ask("import_pointers", parameters).await.is_success());
    let reply = sick.ask("commit_import", json!({"import_id": import})).await;
    assert!(reply.is_success(), "{}", reply.to_value());
    assert_eq!(everything(&sick.owner).await.len(), 150);
    sick.check_whole().await;
}

#[tokio::test]
async fn threat_47_writes_that_meet_io_errors_are_refused_and_nothing_acknowledged_is_lost() {
    fill_with_pointers(Trouble::ShortFiles).await;
}

#[tokio::test]
async fn threat_47_writes_on_a_bad_disk_are_refused_and_nothing_acknowledged_is_lost() {
    fill_with_pointers(BAD_DISK).await;
}

#[tokio::test]
async fn threat_47_writes_that_cannot_be_made_durable_are_refused_and_nothing_acknowledged_is_lost() {
    fill_with_pointers(BAD_SYNC).await;
}

#[tokio::test]
async fn threat_47_writes_on_a_full_disk_are_refused_and_nothing_acknowledged_is_lost() {
    fill_with_pointers(FULL_DISK).await;
}

#[tokio::test]
async fn threat_47_calls_that_cannot_be_put_on_record_are_not_answered_on_io_errors() {
    fill_with_records(Trouble::ShortFiles).await;
}

#[tokio::test]
async fn threat_47_calls_that_cannot_be_put_on_record_are_not_answered_on_a_full_disk() {
    fill_with_records(FULL_DISK).await;
}

#[tokio::test]
async fn threat_47_calls_are_not_answered_whose_record_cannot_be_made_durable() {
    fill_with_records(BAD_SYNC).await;
}

#[tokio::test]
async fn threat_47_an_import_that_meets_io_errors_is_not_there_at_all() {
    fill_with_an_import(Trouble::ShortFiles).await;
}

#[tokio::test]
async fn threat_47_an_import_on_a_full_disk_is_not_there_at_all() {
    fill_with_an_import(FULL_DISK).await;
}

/// What is done once is not taken for begun when it could not even be put on record.
#[tokio::test]
async fn threat_47_a_call_with_an_idempotency_key_can_be_sent_again_after_the_disk_was_full() {
    let sick = Sick::start(Trouble::Fault("full audit.db")).await;
    let parameters = |number| {
        let (_, mut parameters) = pointer(number);
        parameters["idempotency_key"] = json!(format!("once-{number}"));
        parameters
    };
    let refused = sick
        .ask_until_refused(|number| ("create_pointer", parameters(number)))
        .await;
    sick.make_room();
    sick.recovers().await;
    let again = sick.ask("create_pointer", parameters(refused)).await;
    assert!(again.is_success(), "{}", again.to_value());
    assert_eq!(everything(&sick.owner).await.len(), refused + 1);
    sick.check_whole().await;
}

/// What cannot be read is not taken for what is not there.
#[tokio::test]
async fn threat_47_reads_that_meet_io_errors_say_so_and_end_with_them() {
    let sick = Sick::start(Trouble::Fault("read instance.db")).await;
    let mut addresses = Vec::new();
    for number in 0..CALLS_BEFORE {
        let (action, parameters) = pointer(number);
        let made = sick.ask(action, parameters).await;
        addresses.push(made.result().unwrap()["pointer"]["address"].clone());
    }
    sick.break_disk();
    let mut refused = 0;
    for address in &addresses {
        let reply = sick.ask("get_pointer", json!({"pointer_address": address})).await;
        if !reply.is_success() {
            assert_eq!(reply.to_value()["code"], "storage_failed", "{}", reply.to_value());
            refused += 1;
        }
    }
    assert!(refused > 0, "nothing was read from the disk");
    sick.make_room();
    for address in &addresses {
        let reply = sick.ask("get_pointer", json!({"pointer_address": address})).await;
        assert!(reply.is_success(), "{}", reply.to_value());
    }
    sick.check_whole().await;
}
