//! Marks and notes of the invoke log, and what pruning leaves.

use super::*;

const DAY: i64 = 86_400 * 1_000_000;

fn filled(vault: &Vault, lines: i64) {
    for number in 0..lines {
        vault
            .add_log(&line("alpha", 1_000 * DAY + number), b"body")
            .unwrap();
    }
}

fn mark(vault: &Vault, id: u64) -> LogMark {
    vault.log_entry(id).unwrap().unwrap().1
}

#[test]
fn marks_and_notes_stay_with_their_lines_and_the_body_still_opens() {
    let (_parent, folder, vault) = vault();
    filled(&vault, 3);
    let before = vault.log_state().unwrap();
    assert_eq!(vault.mark_log(&[1, 2, 99], true).unwrap(), 2);
    assert_eq!(vault.mark_log(&[1], true).unwrap(), 0, "it is marked already");
    assert!(vault.note_log(2, Some("the CANARY")).unwrap());
    assert!(!vault.note_log(99, Some("nothing")).unwrap());
    assert!(vault.log_state().unwrap().epoch > before.epoch);
    drop(vault);
    let vault = Vault::open(&folder, &key_file(&folder)).unwrap();
    assert_eq!(
        mark(&vault, 2),
        LogMark {
            marked: true,
            note: Some("the CANARY".to_owned())
        }
    );
    assert_eq!(
        vault.log_marks().unwrap().keys().copied().collect::<Vec<_>>(),
        [1, 2]
    );
    assert_eq!(vault.mark_log(&[1], false).unwrap(), 1);
    assert!(vault.note_log(2, None).unwrap());
    assert_eq!(
        mark(&vault, 2),
        LogMark {
            marked: true,
            note: None
        }
    );
    assert_eq!(vault.unmark_log().unwrap(), 1);
    assert!(vault.log_marks().unwrap().is_empty(), "nothing empty is left");
}

#[test]
fn a_note_is_sealed_to_its_line() {
    let (_parent, folder, vault) = vault();
    filled(&vault, 2);
    vault.note_log(1, Some("the CANARY")).unwrap();
    let bytes: Vec<u8> = ["console.db", "console.db-wal"]
        .iter()
        .flat_map(|name| std::fs::read(folder.join(name)).unwrap_or_default())
        .collect();
    assert!(!bytes.windows(6).any(|window| window == b"CANARY"));
    let outside = Connection::open(folder.join("console.db")).unwrap();
    outside.execute("UPDATE log_marks SET id = 2", []).unwrap();
    let note = mark(&vault, 2).note.unwrap();
    assert!(note.contains("changed outside"), "{note}");
    vault.lock();
    assert!(vault.log_marks().is_err());
    assert!(vault.mark_log(&[1], true).is_err());
    assert!(vault.note_log(1, None).is_err());
}

#[test]
fn pruning_spares_marked_and_noted_lines_up_to_their_own_limit() {
    let (_parent, folder, vault) = vault();
    drop(vault);
    let vault = Vault::open(&folder, &key_file(&folder))
        .unwrap()
        .keeping(LogRetention {
            lines: 10,
            days: 90,
            marked: 2,
        });
    filled(&vault, 20);
    vault.mark_log(&[3, 5], true).unwrap();
    vault.note_log(7, Some("kept")).unwrap();
    vault.mark_log(&[60], true).unwrap();
    filled(&vault, 44);
    let places = |vault: &Vault| vault.log_places_up_to(54).unwrap();
    assert_eq!(places(&vault), [5, 7], "of three the oldest lost its mark");
    let state = vault.log_state().unwrap();
    assert_eq!((state.lines, state.floor), (12, 54));
    // A mark among the newest counts only once it is all that keeps its line.
    vault.mark_log(&[64], true).unwrap();
    filled(&vault, 64);
    assert_eq!(places(&vault), [7]);
    assert_eq!(vault.log_places_up_to(118).unwrap(), [7, 64]);
    assert_eq!(vault.log_count().unwrap(), 12);
    // Without its mark it goes at the next turn.
    vault.mark_log(&[64], false).unwrap();
    filled(&vault, 64);
    assert_eq!(vault.log_places_up_to(182).unwrap(), [7]);
    assert_eq!(
        vault.log_count().unwrap(),
        vault.log_places_up_to(u64::MAX).unwrap().len() as u64
    );
}

#[test]
fn a_span_says_where_it_is_and_where_its_anchor_is() {
    let (_parent, _folder, vault) = vault();
    filled(&vault, 10);
    vault.mark_log(&[9], true).unwrap();
    let span = |first, limit, anchor| {
        let span = vault.log_span(first, limit, anchor).unwrap();
        let ids: Vec<u64> = span.lines.iter().map(|(line, _)| line.id).collect();
        assert_eq!(span.newest, Some(10));
        (span.first, ids, span.newer)
    };
    assert_eq!(span(None, 3, Some(10)), (7, vec![8, 9, 10], Some(0)));
    assert_eq!(span(Some(2), 3, Some(4)), (2, vec![3, 4, 5], Some(6)));
    assert_eq!(span(Some(8), 5, Some(77)), (8, vec![9, 10], Some(0)));
    assert_eq!(span(Some(8), 5, Some(0)), (8, vec![9, 10], Some(10)));
    assert_eq!(span(Some(50), 5, None), (50, vec![], None));
    assert!(vault.log_span(None, 2, None).unwrap().lines[0].1.marked);
    let mut seen = Vec::new();
    assert_eq!(vault.visit_log(7, 2, |line| seen.push(line.id)).unwrap(), Some(9));
    assert_eq!(vault.visit_log(10, 2, |_| unreachable!()).unwrap(), None);
    assert_eq!(seen, [8, 9]);
}

#[test]
fn a_vault_from_before_marks_is_carried_over_with_its_log() {
    let (_parent, folder, vault) = vault();
    filled(&vault, 3);
    drop(vault);
    let outside = Connection::open(folder.join("console.db")).unwrap();
    outside
        .execute_batch(
            "DROP TABLE log_marks;
             ALTER TABLE counters DROP COLUMN log_epoch;
             ALTER TABLE counters DROP COLUMN log_floor;
             ALTER TABLE instances DROP COLUMN patience_s;
             DELETE FROM refinery_schema_history WHERE version > 2;
             PRAGMA user_version = 2;",
        )
        .unwrap();
    drop(outside);
    let vault = Vault::open(&folder, &key_file(&folder)).unwrap();
    assert_eq!(vault.log_count().unwrap(), 3);
    vault.mark_log(&[1], true).unwrap();
    let (_, _, body) = vault.log_entry(1).unwrap().unwrap();
    assert_eq!(body.as_slice(), b"body");
}

/// Each of them ends without copying the log back, and the next one has to read all of it.
#[test]
fn the_write_ahead_log_stays_short_however_many_short_lived_consoles_write() {
    let (_parent, folder, vault) = vault();
    drop(vault);
    let mut longest = 0;
    for _ in 0..120 {
        let vault = Vault::open(&folder, &key_file(&folder)).unwrap();
        filled(&vault, 1);
        drop(vault);
        let log = std::fs::metadata(folder.join("console.db-wal")).unwrap();
        longest = longest.max(log.len());
    }
    assert!(longest < 1 << 20, "{longest} bytes");
    let vault = Vault::open(&folder, &key_file(&folder)).unwrap();
    assert_eq!(vault.log_state().unwrap().lines, 120);
}
