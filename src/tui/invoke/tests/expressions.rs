//! The line in which an expression over the reply is written.

use super::*;

#[test]
fn an_expression_may_be_written_with_the_point_that_stands_there_or_without() {
    let line = |state: &State| page(state).typing.as_ref().unwrap().input.value().to_owned();
    let mut state = demo((120, 36));
    open(&mut state, listed(3));
    for (keys, written) in [
        (&["|"][..], "result"),
        (&["|"], ".result"),
        (&["|", "backspace"], ".result"),
    ] {
        press(&mut state, keys);
        write(&mut state, written);
        assert_eq!(line(&state), ".result");
        press(&mut state, &["esc"]);
    }
    press(&mut state, &["|"]);
    write(&mut state, "..");
    assert_eq!(line(&state), "..", "what is meant can still be said");
    press(&mut state, &["esc", "|", "home", "end"]);
    write(&mut state, ".");
    assert_eq!(line(&state), "..");
    press(&mut state, &["esc", "|"]);
    update(&mut state, Message::Paste(".result".to_owned()));
    assert_eq!(line(&state), ".result");
    update(&mut state, Message::Paste(" | .a".repeat(20_000)));
    assert_eq!(line(&state).len(), 64 * 1024);
    let told = state.reports.back().map(|report| report.text.as_str());
    assert_eq!(told, Some(crate::tui::layers::CUT));
}

#[test]
fn an_expression_is_completed_from_what_is_there() {
    let mut state = demo((120, 36));
    open(&mut state, listed(30));
    let line = |state: &State| page(state).typing.as_ref().unwrap().input.value().to_owned();
    press(&mut state, &["|", "tab"]);
    assert_eq!(line(&state), ".status");
    press(&mut state, &["tab"]);
    assert_eq!(line(&state), ".result", "the next one");
    press(&mut state, &["shift-tab"]);
    assert_eq!(line(&state), ".status", "the one before");
    press(&mut state, &["tab"]);
    write(&mut state, ".p");
    press(&mut state, &["tab"]);
    assert_eq!(line(&state), ".result.pointers");
    let made = page(&state).reply.jq.as_ref().unwrap();
    assert_eq!(made.expression, ".result.pointers", "what was taken is evaluated");
    write(&mut state, "[].d");
    press(&mut state, &["tab"]);
    assert_eq!(line(&state), ".result.pointers[].description");
    assert_eq!(page(&state).reply.jq.as_ref().unwrap().count, 30);
    // In the middle, what stands behind the cursor stays.
    press(&mut state, &["ctrl-u"]);
    write(&mut state, ". | length");
    let back = ["left"; " | length".len()];
    press(&mut state, &back);
    press(&mut state, &["tab", "tab"]);
    assert_eq!(line(&state), ".result | length");
    // What leads nowhere has no offers, and the key does nothing.
    press(&mut state, &["ctrl-u"]);
    write(&mut state, ".status.");
    press(&mut state, &["tab"]);
    assert_eq!(line(&state), ".status.");
}

#[test]
fn what_is_asked_about_an_expression_is_not_asked_again_while_a_name_grows() {
    let mut state = demo((120, 36));
    open(&mut state, listed(30));
    press(&mut state, &["|"]);
    let id = page(&state).id;
    let asked = |state: &mut State, letter: char| {
        let effects = update(state, Message::Key(Key::char(letter)));
        let Some(Effect::After(_, Message::Inspected(_, number, _))) = effects.into_iter().next() else {
            panic!("it is not looked at once it rests");
        };
        let effects = update(state, Message::Inspected(id, number, News::Rested));
        let asks = |effect: &Effect| matches!(effect, Effect::Inspect(_, _, Errand::Ask(..)));
        let asked = effects.iter().filter(|effect| asks(effect)).count();
        answer(state, effects);
        asked
    };
    let counts: Vec<usize> = "result.co"
        .chars()
        .map(|letter| asked(&mut state, letter))
        .collect();
    assert_eq!(counts, [0, 0, 0, 0, 0, 0, 1, 0, 0]);
}

#[test]
fn what_an_older_errand_brings_is_dropped() {
    let mut state = demo((120, 36));
    open(&mut state, listed(30));
    press(&mut state, &["|"]);
    let id = page(&state).id;
    let type_one = |state: &mut State, letter: char| update(state, Message::Key(Key::char(letter)));
    let first = type_one(&mut state, 'a');
    let Some(Effect::After(_, Message::Inspected(_, number, _))) = first.into_iter().next() else {
        panic!("it is not evaluated once it rests");
    };
    type_one(&mut state, 'b');
    assert!(update(&mut state, Message::Inspected(id, number, News::Rested)).is_empty());
    let news = done(Errand::Evaluate("1".into(), ".".into()));
    update(&mut state, Message::Inspected(id, number, news));
    assert!(page(&state).reply.jq.is_none());
}
