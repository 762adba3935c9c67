use super::*;
use crate::command::{FACTS, HABITS, command, commands};
use proptest::prelude::*;

/// Everything that may be selected is, so that every command is there.
fn everything() -> Situation {
    Situation::default()
}

/// Two bindings whose keys cannot both be reached: the same keys, or one the beginning of the other.
fn clash(one: &Binding, other: &Binding) -> bool {
    one.keys.starts_with(other.keys.keys()) || other.keys.starts_with(one.keys.keys())
}

#[test]
fn no_preset_has_keys_that_clash_where_both_are_in_force() {
    for preset in Preset::ALL {
        let keymap = Keymap::of(preset);
        for stack in Scope::STACKS {
            let here: Vec<&Binding> = keymap
                .bindings()
                .iter()
                .filter(|binding| stack.contains(&binding.scope))
                .collect();
            for (place, one) in here.iter().enumerate() {
                for other in &here[place + 1..] {
                    assert!(
                        one.command.id == other.command.id || !clash(one, other),
                        "{}: {} is {} and {} is {} in {stack:?}",
                        preset.name(),
                        one.keys,
                        one.command.name,
                        other.keys,
                        other.command.name,
                    );
                }
            }
        }
    }
}

#[test]
fn the_plain_preset_reaches_every_command_that_the_other_does_and_needs_no_letter_to_move() {
    let (vim, plain) = (Keymap::of(Preset::Vim), Keymap::of(Preset::Plain));
    for scope in Scope::all() {
        for command in commands().filter(|command| command.belongs_to(scope)) {
            let is_reached = |keymap: &Keymap| keymap.keys(command.id, &[scope]).next().is_some();
            assert_eq!(
                is_reached(&vim),
                is_reached(&plain),
                "{} in {}",
                command.name,
                scope.name()
            );
        }
    }
    for id in [
        Id::Down,
        Id::Up,
        Id::Top,
        Id::Bottom,
        Id::PageDown,
        Id::PageUp,
        Id::HalfPageDown,
        Id::HalfPageUp,
        Id::NextPane,
        Id::PaneLeft,
        Id::PaneRight,
        Id::NextInstance,
        Id::PreviousInstance,
        Id::Open,
        Id::Back,
    ] {
        for keys in plain.bindings().iter().filter(|binding| binding.command.id == id) {
            let text = keys.keys.spelled();
            assert!(text == "tab" || text.len() > 1, "{id:?} needs {text}");
        }
    }
    let resolved = plain.press(&[], Key::char('j'), Scope::STACKS[1], &everything());
    assert!(matches!(resolved, Answer::Nothing));
}

#[test]
fn nothing_that_destroys_is_on_a_habit_in_any_preset() {
    for preset in Preset::ALL {
        for binding in Keymap::of(preset)
            .bindings()
            .iter()
            .filter(|binding| binding.command.dangerous)
        {
            let first = binding.keys.keys()[0].spelled();
            assert!(
                !HABITS.contains(&first.as_str()),
                "{} is on {first}",
                binding.command.name
            );
        }
    }
}

#[test]
fn every_fact_of_the_situation_has_a_name() {
    let situation = Situation {
        instance: Some(crate::command::Target::default()),
        ..Situation::default()
    };
    let text = format!("{situation:?}");
    for field in text
        .split([' ', '{', '}', ',', '(', ')'])
        .filter_map(|part| part.strip_suffix(':'))
    {
        assert!(
            FACTS.iter().any(|(name, _)| *name == field),
            "{field} is missing in FACTS"
        );
    }
}

#[test]
fn what_is_only_for_changing_is_not_there_where_only_reading_is_wanted() {
    let keymap = Keymap::default();
    let scopes = [Scope::Pointers, Scope::Global];
    let situation = |read_only| Situation {
        read_only,
        pointer: true,
        ..Situation::default()
    };
    let pressed = |read_only| match keymap.press(&[], Key::char('x'), &scopes, &situation(read_only)) {
        Answer::Run(binding) => Some(binding.command.id),
        _ => None,
    };
    assert_eq!(pressed(true), None);
    assert_eq!(pressed(false), Some(Id::DeletePointer));
}

fn bind(scope: Scope, keys: &str, id: Id) -> Binding {
    Binding {
        scope,
        keys: Sequence::parse(keys).unwrap(),
        command: command(id),
        argument: None,
        when: None,
    }
}

fn made_of(bindings: Vec<Binding>) -> Keymap {
    Keymap {
        preset: Preset::Vim,
        bindings,
    }
}

