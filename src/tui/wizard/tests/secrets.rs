//! What is secret is shown to who asks for it, for a while, and kept nowhere.

use super::*;

#[test]
fn t45_secrets_are_masked_until_asked_for_and_again_by_themselves() {
    let mut state = demo((120, 36));
    offer(&mut state, Delivery::Passphrase);
    assert!(!screen(&state).contains("absent"));
    let effects = update(&mut state, Message::Key(crate::command::Key::char('s')));
    assert!(screen(&state).contains("absent"));
    let Some(Effect::After(wait, message)) = effects.into_iter().next() else {
        panic!("nothing hides it");
    };
    assert_eq!(wait.as_secs(), 30);
    update(&mut state, message);
    assert!(!screen(&state).contains("absent"));
    // Not left by mistake: it is not shown again.
    press(&mut state, &["esc"]);
    assert!(is_open(&state));
    press(&mut state, &["esc"]);
    assert!(!is_open(&state));
    let mut state = demo((120, 36));
    accept_until_input(&mut state, Delivery::Passphrase);
    armour(&mut state);
    press(&mut state, &["enter"]);
    write(&mut state, "correct horse");
    assert!(!screen(&state).contains("horse"));
}

#[test]
fn nothing_secret_is_in_the_draft() {
    let mut state = demo((120, 36));
    accept_until_input(&mut state, Delivery::Passphrase);
    open_with_passphrase(&mut state);
    let kept = drafts(errands(&mut state, "esc"));
    assert!(!kept.is_empty());
    assert!(kept.iter().all(|draft| !draft.contains("absent")), "{kept:?}");
    let mut state = demo((120, 36));
    accept_until_input(&mut state, Delivery::Code);
    write(&mut state, "http://127.0.0.1:5001");
    press(&mut state, &["tab"]);
    write(&mut state, "4711-able-about-above");
    let kept = drafts(errands(&mut state, "enter"));
    assert!(
        kept[0].contains("127.0.0.1:5001") && !kept[0].contains("4711"),
        "{kept:?}"
    );
}

/// What is kept of where the wizard is.
fn drafts(errands: Vec<Errand>) -> Vec<String> {
    let kept = errands.into_iter().filter_map(|errand| match errand {
        Errand::KeepDraft(Some(draft)) => Some(draft.to_string()),
        _ => None,
    });
    kept.collect()
}
