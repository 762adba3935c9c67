//! A reply of 50 MB: how long the console's loop is held up by it at most, whatever is done with it, beside how long
//! that takes on the threads that do it; what it weighs; and what it costs to keep and to fetch again.
//!
//! `cargo bench --bench reply`

mod support;

use butterfly_console::model::Timestamp;
use butterfly_console::tui::measure::Console;
use butterfly_console::vault::{Lock, LogLine, Vault};
use butterfly_console::workspace::{Home, Unlock, Workspace};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use support::{Figures, Goal, median, resident};

const SIZE: (u16, u16) = (200, 50);
const BYTES: usize = 50_000_000;
const FRAMES: usize = 200;
/// Milliseconds: what is longer than a frame at 60 a second is felt.
const FELT: Goal = Goal::AtMost(16.0, 4.0);

fn main() {
    let reply: Arc<str> = reply().into();
    let mut figures = Figures::of(format!(
        "a reply of {} bytes on a screen of {}x{}, milliseconds",
        reply.len(),
        SIZE.0,
        SIZE.1
    ));
    kept(&mut figures, &reply);
    let before = resident();
    let mut console = Console::open_reply(SIZE, Arc::clone(&reply));
    told(&mut figures, &mut console, "opening");
    let weighs = (resident() - before) as f64 / 1e6;
    figures.add("the index over it weighs, MB", weighs, Goal::Nothing);
    let small = Console::open_reply(SIZE, r#"{"status":"success","result":{"a":[1,2,3]}}"#.into());
    let (mut of_small, mut frames) = (Vec::new(), Vec::new());
    for _ in 0..9 {
        let few = frame(&small);
        let many = frame(&console);
        of_small.push(many / few);
        frames.push(many);
    }
    figures.add("frame, microseconds", median(frames), Goal::Nothing);
    figures.add(
        "frame / frame of a small reply",
        median(of_small),
        Goal::AtMost(4.0, 2.0),
    );
    let keys: &[(&str, &[&str])] = &[
        ("opening everything", &["home", "O"]),
        ("to the last row", &["G"]),
        ("a page back", &["pgup"]),
        ("closing everything", &["home", "C"]),
    ];
    for (what, keys) in keys {
        for key in *keys {
            console.press(key);
        }
        told(&mut figures, &mut console, what);
    }
    console.press("/");
    console.spent();
    console.write("station 199999");
    told(&mut figures, &mut console, "searching, 14 letters typed");
    console.press("enter");
    console.press("n");
    told(&mut figures, &mut console, "the next match");
    console.press("|");
    console.spent();
    console.write("status");
    told(&mut figures, &mut console, "jq .status, 6 letters typed");
    console.press("enter");
    console.press("esc");
    console.press("R");
    told(&mut figures, &mut console, "as the bytes that came");
    console.press("G");
    told(&mut figures, &mut console, "to the last of them");
    console.press("R");
    console.press("T");
    told(&mut figures, &mut console, "as a table");
    figures.show();
}

/// What was spent since the last time.
fn told(figures: &mut Figures, console: &mut Console, what: &str) {
    let spent = console.spent();
    let mut buffer = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
    let began = Instant::now();
    console.draw(&mut buffer);
    let draw = began.elapsed().as_secs_f64() * 1e3;
    let on_loop = spent.longest_on_loop.as_secs_f64() * 1e3 + draw;
    figures.add(format!("{what}: the loop is held up by"), on_loop, FELT);
    let on_threads = spent.on_threads.as_secs_f64() * 1e3;
    figures.add(format!("{what}: on threads"), on_threads, Goal::Nothing);
}

fn frame(console: &Console) -> f64 {
    let mut buffer = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
    let began = Instant::now();
    for _ in 0..FRAMES {
        buffer.reset();
        console.draw(&mut buffer);
    }
    began.elapsed().as_secs_f64() * 1e6 / FRAMES as f64
}

/// Sealed into the log, and fetched from it.
fn kept(figures: &mut Figures, reply: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path().join("home");
    let body = format!(
        r#"{{"query":{{"action":"search_pointers"}},"reply":{reply},"failure":null,"hops":[],"wire":[]}}"#
    );
    let (id, took) = keep(&home, &body, reply.len() as u64);
    figures.add("sealing it into the log, on a thread", took, Goal::Nothing);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let workspace = Workspace::open(Home::at(&home), Unlock::Ambient)
            .await
            .expect("a home");
        let began = Instant::now();
        let detail = workspace.log_detail(id).await.expect("the line");
        let took = began.elapsed().as_secs_f64() * 1e3;
        assert_eq!(detail.reply.as_deref(), Some(reply));
        figures.add("fetching it from the log, on a thread", took, Goal::Nothing);
    });
}

fn keep(home: &Path, body: &str, bytes: u64) -> (u64, f64) {
    let vault = Vault::create(home, &Lock::KeyFile(home.join("vault.key"))).expect("a vault");
    let line = LogLine {
        id: 0,
        at: Timestamp::now(),
        kind: "invoke".to_owned(),
        instance: "alpha".to_owned(),
        action: "search_pointers".to_owned(),
        pointer: None,
        route: None,
        status: "success".to_owned(),
        code: None,
        elapsed_us: 1,
        reply_bytes: bytes,
        credential: None,
    };
    let began = Instant::now();
    let id = vault.add_log(&line, body.as_bytes()).expect("kept");
    (id, began.elapsed().as_secs_f64() * 1e3)
}

/// What `search_pointers` answers where everything matches.
fn reply() -> String {
    let mut reply = String::with_capacity(BYTES + 1_000);
    reply.push_str(r#"{"status":"success","result":{"pointers":["#);
    let mut number = 0;
    while reply.len() < BYTES {
        if number > 0 {
            reply.push(',');
        }
        let pointer = json!({
            "address": format!("ptr_{number:012x}"),
            "description": format!("Fine dust, hourly means of station {number}"),
            "data_reference": format!("https://data.example/air/{number}.csv"),
            "tags": ["dataset", "air"],
            "connection_id": null,
            "x": 1.5, "y": 2.5, "z": 3.5,
            "created_at": "2026-11-26T10:00:00+00:00",
            "last_modified": "2026-11-26T10:00:00+00:00",
        });
        reply.push_str(&pointer.to_string());
        number += 1;
    }
    reply.push_str(&format!(r#"],"count":{number}}}}}"#));
    reply
}
