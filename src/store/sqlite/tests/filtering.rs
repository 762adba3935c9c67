//! Filters and orders, against the same said in plain Rust.

use super::*;
use crate::model::filter::Filter;
use crate::model::{
    ConnectionId, DomainId, Endpoint, Federated, KnownConnection, Pointer, PointerChange, Profile, Route,
    STORED_POINTER_FIELDS, pointer_matches,
};
use crate::store::{Order, PointerQuery, SortBy, Start, Store};
use proptest::prelude::*;
use std::cmp::Ordering;

fn block_on<T>(task: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(task)
}

fn a_term() -> impl Strategy<Value = String> {
    let text = "[abcABé%_*\\[\\\\]{1,4}";
    prop_oneof![
        text.prop_map(|text| format!("\"{}\"", text.replace('\\', "\\\\"))),
        text.prop_map(|text| format!("~\"{}\"", text.replace('\\', "\\\\"))),
        "[abAé*_]{1,3}".prop_map(|tag| format!("#\"{tag}\"")),
        "(endpoint|relay|none)".prop_map(|route| format!("route:{route}")),
        "(none|ga|Gate|other|nowhere)".prop_map(|name| format!("conn:{name}")),
        "(air|AI|water|nowhere|dom_000000000002)".prop_map(|name| format!("domain:{name}")),
        "(none|any|PTR_0|0000000000|00000000000a|b|x)".prop_map(|keeper| format!("header:{keeper}")),
        "[0-9]{1,2}".prop_map(|text| format!("ref:{text}")),
        "(ptr_)?[0-9a-f]{1,2}".prop_map(|text| format!("addr:{text}")),
    ]
}

fn a_query() -> impl Strategy<Value = (String, Order, u64, u64)> {
    let terms = prop::collection::vec((any::<bool>(), a_term()), 0..4).prop_map(|terms| {
        let terms: Vec<String> = terms
            .into_iter()
            .map(|(not, term)| format!("{}{term}", if not { "!" } else { "" }))
            .collect();
        terms.join(" ")
    });
    let order = (prop::sample::select(SortBy::ALL.to_vec()), any::<bool>())
        .prop_map(|(by, descending)| Order { by, descending });
    (terms, order, 1..6u64, 0..40u64)
}

type Row = (String, Vec<String>, usize, usize);

fn a_row() -> impl Strategy<Value = Row> {
    (
        "[abcABCéÉ%_*\\[\\\\ ]{0,12}",
        prop::collection::vec("[abAé_]{1,3}", 0..3),
        0..3usize,
        0..3usize,
    )
}

/// A connection, and the domain that it stands in.
struct Gate {
    id: ConnectionId,
    name: &'static str,
    domain: DomainId,
    domain_name: &'static str,
}

