//! The page at all sizes and in all states, and what its keys lead to, with a held clock.

use super::errand::{Errand, News};
use super::fake::{RECORDS, broken, record};
use super::{AuditTrail, Walk};
use crate::command::{Id, Key};
use crate::model::filter::Filter;
use crate::protocol::Code;
use crate::store::{AUDIT_FIELDS, AuditHead, AuditOutcome, AuditPage, AuditRecord};
use crate::tui::effect::{Effect, Work};
use crate::tui::fake::{ODD_SIZES, answer, demo, fill, key, name, press, themed, write};
use crate::tui::layers::Layer;
use crate::tui::message::{Done, Message, Mouse};
use crate::tui::state::State;
use crate::tui::theme::{ASCII, Depth};
use crate::tui::update::{perform, update};
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
    let open = state.layers.iter().find_map(|layer| match layer {
        Layer::Audit(page) => Some(page),
        _ => None,
    });
    open.expect("the page is open")
}

fn refused() -> Failure {
    Failure::new(
        Code::AccessDenied,
        "Access denied. Only the owner may see the audit trail.",
        "ask the instance's administrator",
    )
}

fn filter(text: &str) -> Filter {
    Filter::parse(text, AUDIT_FIELDS).unwrap()
}

/// What an instance tells of a filter: these records, and below which there may be more.
fn told(
    state: &mut State,
    text: &str,
    before: Option<u64>,
    told: Result<(Vec<AuditRecord>, Option<u64>), Failure>,
) -> Vec<Effect> {
    let page = told.map(|(records, next)| AuditPage { records, next });
    let news = News::Records(name("alpha"), filter(text), before, page);
    update(state, Message::Audit(news))
}

/// What it tells without a filter: all records from the first of these to the last.
fn records(
    state: &mut State,
    before: Option<u64>,
    records: Result<Vec<AuditRecord>, Failure>,
) -> Vec<Effect> {
    let page = records.map(|records| {
        let next = records.last().map(|last| last.sequence).filter(|last| *last > 1);
        (records, next)
    });
    told(state, "", before, page)
}

