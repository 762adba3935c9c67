use super::*;
use crate::command::keymap::Answer;
use crate::command::{Id, Situation, command};
use proptest::prelude::*;

fn load(text: &str) -> (Keymap, Vec<Problem>) {
    Keymap::load(text).unwrap()
}

/// What keys mean in the pane with the pointers, a pointer being selected.
fn meaning(keymap: &Keymap, keys: &str, read_only: bool) -> Option<String> {
    let situation = Situation {
        pointer: true,
        federated: true,
        read_only,
        ..Situation::default()
    };
    let stack = [Scope::Pointers, Scope::Moving, Scope::Panes, Scope::Global];
    let mut begun = Vec::new();
    for key in Sequence::parse(keys).unwrap().keys() {
        match keymap.press(&begun, *key, &stack, &situation) {
            Answer::Run(binding) => return Some(binding.line()),
            Answer::Wait => begun.push(*key),
            Answer::Nothing => return None,
        }
    }
    None
}

#[test]
fn keys_are_rebound_added_in_a_row_and_taken_away() {
    let (keymap, problems) = load(
        r#"
        [keys.pointers]
        w = "invoke"
        "u c" = "call circuit"
        x = false
        [keys.global]
        "ctrl-t" = { run = "theme light" }
        "#,
    );
    assert_eq!(problems, []);
    assert_eq!(meaning(&keymap, "w", false).as_deref(), Some("invoke"));
    assert_eq!(
        meaning(&keymap, "i", false).as_deref(),
        Some("invoke"),
        "its old key stays"
    );
    assert_eq!(meaning(&keymap, "u c", false).as_deref(), Some("call circuit"));
    assert_eq!(meaning(&keymap, "x", false), None);
    assert_eq!(meaning(&keymap, "ctrl-t", false).as_deref(), Some("theme light"));
    let shown = keymap.keys(Id::InvokePointer, &[Scope::Pointers]).next();
    assert_eq!(
        shown.map(Sequence::spelled).as_deref(),
        Some("w"),
        "what a person chose is shown"
    );
}

#[test]
fn a_condition_leaves_the_old_meaning_where_it_does_not_hold() {
    let (keymap, problems) =
        load("[keys.pointers]\ni = { run = \"theme\", when = \"pointer && read_only\" }\n");
    assert_eq!(problems, []);
    assert_eq!(meaning(&keymap, "i", true).as_deref(), Some("theme"));
    assert_eq!(meaning(&keymap, "i", false).as_deref(), Some("invoke"));
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_the_rest_counts() {
    let (keymap, problems) = load(
        "preset = \"emacs\"\nwhat = 1\n[keys.nowhere]\n[keys.pointers]\nw = \"invoke\"\nhyper-x = \"invoke\"\nb = \"frobnicate\"\n\
         j1 = \"zoom\"\nd = \"delete\"\n\"ctrl-c\" = \"zoom\"\nZ = { run = \"zoom\", when = \"pointer & x\" }\nY = \"zoom twice\"\n",
    );
    assert_eq!(meaning(&keymap, "w", false).as_deref(), Some("invoke"));
    let told: Vec<(usize, usize)> = problems
        .iter()
        .map(|problem| (problem.line, problem.column))
        .collect();
    assert_eq!(
        told,
        [
            (1, 10),
            (2, 1),
            (3, 7),
            (6, 1),
            (7, 5),
            (8, 1),
            (9, 1),
            (10, 1),
            (11, 37),
            (12, 5)
        ],
        "{problems:#?}"
    );
    assert!(problems[6].message.contains("destroys"), "{:?}", problems[6]);
}

#[test]
fn a_file_that_is_no_toml_is_told_with_its_place_and_changes_nothing() {
    let problem = Keymap::load("preset = \"vim\"\n[keys.pointers\n").unwrap_err();
    assert_eq!(problem.line, 2);
}

#[test]
fn two_meanings_that_can_be_at_once_are_a_conflict_and_others_are_not() {
    let two = |second: &str| {
        load(&format!(
            "[keys.pointers]\nw = [{{ run = \"invoke\", when = \"pointer\" }}, {{ run = \"zoom\", when = \"{second}\" }}]\n"
        ))
        .1
    };
    assert_eq!(two("!pointer"), []);
    let problems = two("busy");
    assert_eq!((problems.len(), problems[0].line), (1, 2));
    assert!(problems[0].message.contains("invoke"), "{problems:?}");
}

#[test]
fn what_is_bound_twice_names_both_lines() {
    let (keymap, problems) = load("[keys.pointers]\nw = \"invoke\"\n\"w w\" = \"zoom\"\n");
    assert_eq!((problems.len(), problems[0].line), (1, 3), "{problems:?}");
    assert!(
        problems[0]
            .message
            .contains("w is invoke already in pointers (line 2)"),
        "{problems:?}"
    );
    assert_eq!(meaning(&keymap, "w", true).as_deref(), Some("invoke"));
}

#[test]
fn a_key_that_hides_a_sequence_or_is_hidden_is_told() {
    let (keymap, problems) = load("[keys.moving]\ng = \"top\"\n");
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[0].message.contains("g g"), "{problems:?}");
    // On pages that have sequences of their own it is not reached itself.
    assert!(
        problems[1].message.contains("domains (g d) in instance-page"),
        "{problems:?}"
    );
    assert_eq!(meaning(&keymap, "g", false).as_deref(), Some("top"));

    let (_, problems) = load("[keys.global]\ni = \"theme\"\n");
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].message.contains("invoke in pointers"), "{problems:?}");

    let (_, problems) = load("[keys.pointers]\nj = \"invoke\"\n");
    assert_eq!(problems, [], "a nearer scope may hide a farther one");
}

