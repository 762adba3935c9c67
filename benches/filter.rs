//! What a keystroke in the filter of the pointers costs with a million of them, beside the same on ten: both on hosted
//! instances, asked over sealed HTTP as the console asks, with a durable audit. What is more with a million is the filter.
//!
//! `cargo bench --bench filter`

mod support;

use butterfly_console::model::filter::Filter;
use butterfly_console::model::{InstanceName, POINTER_FIELDS};
use butterfly_console::store::{Order, PointerQuery, SortBy, Start};
use butterfly_console::workspace::{Home, InitInstance, VaultLock, Workspace};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use support::{Figures, Goal, ROWS, fill, median};
use tokio::runtime::Runtime;

const ROUNDS: usize = 5;
/// The rows of a page of the console.
const PAGE: u64 = 200;
/// Typed letter by letter.
const FILTERS: [&str; 12] = [
    "quarterly revenue",
    "station 99999",
    "tag:site-17 oslo",
    "tag:bench station",
    "!tag:site-3 harbour",
    "ref:example/42/",
    "addr:fe12",
    "addr:fe12 station",
    "qz",
    "!at route:none",
    "\"Patient registry\" !lagos",
    "nothing-has-this",
];

/// The first thing that somebody looks for: it begins with what no index tells.
const FIRST_WORD: &str = "qzebra 9999";

/// What no index tells: every pointer is looked at where few match. For letters 30 to 320 ms were measured to be possible.
const LOOKED_THROUGH: [&str; 3] = ["~trblsl", "~trblsl station", "ref:nowhere"];

/// Asked in other orders than that of creation: words that stand together at one end of an order or are spread over all
/// of it, seldom and often.
const SORTED: [&str; 9] = [
    "harbour",
    "temperature",
    "oslo",
    "station",
    "tag:site-17 oslo",
    "addr:fe12 station",
    "nothing-has-this",
    "qz",
    "!at",
];

fn main() {
    let runtime = Runtime::new().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let many = runtime.block_on(hosting(&folder.path().join("many"), ROWS));
    let few = runtime.block_on(hosting(&folder.path().join("few"), 10));
    let ask = |workspace: &Arc<Workspace>, filter: &str, order: Order, start: Start| -> f64 {
        let wanted = PointerQuery {
            filter: Filter::parse_typed(filter, POINTER_FIELDS).0,
            order,
            start,
            limit: Some(PAGE),
            ..PointerQuery::default()
        };
        let began = Instant::now();
        runtime
            .block_on(workspace.list_pointers("alpha", &wanted))
            .expect("a page");
        began.elapsed().as_secs_f64() * 1e3
    };
    // What it takes more than with ten pointers: the round trip and its audit are in both.
    let rounds = |filter: &str, order: Order, start: &Start| -> f64 {
        let added = (0..ROUNDS).map(|_| {
            let few = ask(&few, filter, order, start.clone());
            ask(&many, filter, order, start.clone()) - few
        });
        median(added.collect())
    };
    let usual = Order::default();
    let mut figures = Figures::of(format!(
        "filter of the pointers: {ROWS} of them, pages of {PAGE}, {ROUNDS} rounds; milliseconds more than with ten"
    ));
    // Nothing is kept in memory yet, and each letter is typed once.
    let first_word = (1..=FIRST_WORD.len()).map(|end| {
        let wanted = &FIRST_WORD[..end];
        ask(&many, wanted, usual, Start::First) - ask(&few, wanted, usual, Start::First)
    });
    figures.add(
        format!("the first word after the start, {FIRST_WORD:?}: its slowest keystroke"),
        first_word.fold(0.0, f64::max),
        Goal::Nothing,
    );
    figures.add(
        "a page without filter",
        rounds("", usual, &Start::First),
        Goal::Nothing,
    );
    let of_ten = (0..ROUNDS).map(|_| ask(&few, "", usual, Start::First)).collect();
    figures.add("a page of ten pointers", median(of_ten), Goal::Nothing);
    let (mut all, mut slowest) = (Vec::new(), (0.0, ""));
    for filter in FILTERS {
        let ends = filter
            .char_indices()
            .map(|(place, letter)| place + letter.len_utf8());
        let of_this: Vec<f64> = ends
            .map(|end| {
                let took = rounds(&filter[..end], usual, &Start::First);
                if took > slowest.0 {
                    slowest = (took, &filter[..end]);
                }
                took
            })
            .collect();
        figures.add(
            format!("more for a keystroke in {filter:?}"),
            median(of_this.clone()),
            Goal::AtMost(16.0, 9.0),
        );
        all.extend(of_this);
    }
    figures.add(
        "more for a keystroke, median",
        median(all),
        Goal::AtMost(16.0, 9.0),
    );
    figures.add(
        format!("more for a keystroke, slowest ({:?})", slowest.1),
        slowest.0,
        Goal::AtMost(16.0, 9.0),
    );
    for filter in LOOKED_THROUGH {
        figures.add(
            format!("more for all of {filter:?}"),
            rounds(filter, usual, &Start::First),
            Goal::AtMost(320.0, 30.0),
        );
    }
    let (mut sorted, mut slowest) = (Vec::new(), (0.0, String::new()));
    for by in [SortBy::Description, SortBy::Modified, SortBy::Tags] {
        for (filter, descending) in SORTED
            .iter()
            .flat_map(|filter| [(*filter, false), (*filter, true)])
        {
            let order = Order { by, descending };
            let took = rounds(filter, order, &Start::First);
            sorted.push(took);
            if took > slowest.0 {
                let direction = if descending { "descending" } else { "ascending" };
                slowest = (took, format!("{filter:?} by {by:?}, {direction}"));
            }
        }
    }
    figures.add(
        "more when sorted, median",
        median(sorted),
        Goal::AtMost(16.0, 9.0),
    );
    figures.add(
        format!("more when sorted, slowest ({})", slowest.1),
        slowest.0,
        Goal::AtMost(16.0, 9.0),
    );
    let jumps = (0..20)
        .map(|jump| rounds("", usual, &Start::Offset(jump * 49_999)))
        .collect();
    figures.add(
        "more for a jump to any place",
        median(jumps),
        Goal::AtMost(16.0, 9.0),
    );
    figures.show();
}

/// A home with one hosted instance that has so many pointers.
async fn hosting(root: &Path, count: usize) -> Arc<Workspace> {
    let workspace = Workspace::create(Home::at(root), VaultLock::KeyFile(None))
        .await
        .expect("a home");
    let new = InitInstance {
        key: Default::default(),
        name: InstanceName::parse("alpha").expect("a name"),
        listen: Some(SocketAddr::from(([127, 0, 0, 1], 0))),
        endpoint: None,
        insecure_http: false,
        tls: None,
    };
    workspace.init_instance(new).await.expect("an instance");
    fill(&root.join("instances/alpha"), count).await;
    workspace.start_instance("alpha").await.expect("hosted");
    workspace
}