#[test]
fn all_states_of_the_page() {
    compare("records", |state| press(state, &["g", "a", "j"]));
    compare("refused_only", |state| press(state, &["g", "a", "f"]));
    compare("changes_only", |state| press(state, &["g", "a", "f", "f"]));
    compare("words", |state| {
        press(state, &["g", "a", "/"]);
        write(state, "who:museum delete");
    });
    compare("mistake", |state| {
        press(state, &["g", "a", "/"]);
        write(state, "museum outcome:odd");
    });
    compare("found", |state| {
        press(state, &["g", "a", "/"]);
        write(state, "!outcome:done owner");
        press(state, &["enter", "j"]);
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
    assert!(first >= 200 && page(&state).next.is_some());
    press(&mut state, &["G"]);
    while page(&state).next.is_some() {
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
        matches!(&asked[..], [Effect::Audit(Errand::Records(_, _, Some(1_035)))]),
        "{}",
        asked.len()
    );
    assert!(records(&mut state, Some(1_035), Err(refused())).is_empty());
    assert!(update(&mut state, Message::Tick).is_empty());
    assert!(matches!(
        key(&mut state, "j").as_slice(),
        [Effect::Audit(Errand::Records(_, _, Some(1_035)))]
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
    super::only(&mut state);
    super::only(&mut state);
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
    let is_worse =
        |record: &AuditRecord| matches!(record.outcome, AuditOutcome::Denied | AuditOutcome::Failed);
    assert!(page(&state).records.len() > 100 && page(&state).records.iter().all(is_worse));
    press(&mut state, &["f"]);
    let changes: Vec<&str> = page(&state)
        .shown
        .iter()
        .map(|place| page(&state).records[*place].action.as_str())
        .collect();
    assert!(changes.contains(&"create_pointer") && changes.contains(&"delete_pointer"));
    assert!(!changes.contains(&"get_pointer_summary") && !changes.contains(&""));
    press(&mut state, &["f", "/"]);
    write(&mut state, "who:museum");
    press(&mut state, &["esc"]);
    assert_eq!(page(&state).text, "", "what was there before");
    press(&mut state, &["/"]);
    write(&mut state, "museum");
    press(&mut state, &["enter"]);
    let found = &page(&state).records;
    assert!(!found.is_empty() && found.iter().all(|record| [4, 8].contains(&(record.sequence % 9))));
    press(&mut state, &["esc"]);
    assert_eq!(page(&state).text, "", "the page stays, its filter goes");
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

#[test]
fn a_filter_shows_at_once_what_is_there_and_asks_the_instance_once_it_rests() {
    let mut state = demo((120, 36));
    press(&mut state, &["g", "a", "/"]);
    let there = page(&state).records.len();
    let before = page(&state).generation;
    for letter in "delete".chars() {
        let waits = update(&mut state, Message::Key(Key::char(letter)));
        assert!(matches!(
            &waits[..],
            [Effect::After(_, Message::Audit(News::Rested(..)))]
        ));
    }
    assert_eq!(
        (page(&state).records.len(), page(&state).generation),
        (there, before + 6)
    );
    assert!(!page(&state).shown.is_empty() && page(&state).shown.len() < there);
    let early = News::Rested(name("alpha"), before + 5);
    assert!(
        update(&mut state, Message::Audit(early)).is_empty(),
        "it does not rest yet"
    );
    let rested = News::Rested(name("alpha"), before + 6);
    let asked = update(&mut state, Message::Audit(rested));
    let [Effect::Audit(Errand::Records(_, of, None))] = &asked[..] else {
        panic!("it is not asked");
    };
    assert_eq!(of.to_string(), "delete");
    // Nothing older is asked for with a filter that is not answered yet.
    assert!(key(&mut state, "down").is_empty());
    answer(&mut state, asked);
    let deleted = (1..=RECORDS).filter(|number| number % 9 == 4).count();
    press(&mut state, &["enter", "G", "G", "G", "G"]);
    assert_eq!((page(&state).shown.len(), page(&state).next), (deleted, None));
    assert!(screen(&state).contains("137 in all"));
}

#[test]
fn what_is_told_of_a_filter_that_is_not_wanted_any_more_is_dropped() {
    let mut state = demo((120, 36));
    super::open(&mut state, name("alpha"));
    told(&mut state, "", None, Ok((vec![record(9), record(8)], Some(8))));
    super::narrow(&mut state, "who:museum");
    told(&mut state, "who:owner", None, Ok((vec![record(8)], None)));
    told(&mut state, "", Some(8), Ok((vec![record(7)], None)));
    let sequences =
        |state: &State| -> Vec<u64> { page(state).records.iter().map(|record| record.sequence).collect() };
    assert_eq!(
        sequences(&state),
        [9, 8, 7],
        "older ones still belong to what is there"
    );
    told(
        &mut state,
        "who:museum",
        None,
        Ok((vec![record(13), record(4)], Some(2))),
    );
    assert_eq!(sequences(&state), [13, 4]);
    // New ones come on top of those that fit, and only those that fit.
    told(
        &mut state,
        "who:museum",
        None,
        Ok((vec![record(22), record(13)], Some(10))),
    );
    assert_eq!(sequences(&state), [22, 13, 4]);
    // Too many came meanwhile: what was there does not follow on them.
    told(
        &mut state,
        "who:museum",
        None,
        Ok((vec![record(49), record(40)], Some(40))),
    );
    assert_eq!(sequences(&state), [49, 40]);
}

#[test]
fn whoever_comes_back_to_the_filter_of_before_is_not_left_waiting() {
    let mut state = demo((120, 36));
    super::open(&mut state, name("alpha"));
    let newest = (201..=400).rev().map(record).collect();
    told(&mut state, "", None, Ok((newest, Some(201))));
    super::narrow(&mut state, "museum");
    let rested = News::Rested(name("alpha"), page(&state).generation);
    assert_eq!(update(&mut state, Message::Audit(rested)).len(), 1);
    super::narrow(&mut state, "");
    // What is told of the other filter, or that it could not be asked, is of no use any more.
    told(&mut state, "museum", None, Ok((vec![record(4)], None)));
    told(&mut state, "museum", None, Err(refused()));
    assert_eq!(page(&state).records.len(), 200);
    assert!(!screen(&state).contains("from before"));
    assert!(matches!(
        key(&mut state, "G").as_slice(),
        [Effect::Audit(Errand::Records(_, _, Some(201)))]
    ));
}

#[test]
fn a_search_rests_after_a_while_and_goes_on_with_whoever_goes_on() {
    let mut state = demo((120, 36));
    super::open(&mut state, name("alpha"));
    super::narrow(&mut state, "nobody");
    let mut next = 1_000_000;
    let mut asked = told(&mut state, "nobody", None, Ok((Vec::new(), Some(next))));
    let mut pages = 0;
    while let [Effect::Audit(Errand::Records(_, _, Some(before)))] = asked[..] {
        assert_eq!(before, next);
        next -= 20_000;
        pages += 1;
        asked = told(&mut state, "nobody", Some(before), Ok((Vec::new(), Some(next))));
    }
    assert_eq!(pages, 25);
    assert!(
        screen(&state).contains("0 back to record 500 000; down for older ones"),
        "{}",
        screen(&state)
    );
    assert!(matches!(
        key(&mut state, "j").as_slice(),
        [Effect::Audit(Errand::Records(_, _, Some(500_000)))]
    ));
}

#[test]
fn a_filter_can_be_given_on_the_command_line_and_a_mistake_in_it_is_told() {
    let mut state = demo((120, 36));
    press(&mut state, &["g", "a", ":"]);
    write(&mut state, "audit-filter who:museum outcome:odd");
    press(&mut state, &["enter"]);
    assert_eq!(page(&state).text, "who:museum outcome:odd");
    assert!(
        page(&state)
            .records
            .iter()
            .all(|record| record.app_id.as_ref().unwrap().as_str() == "museum-reader")
    );
    assert!(
        screen(&state).contains("the rest of the filter holds"),
        "{}",
        screen(&state)
    );
}

/// The ticket of clearing the trail of alpha, if that was begun.
fn begun(effects: &[Effect]) -> Option<u64> {
    effects.iter().find_map(|effect| match effect {
        Effect::Work(ticket, Work::ClearAudit(of)) if *of == name("alpha") => Some(*ticket),
        _ => None,
    })
}

#[test]
fn what_was_cleared_is_not_shown_any_more() {
    let mut state = demo((120, 36));
    super::open(&mut state, name("alpha"));
    records(&mut state, None, Ok((1..=6).rev().map(record).collect()));
    // The first of the new trail goes on counting; nothing is below it.
    told(&mut state, "", None, Ok((vec![record(8), record(7)], None)));
    let shown: Vec<u64> = page(&state)
        .records
        .iter()
        .map(|record| record.sequence)
        .collect();
    assert_eq!(shown, [8, 7]);
    // Where the page ends right above what is known, nothing says that that is gone.
    told(&mut state, "", None, Ok((vec![record(10), record(9)], Some(9))));
    let shown: Vec<u64> = page(&state)
        .records
        .iter()
        .map(|record| record.sequence)
        .collect();
    assert_eq!(shown, [10, 9, 8, 7]);
}

#[test]
fn it_is_cleared_only_after_a_yes_and_then_shown_anew() {
    compare("confirm_clear", |state| {
        press(state, &["g", "a"]);
        perform(state, Id::AuditClear, None);
    });
    let mut state = demo((120, 36));
    press(&mut state, &["g", "a"]);
    perform(&mut state, Id::AuditClear, None);
    assert!(begun(&key(&mut state, "n")).is_none());
    perform(&mut state, Id::AuditClear, None);
    let ticket = begun(&key(&mut state, "y")).expect("it is cleared");
    let ended = AuditHead {
        sequence: 78,
        hash: "ab".repeat(32),
    };
    let done = Done::AuditCleared(name("alpha"), ended);
    let effects = update(&mut state, Message::Worked(ticket, Ok(done)));
    let is_asked = |effect: &Effect| matches!(effect, Effect::Audit(Errand::Records(_, _, None)));
    assert!(effects.iter().any(is_asked));
    assert!(screen(&state).contains("record 78"), "{}", screen(&state));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn whatever_is_typed_and_pressed_the_selection_is_a_record_that_fits(
        keys in prop::collection::vec(prop::sample::select(vec!["j", "k", "G", "g g", "f", "pgdn", "/ o w n enter", "/ x z enter", "/ tab esc", "/ ! d down up", "enter", "esc", "v"]), 0..24),
    ) {
        let mut state = demo((80, 24));
        press(&mut state, &["g", "a"]);
        for keys in keys {
            press(&mut state, &keys.split(' ').collect::<Vec<_>>());
        }
        let Some(Layer::Audit(page)) = state.layers.iter().find(|layer| matches!(layer, Layer::Audit(_))) else {
            return Ok(());
        };
        prop_assert!(page.shown.is_empty() || page.cursor.selected < page.shown.len());
        prop_assert!(page.shown.is_sorted());
        prop_assert!(page.records.windows(2).all(|pair| pair[0].sequence > pair[1].sequence));
    }
}

#[test]
fn t56_no_size_panics() {
    let mut state = demo((80, 24));
    press(&mut state, &["g", "a"]);
    for size in ODD_SIZES {
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
