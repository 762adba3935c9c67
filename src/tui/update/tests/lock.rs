//! The lock screen: when it comes, what it lets through, and what is left of what was there.

use super::super::*;
use super::SIZE;
use crate::protocol::Code;
use crate::tui::clock::Clock;
use crate::tui::effect::Work;
use crate::tui::fake::{self, answer, demo, key, press, write};
use crate::tui::layers::LockScreen;
use crate::tui::message::Done;
use crate::workspace::Failure;

/// Lets so many seconds go by; looks as the timer would.
fn pass(state: &mut State, seconds: i64) -> Vec<Effect> {
    state.clock = Clock::Held(state.clock.now().plus_seconds(seconds));
    let look = state.idle.look;
    update(state, Message::IdleLook(look))
}

fn lock_screen(state: &State) -> &LockScreen {
    match state.layers.first() {
        Some(Layer::Locked(screen)) => screen,
        _ => panic!("it is not locked"),
    }
}

fn wrong() -> Failure {
    Failure::new(
        Code::VaultLocked,
        "the passphrase does not open the vault",
        "try again",
    )
}

fn is_unlocking(effects: &[Effect], with: &str) -> bool {
    effects.iter().any(|effect| {
        matches!(effect, Effect::UnlockVault(Unlock::Passphrase(words)) if words.expose_text() == with)
    })
}

#[test]
fn t45_nobody_there_for_a_quarter_of_an_hour_locks_and_closes_everything() {
    let mut state = demo(SIZE);
    press(&mut state, &["1", "a"]);
    write(&mut state, "secret");
    // A key in between begins the time anew; a look that comes early asks for another one.
    let effects = pass(&mut state, 800);
    assert!(matches!(
        effects.as_slice(),
        [Effect::After(wait, Message::IdleLook(_)), Effect::Attend(false)] if wait.as_secs() == 100
    ));
    write(&mut state, "x");
    pass(&mut state, 899);
    assert_eq!(state.phase, Phase::Open);
    let effects = pass(&mut state, 1);
    assert_eq!(state.phase, Phase::Shut);
    assert_eq!(state.layers.len(), 1);
    assert_eq!(lock_screen(&state).idle_minutes, Some(15));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::LockVault)));
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Watch(names) if names.is_empty()))
    );
}

#[test]
fn the_first_key_after_a_night_locks_and_does_nothing_else() {
    let mut state = demo(SIZE);
    press(&mut state, &["1", "x"]);
    // The machine slept: no timer went off, but the clock went on.
    state.clock = Clock::Held(fake::now().plus_seconds(30_000));
    let effects = key(&mut state, "y");
    assert_eq!(state.phase, Phase::Shut);
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Work(..))));
    assert_eq!(lock_screen(&state).typed.count(), 0);
    // Being told to end is not lost on the way.
    let mut state = demo(SIZE);
    state.clock = Clock::Held(fake::now().plus_seconds(30_000));
    let effects = update(&mut state, Message::Terminate);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::LockVault)));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Shutdown)));
}

#[test]
fn a_clock_that_is_set_back_and_never_do_not_lock() {
    let mut state = demo(SIZE);
    pass(&mut state, -50_000);
    assert_eq!(state.phase, Phase::Open);
    let mut state = demo(SIZE);
    let effects = update(&mut state, Message::IdleLock(Ok(None)));
    assert!(effects.is_empty());
    pass(&mut state, 1_000_000);
    assert_eq!(state.phase, Phase::Open);
}

#[test]
fn what_a_person_waits_for_is_not_taken_from_under_it() {
    let mut state = demo(SIZE);
    let effects = key(&mut state, "i");
    assert!(matches!(
        effects.first(),
        Some(Effect::Work(_, Work::InvokePointer(..)))
    ));
    let ticket = state.running[0].ticket;
    pass(&mut state, 5_000);
    assert_eq!(state.phase, Phase::Open);
    update(&mut state, Message::Worked(ticket, Err(fake::failure())));
    pass(&mut state, 0);
    assert_eq!(state.phase, Phase::Shut);
}

