//! Backups, what is made of them, and new owners: the forms, the questions, and what they came to.

use super::compare;
use crate::command::Key;
use crate::model::{InstanceId, InstanceName};
use crate::seal::Passphrase;
use crate::store::AuditHead;
use crate::tui::effect::{Effect, Work};
use crate::tui::fake::{self, demo, press, write};
use crate::tui::layers::Layer;
use crate::tui::message::{Done, Message};
use crate::tui::state::State;
use crate::tui::update::{Start, perform, start, tell_unknown, update};
use crate::tui::view::tests::screen;
use crate::workspace::{Backup, BackupOf, Restored};

fn backup_of() -> BackupOf {
    BackupOf {
        id: "bak_0a1b2c3d4e5f".to_owned(),
        name: fake::name("alpha"),
        instance_id: InstanceId::parse("inst_0123456789ab").unwrap(),
        made_at: fake::now(),
    }
}

/// Work that is begun and over at once, with this.
fn ended(state: &mut State, done: Done) {
    let effect = crate::tui::update::begin(state, Work::RecoverOwner(fake::name("alpha")));
    let Effect::Work(ticket, _) = effect else {
        panic!("work is begun");
    };
    update(state, Message::Worked(ticket, Ok(done)));
}

fn backed_up(state: &mut State) {
    let done = Done::BackedUp(Box::new(Backup {
        of: backup_of(),
        file: "/srv/backups/alpha-20260727-120000.backup".into(),
        bytes: 1_482_003,
        words: Passphrase::parse("correct horse battery staple").ok(),
        lacks_certificate: true,
    }));
    ended(state, done);
}

fn restored(state: &mut State, revived: &[&str]) {
    let done = Done::Restored(Box::new(Restored {
        name: fake::name("alpha"),
        backup: backup_of(),
        audit_head: AuditHead {
            sequence: 7,
            hash: "ab".repeat(32),
        },
        replaced: Some("/home/ada/.butterfly/instances/.replaced-alpha-0a1b2c3d4e5f".into()),
        revived: Some(revived.iter().map(|name| (*name).to_owned()).collect()),
        key_was: None,
        rotated: Some(Vec::new()),
        lacks_certificate: None,
        vault_failure: None,
    }));
    ended(state, done);
}

/// Selects `name` among the instances.
fn select(state: &mut State, name: &str) {
    let name: InstanceName = fake::name(name);
    press(state, &["1"]);
    for _ in 0..20 {
        if state.instances.selected_name().as_ref() == Some(&name) {
            return;
        }
        press(state, &["j"]);
    }
    panic!("{name} is not among the instances");
}

#[test]
fn forms_and_what_they_came_to() {
    compare("form_backup", |state| {
        select(state, "alpha");
        press(state, &["b"]);
    });
    compare("form_backup_recipient", |state| {
        select(state, "alpha");
        press(state, &["b", "tab", "right", "tab"]);
        write(state, "age1nobody");
    });
    compare("form_restore", |state| {
        select(state, "alpha");
        press(state, &["R"]);
    });
    compare("confirm_recover_owner", |state| {
        perform(state, crate::command::Id::RecoverOwner, Some("gamma"));
    });
    compare("confirm_take_over", |state| {
        let names = ["museum", "omega"].map(fake::name);
        update(state, Message::Unknown(Ok(names.to_vec())));
        press(state, &["g", "o"]);
    });
    compare("instances_unknown", |state| {
        state.instances.replace(Vec::new());
        let names = ["alpha", "beta", "museum"].map(fake::name);
        update(state, Message::Unknown(Ok(names.to_vec())));
    });
    for size in super::SIZES {
        let mut state = fake::blank(size);
        start(&mut state, Start::Empty);
        tell_unknown(&mut state, ["alpha", "beta"].map(fake::name).to_vec());
        insta::assert_snapshot!(format!("first_run_unknown_{}x{}", size.0, size.1), screen(&state));
    }
    compare("confirm_use_spare_key", |state| {
        perform(state, crate::command::Id::UseSpareKey, Some("gamma"));
    });
    compare("form_change_lock", |state| {
        perform(state, crate::command::Id::ChangeLock, None);
        press(state, &["tab", "tab"]);
        write(state, "correct horse");
    });
    compare("form_export_vault", |state| {
        perform(state, crate::command::Id::ExportVault, None);
    });
    compare("notice_backed_up", backed_up);
    compare("notice_restored", |state| {
        restored(state, &["museum-instance@alpha"])
    });
}

#[test]
fn words_that_nobody_has_seen_are_not_lost_by_one_key() {
    let mut state = demo((120, 36));
    backed_up(&mut state);
    press(&mut state, &["esc"]);
    assert!(matches!(state.layers.last(), Some(Layer::Notice(_))));
    assert!(
        screen(&state).contains("Close once more to lose it"),
        "{}",
        screen(&state)
    );
    press(&mut state, &["esc"]);
    assert!(state.layers.is_empty());

    backed_up(&mut state);
    press(&mut state, &["v"]);
    assert!(screen(&state).contains("correct horse"));
    press(&mut state, &["esc"]);
    assert!(state.layers.is_empty(), "seen, and closed by one key");
}

#[test]
fn a_new_owner_is_made_only_after_a_yes_and_only_where_nobody_hosts() {
    let mut state = demo((120, 36));
    select(&mut state, "alpha");
    press(&mut state, &["O"]);
    assert!(state.layers.is_empty(), "alpha is hosted: {}", screen(&state));
    assert!(screen(&state).contains("stop it first (S)"), "{}", screen(&state));

    // One that nobody hosts, and a folder that this home does not know.
    for name in ["gamma", "unknown"] {
        perform(&mut state, crate::command::Id::RecoverOwner, Some(name));
        let effects = update(&mut state, Message::Key(Key::char('y')));
        assert!(effects.iter().any(
            |effect| matches!(effect, Effect::Work(_, Work::RecoverOwner(asked)) if asked.as_str() == name)
        ));
    }
}

#[test]
fn a_console_that_only_reads_leaves_the_lock_as_it_is() {
    let mut state = demo((120, 36));
    state.read_only = true;
    perform(&mut state, crate::command::Id::ChangeLock, None);
    assert!(state.layers.is_empty());
    assert!(screen(&state).contains("only reads"), "{}", screen(&state));
}
