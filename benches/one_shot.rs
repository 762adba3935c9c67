//! One sealed invoke as a whole process: `butterfly invoke` with its vault opened by a key file, beside a
//! Python client on requests, PyJWT and cryptography, against the same instance. And `/bin/true`, for scale.
//!
//! `cargo bench --bench one_shot`

#[path = "../tests/support/mod.rs"]
mod programs;
mod support;

use programs::program::{Hosted, Program};
use std::process::{Command, Stdio};
use std::time::Instant;
use support::{Figures, Goal, median};

const ROUNDS: usize = 25;

fn main() {
    let Some(python) = programs::python::python() else {
        println!("no Python here: nothing to compare with");
        return;
    };
    let program = Program::installed();
    program.json(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let mut serve = program.command(&["serve", "alpha", "--legacy-app", "my-test-app"]);
    let secrets = [
        ("JWT_SECRET_KEY", "a-secret-for-the-bench-and-for-nothing-else"),
        (
            "BUTTERFLY_ENCRYPTION_KEY",
            "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY=",
        ),
    ];
    serve.envs(secrets);
    let hosted = Hosted::start(serve);

    let ours = || program.command(&["invoke", "alpha", r#"{"action":"get_graph_stats"}"#]);
    let theirs = || {
        let mut command = python.script("original_clients.py");
        command.args(["example", hosted.base()]).envs(secrets);
        command
    };
    let (mut butterfly, mut client, mut nothing) = (Vec::new(), Vec::new(), Vec::new());
    // The first round warms the disk's cache, and does not count.
    for round in 0..=ROUNDS {
        let times = [
            milliseconds(ours()),
            milliseconds(theirs()),
            milliseconds(Command::new("/bin/true")),
        ];
        if round > 0 {
            butterfly.push(times[0]);
            client.push(times[1]);
            nothing.push(times[2]);
        }
    }
    let ratios = client
        .iter()
        .zip(&butterfly)
        .map(|(theirs, ours)| theirs / ours)
        .collect();
    let mut figures = Figures::of(format!("one sealed invoke as a whole process: {ROUNDS} rounds"));
    figures.add(
        "Python client / butterfly invoke",
        median(ratios),
        Goal::AtLeast(40.0, 80.0),
    );
    figures.add("butterfly invoke, milliseconds", median(butterfly), Goal::Nothing);
    figures.add("Python client, milliseconds", median(client), Goal::Nothing);
    figures.add("/bin/true, milliseconds", median(nothing), Goal::Nothing);
    figures.show();
}

/// How long a process takes from start to end.
fn milliseconds(mut command: Command) -> f64 {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let began = Instant::now();
    let status = command.status().expect("it starts");
    let elapsed = began.elapsed();
    assert!(status.success(), "{command:?} failed");
    elapsed.as_secs_f64() * 1_000.0
}
