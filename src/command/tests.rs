use super::*;
use std::collections::{HashMap, HashSet};

#[test]
fn every_command_is_named_and_explained() {
    let mut names = HashSet::new();
    let mut ids = HashSet::new();
    for command in commands() {
        assert!(names.insert(command.name), "{} is there twice", command.name);
        assert!(ids.insert(command.id), "{:?} is there twice", command.id);
        assert!(
            !command.name.is_empty() && !command.label.is_empty(),
            "{:?}",
            command.id
        );
        assert!(command.doc.len() > 8, "{} is not explained", command.name);
        assert!(!command.scopes.is_empty(), "{} works nowhere", command.name);
        assert!(
            command
                .name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'-'),
            "{}",
            command.name
        );
    }
}

#[test]
fn every_key_can_be_read() {
    for command in commands() {
        for text in command.keys {
            assert!(Key::parse(text).is_some(), "{}: {text:?}", command.name);
        }
    }
}

#[test]
fn no_two_keys_clash_where_both_are_in_force() {
    for stack in Scope::STACKS {
        let mut taken: HashMap<Key, &str> = HashMap::new();
        for command in commands() {
            if !command.scopes.iter().any(|scope| stack.contains(scope)) {
                continue;
            }
            for key in command.keys.iter().filter_map(|text| Key::parse(text)) {
                if let Some(other) = taken.insert(key, command.name) {
                    panic!("{key} is both {other} and {} in {stack:?}", command.name);
                }
            }
        }
    }
}

#[test]
fn what_destroys_asks_and_is_on_no_habit() {
    for command in commands().filter(|command| command.dangerous) {
        assert!(command.changes, "{}", command.name);
        for habit in [
            "d", "ctrl-d", "ctrl-j", "ctrl-b", "ctrl-u", "ctrl-w", "enter", "space", "q",
        ] {
            assert!(!command.keys.contains(&habit), "{} is on {habit}", command.name);
        }
    }
}

#[test]
fn what_changes_is_not_there_where_only_reading_is_wanted() {
    let situation = Situation {
        read_only: true,
        pointer: true,
        ..Situation::default()
    };
    assert_eq!(
        resolve(Key::char('x'), &[Scope::Pointers, Scope::Global], &situation),
        None
    );
    let writable = Situation {
        read_only: false,
        ..situation
    };
    assert_eq!(
        resolve(Key::char('x'), &[Scope::Pointers, Scope::Global], &writable),
        Some(Id::DeletePointer)
    );
}

#[test]
fn a_name_may_be_shortened_while_it_is_unmistakable() {
    assert_eq!(by_name("quit").map(|command| command.id), Some(Id::Quit));
    assert_eq!(by_name("qui").map(|command| command.id), Some(Id::Quit));
    assert!(by_name("pa").is_none());
    assert!(by_name("nonsense").is_none());
}
