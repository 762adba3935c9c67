//! The disk of a real process refuses to write, and takes writes again later: by a limit on the size of its files (an
//! I/O error, to be had everywhere), and by a small file system that is really full (where one may be mounted).

use crate::crashes::{check_files, everything, make};
use crate::support::process::Process;
use butterfly_console::client::Client;
use butterfly_console::model::Timestamp;
use butterfly_console::protocol::{CallContext, HeldCredential, Query, Reply};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// More calls than fill any disk here.
const MOST_CALLS: usize = 20_000;
/// The size of the file system that is to be filled, and of what is taken away to make room.
const SMALL_DISK: &str = "6m";
const BALLAST: usize = 3 << 20;
/// Files may grow as long as this, in blocks of 512 bytes: less than a write-ahead log grows to before it is emptied.
const SHORT_FILES: &str = "4096";

/// How the disk comes to refuse.
#[derive(Clone, Copy)]
enum Trouble {
    /// EFBIG, which is an I/O error to SQLite.
    ShortFiles,
    /// ENOSPC.
    FullDisk,
}

/// An instance in a process of its own, on a disk that will not last.
struct Sick {
    trouble: Trouble,
    home: TempDir,
    process: Process,
    owner: HeldCredential,
}

impl Sick {
    /// None where the trouble cannot be made: not everybody may mount something.
    async fn start(trouble: Trouble) -> Option<Self> {
        let home = tempfile::tempdir().unwrap();
        let owner = make(home.path()).await;
        let script = match trouble {
            Trouble::ShortFiles => {
                format!("trap '' XFSZ; ulimit -S -f {SHORT_FILES}; exec \"$0\" serve alpha")
            }
            Trouble::FullDisk if can_mount() => format!(
                "set -e; cp -a \"$BUTTERFLY_HOME/instances\" \"$BUTTERFLY_HOME/kept\"
                 mount -t tmpfs -o size={SMALL_DISK},mode=0700 butterfly \"$BUTTERFLY_HOME/instances\"
                 cp -a \"$BUTTERFLY_HOME/kept/.\" \"$BUTTERFLY_HOME/instances\"
                 head -c {BALLAST} /dev/zero >\"$BUTTERFLY_HOME/instances/ballast\"
                 exec \"$0\" serve alpha"
            ),
            Trouble::FullDisk => {
                eprintln!(
                    "no file system may be mounted here; the other tests of full disks are all there is"
                );
                return None;
            }
        };
        let mut command = match trouble {
            Trouble::ShortFiles => Command::new("sh"),
            Trouble::FullDisk => {
                let mut command = Command::new("unshare");
                command.args(["--user", "--map-root-user", "--mount", "sh"]);
                command
            }
        };
        command
            .args(["-c", &script, env!("CARGO_BIN_EXE_butterfly")])
            .env("BUTTERFLY_HOME", home.path())
            .env_remove("JWT_SECRET_KEY");
        let mut process = Process::start(command);
        process.wait_for("listening on ");
        Some(Self {
            trouble,
            home,
            process,
            owner,
        })
    }

    /// Its home as it sees it: what it mounted, nobody else sees.
    fn seen_home(&self) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.process.id()));
        root.join(self.home.path().strip_prefix("/").unwrap())
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
            Trouble::FullDisk => std::fs::remove_file(self.seen_home().join("instances/ballast")).unwrap(),
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
        check_files(&self.seen_home());
    }
}

/// Whether this user may mount something in a name space of their own.
fn can_mount() -> bool {
    let tried = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "mount"])
        .args(["-t", "tmpfs", "butterfly", "/mnt"])
        .stderr(Stdio::null())
        .status();
    tried.is_ok_and(|status| status.success())
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
    let Some(sick) = Sick::start(trouble).await else {
        return;
    };
    let refused = sick.ask_until_refused(pointer).await;
    assert!(refused > 10, "hardly anything was written");
    assert_eq!(sick.readiness(), 503);
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
    let Some(sick) = Sick::start(trouble).await else {
        return;
    };
    let long = "y".repeat(256);
    sick.ask_until_refused(|_| {
        (
            "find_pointer_by_reference",
            json!({"data_reference": "none", "name": long}),
        )
    })
    .await;
    assert_eq!(sick.readiness(), 503);
    is_about_the_disk(&sick.ask("whoami", json!({})).await);
    sick.make_room();
    sick.recovers().await;
    assert!(sick.ask("whoami", json!({})).await.is_success());
    sick.check_whole().await;
}

/// An import that finds no room is not there at all, and the next one goes through.
async fn fill_with_an_import(trouble: Trouble) {
    let Some(sick) = Sick::start(trouble).await else {
        return;
    };
    let rows = |from: usize| -> Value {
        let row = |number| json!({"data_reference": reference(number), "description": "z".repeat(4_000), "tags": ["crash"]});
        (from..from + 150).map(row).collect()
    };
    let begun = sick.ask("begin_import", json!({})).await;
    let import = begun.result().unwrap()["import_id"].clone();
    let mut refusal = None;
    for batch in 0..20 {
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
    assert!(everything(&sick.owner).await.is_empty(), "half an import");
    let _ = sick.ask("abort_import", json!({"import_id": import})).await;
    sick.make_room();
    sick.recovers().await;

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
async fn threat_47_writes_on_a_full_disk_are_refused_and_nothing_acknowledged_is_lost() {
    fill_with_pointers(Trouble::FullDisk).await;
}

#[tokio::test]
async fn threat_47_calls_that_cannot_be_put_on_record_are_not_answered_on_io_errors() {
    fill_with_records(Trouble::ShortFiles).await;
}

#[tokio::test]
async fn threat_47_calls_that_cannot_be_put_on_record_are_not_answered_on_a_full_disk() {
    fill_with_records(Trouble::FullDisk).await;
}

#[tokio::test]
async fn threat_47_an_import_that_meets_io_errors_is_not_there_at_all() {
    fill_with_an_import(Trouble::ShortFiles).await;
}

#[tokio::test]
async fn threat_47_an_import_on_a_full_disk_is_not_there_at_all() {
    fill_with_an_import(Trouble::FullDisk).await;
}
