//! How the console begins, what of its place it keeps, and what the end of its terminal means.

use super::*;
use crate::tui::fake::demo;
use crate::tui::state::Load;

#[test]
fn where_one_is_is_kept_as_soon_as_it_is_known_without_another_key() {
    let mut state = demo((80, 24));
    let mut kept = KeptPlace::default();
    kept.touched();
    state.instances.load = Load::Waiting;
    assert!(kept.news(&mut state).is_empty());
    assert!(kept.next.is_some(), "it is looked at again");
    state.instances.load = Load::Ready;
    let news = kept.news(&mut state);
    assert!(matches!(news.as_slice(), [Effect::Remember("place", _)]));
    assert!(kept.next.is_none(), "then nothing more is to be kept");
}

#[test]
fn a_terminal_that_was_hung_up_is_no_failure_and_another_one_is() {
    let lost = |error: io::Error, phase| {
        let mut gone = Gone::default();
        gone.lost(error, phase);
        assert!(gone.is_gone);
        gone.why.is_some()
    };
    assert!(!lost(io::Error::from_raw_os_error(INPUT_OUTPUT), Phase::Open));
    assert!(!lost(io::ErrorKind::BrokenPipe.into(), Phase::Open));
    assert!(!lost(io::ErrorKind::Other.into(), Phase::Stopping));
    assert!(lost(io::ErrorKind::Other.into(), Phase::Open));
}

#[test]
fn the_first_frame_asks_for_what_it_shows_and_for_nothing_else() {
    let mut state = demo((120, 36));
    let asked = start(&mut state, Start::Open);
    let (now, later): (Vec<_>, Vec<_>) = asked.iter().partition(|effect| is_for_first_frame(effect));
    assert!(matches!(
        now[..],
        [Effect::LoadPreferences, Effect::LoadInstances, Effect::WatchFiles]
    ));
    assert!(
        later
            .iter()
            .any(|effect| matches!(effect, Effect::LoadLog { .. }))
    );
}
