//! The page at all sizes and in all states, and what its keys lead to, with a held clock.

use super::errand::{Errand, News};
use super::fake::{RECORDS, broken, record};
use super::{AuditTrail, Walk};
use crate::protocol::Code;
use crate::store::AuditRecord;
use crate::tui::effect::Effect;
use crate::tui::fake::{answer, demo, fill, key, name, press, themed, write};
use crate::tui::layers::Layer;
use crate::tui::message::{Message, Mouse};
use crate::tui::state::State;
use crate::tui::theme::{ASCII, Depth};
use crate::tui::update::update;
use crate::tui::view::tests::screen;
use crate::workspace::Failure;
use proptest::prelude::*;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 50)];

fn compare(label: &str, prepare: impl Fn(&mut State)) {
    for size in SIZES {
        let mut state = demo(size);
        prepare(&mut state);
        let label = format!("audit_{label}_{}x{}", size.0, size.1);
        insta::assert_snapshot!(label, screen(&state));
    }
}

fn page(state: &State) -> &AuditTrail {
    match state.layers.last() {
        Some(Layer::Audit(page)) => page,
        _ => panic!("the page is not open"),
    }
}

fn refused() -> Failure {
    Failure::new(
        Code::AccessDenied,
        "Access denied. Only the owner may see the audit trail.",
        "ask the instance's administrator",
    )
}

fn records(
    state: &mut State,
    before: Option<u64>,
    records: Result<Vec<AuditRecord>, Failure>,
) -> Vec<Effect> {
    update(
        state,
        Message::Audit(News::Records(name("alpha"), before, records)),
    )
}

#[test]
fn all_states_of_the_page() {
    compare("records", |state| press(state, &["g", "a", "j"]));
    compare("refused_only", |state| press(state, &["g", "a", "f"]));
    compare("changes_only", |state| press(state, &["g", "a", "f", "f"]));
    compare("words", |state| {
        press(state, &["g", "a", "/"]);
        write(state, "museum delete");
    });
    compare("nothing_fits", |state| {
        press(state, &["g", "a", "/"]);
        write(state, "nobody");
        press(state, &["enter"]);
    });
    compare("whole", |state| press(state, &["g", "a", "v"]));
    compare("broken", |state| {
        press(state, &["g", "a"]);
        let found = News::Verified(name("alpha"), Ok(Box::new(broken())));
        update(state, Message::Audit(found));
    });
    compare("walking", |state| {
        press(state, &["g", "a"]);
        key(state, "v");
    });
    compare("waiting", |state| {
        super::open(state, name("alpha"));
    });
    compare("refused", |state| {
        super::open(state, name("alpha"));
        records(state, None, Err(refused()));
    });
    compare("empty", |state| {
        super::open(state, name("alpha"));
        records(state, None, Ok(Vec::new()));
    });
}

#[test]
fn plain_signs() {
    let mut state = themed((80, 24), "dark", Depth::None);
    state.look.glyphs = ASCII;
    fill(&mut state);
    press(&mut state, &["g", "a"]);
    insta::assert_snapshot!("audit_plain_80x24", screen(&state));
}

#[test]
fn older_records_are_asked_for_when_they_come_into_view_and_never_twice() {
    let mut state = demo((120, 36));
    press(&mut state, &["g", "a"]);
    let first = page(&state).records.len();
    assert!(first >= 200 && page(&state).has_older);
    press(&mut state, &["G"]);
    while page(&state).has_older {
        press(&mut state, &["G"]);
    }
    let sequences: Vec<u64> = page(&state)
        .records
        .iter()
        .map(|record| record.sequence)
        .collect();
    let all: Vec<u64> = (1..=RECORDS).rev().collect();
    assert_eq!(sequences, all);
}

#[test]
fn older_records_that_fail_are_asked_for_again_only_by_who_goes_on() {
    let mut state = demo((120, 36));
    super::open(&mut state, name("alpha"));
    let newest = (1_035..=1_234).rev().map(record).collect();
    assert!(records(&mut state, None, Ok(newest)).is_empty());
    let asked = key(&mut state, "G");
    assert!(
        matches!(&asked[..], [Effect::Audit(Errand::Records(_, Some(1_035)))]),
        "{}",
        asked.len()
    );
    assert!(records(&mut state, Some(1_035), Err(refused())).is_empty());
    assert!(update(&mut state, Message::Tick).is_empty());
    assert!(matches!(
        key(&mut state, "j").as_slice(),
        [Effect::Audit(Errand::Records(_, Some(1_035)))]
    ));
}

#[test]
fn new_records_come_on_top_and_whoever_reads_an_old_one_goes_on_reading_it() {
    let mut state = demo((120, 36));
    press(&mut state, &["g", "a", "j", "j"]);
    let read = page(&state).selected().unwrap().sequence;
    let before = page(&state).records.len();
    let newest: Vec<AuditRecord> = (RECORDS - 190..=RECORDS + 3).rev().map(record).collect();
    records(&mut state, None, Ok(newest));
    assert_eq!(page(&state).selected().unwrap().sequence, read);
    assert_eq!(page(&state).records.len(), before + 3);
    assert_eq!(page(&state).records[0].sequence, RECORDS + 3);
}

