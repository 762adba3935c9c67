//! The page at all sizes and in all states, and what its keys lead to, with a held clock.

mod meanwhile;

use super::errand::{Changed, Errand, News};
use super::fake::{domain_id, tree};
use super::state::Thing;
use super::{Domains, fake};
use crate::model::DomainId;
use crate::protocol::Code;
use crate::seal::Passphrase;
use crate::tui::effect::{Effect, Work};
use crate::tui::fake::{ODD_SIZES, answer, blank, demo, fill, key, name, press, themed, write};
use crate::tui::layers::{Confirm, Layer};
use crate::tui::message::{Done, Message, Mouse};
use crate::tui::state::State;
use crate::tui::theme::{ASCII, Depth};
use crate::tui::update::update;
use crate::tui::view::tests::screen;
use crate::workspace::{DomainChange, Failure};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 50)];

fn compare(label: &str, prepare: impl Fn(&mut State)) {
    for size in SIZES {
        let mut state = demo(size);
        prepare(&mut state);
        let label = format!("domains_{label}_{}x{}", size.0, size.1);
        insta::assert_snapshot!(label, screen(&state));
    }
}

fn page(state: &State) -> &Domains {
    let found = state.layers.iter().find_map(|layer| match layer {
        Layer::Domains(page) => Some(page),
        _ => None,
    });
    found.expect("the page is open")
}

/// Opens the page of an instance, answering what it asks.
fn open(state: &mut State, instance: &str) {
    let effects = super::open(state, name(instance));
    answer(state, effects);
    let effects = update(state, Message::Tick);
    answer(state, effects);
}

/// Presses down until something is selected that this fits.
fn select(state: &mut State, wanted: impl Fn(&Thing) -> bool) {
    for _ in 0..40 {
        if page(state).thing().as_ref().is_some_and(&wanted) {
            return;
        }
        press(state, &["j"]);
    }
    panic!("it is not on the page");
}

fn is_key(thing: &Thing) -> bool {
    matches!(thing, Thing::Key(_))
}

fn is_connection(thing: &Thing) -> bool {
    matches!(thing, Thing::Connection(_))
}

fn is_federation(thing: &Thing) -> bool {
    matches!(thing, Thing::Federation(..))
}

/// The change that a key leads to, answered with yes where it asks.
fn change_by(state: &mut State, key_name: &str) -> DomainChange {
    let mut effects = key(state, key_name);
    if matches!(state.layers.last(), Some(Layer::Confirm(_))) {
        effects = key(state, "y");
    }
    change_of(effects)
}

fn change_of(effects: Vec<Effect>) -> DomainChange {
    let found = effects.into_iter().find_map(|effect| match effect {
        Effect::Work(_, Work::Domains(instance, change)) => {
            assert_eq!(instance.as_str(), "alpha");
            Some(*change)
        }
        _ => None,
    });
    found.expect("something is changed")
}

fn question(state: &State) -> &Confirm {
    match state.layers.last() {
        Some(Layer::Confirm(confirm)) => confirm,
        _ => panic!("nothing is asked"),
    }
}

#[test]
fn all_states_of_the_page() {
    compare("all", |state| press(state, &["g", "d"]));
    compare("connection", |state| {
        press(state, &["g", "d"]);
        select(state, is_connection);
    });
    compare("key", |state| {
        press(state, &["g", "d"]);
        select(state, is_key);
    });
    compare("federation", |state| {
        press(state, &["g", "d"]);
        select(state, is_federation);
    });
    compare("folded", |state| press(state, &["g", "d", "enter"]));
    compare("many", |state| {
        open(state, "gamma");
        press(state, &["G", "k", "k"]);
    });
    compare("empty", |state| open(state, "beta"));
    compare("loading", |state| {
        key(state, "g");
        key(state, "d");
    });
    compare("failed", |state| open(state, "museum"));
    compare("failed_again", |state| {
        open(state, "alpha");
        let news = News::Tree(name("alpha"), Err(crate::tui::fake::failure()));
        update(state, Message::Domains(news));
    });
    compare("read_only", |state| open(state, "archive"));
}

