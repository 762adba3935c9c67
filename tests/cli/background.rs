//! `butterfly instance start`, `stop` and `remove` where it is not plain who hosts the instance.

use super::binary::Home;
use super::{error, named};
use serde_json::Value;
use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

/// Settings of an instance of this home: where it listens.
fn listens(home: &Home, name: &str) -> std::net::SocketAddr {
    let text = std::fs::read_to_string(home.path(&format!("instances/{name}/instance.toml"))).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("listen = "));
    line.unwrap().trim_matches('"').parse().unwrap()
}

fn lock_of(home: &Home, name: &str) -> std::path::PathBuf {
    home.path(&format!("instances/{name}/instance.lock"))
}

/// Its lock, taken without a word of who has it.
fn taken(home: &Home, name: &str) -> File {
    let path = lock_of(home, name);
    let lock = File::create(&path).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    lock.lock().unwrap();
    lock
}

#[test]
fn no_address_is_claimed_at_which_nothing_listens() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let (before, other) = {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        (listens(&home, "alpha"), free.local_addr().unwrap())
    };
    let settings = home.path("instances/alpha/instance.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    let line = |at| format!("listen = \"{at}\"");
    std::fs::write(&settings, text.replace(&line(before), &line(other))).unwrap();
    assert_eq!(listens(&home, "alpha"), other);

    let started = home.run(&["instance", "start", "alpha"]);
    let _ = home.run(&["instance", "stop", "alpha"]);
    assert_eq!(started.code, 0, "{}", started.stderr);
    let told = started.stdout;
    assert!(told.contains(&format!("alpha listens on {other}. ")), "{told}");
    assert!(
        told.contains(&format!("Its `endpoint` is http://{before}/invoke")),
        "{told}"
    );
    assert!(!told.contains("answers at"), "{told}");
}

#[test]
fn what_nobody_can_tell_the_host_of_is_not_taken_for_stopped() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let lock = lock_of(&home, "alpha");
    let _ = std::fs::remove_file(&lock);
    // As unreadable as another user's, also to root.
    std::fs::create_dir(&lock).unwrap();

    let listed = home.ok(&["instance", "list"]);
    assert_eq!(named(&listed, "alpha")["hosted_by"], "unknown");
    assert_ne!(named(&listed, "alpha")["state"], "stopped");
    for line in [
        &["instance", "stop", "alpha"][..],
        &["instance", "start", "alpha"],
        &["instance", "remove", "alpha", "--yes"],
    ] {
        let refused = home.run_json(line);
        assert_eq!(refused.code, 1, "{line:?} {}", refused.stdout);
        let message = error(&refused)["message"].as_str().unwrap().to_owned();
        assert!(message.contains("instance.lock"), "{message}");
    }
    assert!(
        home.path("instances/alpha/instance.db").exists(),
        "it is all there"
    );
    let doctor = home.run_json(&["doctor"]);
    let found = doctor.json();
    let found = found.as_array().unwrap();
    assert!(
        found
            .iter()
            .any(|one| one["check"] == "listen" && one["severity"] == "fault"),
        "{found:?}"
    );
    std::fs::remove_dir(&lock).unwrap();
    home.ok(&["instance", "remove", "alpha", "--yes"]);
}

#[test]
fn what_is_being_opened_or_closed_is_not_taken_for_stopped() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    // Somebody has it, and does not say who, or no longer.
    let lock = taken(&home, "alpha");
    for line in [
        &["instance", "stop", "alpha"][..],
        &["instance", "remove", "alpha", "--yes"],
    ] {
        let refused = home.run_json(line);
        assert_eq!(refused.code, 1, "{line:?} {}", refused.stdout);
    }
    assert!(home.path("instances/alpha/instance.db").exists());
    drop(lock);
    assert_eq!(home.ok(&["instance", "stop", "alpha"])["stopped"], false);
}

#[test]
fn one_that_is_just_ending_is_waited_for_and_hosted_then() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let ending = TcpListener::bind(listens(&home, "alpha")).unwrap();
    ending.set_nonblocking(true).unwrap();
    let mut lock = taken(&home, "alpha");
    writeln!(lock, "{}", std::process::id()).unwrap();

    let mut starting = home
        .command(&["instance", "start", "alpha", "--json"])
        .spawn()
        .unwrap();
    let mut asking = loop {
        match ending.accept() {
            Ok((asking, _)) => break asking,
            Err(_) if starting.try_wait().unwrap().is_none() => std::thread::yield_now(),
            Err(_) => panic!("it said that all is well without asking"),
        }
    };
    asking.set_nonblocking(false).unwrap();
    let _ = asking.read(&mut [0; 512]).unwrap();
    asking
        .write_all(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n")
        .unwrap();
    drop((asking, ending, lock));
    let started = starting.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&started.stdout);
    assert!(started.status.success(), "{told}");
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["started"], true, "{told}");
    assert_eq!(home.ok(&["instance", "probe", "alpha"])["state"], "up");
    assert_eq!(home.ok(&["instance", "stop", "alpha"])["stopped"], true);
}

#[test]
fn a_start_that_fails_says_its_own_reason_and_none_of_before() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    std::fs::create_dir(home.path("logs")).unwrap();
    std::fs::write(home.path("logs/alpha.log"), "error: something of last week\n").unwrap();
    let _taken = TcpListener::bind(listens(&home, "alpha")).unwrap();
    let failed = error(&home.run_json(&["instance", "start", "alpha"]));
    let message = failed["message"].as_str().unwrap();
    assert!(message.contains("cannot listen on"), "{message}");
    assert!(!message.contains("last week"), "{message}");
}