#[test]
fn among_changes_an_act_is_told_once_unless_nobody_knows_how_it_ended() {
    let mut state = demo((120, 36));
    super::open(&mut state, name("alpha"));
    // 3 is an intent of 2's action, 12 is another one: one of them ended.
    let mut acts: Vec<AuditRecord> = [20, 12, 3].into_iter().map(record).collect();
    acts[0].jti = Some("same".into());
    acts[2].jti = Some("same".into());
    records(&mut state, None, Ok(acts));
    assert_eq!(page(&state).shown.len(), 3);
    press(&mut state, &["f", "f"]);
    assert_eq!(page(&state).shown, [0, 1]);
}

#[test]
fn a_trail_that_began_anew_is_shown_anew() {
    let mut state = demo((120, 36));
    press(&mut state, &["g", "a"]);
    let mut fresh: Vec<AuditRecord> = (1..=RECORDS).rev().take(3).map(record).collect();
    for record in &mut fresh {
        record.hash = "0".repeat(64);
    }
    records(&mut state, None, Ok(fresh));
    assert_eq!(page(&state).records.len(), 3);
    // What was asked of the old one does not fit behind it.
    records(&mut state, Some(1_035), Ok(vec![record(1_034)]));
    assert_eq!(page(&state).records.len(), 3);
}

#[test]
fn what_cannot_be_asked_again_keeps_what_was_there() {
    let mut state = demo((120, 36));
    press(&mut state, &["g", "a"]);
    let before = page(&state).records.len();
    records(&mut state, None, Err(refused()));
    assert_eq!(page(&state).records.len(), before);
    assert!(screen(&state).contains("from before"));
}

#[test]
fn keys_do_what_they_say() {
    let mut state = demo((120, 36));
    press(&mut state, &["g", "a", "f"]);
    let worse = page(&state).shown.len();
    assert!(worse < page(&state).records.len());
    press(&mut state, &["f"]);
    let changes: Vec<&str> = page(&state)
        .shown
        .iter()
        .map(|place| page(&state).records[*place].action.as_str())
        .collect();
    assert!(changes.contains(&"create_pointer") && changes.contains(&"delete_pointer"));
    assert!(!changes.contains(&"get_pointer_summary") && !changes.contains(&""));
    press(&mut state, &["f", "/"]);
    write(&mut state, "!museum");
    let others = page(&state).shown.len();
    press(&mut state, &["esc", "/"]);
    write(&mut state, "MUSEUM");
    assert_eq!(others + page(&state).shown.len(), page(&state).records.len());
    let museum = page(&state).shown.len();
    assert!(museum > 0 && museum < page(&state).records.len());
    press(&mut state, &["esc"]);
    assert_eq!(page(&state).shown.len(), page(&state).records.len());
    update(&mut state, Message::Mouse(Mouse::Click(10, 6)));
    assert!(page(&state).cursor.selected > 0);
    let walk = key(&mut state, "v");
    assert!(matches!(&walk[..], [Effect::Audit(Errand::Verify(_))]));
    assert!(state.is_live());
    assert!(key(&mut state, "v").is_empty(), "one walk at a time");
    answer(&mut state, walk);
    assert!(matches!(page(&state).walk, Walk::Found(_)));
    press(&mut state, &["esc"]);
    assert!(state.layers.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn whatever_is_typed_and_pressed_the_selection_is_a_record_that_fits(
        keys in prop::collection::vec(prop::sample::select(vec!["j", "k", "G", "g g", "f", "pgdn", "/ o w n enter", "/ x z enter", "/ esc", "v"]), 0..24),
    ) {
        let mut state = demo((80, 24));
        press(&mut state, &["g", "a"]);
        for keys in keys {
            press(&mut state, &keys.split(' ').collect::<Vec<_>>());
        }
        let page = page(&state);
        prop_assert!(page.shown.is_empty() || page.cursor.selected < page.shown.len());
        prop_assert!(page.shown.is_sorted());
        prop_assert!(page.records.windows(2).all(|pair| pair[0].sequence == pair[1].sequence + 1));
    }
}

#[test]
fn t56_no_size_panics() {
    let mut state = demo((80, 24));
    press(&mut state, &["g", "a"]);
    for size in [
        (1, 1),
        (2, 3),
        (20, 5),
        (40, 9),
        (79, 12),
        (149, 8),
        (150, 8),
        (500, 4),
    ] {
        update(&mut state, Message::Resize(size.0, size.1));
        press(
            &mut state,
            &["G", "k", "g", "g", "j", "/", "x", "esc", "f", "f", "f"],
        );
        screen(&state);
        let found = News::Verified(name("alpha"), Ok(Box::new(broken())));
        update(&mut state, Message::Audit(found));
        screen(&state);
    }
}
