use super::*;
use std::collections::HashSet;

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
        let only_somewhere = command.also.iter().map(|(_, keys)| keys);
        for text in command.keys.iter().chain(only_somewhere) {
            assert!(Sequence::parse(text).is_some(), "{}: {text:?}", command.name);
        }
    }
}

#[test]
fn what_destroys_changes_something() {
    for command in commands().filter(|command| command.dangerous) {
        assert!(command.changes, "{}", command.name);
    }
}

#[test]
fn a_name_may_be_shortened_while_it_is_unmistakable() {
    assert_eq!(by_name("quit").map(|command| command.id), Some(Id::Quit));
    assert_eq!(by_name("qui").map(|command| command.id), Some(Id::Quit));
    assert!(by_name("pa").is_none());
    assert!(by_name("nonsense").is_none());
}