#[test]
fn only_the_passphrase_opens_it_and_wrong_ones_take_ever_longer() {
    let mut state = demo(SIZE);
    press(&mut state, &[":"]);
    write(&mut state, "lock");
    let effects = key(&mut state, "enter");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::LockVault)));
    update(&mut state, Message::VaultShut(Ok(true)));
    assert_eq!(lock_screen(&state).idle_minutes, None);
    // Nothing typed is no try; keys of the panes are letters here.
    assert!(key(&mut state, "enter").is_empty());
    for text in ["q", "x", "1", "?", ":"] {
        assert!(key(&mut state, text).is_empty());
    }
    assert_eq!(lock_screen(&state).typed.count(), 5);
    press(&mut state, &["ctrl-u"]);
    for (tries, wait) in [(1, 0), (2, 1), (3, 2), (4, 4), (5, 8), (6, 30), (7, 30)] {
        write(&mut state, "guess");
        assert!(is_unlocking(&key(&mut state, "enter"), "guess"));
        assert!(key(&mut state, "enter").is_empty(), "one try at a time");
        update(&mut state, Message::VaultOpened(Err(wrong())));
        assert_eq!(
            (lock_screen(&state).failures, lock_screen(&state).penance()),
            (tries, wait)
        );
        assert_eq!(lock_screen(&state).typed.count(), 0);
        if wait > 0 {
            write(&mut state, "early");
            assert!(key(&mut state, "enter").is_empty());
            press(&mut state, &["ctrl-u"]);
            pass(&mut state, wait);
        }
    }
    update(&mut state, Message::Paste("right words\n".into()));
    assert!(is_unlocking(&key(&mut state, "enter"), "right words"));
    let effects = update(&mut state, Message::VaultOpened(Ok(())));
    assert_eq!(state.phase, Phase::Open);
    assert!(state.layers.is_empty());
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::LoadInstances))
    );
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::After(_, Message::IdleLook(_))))
    );
    answer(&mut state, effects);
    assert!(state.pointers.selected().is_some());
}

#[test]
fn a_key_that_lies_ready_takes_no_more_than_enter() {
    let mut state = demo(SIZE);
    commands::perform(&mut state, crate::command::Id::Lock, None);
    update(&mut state, Message::VaultShut(Ok(false)));
    let effects = key(&mut state, "enter");
    assert!(matches!(
        effects.as_slice(),
        [Effect::UnlockVault(Unlock::Ambient)]
    ));
}

#[test]
fn what_comes_in_meanwhile_neither_shows_nor_complains() {
    let mut state = demo(SIZE);
    press(&mut state, &["n"]);
    write(&mut state, "air");
    press(&mut state, &["tab"]);
    write(&mut state, "https://data.example/air.csv");
    key(&mut state, "ctrl-s");
    let ticket = state.running[0].ticket;
    key(&mut state, "i");
    commands::perform(&mut state, crate::command::Id::Lock, None);
    let reports = state.reports.len();
    let locked = || Failure::new(Code::VaultLocked, "the vault is locked", "unlock it");
    let generation = state.log.generation;
    let arrivals = [
        Message::Instances(Err(locked())),
        Message::Credentials(Err(locked())),
        Message::Probed(fake::name("alpha"), Err(locked())),
        Message::VaultChanged,
        Message::Log {
            generation,
            outcome: Err(locked()),
        },
        Message::Tick,
        Message::Resize(80, 24),
    ];
    for arrival in arrivals {
        assert!(update(&mut state, arrival).is_empty());
    }
    assert_eq!(state.reports.len(), reports);
    let rotated = crate::workspace::Rotated {
        row: fake::credentials().remove(0),
        overlap_until: None,
        resealed: Vec::new(),
        form: None,
        due: None,
    };
    update(
        &mut state,
        Message::Worked(ticket, Ok(Done::Rotated(Box::new(rotated)))),
    );
    assert_eq!(state.layers.len(), 1);
    assert!(
        state
            .reports
            .back()
            .unwrap()
            .text
            .contains("while the console was locked")
    );
    let effects = update(&mut state, Message::VaultOpened(Ok(())));
    answer(&mut state, effects);
    assert!(matches!(state.instances.load, crate::tui::state::Load::Ready));
    assert!(matches!(state.credentials.load, crate::tui::state::Load::Ready));
}