fn type_keys(keymap: &Keymap, keys: &str, scopes: &[Scope]) -> Option<Id> {
    let keys = Sequence::parse(keys).unwrap();
    let mut begun = Vec::new();
    for key in keys.keys() {
        match keymap.press(&begun, *key, scopes, &everything()) {
            Answer::Run(binding) => return Some(binding.command.id),
            Answer::Wait => begun.push(*key),
            Answer::Nothing => return None,
        }
    }
    None
}

#[test]
fn a_nearer_scope_hides_a_farther_one() {
    let scopes = [Scope::Pointers, Scope::Moving];
    let keymap = made_of(vec![
        bind(Scope::Moving, "g g", Id::Top),
        bind(Scope::Moving, "j", Id::Down),
        bind(Scope::Pointers, "g", Id::Help),
        bind(Scope::Pointers, "j x", Id::Theme),
    ]);
    assert_eq!(type_keys(&keymap, "g g", &scopes), Some(Id::Help));
    assert_eq!(type_keys(&keymap, "g g", &scopes[1..]), Some(Id::Top));
    assert_eq!(type_keys(&keymap, "j x", &scopes), Some(Id::Theme));
    assert_eq!(type_keys(&keymap, "j j", &scopes), None);
}

#[test]
fn hints_list_what_follows_nearest_first_and_groups_by_their_size() {
    let keymap = made_of(vec![
        bind(Scope::Moving, "g g", Id::Top),
        bind(Scope::Moving, "g a", Id::Help),
        bind(Scope::Panes, "g w a", Id::Zoom),
        bind(Scope::Panes, "g w b", Id::Theme),
        bind(Scope::Pointers, "g a", Id::Filter),
    ]);
    let scopes = [Scope::Pointers, Scope::Moving, Scope::Panes];
    let situation = everything();
    let hints = keymap.hints(&[Key::char('g')], &scopes, &situation);
    let told: Vec<(String, Id, usize)> = hints
        .iter()
        .map(|hint| (hint.key.to_string(), hint.binding.command.id, hint.more))
        .collect();
    assert_eq!(
        told,
        [
            ("a".to_owned(), Id::Filter, 0),
            ("g".to_owned(), Id::Top, 0),
            ("w".to_owned(), Id::Zoom, 2),
        ]
    );
}

pub(super) fn any_key() -> impl Strategy<Value = Key> {
    let code = prop_oneof![
        any::<char>()
            .prop_filter("one that can be typed", |next| !next.is_control()
                && !next.is_whitespace())
            .prop_map(crate::command::KeyCode::Char),
        Just(crate::command::KeyCode::Char(' ')),
        Just(crate::command::KeyCode::Enter),
        Just(crate::command::KeyCode::BackTab),
        Just(crate::command::KeyCode::PageDown),
        any::<u8>().prop_map(crate::command::KeyCode::Function),
    ];
    (code, any::<bool>(), any::<bool>()).prop_map(|(code, ctrl, alt)| Key { code, ctrl, alt })
}

proptest! {
    #[test]
    fn a_sequence_that_is_written_is_read_back(keys in prop::collection::vec(any_key(), 1..4)) {
        let text = keys.iter().map(Key::spelled).collect::<Vec<_>>().join(" ");
        let read = Sequence::parse(&text).unwrap();
        prop_assert_eq!(read.keys(), &keys[..]);
        prop_assert_eq!(read.spelled(), text);
    }

    /// Whatever is typed, a sequence ends, and what it ends in is bound to exactly what was typed.
    #[test]
    fn what_is_run_is_bound_to_what_was_typed(stack in 0..Scope::STACKS.len(), typed in prop::collection::vec(0usize..40, 1..4)) {
        let keymap = Keymap::default();
        let keys: Vec<Key> = keymap.bindings().iter().flat_map(|binding| binding.keys.keys().to_vec()).collect();
        let typed: Vec<Key> = typed.into_iter().map(|place| keys[place * 7 % keys.len()]).collect();
        let mut begun = Vec::new();
        for key in typed {
            match keymap.press(&begun, key, Scope::STACKS[stack], &everything()) {
                Answer::Wait => begun.push(key),
                Answer::Nothing => begun.clear(),
                Answer::Run(binding) => {
                    begun.push(key);
                    prop_assert_eq!(binding.keys.keys(), &begun[..]);
                    prop_assert!(Scope::STACKS[stack].contains(&binding.scope));
                    begun.clear();
                }
            }
            let hints = keymap.hints(&begun, Scope::STACKS[stack], &everything());
            prop_assert!(begun.is_empty() || !hints.is_empty(), "one waits for nothing");
        }
    }
}
