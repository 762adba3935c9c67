//! Paging and searching, against a naive reading of the same rows.

use super::*;
use crate::model::{Pointer, PointerAddress, PointerChange, PointerScope};
use crate::store::{Order, PointerQuery, Sight, SortBy, Start, Store, StoreError, TagMatch};
use proptest::prelude::*;
use std::sync::Arc;

/// `LIKE` as SQL has it: `%` any run, `_` any one character, ASCII letters in any case.
fn like(pattern: &[char], text: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['%', rest @ ..] => (0..=text.len()).any(|skip| like(rest, &text[skip..])),
        [one, rest @ ..] => match text {
            [first, text @ ..] => (*one == '_' || one.eq_ignore_ascii_case(first)) && like(rest, text),
            [] => false,
        },
    }
}

fn is_like(pattern: &str, text: &str) -> bool {
    like(
        &pattern.chars().collect::<Vec<_>>(),
        &text.chars().collect::<Vec<_>>(),
    )
}

fn matches(query: &PointerQuery, pointer: &Pointer) -> bool {
    let bears = |pattern: &String| pointer.tags.iter().any(|tag| is_like(pattern, tag));
    let term = query
        .term
        .as_ref()
        .is_none_or(|term| is_like(&format!("%{term}%"), &pointer.description));
    let tags = match query.tag_match {
        TagMatch::All => query.tags.iter().all(bears),
        TagMatch::Any => query.tags.is_empty() || query.tags.iter().any(bears),
    };
    term && tags
        && !query.exclude_tags.iter().any(bears)
        && query
            .connection
            .as_ref()
            .is_none_or(|id| pointer.connection_id.as_ref() == Some(id))
        && (!query.federated_only || pointer.federated.is_some())
        && query
            .bearing
            .as_ref()
            .is_none_or(|tag| pointer.tags.contains(tag))
}

async fn everything(store: &impl Store) -> Vec<Pointer> {
    store.pointers(&PointerQuery::default()).await.unwrap().pointers
}

fn addresses(pointers: &[Pointer]) -> Vec<PointerAddress> {
    pointers.iter().map(|pointer| pointer.address.clone()).collect()
}

async fn by_pages(store: &impl Store, query: &PointerQuery, size: u64) -> Vec<Pointer> {
    let mut query = query.clone();
    query.limit = Some(size);
    let mut found = Vec::new();
    loop {
        let page = store.pointers(&query).await.unwrap();
        assert!(page.pointers.len() as u64 <= size);
        found.extend(page.pointers);
        match page.next {
            Some(next) => query.start = Start::After(next),
            None => return found,
        }
    }
}

fn block_on<T>(task: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(task)
}

const LETTERS: &str = "[abcABCéÉ%_' \"日]{0,7}";

prop_compose! {
    fn a_query()(
        term in proptest::option::of(LETTERS),
        tags in proptest::collection::vec("[ab%_é]{0,2}", 0..3),
        exclude_tags in proptest::collection::vec("[ab%_]{1,2}", 0..2),
        any in any::<bool>(),
        bearing in proptest::option::weighted(0.3, "[abAé]{0,2}"),
        size in 1..6_u64,
        offset in 0..30_u64,
    ) -> (PointerQuery, u64, u64) {
        let tag_match = if any { TagMatch::Any } else { TagMatch::All };
        let query = PointerQuery { term, tags, exclude_tags, tag_match, bearing, ..PointerQuery::default() };
        (query, size, offset)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_search_finds_what_a_naive_scan_finds(
        rows in proptest::collection::vec((LETTERS, proptest::collection::vec("[abAé]{0,3}", 0..3)), 1..40),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), proptest::option::of(LETTERS)), 0..12),
        queries in proptest::collection::vec(a_query(), 12),
    ) {
        block_on(async {
            let place = Place::new();
            let store = place.store();
            for (number, (description, tags)) in rows.iter().enumerate() {
                let mut wanted = new(&number.to_string(), description, &[]);
                wanted.tags.clone_from(tags);
                store.create_pointer(wanted, NOW).await.unwrap();
            }
            for (which, description) in &changes {
                let all = everything(&store).await;
                if all.is_empty() {
                    continue;
                }
                let address = &which.get(&all).address;
                match description {
                    None => store.delete_pointer(address, None).await.unwrap(),
                    Some(description) => {
                        let change = PointerChange {
                            description: Some(description.clone()),
                            ..PointerChange::default()
                        };
                        store.update_pointer(address, change, NOW).await.unwrap();
                    }
                }
            }
            let all = everything(&store).await;
            for (query, size, offset) in &queries {
                let expected: Vec<_> = all.iter().filter(|pointer| matches(query, pointer)).cloned().collect();
                let whole = store.pointers(query).await.unwrap();
                assert_eq!(whole.pointers, expected, "{query:?}");
                assert_eq!(whole.total, Some(expected.len() as u64), "{query:?}");
                assert_eq!(by_pages(&store, query, *size).await, expected, "{query:?} by {size}");
                let jump = PointerQuery { start: Start::Offset(*offset), limit: Some(*size), ..query.clone() };
                let page = store.pointers(&jump).await.unwrap();
                let rest = expected.iter().skip(*offset as usize).take(*size as usize).cloned().collect::<Vec<_>>();
                assert_eq!(page.pointers, rest, "{jump:?}");
                if let Some(total) = page.total {
                    assert_eq!(total, expected.len() as u64, "{jump:?}");
                }
            }
            index_is_whole(&place);
        });
    }
}