#[test]
fn leaving_a_locked_console_asks_where_it_hosts() {
    let mut state = demo(SIZE);
    commands::perform(&mut state, crate::command::Id::Lock, None);
    assert!(key(&mut state, "ctrl-c").is_empty());
    press(&mut state, &["esc"]);
    assert_eq!(state.phase, Phase::Shut);
    key(&mut state, "ctrl-c");
    assert!(matches!(key(&mut state, "y").as_slice(), [Effect::Shutdown]));
}

fn backed_up() -> Done {
    Done::BackedUp(Box::new(crate::workspace::Backup {
        of: crate::workspace::BackupOf {
            id: "bak_0a1b2c3d4e5f".to_owned(),
            name: fake::name("alpha"),
            instance_id: crate::model::InstanceId::parse("inst_0123456789ab").unwrap(),
            made_at: fake::now(),
        },
        file: "/srv/alpha.backup".into(),
        bytes: 1_482_003,
        words: crate::seal::Passphrase::parse("correct horse battery staple").ok(),
        lacks_certificate: false,
    }))
}

fn begun(state: &mut State) -> u64 {
    begin(state, Work::RecoverOwner(fake::name("alpha")));
    state.running.last().unwrap().ticket
}

#[test]
fn words_that_nobody_could_see_are_not_called_done() {
    let exported = || {
        let words = crate::seal::Passphrase::parse("correct horse battery staple").unwrap();
        Done::VaultExported("/srv/vault.age".into(), words)
    };
    let unlogged = || Done::Unlogged(Box::new(serde_json::json!({"dust": 12})), fake::failure());
    for (done, names) in [
        (backed_up(), "/srv/alpha.backup"),
        (exported(), "/srv/vault.age"),
        (unlogged(), "look at what it changed"),
    ] {
        let mut state = demo(SIZE);
        let ticket = begun(&mut state);
        commands::perform(&mut state, crate::command::Id::Lock, None);
        update(&mut state, Message::Worked(ticket, Ok(done)));
        assert_eq!(state.layers.len(), 1, "the lock screen covers everything");
        let told = state.reports.back().unwrap();
        assert_eq!(told.level, crate::tui::state::Level::Warn);
        assert!(
            told.text.contains("while the console was locked"),
            "{}",
            told.text
        );
        assert!(told.remedy.contains(names), "{}", told.remedy);
        assert!(!told.text.contains("horse") && !told.remedy.contains("horse"));
    }
}

#[test]
fn words_that_come_after_a_long_while_are_there_as_long_as_after_a_key_and_are_not_lost_in_silence() {
    let mut state = demo(SIZE);
    let ticket = begun(&mut state);
    pass(&mut state, 5_000);
    update(&mut state, Message::Worked(ticket, Ok(backed_up())));
    pass(&mut state, 899);
    assert_eq!(state.phase, Phase::Open);
    pass(&mut state, 1);
    assert_eq!(state.phase, Phase::Shut);
    let told = state.reports.back().unwrap();
    assert_eq!(told.level, crate::tui::state::Level::Warn);
    assert!(told.text.contains("bak_0a1b2c3d4e5f"), "{}", told.text);
}

#[test]
fn whoever_comes_back_from_an_editor_was_there_all_the_time() {
    let mut state = demo(SIZE);
    state.clock = Clock::Held(state.clock.now().plus_seconds(5_000));
    update(&mut state, Message::CameBack);
    assert_eq!(state.phase, Phase::Open, "from a pager too");
    press(&mut state, &["I"]);
    let effects = key(&mut state, "ctrl-o");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Edit(_))));
    state.clock = Clock::Held(state.clock.now().plus_seconds(5_000));
    let text = "{\"action\": \"get_graph_stats\"}";
    update(&mut state, Message::Edited(Ok(Some(text.to_owned()))));
    assert_eq!(state.phase, Phase::Open);
    let Some(Layer::Composer(composer)) = state.layers.last() else {
        panic!("the composer is open");
    };
    assert_eq!(composer.editor.text(), text);
    // It is kept, too, before it is closed.
    let effects = pass(&mut state, 900);
    assert_eq!(state.phase, Phase::Shut);
    let place = |is_meant: fn(&Effect) -> bool| effects.iter().position(is_meant);
    let kept =
        place(|effect| matches!(effect, Effect::KeepDrafts(_, texts) if texts[0].contains("graph_stats")));
    let locked = place(|effect| matches!(effect, Effect::LockVault));
    assert!(kept.unwrap() < locked.unwrap());
}