async fn fill(store: &SqliteStore, rows: &[Row], gates: &[Gate]) {
    for (number, (description, tags, gate, route)) in rows.iter().enumerate() {
        let mut wanted = new(&format!("ref {number}"), description, &[]);
        wanted.tags.clone_from(tags);
        wanted.connection_id = gates.get(*gate).map(|gate| gate.id.clone());
        wanted.credential_pointer_address = ["ptr_00000000000a", "ptr_b00000000000"]
            .get(number % 3)
            .map(|keeper| keeper.parse().unwrap());
        wanted.federated = [Route::Endpoint, Route::Relay]
            .get(*route)
            .map(|route| Federated {
                route: *route,
                connection_id: gates[0].id.clone(),
                endpoint: Endpoint::parse("http://127.0.0.1:5002").unwrap(),
                profile: Profile::Native,
                kid: None,
                query: serde_json::json!({"action": "whoami"}),
            });
        let at = Timestamp::from_micros(NOW.as_micros() + number as i64 / 3);
        store.create_pointer(wanted, at).await.unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn sql_finds_and_sorts_what_plain_code_does(
        rows in prop::collection::vec(a_row(), 1..40),
        changed in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        done in prop::collection::vec((0..4_u8, any::<prop::sample::Index>()), 0..9),
        queries in prop::collection::vec(a_query(), 16),
    ) {
        block_on(async {
            let place = Place::new();
            let store = place.store();
            let mut gates = Vec::new();
            for (name, of) in [("Gate A", "air"), ("gateway", "fair water")] {
                let domain = store.create_domain(of, &app(), NOW).await.unwrap();
                let gate = store.create_connection(&domain.id, name, "", None, NOW).await.unwrap();
                gates.push(Gate { id: gate.id, name, domain: domain.id, domain_name: of });
            }
            fill(&store, &rows, &gates).await;
            for (number, which) in changed.iter().enumerate() {
                let all = store.pointers(&PointerQuery::default()).await.unwrap().pointers;
                let later = Timestamp::from_micros(NOW.as_micros() + 1_000 - number as i64);
                let change = PointerChange { tags: Some(vec!["ab".into()]), ..PointerChange::default() };
                store.update_pointer(&which.get(&all).address, change, later).await.unwrap();
            }
            agree(&store, &gates, &queries).await;
            // What is kept in memory for the orders follows what is done to the pointers.
            for (number, (what, which)) in done.iter().enumerate() {
                let all = store.pointers(&PointerQuery::default()).await.unwrap().pointers;
                let later = Timestamp::from_micros(NOW.as_micros() + 2_000 - number as i64);
                do_one(&store, *what, all.get(which.index(all.len().max(1))), &gates[0].id, later).await;
                if number % 3 == 0 {
                    agree(&store, &gates, &queries).await;
                }
            }
            agree(&store, &gates, &queries).await;
        });
    }
}

/// Changes, deletes or makes a pointer.
async fn do_one(store: &SqliteStore, what: u8, which: Option<&Pointer>, gate: &ConnectionId, now: Timestamp) {
    let Some(pointer) = which else {
        return;
    };
    let at = &pointer.address;
    match what {
        0 => store.delete_pointer(at, None).await.unwrap(),
        1 => {
            let assigned = pointer.connection_id.is_none().then_some(gate);
            store.assign_pointer(at, assigned, None, now).await.unwrap();
        }
        2 => {
            let change = PointerChange {
                description: Some(format!("b{}", pointer.description)),
                tags: Some(vec!["a".to_owned(), "b".to_owned()]),
                ..PointerChange::default()
            };
            store.update_pointer(at, change, now).await.unwrap();
        }
        _ => {
            let reference = format!("made {}", now.as_micros());
            let made = new(&reference, &format!("abc {}", pointer.description), &["a"]);
            store.create_pointer(made, now).await.unwrap();
        }
    }
}

/// Compares what the store answers with what plain code makes of all pointers.
async fn agree(store: &SqliteStore, gates: &[Gate], queries: &[(String, Order, u64, u64)]) {
    let all = store.pointers(&PointerQuery::default()).await.unwrap().pointers;
    for (text, order, size, offset) in queries {
        agree_on(store, &all, gates, (text, *order, *size, *offset)).await;
    }
}

async fn agree_on(
    store: &SqliteStore,
    all: &[Pointer],
    gates: &[Gate],
    (text, order, size, offset): (&str, Order, u64, u64),
) {
    let filter = Filter::parse(text, STORED_POINTER_FIELDS).unwrap();
    let known = |id: &ConnectionId| {
        let gate = gates.iter().find(|gate| gate.id == *id).unwrap();
        KnownConnection {
            name: Some(gate.name),
            domain: Some((&gate.domain, gate.domain_name)),
        }
    };
    let mut expected: Vec<(usize, Pointer)> = all
        .iter()
        .cloned()
        .enumerate()
        .filter(|(_, pointer)| pointer_matches(&filter, pointer, known))
        .collect();
    expected.sort_by(|(first, left), (second, right)| {
        let by_age = if order.descending {
            second.cmp(first)
        } else {
            first.cmp(second)
        };
        let by_key = order.compare(left, right);
        if order.by == SortBy::Created {
            by_age
        } else {
            by_key.then(by_age)
        }
    });
    let expected: Vec<Pointer> = expected.into_iter().map(|(_, pointer)| pointer).collect();
    let query = PointerQuery {
        filter,
        order,
        ..PointerQuery::default()
    };
    let whole = store.pointers(&query).await.unwrap();
    assert_eq!(whole.pointers, expected, "{text} {order:?}");
    let mut step = PointerQuery {
        limit: Some(size),
        ..query.clone()
    };
    let mut paged = Vec::new();
    loop {
        let page = store.pointers(&step).await.unwrap();
        paged.extend(page.pointers);
        let Some(next) = page.next else { break };
        step.start = Start::After(next);
    }
    assert_eq!(paged, expected, "{text} {order:?} by {size}");
    let jump = PointerQuery {
        start: Start::Offset(offset),
        limit: Some(size),
        ..query
    };
    let page = store.pointers(&jump).await.unwrap();
    let rest: Vec<Pointer> = expected
        .iter()
        .skip(offset as usize)
        .take(size as usize)
        .cloned()
        .collect();
    assert_eq!(page.pointers, rest, "{text} {order:?} at {offset}");
    let is_end = offset + size >= expected.len() as u64;
    assert_eq!(page.next.is_none(), is_end, "{text} {order:?} at {offset}");
    if let Some(total) = page.total {
        assert_eq!(total, expected.len() as u64, "{text} {order:?}");
    }
}

#[test]
fn more_connections_than_sqlite_takes_values_are_filtered_by() {
    let place = Place::new();
    let store = place.store();
    block_on(async {
        let domain = store.create_domain("air", &app(), NOW).await.unwrap();
        let raw = rusqlite::Connection::open(place.data()).unwrap();
        raw.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000)
             INSERT INTO connections (domain, name, description, status, created_at)
             SELECT (SELECT id FROM domains), 'gate ' || i, '', 'active', 0 FROM n",
            [],
        )
        .unwrap();
        let gates = store.connections(Some(&domain.id)).await.unwrap();
        let mut wanted = new("ref", "", &[]);
        wanted.connection_id = Some(gates[39_000].id.clone());
        store.create_pointer(wanted, NOW).await.unwrap();
        store.create_pointer(new("other", "", &[]), NOW).await.unwrap();
        for text in ["conn:gate", "domain:air", "!conn:nowhere conn:gate domain:ai"] {
            let filter = Filter::parse(text, STORED_POINTER_FIELDS).unwrap();
            let query = PointerQuery {
                filter,
                ..PointerQuery::default()
            };
            let found = store.pointers(&query).await.unwrap().pointers;
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].data_reference, "ref", "{text}");
        }
    });
}

