//! Handshakes, the wizard's draft and heads of audit trails: kept, sealed, and none taken back unnoticed.

use super::super::{HandshakeEntry, Vault, VaultError};
use super::{entry, key_file, record, vault};
use crate::model::{Delivery, Side, Timestamp};
use rusqlite::Connection;
use serde_json::json;

fn handshake(id: &str, at: i64) -> HandshakeEntry {
    HandshakeEntry {
        id: id.to_owned(),
        side: Side::Held,
        delivery: Delivery::Request,
        peer: "Bee".to_owned(),
        instance: None,
        remote: None,
        credentials: vec!["bee/console".to_owned()],
        words: None,
        verify_first: true,
        request: None,
        bundle: None,
        request_key: Some("AGE-SECRET-KEY-1CANARY".to_owned()),
        refused: false,
        created_at: Timestamp::from_micros(at),
        expires_at: None,
        ended_at: None,
    }
}

#[test]
fn handshakes_and_the_draft_survive_reopening_newest_first_and_unreadable() {
    let (_parent, folder, vault) = vault();
    for (id, at) in [("one", 1), ("three", 3), ("two", 2)] {
        vault.put_handshake(&handshake(id, at)).unwrap();
    }
    let draft = json!({"step": "grants", "peer": "CANARY"});
    vault.keep_wizard_draft(Some(&draft)).unwrap();
    drop(vault);
    let vault = Vault::open(&folder, &key_file(&folder)).unwrap();
    let ids: Vec<String> = vault
        .handshakes()
        .unwrap()
        .into_iter()
        .map(|found| found.id)
        .collect();
    assert_eq!(ids, ["three", "two", "one"]);
    assert_eq!(vault.wizard_draft().unwrap(), Some(draft));
    vault.remove_handshake("two").unwrap();
    vault.remove_handshake("two").unwrap();
    vault.keep_wizard_draft(None).unwrap();
    assert_eq!(vault.handshakes().unwrap().len(), 2);
    assert_eq!(vault.wizard_draft().unwrap(), None);
    for file in std::fs::read_dir(&folder).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(6).any(|window| window == b"CANARY"));
    }
}

#[test]
fn with_an_instance_its_handshakes_end() {
    let (_parent, folder, vault) = vault();
    let own = entry("alpha/owner", "alpha");
    let called = entry("bee/console", "bee");
    vault
        .add(&[own, called], &[record("alpha"), record("bee")])
        .unwrap();
    let at = |side, instance: Option<&str>, credentials: &[&str]| HandshakeEntry {
        side,
        instance: instance.map(str::to_owned),
        credentials: credentials.iter().map(|name| (*name).to_owned()).collect(),
        bundle: Some("CANARY".to_owned()),
        ..handshake("", 1)
    };
    let cases = [
        ("offered", at(Side::Issued, Some("alpha"), &["bee@alpha"]), true),
        (
            "elsewhere",
            at(Side::Issued, Some("gamma"), &["bee@gamma"]),
            false,
        ),
        ("asked", at(Side::Held, Some("alpha"), &[]), true),
        ("taken", at(Side::Held, Some("alpha"), &["alpha/held/bee"]), true),
        (
            "taken here too",
            at(Side::Held, Some("alpha"), &["alpha/held/bee", "bee/console"]),
            false,
        ),
        ("the console's", at(Side::Held, None, &["bee/console"]), false),
    ];
    for (id, entry, _) in &cases {
        let entry = HandshakeEntry {
            id: (*id).to_owned(),
            ..entry.clone()
        };
        vault.put_handshake(&entry).unwrap();
    }
    vault.remove_instance("alpha").unwrap();
    drop(vault);
    let vault = Vault::open(&folder, &key_file(&folder)).unwrap();
    let found = vault.handshakes().unwrap();
    for (id, _, is_over) in cases {
        let kept = found.iter().find(|entry| entry.id == id).unwrap();
        assert_eq!(kept.ended_at.is_some(), is_over, "{id}");
        assert_eq!(kept.bundle.is_none(), is_over, "{id}");
        assert_eq!(kept.request_key.is_none(), is_over, "{id}");
    }
}