/// Has SQLite compare the search index with the text it was made from.
fn index_is_whole(place: &Place) {
    let conn = rusqlite::Connection::open(place.data()).unwrap();
    conn.execute_batch("INSERT INTO pointer_search (pointer_search, rank) VALUES ('integrity-check', 1)")
        .unwrap();
}

#[tokio::test]
async fn jumps_land_where_they_should_across_runs_of_ids() {
    let place = Place::new();
    let store = place.store();
    let rows = (0..9000)
        .map(|row| new(&row.to_string(), &format!("row {row}"), &[]))
        .collect();
    store.create_pointers(rows, NOW).await.unwrap();
    let all = everything(&store).await;
    for gone in [0, 5, 4095, 4096, 8191, 8999] {
        store.delete_pointer(&all[gone].address, None).await.unwrap();
    }
    let left = addresses(&everything(&store).await);
    for offset in [
        0, 1, 4, 4091, 4092, 4093, 4094, 8186, 8187, 8188, 8993, 8994, 90_000,
    ] {
        let query = PointerQuery {
            start: Start::Offset(offset),
            limit: Some(3),
            ..PointerQuery::default()
        };
        let page = store.pointers(&query).await.unwrap();
        let expected: Vec<_> = left.iter().skip(offset as usize).take(3).cloned().collect();
        assert_eq!(addresses(&page.pointers), expected, "{offset}");
        assert_eq!(page.total, Some(8994));
    }
}

#[tokio::test]
async fn a_page_of_large_rows_is_a_short_one_and_no_row_is_lost() {
    let place = Place::new();
    let store = place.store();
    // As JSON, each of these characters is six.
    let large = "\u{1}".repeat(60_000);
    let rows = (0..120)
        .map(|row| {
            new(
                &format!("{row:03}{large}"),
                &format!("row {:03}", row * 7 % 120),
                &[],
            )
        })
        .collect();
    store.create_pointers(rows, NOW).await.unwrap();
    for by in [SortBy::Created, SortBy::Description] {
        for start in [0, 10, 100] {
            let query = PointerQuery {
                order: Order {
                    by,
                    descending: false,
                },
                start: Start::Offset(start),
                ..PointerQuery::default()
            };
            let whole = addresses(&store.pointers(&query).await.unwrap().pointers);
            assert_eq!(whole.len() as u64, 120 - start);
            let asked = PointerQuery {
                limit: Some(1_000),
                ..query.clone()
            };
            let page = store.pointers(&asked).await.unwrap();
            assert_eq!(page.total, Some(120));
            let bytes = serde_json::to_vec(&page.pointers).unwrap().len();
            assert!(bytes <= 16 * 1024 * 1024, "{bytes}");
            assert_eq!(page.next.is_some(), start < 100, "{start}");
            assert_eq!(
                addresses(&by_pages(&store, &query, 1_000).await),
                whole,
                "{by:?} from {start}"
            );
        }
    }
}

#[tokio::test]
async fn pages_stay_in_place_while_others_write() {
    let place = Place::new();
    let store = place.store();
    for row in 0..10 {
        store
            .create_pointer(new(&row.to_string(), "early bird", &[]), NOW)
            .await
            .unwrap();
    }
    let before = addresses(&everything(&store).await);
    for term in [None, Some("early".to_owned())] {
        let mut query = PointerQuery {
            term,
            limit: Some(4),
            ..PointerQuery::default()
        };
        let first = store.pointers(&query).await.unwrap();
        let newcomer = store
            .create_pointer(new("late", "early too", &[]), NOW)
            .await
            .unwrap();
        // The last row ever given goes away, and a new one comes: its id must not come back.
        store.delete_pointer(&newcomer.address, None).await.unwrap();
        let last = store
            .create_pointer(new("late", "early too", &[]), NOW)
            .await
            .unwrap();
        query.start = Start::After(first.next.unwrap());
        query.limit = None;
        let rest = store.pointers(&query).await.unwrap();
        let mut seen = addresses(&first.pointers);
        seen.extend(addresses(&rest.pointers));
        assert_eq!(seen[..10], before);
        assert_eq!(&seen[10..], std::slice::from_ref(&last.address));
        store.delete_pointer(&last.address, None).await.unwrap();
    }
}

