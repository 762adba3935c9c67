//! What filters leave, against the plain reading of each term.

use super::*;
use crate::vault::LogLine;
use crate::workspace::LOG_FIELDS;
use proptest::prelude::*;

const HOUR: i64 = 3_600 * 1_000_000;

fn line(id: u64) -> LogLine {
    LogLine {
        id,
        at: Timestamp::from_micros(i64::try_from(id).unwrap() * HOUR),
        kind: "invoke".into(),
        instance: "alpha".into(),
        action: "get_pointer".into(),
        pointer: None,
        route: None,
        status: "success".into(),
        code: None,
        elapsed_us: 2_000,
        reply_bytes: 300,
        credential: Some("alpha/owner".into()),
    }
}

fn lines() -> Columns {
    let lines = [
        line(1),
        LogLine {
            status: "error".into(),
            code: Some("pointer_not_found".into()),
            pointer: Some("ptr_00fe12345678".into()),
            ..line(2)
        },
        LogLine {
            kind: "call".into(),
            instance: "beta".into(),
            action: "whoami".into(),
            route: Some("relay".into()),
            elapsed_us: 250_000,
            reply_bytes: 2_000_000,
            credential: None,
            ..line(3)
        },
        LogLine {
            status: "failed".into(),
            code: Some("peer_unreachable".into()),
            pointer: Some("ptr_abcdef000001".into()),
            ..line(4)
        },
        LogLine {
            status: "interpretation_rendered".into(),
            ..line(5)
        },
    ];
    let mut columns = Columns::default();
    lines.iter().for_each(|line| columns.push(&line.glance()));
    let mark = |marked, note: Option<&str>| LogMark {
        marked,
        note: note.map(Into::into),
    };
    columns.marks.insert(3, mark(true, Some("slow since Tuesday")));
    columns.marks.insert(4, mark(false, Some("known")));
    columns
}

fn left(text: &str) -> Vec<u64> {
    let columns = lines();
    let filter = Filter::parse(text, LOG_FIELDS).unwrap_or_else(|error| panic!("{text}: {error}"));
    let now = Timestamp::from_micros(6 * HOUR);
    let places = Sieve::new(&filter, &columns, now).sift(&columns);
    places.iter().map(|place| columns.ids[*place as usize]).collect()
}

#[test]
fn every_field_is_looked_at() {
    let cases: [(&str, &[u64]); 34] = [
        ("", &[1, 2, 3, 4, 5]),
        ("@beta", &[3]),
        ("!@beta", &[1, 2, 4, 5]),
        ("instance:al", &[1, 2, 4, 5]),
        ("action:who", &[3]),
        ("status:ok", &[1, 3]),
        ("status:error", &[2]),
        ("status:failed", &[4]),
        ("status:interpreted", &[5]),
        ("code:unreach", &[4]),
        ("route:relay", &[3]),
        ("pointer:fe12", &[2]),
        ("pointer:ptr_00fe", &[2]),
        ("ptr:ptr_00fe12345678", &[2]),
        ("pointer:ptr", &[2, 4]),
        ("pointer:tr_abc", &[4]),
        ("pointer:xyz", &[]),
        ("pointer:FE12", &[]),
        ("cred:owner", &[1, 2, 4, 5]),
        ("kind:call", &[3]),
        ("took:>100ms", &[3]),
        ("!took:>100ms", &[1, 2, 4, 5]),
        ("size:>1MB", &[3]),
        ("since:3h", &[3, 4, 5]),
        ("before:3h", &[1, 2]),
        ("marked", &[3]),
        ("mark:no", &[1, 2, 4, 5]),
        ("!mark:no", &[3]),
        ("noted !marked", &[4]),
        ("note:tuesday", &[3]),
        ("pointer_not", &[2]),
        ("ef00", &[4]),
        ("known", &[4]),
        ("~gptr status:ok", &[1]),
    ];
    for (text, expected) in cases {
        assert_eq!(left(text), expected, "{text}");
    }
}

#[test]
fn every_field_of_the_table_is_known_to_the_sieve() {
    for field in LOG_FIELDS {
        let value = match field.kind {
            crate::model::filter::Kind::OneOf(words) => words[0],
            crate::model::filter::Kind::Text | crate::model::filter::Kind::Remark => "a",
            crate::model::filter::Kind::Bytes | crate::model::filter::Kind::Number => "0",
            crate::model::filter::Kind::Duration => "0s",
            crate::model::filter::Kind::Moment => "100h",
        };
        let hit = left(&format!("{}:{value}", field.name));
        let missed = left(&format!("!{}:{value}", field.name));
        assert_eq!(hit.len() + missed.len(), 5, "{}", field.name);
        let is_empty = hit.is_empty() && missed.len() == 5;
        assert!(
            !is_empty || matches!(field.name, "before" | "route"),
            "{} finds nothing",
            field.name
        );
    }
}

proptest! {
    #[test]
    fn an_address_is_found_by_every_part_of_it(number in 0u64..(1 << 48), from in 0usize..15, len in 1usize..16) {
        let address = format!("ptr_{number:012x}");
        let part = &address[from..(from + len).min(16)];
        let digits = digits_of(&Text::new(part));
        prop_assert!(has_digits(&digits, number), "{part} in {address}");
    }

    #[test]
    fn an_address_is_found_by_nothing_that_is_not_in_it(number in 0u64..(1 << 48), part in "[0-9a-f]{1,6}") {
        let address = format!("ptr_{number:012x}");
        let found = has_digits(&digits_of(&Text::new(part.clone())), number);
        prop_assert_eq!(found, address.contains(&part));
    }

    #[test]
    fn going_on_where_one_left_off_finds_what_starting_anew_finds(end in 0usize..5, word in "(get|beta|marked|!status:ok|took:>1ms)") {
        let columns = lines();
        let filter = Filter::parse(&word, LOG_FIELDS).unwrap();
        let sieve = Sieve::new(&filter, &columns, Timestamp::from_micros(0));
        let whole = sieve.sift(&columns);
        let mut later = vec![77];
        sieve.sift_into(&columns, end, &mut later);
        prop_assert_eq!(later.remove(0), 77);
        let expected: Vec<u32> = whole.into_iter().filter(|place| *place as usize >= end).collect();
        prop_assert_eq!(later, expected);
    }
}