#[test]
fn its_windows() {
    compare("rename", |state| press(state, &["g", "d", "e"]));
    compare("new_connection", |state| press(state, &["g", "d", "a"]));
    compare("federate", |state| press(state, &["g", "d", "F"]));
    compare("accept", |state| press(state, &["g", "d", "A"]));
    compare("new_key", |state| press(state, &["g", "d", "K"]));
    compare("remove", |state| press(state, &["g", "d", "x"]));
    compare("close", |state| {
        press(state, &["g", "d"]);
        select(state, is_connection);
        press(state, &["S"]);
    });
    compare("refused", |state| {
        press(state, &["g", "d", "x"]);
        let effects = key(state, "y");
        let ticket = effects.iter().find_map(|effect| match effect {
            Effect::Work(ticket, _) => Some(*ticket),
            _ => None,
        });
        let refusal = Failure::new(
            crate::protocol::Code::InUse,
            "the domain dom_000000000001 is still needed by conn_000000000010, conn_000000000011, fed_000000000001",
            "remove or move what still needs it first",
        );
        update(state, Message::Worked(ticket.unwrap(), Err(refusal.on("alpha"))));
    });
    compare("made_key", |state| {
        press(state, &["g", "d", "K"]);
        let effects = key(state, "ctrl-s");
        let ticket = effects.iter().find_map(|effect| match effect {
            Effect::Work(ticket, _) => Some(*ticket),
            _ => None,
        });
        let changed = Changed {
            words: "the access key is made".into(),
            secret: Some((
                "Whoever has it can call this instance with it. It is shown this once: hand it over by a safe way.",
                Passphrase::parse("access_key=key_CANARY").unwrap(),
            )),
        };
        update(
            state,
            Message::Worked(ticket.unwrap(), Ok(Done::Domains(name("alpha"), changed))),
        );
    });
}

#[test]
fn plain_signs() {
    let mut state = themed((80, 24), "dark", Depth::None);
    state.look.glyphs = ASCII;
    fill(&mut state);
    press(&mut state, &["g", "d"]);
    insta::assert_snapshot!("domains_ascii_80x24", screen(&state));
}

#[test]
fn a_fresh_key_is_masked_until_it_is_asked_for() {
    let mut state = demo((120, 36));
    press(&mut state, &["g", "d"]);
    let changed = Changed {
        words: "the access key is made".into(),
        secret: Some(("told once", Passphrase::parse("access_key=key_CANARY").unwrap())),
    };
    super::on_changed(&mut state, name("alpha"), changed);
    assert!(!screen(&state).contains("CANARY"));
    key(&mut state, "v");
    assert!(screen(&state).contains("CANARY"));
    let reports: Vec<&str> = state.reports.iter().map(|report| report.text.as_str()).collect();
    assert!(reports.iter().all(|text| !text.contains("CANARY")));
}

#[test]
fn what_others_change_shows_without_a_key_and_nothing_else_is_asked_for_meanwhile() {
    let mut state = demo((120, 36));
    press(&mut state, &["g", "d"]);
    let turn = page(&state).turn;
    let due = |turn| Message::DomainsDue(name("alpha"), turn);
    assert!(
        update(&mut state, due(turn - 1)).is_empty(),
        "it was asked for since"
    );
    let asked = update(&mut state, due(turn));
    assert!(matches!(asked.as_slice(), [Effect::Domains(Errand::Tree(_))]));
    let same = page(&state).tree.clone();
    let effects = update(
        &mut state,
        Message::Domains(News::Tree(name("alpha"), Ok(same.clone()))),
    );
    assert!(
        matches!(effects.as_slice(), [Effect::After(_, Message::DomainsDue(..))]),
        "all is as it was, and keys and counts stay"
    );
    let mut fewer = same;
    fewer.domains.truncate(1);
    let before = page(&state).rows.len();
    let turn = page(&state).turn;
    update(&mut state, due(turn));
    let effects = update(&mut state, Message::Domains(News::Tree(name("alpha"), Ok(fewer))));
    assert!(page(&state).rows.len() < before);
    let asks = |effect: &Effect| matches!(effect, Effect::Domains(Errand::Keys(..) | Errand::Count(..)));
    assert!(effects.iter().any(asks));
    // The refresh of all pages asks for everything, and so does a change in the vault for the domains.
    let effects = key(&mut state, "ctrl-r");
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Domains(Errand::Tree(_))))
    );
    let effects = update(&mut state, Message::VaultChanged);
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Domains(Errand::Tree(_))))
    );
    press(&mut state, &["esc"]);
    assert!(update(&mut state, due(turn + 1)).is_empty(), "the page is closed");
}