#[tokio::test]
async fn connections_and_federated_ones_are_found_by_index() {
    let place = Place::new();
    let store = place.store();
    let domain = store.create_domain("d", &app(), NOW).await.unwrap();
    let gate = store
        .create_connection(&domain.id, "g", "", None, NOW)
        .await
        .unwrap();
    for row in 0..20 {
        let mut wanted = new(&row.to_string(), "words", &[]);
        wanted.connection_id = (row % 5 == 0).then(|| gate.id.clone());
        store.create_pointer(wanted, NOW).await.unwrap();
    }
    let query = PointerQuery {
        connection: Some(gate.id),
        limit: Some(3),
        ..PointerQuery::default()
    };
    let page = store.pointers(&query).await.unwrap();
    assert_eq!((page.pointers.len(), page.total), (3, Some(4)));
    assert!(page.next.is_some());
    let conn = rusqlite::Connection::open(place.data()).unwrap();
    let steps = |sql: &str| -> String {
        let mut statement = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let rows = statement.query_map([], |row| row.get::<_, String>(3)).unwrap();
        rows.map(Result::unwrap).collect::<Vec<_>>().join("; ")
    };
    let connection =
        steps("SELECT * FROM pointers p WHERE p.connection = 1 AND p.id >= 5 ORDER BY p.id LIMIT 3");
    assert!(
        connection.contains("pointers_by_connection") && !connection.contains("TEMP B-TREE"),
        "{connection}"
    );
    let federated =
        steps("SELECT * FROM pointers p WHERE p.federated IS NOT NULL AND p.id >= 5 ORDER BY p.id LIMIT 3");
    assert!(
        federated.contains("pointers_federated") && !federated.contains("TEMP B-TREE"),
        "{federated}"
    );
    let term = steps(
        "SELECT * FROM pointer_search s CROSS JOIN pointers p ON p.id = s.rowid
         WHERE s.description LIKE '%word%' AND s.rowid >= 5 ORDER BY s.rowid LIMIT 3",
    );
    assert!(
        term.contains("VIRTUAL TABLE INDEX") && term.contains("L0") && !term.contains("TEMP B-TREE"),
        "{term}"
    );
}

#[tokio::test]
async fn a_cursor_of_somebody_else_is_refused() {
    let place = Place::new();
    let store = place.store();
    for cursor in [
        "",
        "after-",
        "after-0",
        "after-+1",
        "after-01",
        "after--1",
        "x",
        "after-ffffffffffffffffff",
    ] {
        let query = PointerQuery {
            start: Start::After(cursor.to_owned()),
            ..PointerQuery::default()
        };
        assert!(
            matches!(store.pointers(&query).await, Err(StoreError::BadCursor)),
            "{cursor}"
        );
    }
}

#[tokio::test]
async fn who_sees_little_gets_a_page_by_one_look_however_seldom_that_is() {
    let place = Place::new();
    let store = place.store();
    let rows = (0..3_000).map(|row| {
        let tags: &[&str] = if row % 1_000 == 999 {
            &["public"]
        } else {
            &["private"]
        };
        new(&format!("row-{row}"), &format!("payroll {row:04}"), tags)
    });
    store.create_pointers(rows.collect(), NOW).await.unwrap();
    let mut scope = PointerScope::default();
    scope.tags.insert("public".to_owned());
    for by in SortBy::ALL {
        for descending in [false, true] {
            let mut query = PointerQuery {
                term: Some("payroll".to_owned()),
                sight: Some(Arc::new(Sight {
                    scope: scope.clone(),
                    most_rows: 2_500,
                })),
                order: Order { by, descending },
                limit: Some(1),
                ..PointerQuery::default()
            };
            let mut seen = Vec::new();
            let mut pages = 0;
            loop {
                let page = store.pointers(&query).await.unwrap();
                assert_eq!(page.total, None, "how many there are is not said");
                assert!(page.pointers.len() <= 1);
                pages += 1;
                seen.extend(page.pointers.into_iter().map(|pointer| pointer.description));
                match page.next {
                    Some(next) => query.start = Start::After(next),
                    None => break,
                }
            }
            // One for each that is seen, and one more where more than are looked at at once come before it.
            assert!(pages <= 4, "{pages} pages by {by:?}");
            if by == SortBy::Created {
                assert_eq!(pages, 3, "of what follows the last one not even that it is there");
            }
            seen.sort();
            assert_eq!(seen, ["payroll 0999", "payroll 1999", "payroll 2999"], "{by:?}");
        }
    }
}

#[tokio::test]
async fn who_sees_nothing_looks_at_so_many_rows_and_goes_on_after_them() {
    let place = Place::new();
    let store = place.store();
    let rows = (0..25).map(|row| new(&row.to_string(), &format!("{row:02}"), &[]));
    store.create_pointers(rows.collect(), NOW).await.unwrap();
    let mut query = PointerQuery {
        sight: Some(Arc::new(Sight {
            scope: PointerScope::default(),
            most_rows: 10,
        })),
        limit: Some(1),
        ..PointerQuery::default()
    };
    let mut pages = 0;
    loop {
        let page = store.pointers(&query).await.unwrap();
        assert_eq!(page.pointers, []);
        pages += 1;
        match page.next {
            Some(next) => query.start = Start::After(next),
            None => break,
        }
    }
    assert_eq!(pages, 3);
}