#[test]
fn a_head_of_an_audit_trail_only_goes_forward() {
    let (_parent, _folder, vault) = vault();
    let at = Timestamp::from_micros;
    assert_eq!(vault.audit_head("inst_a").unwrap(), None);
    vault.keep_audit_head("inst_a", 7, "seven", at(70)).unwrap();
    vault.keep_audit_head("inst_a", 6, "six", at(80)).unwrap();
    vault.keep_audit_head("inst_a", 7, "another", at(90)).unwrap();
    vault.keep_audit_head("inst_b", 1, "one", at(91)).unwrap();
    assert_eq!(
        vault.audit_head("inst_a").unwrap(),
        Some((7, "seven".to_owned(), at(70)))
    );
    vault.keep_audit_head("inst_a", 8, "eight", at(92)).unwrap();
    assert_eq!(
        vault.audit_head("inst_a").unwrap(),
        Some((8, "eight".to_owned(), at(92)))
    );
}

#[test]
fn threat_49_a_handshake_or_head_swapped_put_back_or_taken_away_is_noticed() {
    let (_parent, folder, vault) = vault();
    vault.put_handshake(&handshake("a", 1)).unwrap();
    vault.put_handshake(&handshake("b", 2)).unwrap();
    vault
        .keep_audit_head("a", 1, "one", Timestamp::from_micros(1))
        .unwrap();
    let outside = Connection::open(folder.join("console.db")).unwrap();
    let row = |kind: &str, name: &str| -> (i64, Vec<u8>) {
        let sql = "SELECT revision, sealed FROM sealed_rows WHERE kind = ?1 AND name = ?2";
        outside
            .query_row(sql, [kind, name], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
    };
    let put = |kind: &str, name: &str, (revision, sealed): &(i64, Vec<u8>)| {
        let sql = "UPDATE sealed_rows SET revision = ?3, sealed = ?4 WHERE kind = ?1 AND name = ?2";
        outside.execute(sql, (kind, name, revision, sealed)).unwrap();
    };
    let is_noticed = || matches!(vault.handshakes(), Err(VaultError::Tampered { .. }));
    let (a, b, head) = (
        row("handshake", "a"),
        row("handshake", "b"),
        row("audit_head", "a"),
    );
    put("handshake", "a", &b);
    assert!(is_noticed(), "swapped with another");
    put("handshake", "a", &head);
    assert!(is_noticed(), "swapped with a row of another kind");
    put("handshake", "a", &a);
    assert!(!is_noticed());
    vault.put_handshake(&handshake("a", 1)).unwrap();
    put("handshake", "a", &a);
    assert!(is_noticed(), "an older one put back");
    vault.put_handshake(&handshake("a", 1)).unwrap();
    vault
        .keep_audit_head("a", 2, "two", Timestamp::from_micros(2))
        .unwrap();
    put("audit_head", "a", &head);
    assert!(matches!(vault.audit_head("a"), Err(VaultError::Tampered { .. })));
    outside.execute("DELETE FROM sealed_rows", []).unwrap();
    assert!(is_noticed(), "taken away");
    assert!(matches!(vault.audit_head("a"), Err(VaultError::Tampered { .. })));
}

#[test]
fn a_vault_of_the_first_version_is_carried_over_whole() {
    let (_parent, folder, vault) = vault();
    vault.add(&[entry("beta/console", "beta")], &[]).unwrap();
    drop(vault);
    let outside = Connection::open(folder.join("console.db")).unwrap();
    outside
        .execute_batch(
            "DROP TABLE sealed_rows;
             ALTER TABLE lock DROP COLUMN account;
             DROP TABLE log_marks;
             ALTER TABLE counters DROP COLUMN log_epoch;
             ALTER TABLE counters DROP COLUMN log_floor;
             ALTER TABLE instances DROP COLUMN patience_s;
             DELETE FROM refinery_schema_history WHERE version > 1;
             PRAGMA user_version = 1;",
        )
        .unwrap();
    drop(outside);
    let vault = Vault::open(&folder, &key_file(&folder)).unwrap();
    assert_eq!(vault.held().unwrap().len(), 1);
    assert!(vault.handshakes().unwrap().is_empty());
}