#[test]
fn what_could_not_be_had_is_asked_for_again_with_the_next_look() {
    let mut state = demo((80, 24));
    super::open(&mut state, name("alpha"));
    let domains = vec![domain_id(1), domain_id(2)];
    let asked = |effects: &[Effect]| -> (Vec<DomainId>, usize) {
        let mut asked = (Vec::new(), 0);
        for effect in effects {
            match effect {
                Effect::Domains(Errand::Keys(_, domains)) => asked.0.extend(domains.clone()),
                Effect::Domains(Errand::Count(_, connections)) => asked.1 += connections.len(),
                _ => {}
            }
        }
        asked
    };
    let look = |state: &mut State| {
        let turn = page(state).turn;
        update(state, Message::DomainsDue(name("alpha"), turn));
        asked(&update(
            state,
            Message::Domains(News::Tree(name("alpha"), Ok(tree()))),
        ))
    };
    let (first, counted) = look(&mut state);
    assert!(first.len() > 2 && counted > 0);
    assert_eq!(look(&mut state), (Vec::new(), 0), "they are on their way");

    // One failed for now, one is refused; of the others nothing is heard at all.
    let failed = Failure::new(Code::StorageFailed, "the disk is full just now", "");
    let refused = Failure::new(Code::AccessDenied, "not by you", "");
    let keys = vec![(domain_id(1), Err(failed.clone())), (domain_id(2), Err(refused))];
    update(
        &mut state,
        Message::Domains(News::Keys(name("alpha"), domains, Ok(keys))),
    );
    let others = vec![domain_id(3)];
    update(
        &mut state,
        Message::Domains(News::Keys(name("alpha"), others, Err(failed))),
    );
    let uncounted = vec![tree().connections[0].id.clone()];
    update(
        &mut state,
        Message::Domains(News::Counted(name("alpha"), uncounted, Vec::new())),
    );
    assert!(
        asked(&update(&mut state, Message::Tick)).0.is_empty(),
        "not before the next look"
    );
    assert_eq!(look(&mut state), (vec![domain_id(1), domain_id(3)], 1));
}

#[test]
fn only_what_is_in_view_is_asked_for_and_only_once() {
    let mut state = demo((80, 24));
    let effects = super::open(&mut state, name("gamma"));
    assert!(matches!(effects.as_slice(), [Effect::Domains(Errand::Tree(_))]));
    update(&mut state, Message::Tick);
    let news = News::Tree(name("gamma"), Ok(fake::many(2_000)));
    let effects = update(&mut state, Message::Domains(news));
    let mut asked = (0, 0);
    for effect in &effects {
        match effect {
            Effect::Domains(Errand::Keys(_, domains)) => asked.0 += domains.len(),
            Effect::Domains(Errand::Count(_, connections)) => asked.1 += connections.len(),
            // The pointers of the instance, which is the selected one now.
            _ => {}
        }
    }
    assert!(
        (1..=24).contains(&asked.0) && (1..=24).contains(&asked.1),
        "{asked:?}"
    );
    assert!(update(&mut state, Message::Tick).is_empty());
    assert!(!key(&mut state, "G").is_empty());
}

#[test]
fn enter_folds_a_domain_and_goes_to_the_pointers_of_a_connection() {
    let mut state = demo((120, 36));
    press(&mut state, &["g", "d"]);
    let all = page(&state).rows.len();
    press(&mut state, &["enter"]);
    assert!(page(&state).rows.len() < all);
    assert_eq!(page(&state).thing(), Some(Thing::Domain(domain_id(1))));
    press(&mut state, &["enter"]);
    assert_eq!(page(&state).rows.len(), all);
    select(&mut state, is_connection);
    press(&mut state, &["enter"]);
    assert!(state.layers.is_empty());
    assert_eq!(state.pointers.filter, "conn:conn_000000000010");
    // Of a domain, those of all its connections.
    press(&mut state, &["g", "d", "p"]);
    assert!(state.layers.is_empty());
    assert_eq!(state.pointers.filter, "domain:dom_000000000001");
    press(&mut state, &["g", "d"]);
    select(&mut state, |thing| *thing == Thing::Domain(domain_id(2)));
    press(&mut state, &["p"]);
    assert_eq!(state.pointers.filter, "domain:dom_000000000002");
}

#[test]
fn the_selection_stays_on_what_it_was_on() {
    let mut state = demo((120, 36));
    press(&mut state, &["g", "d"]);
    select(&mut state, is_federation);
    let before = page(&state).thing();
    let mut other = tree();
    other.domains.insert(0, other.domains[3].clone());
    other.domains[0].id = domain_id(9);
    update(&mut state, Message::Domains(News::Tree(name("alpha"), Ok(other))));
    assert_eq!(page(&state).thing(), before);
}

