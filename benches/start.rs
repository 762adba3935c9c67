//! From starting the program to its first whole frame in a terminal, beside `/bin/true` in the same terminal;
//! and the memory that the console holds then, and once it has nothing more to do.
//!
//! `cargo bench --bench start`

#[path = "support/pieces.rs"]
mod pieces;
#[path = "../tests/support/mod.rs"]
mod programs;
mod support;

use pieces::pieces;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use programs::program::Program;
use std::io::{Read, Write};
use std::time::{Duration, Instant};
use support::{Figures, Goal, median};

const ROUNDS: usize = 25;
const SIZE: PtySize = PtySize {
    rows: 50,
    cols: 200,
    pixel_width: 0,
    pixel_height: 0,
};

/// How long nothing new is shown by a console that is at rest.
const STILL: Duration = Duration::from_secs(1);

/// What ends a frame.
const END_OF_FRAME: &[u8] = b"\x1b[?2026l";
/// What only a frame with the rows of the home shows.
const A_ROW: &[u8] = b"alpha";

fn main() {
    let program = Program::installed();
    program.json(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let (mut console, mut nothing) = (Vec::new(), Vec::new());
    let (mut memory, mut memory_at_rest) = (Vec::new(), Vec::new());
    // The first round warms the disk's cache, and does not count.
    for round in 0..=ROUNDS {
        let started = start(&program);
        let empty = run_nothing();
        if round > 0 {
            console.push(started.first_frame);
            nothing.push(empty);
            memory.push(started.resident);
            memory_at_rest.push(started.resident_at_rest);
        }
    }
    let ratios = console
        .iter()
        .zip(&nothing)
        .map(|(ours, theirs)| ours / theirs)
        .collect();
    let mut figures = Figures::of(format!(
        "start: {ROUNDS} rounds in a terminal of {}x{}",
        SIZE.cols, SIZE.rows
    ));
    figures.add(
        "first frame with rows / `/bin/true`",
        median(ratios),
        Goal::AtMost(6.0, 4.0),
    );
    // 4.4 was measured to be possible.
    figures.add(
        "first frame with rows, milliseconds",
        median(console),
        Goal::Nothing,
    );
    figures.add("`/bin/true`, milliseconds", median(nothing), Goal::Nothing);
    figures.add(
        "resident memory at the first frame, MB",
        median(memory),
        Goal::Nothing,
    );
    figures.add(
        "resident memory at rest, MB",
        median(memory_at_rest),
        Goal::AtMost(12.0, 6.0),
    );
    figures.show();
}

/// One start of the console.
struct Started {
    /// Milliseconds from spawning it to its first frame with rows.
    first_frame: f64,
    /// Megabytes that it holds then.
    resident: f64,
    /// Megabytes that it holds when it has shown nothing new for a while.
    resident_at_rest: f64,
}

fn start(program: &Program) -> Started {
    let mut command = CommandBuilder::new(program.binary());
    command.arg("--home");
    command.arg(program.home());
    command.env("TERM", "xterm-256color");
    // Says what its background is, as a terminal that answers at once does.
    command.env("COLORFGBG", "15;0");
    let began = Instant::now();
    let (mut child, master) = spawn(command);
    let output = pieces(master.try_clone_reader().expect("a reader"));
    let mut shown = Vec::new();
    while !has_frame_with_rows(&shown) {
        shown.extend(output.recv().expect("the console goes on"));
    }
    let first_frame = milliseconds(began.elapsed());
    let process = child.process_id().expect("a process");
    let resident = resident_megabytes(process);
    while output.recv_timeout(STILL).is_ok() {}
    let resident_at_rest = resident_megabytes(process);
    let mut keys = master.take_writer().expect("a keyboard");
    keys.write_all(b"\x03").expect("the console listens");
    while output.recv().is_ok() {}
    child.wait().expect("it ends");
    Started {
        first_frame,
        resident,
        resident_at_rest,
    }
}

fn has_frame_with_rows(shown: &[u8]) -> bool {
    let row = find(shown, A_ROW);
    row.is_some_and(|row| find(&shown[row..], END_OF_FRAME).is_some())
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

fn run_nothing() -> f64 {
    let began = Instant::now();
    let (mut child, master) = spawn(CommandBuilder::new("/bin/true"));
    let mut output = master.try_clone_reader().expect("a reader");
    child.wait().expect("it ends");
    let took = milliseconds(began.elapsed());
    let _ = output.read(&mut [0; 64]);
    took
}

fn spawn(command: CommandBuilder) -> (Box<dyn Child + Send + Sync>, Box<dyn MasterPty + Send>) {
    let pty = native_pty_system().openpty(SIZE).expect("a terminal");
    let child = pty.slave.spawn_command(command).expect("a program");
    drop(pty.slave);
    (child, pty.master)
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// What the system says that a process holds in memory.
fn resident_megabytes(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or(f64::NAN) / 1024.0
}
