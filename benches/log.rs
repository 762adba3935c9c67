//! The invoke log with a million lines: the time from a keystroke in its filter to the lines that it leaves, jumps to
//! any place, and what its columns weigh.
//!
//! `cargo bench --bench log`

mod support;

use butterfly_console::model::Timestamp;
use butterfly_console::workspace::{
    Home, LogAsk, LogColumn, LogPlace, LogWindow, SortColumn, Sorting, Unlock, VaultLock, Workspace,
};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use support::{Figures, Goal, median, resident};
use tokio::runtime::Runtime;

const MANY: u64 = 1_000_000;
const ROUNDS: usize = 7;
/// Typed letter by letter.
const FILTERS: [&str; 7] = [
    "get_pointer_summary",
    "beta status:failed took:>100ms",
    "!alpha route:relay",
    "~gpsum",
    "fe12",
    "since:1h cred:owner",
    "nothing-has-this",
];

fn asked(filter: &str, place: LogPlace) -> LogAsk {
    LogAsk {
        filter: filter.to_owned(),
        as_of: Timestamp::from_micros(1_795_428_672_000_000),
        place,
        limit: 150,
        anchor: None,
        sorting: None,
    }
}

fn main() {
    let runtime = Runtime::new().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let many = runtime.block_on(workspace(&folder.path().join("many"), MANY));
    let few = runtime.block_on(workspace(&folder.path().join("few"), 10));
    // None where the filter is none yet: half a term.
    let answered = |workspace: &Arc<Workspace>, filter: &str, place| -> Option<(LogWindow, f64)> {
        let ask = asked(filter, place);
        let began = Instant::now();
        let window = runtime.block_on(workspace.log_window(&ask)).ok()?;
        Some((window, began.elapsed().as_secs_f64() * 1e3))
    };
    let ask = |workspace: &Arc<Workspace>, filter: &str, place| {
        answered(workspace, filter, place).expect("a window")
    };
    let mut figures = Figures::of(format!("the invoke log: {MANY} lines, {ROUNDS} rounds"));
    let opened: Vec<f64> = (0..ROUNDS).map(|_| ask(&many, "", LogPlace::Newest).1).collect();
    let opened_few: Vec<f64> = (0..ROUNDS).map(|_| ask(&few, "", LogPlace::Newest).1).collect();
    figures.add("newest lines, ms", median(opened), Goal::Nothing);
    figures.add("newest lines of ten, ms", median(opened_few), Goal::Nothing);
    let before = resident();
    let began = Instant::now();
    runtime.block_on(many.prepare_log_filter()).expect("prepared");
    figures.add(
        "into memory, once, ms",
        began.elapsed().as_secs_f64() * 1e3,
        Goal::Nothing,
    );
    figures.add(
        "and weighs, MB",
        (resident() - before) as f64 / 1e6,
        Goal::AtMost(40.0, 36.0),
    );
    let (mut all, mut slowest) = (Vec::new(), (0.0, String::new()));
    for filter in FILTERS {
        let mut of_this = Vec::new();
        for end in 1..=filter.len() {
            let round = |_| {
                // Another filter in between, so that none is found already made.
                ask(&many, "zzz", LogPlace::Newest);
                answered(&many, &filter[..end], LogPlace::Newest).map(|(_, took)| took)
            };
            // What is half a term is not asked for by the console either.
            let Some(rounds) = (0..ROUNDS).map(round).collect::<Option<Vec<f64>>>() else {
                continue;
            };
            let took = median(rounds);
            if took > slowest.0 {
                slowest = (took, filter[..end].to_owned());
            }
            of_this.push(took);
        }
        assert!(!of_this.is_empty(), "{filter} is a filter");
        figures.add(
            format!("keystroke in {filter:?}, ms"),
            median(of_this.clone()),
            Goal::AtMost(16.0, 9.0),
        );
        all.extend(of_this);
    }
    figures.add("keystroke, median, ms", median(all), Goal::AtMost(16.0, 9.0));
    figures.add(
        format!("keystroke, slowest ({:?}), ms", slowest.1),
        slowest.0,
        Goal::AtMost(16.0, 9.0),
    );
    let jumps: Vec<f64> = (0..20)
        .map(|jump| ask(&many, "get", LogPlace::From(jump * 20_011)).1)
        .collect();
    figures.add("jump to any place of a filter, ms", median(jumps), Goal::Nothing);
    let jumps: Vec<f64> = (0..20)
        .map(|jump| ask(&many, "", LogPlace::From(jump * 49_999)).1)
        .collect();
    figures.add("jump to any place, ms", median(jumps), Goal::Nothing);
    for column in LogColumn::ALL {
        // The other way round each time, so that none is found already made.
        let turns = (0..2 * ROUNDS).map(|turn| Sorting {
            by: *column,
            descending: turn % 2 == 0,
        });
        let took = turns.map(|sorting| {
            let ask = LogAsk {
                sorting: Some(sorting),
                ..asked("", LogPlace::Newest)
            };
            let began = Instant::now();
            runtime.block_on(many.log_window(&ask)).expect("a window");
            began.elapsed().as_secs_f64() * 1e3
        });
        let name = format!("sorted by {}, ms", column.title());
        figures.add(name, median(took.collect()), Goal::Nothing);
    }
    figures.show();
}

/// A home whose log has so many lines, without bodies: lists do not look at those.
async fn workspace(root: &Path, lines: u64) -> Arc<Workspace> {
    let home = Home::at(root);
    drop(
        Workspace::create(home.clone(), VaultLock::KeyFile(None))
            .await
            .expect("a home"),
    );
    let mut database = rusqlite::Connection::open(root.join("console.db")).expect("the vault");
    let transaction = database.transaction().expect("a transaction");
    {
        let mut insert = transaction
            .prepare(
                "INSERT INTO log (at, kind, instance, action, pointer, route, status, code, elapsed_us, reply_bytes,
                 credential) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )
            .expect("an insert");
        let actions = [
            "get_pointer_summary",
            "get_graph_stats",
            "whoami",
            "list_pointers",
            "search_pointers",
        ];
        let instances = ["alpha", "beta", "gamma", "museum", "archive"];
        for number in 0..lines {
            let pick = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 16;
            let is_call = pick % 3 == 0;
            let has_failed = pick % 17 == 0;
            insert
                .execute(rusqlite::params![
                    1_795_000_000_000_000_i64 + i64::try_from(number).expect("few enough") * 400,
                    if is_call { "call" } else { "invoke" },
                    instances[(pick % 5) as usize],
                    actions[(pick / 5 % 5) as usize],
                    (pick % 2 == 0).then(|| format!("ptr_{:012x}", pick & 0xffff_ffff_ffff)),
                    is_call.then_some(["endpoint", "circuit", "relay"][(pick / 7 % 3) as usize]),
                    if has_failed { "failed" } else { "success" },
                    has_failed.then_some("peer_unreachable"),
                    (pick % 300_000) as i64,
                    (pick % 9_000) as i64,
                    format!("{}/owner", instances[(pick % 5) as usize]),
                ])
                .expect("a line");
        }
    }
    transaction
        .execute(
            "UPDATE counters SET log_lines = ?1",
            [i64::try_from(lines).expect("few enough")],
        )
        .expect("the count");
    transaction.commit().expect("written");
    Workspace::open(home, Unlock::Ambient).await.expect("open")
}