#[test]
fn keys_lead_to_what_they_say() {
    let mut state = demo((120, 36));
    press(&mut state, &["g", "d"]);
    assert!(matches!(
        change_by(&mut state, "x"),
        DomainChange::RemoveDomain(id) if id == domain_id(1)
    ));
    press(&mut state, &["n"]);
    write(&mut state, "ferries");
    let change = change_of(key(&mut state, "enter"));
    assert!(matches!(change, DomainChange::MakeDomain(name) if name == "ferries"));
    press(&mut state, &["esc", "a"]);
    write(&mut state, "gate");
    press(&mut state, &["tab"]);
    write(&mut state, "in and out");
    let change = change_of(key(&mut state, "ctrl-s"));
    assert!(
        matches!(change, DomainChange::MakeConnection { domain, name, description, held_credential: None }
            if domain == domain_id(1) && name == "gate" && description == "in and out")
    );
    press(&mut state, &["esc", "a"]);
    write(&mut state, "to the museum");
    press(&mut state, &["tab", "tab", "space", "space"]);
    let change = change_of(key(&mut state, "enter"));
    assert!(
        matches!(change, DomainChange::MakeConnection { held_credential: Some(held), .. } if held == "museum")
    );
    press(&mut state, &["esc"]);
    select(&mut state, is_connection);
    assert!(matches!(change_by(&mut state, "S"), DomainChange::SetStatus(..)));
    assert!(key(&mut state, "s").is_empty(), "it is open already");
    assert!(matches!(
        change_by(&mut state, "x"),
        DomainChange::RemoveConnection(_)
    ));
    select(&mut state, is_key);
    assert!(matches!(
        change_by(&mut state, "x"),
        DomainChange::RevokeKey(id) if *id == "key-0a1b2c3d4e5f"
    ));
    select(&mut state, is_federation);
    assert!(matches!(
        change_by(&mut state, "x"),
        DomainChange::EndFederation(_)
    ));
    press(&mut state, &["F", "space"]);
    let change = change_of(key(&mut state, "ctrl-s"));
    assert!(matches!(change, DomainChange::Federate { target, from, .. }
        if target == domain_id(3) && from == Some(domain_id(1))));
}

#[test]
fn a_question_names_the_instance_and_what_stands_in_the_way() {
    let mut state = demo((120, 36));
    press(&mut state, &["g", "d", "x"]);
    let asked = question(&state);
    assert_eq!(asked.instance.as_deref(), Some("alpha"));
    for part in ["air", "tides", "key-0a1b2c3d4e5f", "alpha refuses"] {
        assert!(asked.text.contains(part), "{}", asked.text);
    }
    press(&mut state, &["esc"]);
    select(&mut state, |thing| *thing == Thing::Domain(domain_id(4)));
    press(&mut state, &["x"]);
    assert!(question(&state).text.contains("owns nothing"));
}

#[test]
fn where_only_reading_is_wanted_nothing_can_be_changed() {
    let mut state = demo((120, 36));
    open(&mut state, "archive");
    assert_eq!(state.instances.selected_name(), Some(name("archive")));
    for wish in ["n", "a", "e", "x", "K", "F", "A"] {
        assert!(key(&mut state, wish).is_empty(), "{wish}");
        assert_eq!(state.layers.len(), 1, "{wish}");
    }
    press(&mut state, &["enter"]);
    assert!(page(&state).is_folded(0));
}

#[test]
fn a_row_that_is_clicked_is_selected_and_the_wheel_moves() {
    let mut state = demo((120, 36));
    press(&mut state, &["g", "d"]);
    let first = screen(&state)
        .lines()
        .position(|line| line.contains("open data"))
        .unwrap();
    let y = u16::try_from(first).unwrap() + 2;
    update(&mut state, Message::Mouse(Mouse::Click(10, y)));
    assert_eq!(page(&state).cursor.selected, 2);
    update(&mut state, Message::Mouse(Mouse::Click(10, 34)));
    assert_eq!(page(&state).cursor.selected, 2, "there is no row");
    update(&mut state, Message::Mouse(Mouse::Wheel(10, y, 1)));
    assert_eq!(page(&state).cursor.selected, 5);
}

#[test]
fn what_comes_for_another_instance_is_not_taken() {
    let mut state = demo((120, 36));
    press(&mut state, &["g", "d"]);
    let rows = page(&state).rows.clone();
    let news = News::Tree(name("beta"), Ok(fake::many(3)));
    update(&mut state, Message::Domains(news));
    assert_eq!(page(&state).rows, rows);
}

#[test]
fn t56_no_size_panics() {
    let mut state = blank((80, 24));
    fill(&mut state);
    for instance in ["alpha", "gamma", "beta", "museum"] {
        open(&mut state, instance);
        for size in ODD_SIZES {
            update(&mut state, Message::Resize(size.0, size.1));
            press(&mut state, &["G", "k", "g", "g", "j"]);
            screen(&state);
        }
    }
}