#[test]
fn a_beginning_of_other_keys_is_told_across_scopes_too() {
    let told = |text: &str| {
        let (_, problems) = load(text);
        let mut told = problems
            .into_iter()
            .map(|problem| (problem.line, problem.message));
        let first = told.next();
        assert_eq!(told.next(), None, "{text}");
        first
    };
    // A key of a nearer scope takes every sequence away that begins with it.
    let (line, message) = told("[keys.pointers]\ng = \"invoke\"\n").unwrap();
    assert_eq!(line, 2);
    assert!(
        message.contains("(take-over)") && message.contains("begin with it and are not reached in pointers"),
        "{message}"
    );
    // A sequence of a nearer scope takes the key away that it begins with.
    let (_, message) = told("[keys.pointers]\n\"j k\" = \"invoke\"\n").unwrap();
    assert!(
        message.contains("j (down) is its beginning and is not reached in pointers"),
        "{message}"
    );
    // A key of a farther scope is hidden by sequences of a nearer one.
    let (_, message) = told("[keys.global]\ng = \"theme\"\n").unwrap();
    assert!(message.contains("take-over (g o) in panes"), "{message}");
    // Said so, it is no surprise.
    assert_eq!(
        told("[keys.moving]\nj = false\n[keys.pointers]\n\"j k\" = \"invoke\"\n"),
        None
    );
}

#[test]
fn the_plain_preset_can_be_chosen_and_changed() {
    let (keymap, problems) = load("preset = \"plain\"\n[keys.moving]\nj = \"down\"\n");
    assert_eq!(problems, []);
    assert_eq!(keymap.preset(), Preset::Plain);
    assert_eq!(meaning(&keymap, "j", false).as_deref(), Some("down"));
    assert_eq!(meaning(&keymap, "k", false), None);
}

proptest! {
    /// Whatever a file holds, it is read or told where it cannot be; nothing panics.
    #[test]
    fn any_text_is_read_or_told(text in "(preset|keys|\\[keys\\.(moving|pointers)\\]|[a-z]|=|\"|\n| |\\{|\\}|'|\\[|false|run|when|!|&|é){0,40}") {
        let lines = text.matches('\n').count() + 1;
        match Keymap::load(&text) {
            Ok((_, problems)) => prop_assert!(problems.iter().all(|problem| (1..=lines).contains(&problem.line))),
            Err(problem) => prop_assert!((1..=lines).contains(&problem.line)),
        }
    }

    /// A single key bound to a command without conditions means exactly that afterwards, wherever its scope is nearest.
    #[test]
    fn what_is_bound_is_what_happens(place in 0usize..500, key in super::super::tests::any_key()) {
        let scopes = Scope::all();
        let scope = scopes[place % scopes.len()];
        let text = format!("[keys.{}]\n{} = \"help\"\n", scope.name(), toml::Value::String(key.spelled()));
        let (keymap, problems) = load(&text);
        let stack = [scope];
        if problems.iter().any(|problem| problem.message.contains("always")) {
            return Ok(());
        }
        let answer = keymap.press(&[], key, &stack, &Situation::default());
        prop_assert!(matches!(answer, Answer::Run(binding) if binding.command.id == Id::Help), "{} {:?}", text, problems);
    }
}

/// What a file that gives this command a key in this scope is told about where the command is.
fn told_of_place(command: &crate::command::Command, scope: Scope) -> Option<String> {
    let text = format!(
        "[keys.{}]\n\"alt-9 alt-8\" = \"{}\"\n",
        scope.name(),
        command.name
    );
    let (_, problems) = load(&text);
    let mut messages = problems.into_iter().map(|problem| problem.message);
    messages.find(|message| message.contains("does nothing in"))
}

#[test]
fn a_command_gets_a_key_wherever_its_own_key_works_and_nowhere_else() {
    let usual = Keymap::of(Preset::default());
    for command in crate::command::commands() {
        let works = |stack: &[Scope]| usual.keys(command.id, stack).next().is_some();
        if !Scope::STACKS.into_iter().any(works) {
            // It has no key that could tell.
            continue;
        }
        for scope in Scope::all() {
            let mut stacks = Scope::STACKS.into_iter().filter(|stack| stack.contains(&scope));
            let told = told_of_place(command, scope);
            assert_eq!(
                told.is_none(),
                stacks.all(works),
                "{} {scope:?}: {told:?}",
                command.name
            );
        }
    }
    let query = command(Id::Compose);
    assert_eq!(told_of_place(query, Scope::Pointers), None);
    assert!(told_of_place(query, Scope::Map).is_some());
}