#[test]
fn each_order_has_an_index_and_none_needs_a_sort() {
    let place = Place::new();
    drop(place.store());
    let conn = rusqlite::Connection::open(place.data()).unwrap();
    for by in SortBy::ALL {
        let Some(key) = super::super::search::key(by) else {
            continue;
        };
        for direction in ["", " DESC"] {
            let sql = format!(
                "EXPLAIN QUERY PLAN SELECT *, {key} FROM pointers p WHERE {key} >= ?1 ORDER BY {key}{direction}, p.id{direction} LIMIT 3"
            );
            let mut statement = conn.prepare(&sql).unwrap();
            let rows = statement.query_map(["a"], |row| row.get::<_, String>(3)).unwrap();
            let steps = rows.map(Result::unwrap).collect::<Vec<_>>().join("; ");
            assert!(
                steps.contains("USING INDEX") && !steps.contains("TEMP B-TREE"),
                "{by:?}: {steps}"
            );
        }
    }
}

#[test]
fn letters_in_small_and_capitals_sort_alike() {
    let order = Order {
        by: SortBy::Description,
        descending: false,
    };
    let pointer = |description: &str| {
        block_on(async {
            let place = Place::new();
            let store = place.store();
            store
                .create_pointer(new("r", description, &[]), NOW)
                .await
                .unwrap()
        })
    };
    assert_eq!(order.compare(&pointer("ABC"), &pointer("abc")), Ordering::Equal);
    assert_eq!(order.compare(&pointer("B"), &pointer("a")), Ordering::Greater);
}
