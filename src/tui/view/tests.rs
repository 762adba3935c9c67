//! Every pane, page, window and state, at three sizes, with a held clock.

mod anything;
mod backups;
mod families;
mod granting;
mod log;
mod plain;
mod sorting;

use super::*;
use crate::command::Key;
use crate::protocol::Code;
use crate::tui::clock::Clock;
use crate::tui::effect::Effect;
use crate::tui::fake::{self, answer, blank, demo, press, themed, write};
use crate::tui::layers::{Layer, Notice, Rows};
use crate::tui::message::{Done, Message};
use crate::tui::state::{Level, Load, Pane};
use crate::tui::theme::{ASCII, Depth};
use crate::tui::update::{Start, start, update};
use crate::workspace::{Failure, PointerList};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Rect;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 50)];

pub(in crate::tui) fn screen(state: &State) -> String {
    let (width, height) = state.size;
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal
        .draw(|frame| {
            view(state, frame.buffer_mut());
        })
        .unwrap();
    terminal.backend().to_string()
}

/// Compares what `prepare` leads to with what was seen and found good, at each size.
fn compare(name: &str, prepare: impl Fn(&mut State)) {
    for size in SIZES {
        let mut state = demo(size);
        prepare(&mut state);
        let name = format!("{name}_{}x{}", size.0, size.1);
        insta::assert_snapshot!(name, screen(&state));
    }
}

#[test]
fn a_question_is_read_whole_on_a_narrow_screen() {
    for (size, keys) in [
        ((40, 24), &["q"][..]),
        ((40, 30), &["x"]),
        ((40, 40), &["3", "x"]),
    ] {
        let mut state = demo(size);
        press(&mut state, keys);
        let Some(Layer::Confirm(confirm)) = state.layers.last() else {
            panic!("no question after {keys:?}");
        };
        let mut words: Vec<&str> = confirm.text.split_whitespace().collect();
        if let Some((_, Some(dependents))) = &confirm.dependents {
            words.extend(
                dependents
                    .iter()
                    .flat_map(|dependent| dependent.split_whitespace()),
            );
        }
        let shown = screen(&state);
        for word in words {
            assert!(shown.contains(word), "{word:?} is cut off:\n{shown}");
        }
    }
}

#[test]
fn panes() {
    compare("panes", |_| {});
    compare("panes_instances", |state| press(state, &["1"]));
    compare("instances_looked_at", |state| {
        fake::look_around(state);
        press(state, &["1"]);
    });
    compare("instances_zoomed", |state| {
        fake::look_around(state);
        press(state, &["1", "z", "j"]);
    });
    compare("instances_folded", |state| press(state, &["1", "f"]));
    compare("panes_log", |state| press(state, &["4"]));
    compare("pointers_zoomed_at_the_end", |state| press(state, &["z", "G"]));
    compare("pointers_filtered", |state| {
        press(state, &["/"]);
        write(state, "fine dust");
    });
    compare("pointers_without_a_match", |state| {
        press(state, &["/"]);
        write(state, "#nothing");
        press(state, &["enter"]);
    });
}

#[test]
fn instances_and_credentials_that_a_filter_leaves() {
    compare("instances_filtered", |state| {
        press(state, &["1", "/"]);
        write(state, "kind:remote");
    });
    compare("credentials_filtered", |state| {
        press(state, &["3", "/"]);
        write(state, "side:held beta");
        press(state, &["enter"]);
    });
    compare("credentials_in_need", |state| {
        press(state, &["3", "z", "/"]);
        write(state, "attention:any");
        press(state, &["enter"]);
    });
    compare("credentials_without_a_match", |state| {
        press(state, &["3", "/"]);
        write(state, "nobody");
        press(state, &["enter"]);
    });
}

#[test]
fn pointers_of_all_instances() {
    compare("pointers_merged", |state| press(state, &["a"]));
    compare("pointers_merged_zoomed", |state| press(state, &["z", "a", "j"]));
    compare("pointers_merged_slow", |state| {
        press(state, &["a"]);
        for effect in update(state, Message::Key(Key::ctrl('r'))) {
            match effect {
                Effect::LoadPointers { ref instance, .. } if instance.as_str() == "beta" => {}
                effect => answer(state, vec![effect]),
            }
        }
        state.clock = Clock::Held(fake::now().plus_seconds(3));
    });
    compare("pointers_filtered_to_the_letter", |state| {
        press(state, &["z", "/"]);
        write(state, "dust ~mns #a* !draft rout:x");
        press(state, &["backspace", "backspace"]);
    });
    compare("pointers_filtered_by_what_is_kept", |state| {
        state.filters.note(Rows::Pointers, "dust", Some("dust #air"));
        press(state, &["/"]);
        write(state, "saved:dust !draft saved:du");
    });
    compare("kept_filters", |state| {
        for (name, filter) in [("dust", "dust #air"), ("relays", "route:relay !conn:none")] {
            state.filters.note(Rows::Pointers, name, Some(filter));
        }
        press(state, &["g", "f"]);
    });
    compare("pointers_matched", |state| {
        press(state, &["/"]);
        write(state, "fine ~mns ptr_0 conn:01");
        press(state, &["enter"]);
    });
    compare("pointers_marked", |state| {
        press(state, &["v", "v", "j", "j", "v", "j", "ctrl-v"]);
    });
    compare("pointers_columns", |state| {
        press(state, &["z", "s", "j", "s", "s", "j", ">", ">", "j", "space"]);
    });
    compare("pointers_sorted", |state| {
        press(state, &["s", "j", "j", "s", "esc"]);
    });
}

#[test]
fn a_heading_that_is_clicked_sorts() {
    let mut state = demo((120, 36));
    let layout = state.layout();
    let inner = layout.inner(crate::tui::state::Pane::Pointers);
    let click = Message::Mouse(crate::tui::message::Mouse::Click(inner.x + 3, inner.y));
    let effects = update(&mut state, click);
    assert_eq!(state.pointers.columns.order.by, crate::store::SortBy::Address);
    assert!(effects.iter().any(|effect| matches!(
        effect,
        Effect::LoadPointers { query, .. } if query.order == state.pointers.columns.order
    )));
}

#[test]
fn pages() {
    compare("instance", |state| press(state, &["1", "enter"]));
    compare("instance_log", |state| {
        press(state, &["1", "L"]);
        update(state, Message::Told(fake::name("alpha"), fake::reading()));
    });
    compare("instance_log_frozen", |state| {
        press(state, &["1", "L"]);
        update(state, Message::Told(fake::name("alpha"), fake::reading()));
        press(state, &["v", "f"]);
        let more = crate::instance::Reading {
            overrun: 12,
            dropped: 3,
            ..fake::reading()
        };
        update(state, Message::Told(fake::name("alpha"), more));
        press(state, &["/"]);
        write(state, "denied");
        press(state, &["enter"]);
    });
    compare("instance_log_of_another_process", |state| {
        press(state, &["1", "j", "j", "L"])
    });
    compare("instance_looked_at", |state| {
        fake::look_around(state);
        press(state, &["1", "j", "enter"]);
    });
    compare("instance_dead", |state| {
        fake::look_around(state);
        press(state, &["1", "G", "enter"]);
    });
    compare("pointer_federated", |state| {
        press(state, &["j", "j", "j", "enter"])
    });
    compare("credential_issued", |state| press(state, &["3", "j", "enter"]));
    compare("credential_rotated", |state| press(state, &["3", "enter"]));
    compare("credential_frozen", |state| {
        press(state, &["3", "j", "j", "j", "enter"])
    });
    compare("invoke_reply", |state| press(state, &["4", "enter"]));
    compare("invoke_wire", |state| press(state, &["4", "enter", "3"]));
    compare("invoke_trace", |state| press(state, &["4", "enter", "4"]));
}

#[test]
fn windows() {
    compare("help", |state| press(state, &["?"]));
    compare("help_found", |state| {
        press(state, &["?"]);
        write(state, "call");
    });
    compare("command_line", |state| {
        press(state, &[":"]);
        write(state, "th");
    });
    compare("help_nothing_found", |state| {
        press(state, &["?"]);
        write(state, "zzzz");
    });
    compare("help_of_what_cannot_be_done", |state| {
        press(state, &["?"]);
        write(state, "rvk");
    });
    compare("command_line_arguments", |state| {
        press(state, &[":"]);
        write(state, "pointers ");
        press(state, &["tab"]);
    });
    compare("command_line_error", |state| {
        press(state, &[":"]);
        write(state, "frobnicate");
        press(state, &["enter"]);
    });
    compare("command_line_history", |state| {
        state.history = ["theme light", "pointers beta /fine dust", "zoom"]
            .map(str::to_owned)
            .to_vec();
        press(state, &[":", "ctrl-r"]);
        write(state, "e");
    });
    compare("confirm_quit", |state| press(state, &["q"]));
    compare("confirm_delete", |state| press(state, &["x"]));
    compare("confirm_revoke", |state| press(state, &["3", "x"]));
    compare("menu_rotate", |state| press(state, &["3", "R"]));
    compare("notice_checks", |state| {
        press(state, &["3"]);
        update(state, Message::Key(Key::char('c')));
        let ticket = state.running[0].ticket;
        let done = Done::Checked("beta/alpha-federation".into(), fake::checks());
        update(state, Message::Worked(ticket, Ok(done)));
    });
    compare("menu_routes", |state| press(state, &["j", "C"]));
    compare("form_new_pointer", |state| press(state, &["n"]));
    compare("form_edit_instance", |state| press(state, &["1", "G", "e"]));
    compare("confirm_restart", |state| press(state, &["1", "r"]));
    compare("form_add_remote", |state| {
        press(state, &["1", "a"]);
        write(state, "no name");
    });
    compare("notice_failure", |state| {
        update(state, Message::Key(Key::char('i')));
        let ticket = state.running[0].ticket;
        update(state, Message::Worked(ticket, Err(fake::failure())));
    });
    compare("reports", |state| {
        state.report_failure(&fake::failure());
        press(state, &["M"]);
    });
}

#[test]
fn help_where_it_is_narrow() {
    for size in [(40, 12), (60, 20)] {
        let mut state = demo(size);
        press(&mut state, &["?"]);
        insta::assert_snapshot!(format!("help_{}x{}", size.0, size.1), screen(&state));
    }
}

#[test]
fn keys_begun() {
    compare("keys_begun", |state| press(state, &["g"]));
    compare("menu_of_what_is_selected", |state| press(state, &["j", "."]));
}

#[test]
fn states() {
    compare("stopping", |state| {
        update(state, Message::Terminate);
    });
    compare("busy", |state| {
        update(state, Message::Key(Key::char('i')));
    });
    for size in SIZES {
        let mut state = blank(size);
        start(&mut state, Start::Empty);
        insta::assert_snapshot!(format!("first_run_{}x{}", size.0, size.1), screen(&state));
        press(&mut state, &["3"]);
        for low in [12, 8] {
            update(&mut state, Message::Resize(size.0, low));
            insta::assert_snapshot!(format!("first_run_{}x{low}", size.0), screen(&state));
        }
        update(&mut state, Message::Resize(size.0, size.1));
        press(&mut state, &["5", "enter"]);
        insta::assert_snapshot!(format!("bring_vault_{}x{}", size.0, size.1), screen(&state));
        let mut state = blank(size);
        start(&mut state, Start::Locked);
        write(&mut state, "wrong");
        update(&mut state, Message::Key(Key::parse("enter").unwrap()));
        update(&mut state, Message::HomeFailed(fake::failure()));
        insta::assert_snapshot!(format!("locked_{}x{}", size.0, size.1), screen(&state));
        let mut state = blank(size);
        start(&mut state, Start::Ready);
        insta::assert_snapshot!(format!("opening_{}x{}", size.0, size.1), screen(&state));
        let mut state = blank(size);
        start(&mut state, Start::Open);
        insta::assert_snapshot!(format!("loading_{}x{}", size.0, size.1), screen(&state));
        update(&mut state, Message::Instances(Ok(Vec::new())));
        update(&mut state, Message::Credentials(Ok((Vec::new(), Vec::new()))));
        let generation = state.log.generation;
        update(
            &mut state,
            Message::Log {
                generation,
                outcome: Ok(crate::workspace::LogWindow::default()),
            },
        );
        insta::assert_snapshot!(format!("empty_{}x{}", size.0, size.1), screen(&state));
    }
}

#[test]
fn failures_in_panes() {
    compare("stale", |state| {
        update(state, Message::Probed(fake::name("alpha"), Err(fake::failure())));
        state.pointers.load = Load::Failed(fake::failure());
        state.credentials.load = Load::Failed(fake::failure());
    });
}

#[test]
fn the_way_back_is_among_the_keys_of_every_page() {
    let ways: [&[&str]; 5] = [
        &["2", "enter"],
        &["2", "G", "enter"],
        &["3", "enter"],
        &["4", "enter"],
        &["1", "enter"],
    ];
    for way in ways {
        let mut state = demo((80, 24));
        press(&mut state, way);
        let shown = screen(&state);
        assert!(
            shown.lines().last().unwrap().contains("Esc back"),
            "{way:?}\n{shown}"
        );
    }
}

#[test]
fn plain_signs_and_no_colour() {
    let mut state = themed((80, 24), "dark", Depth::None);
    state.look.glyphs = ASCII;
    fake::fill(&mut state);
    insta::assert_snapshot!(screen(&state));
}

#[test]
fn t42_no_escape_of_theirs_reaches_the_screen() {
    let mut state = demo((120, 36));
    let mut pointer = fake::pointer(0);
    pointer.description = "\x1b]52;c;aGk=\x07 pay\u{202e}fdp\u{200b}.exe".into();
    pointer.tags = vec!["\x1b[2J".into(), "\u{9b}31m".into()];
    let generation = state.pointers.generation;
    let mut page = fake::pointers(&Default::default());
    page.pointers = vec![pointer.clone()];
    page.total = Some(1);
    update(
        &mut state,
        Message::Pointers {
            instance: fake::name("alpha"),
            generation,
            page: 0,
            outcome: Ok(PointerList { page, remark: None }),
        },
    );
    let mut detail = fake::detail();
    detail.pointer = pointer.clone();
    for keys in [&[][..], &["enter"], &["e"]] {
        for text in keys {
            update(&mut state, Message::Key(Key::parse(text).unwrap()));
        }
        let shown = screen(&state);
        for forbidden in ['\x1b', '\x07', '\u{9b}', '\u{202e}', '\u{200b}'] {
            assert!(!shown.contains(forbidden), "{keys:?}: {forbidden:?}");
        }
        assert!(shown.contains("␛]52;c"), "{shown}");
    }
}

#[test]
fn t45_a_passphrase_is_not_drawn_unless_asked_for() {
    let mut state = demo((120, 36));
    let notice = Notice {
        secret: crate::seal::Passphrase::parse("correct horse battery staple").ok(),
        ..Notice::new("alpha-federation has new values", Level::Warn, Vec::new())
    };
    state.layers.push(Layer::Notice(Box::new(notice)));
    let is_shown = |state: &State| screen(state).contains("battery");
    assert!(!is_shown(&state));
    press(&mut state, &["v"]);
    assert!(is_shown(&state));
    press(&mut state, &["v"]);
    assert!(!is_shown(&state));
    // Asked for and forgotten: masked again by itself, whether time is told by the clock or by the timer alone.
    let effects = update(&mut state, Message::Key(Key::char('v')));
    let [Effect::After(wait, Message::Mask(until))] = effects.as_slice() else {
        panic!("it is not masked again");
    };
    assert_eq!(wait.as_secs(), 30);
    assert!(is_shown(&state));
    state.clock = Clock::Held(fake::now().plus_seconds(29));
    assert!(is_shown(&state));
    insta::assert_snapshot!("secret_shown_120x36", screen(&state));
    state.clock = Clock::Held(fake::now().plus_seconds(30));
    assert!(!is_shown(&state));
    insta::assert_snapshot!("secret_masked_again_120x36", screen(&state));
    state.clock = Clock::Held(fake::now().plus_seconds(-9_000));
    update(&mut state, Message::Mask(*until));
    assert!(!is_shown(&state));
    // An older masking does not take away what was asked for later.
    state.clock = Clock::Held(fake::now().plus_seconds(60));
    press(&mut state, &["v"]);
    update(&mut state, Message::Mask(*until));
    assert!(is_shown(&state));
}

#[test]
fn t45_a_locked_console_shows_nothing_of_what_was_there() {
    type Prepare = fn(&mut State);
    let states: [(&str, Prepare); 5] = [
        ("lock_screen_idle", |state| {
            state.clock = Clock::Held(fake::now().plus_seconds(900));
            update(state, Message::Tick);
        }),
        ("lock_screen_wrong", |state| {
            lock(state);
            for _ in 0..4 {
                write(state, "guess");
                press(state, &["enter"]);
                update(state, Message::VaultOpened(Err(wrong())));
                state.clock = Clock::Held(state.clock.now().plus_seconds(3));
            }
            write(state, "correct");
        }),
        ("lock_screen_opening", |state| {
            lock(state);
            write(state, "guess");
            press(state, &["enter"]);
        }),
        ("lock_screen_key_file", |state| {
            lock(state);
            update(state, Message::VaultShut(Ok(false)));
        }),
        ("lock_screen_leave", |state| {
            lock(state);
            press(state, &["ctrl-c"]);
        }),
    ];
    for (name, prepare) in states {
        for size in [(80, 24), (120, 36)] {
            for theme in ["dark", "light"] {
                let mut state = themed(size, theme, Depth::True);
                fake::fill(&mut state);
                press(&mut state, &["4", "enter"]);
                prepare(&mut state);
                let shown = screen(&state);
                for what in ["alpha", "beta", "ptr_", "whoami", "guess", "correct", "127.0.0.1"] {
                    assert!(!shown.contains(what), "{what} in\n{shown}");
                }
                insta::assert_snapshot!(format!("{name}_{theme}_{}x{}", size.0, size.1), shown);
            }
        }
    }
}

fn wrong() -> Failure {
    Failure::new(
        Code::VaultLocked,
        "the passphrase does not open the vault at /home/ada/.butterfly/console.db",
        "try again; nothing was changed",
    )
}

fn lock(state: &mut State) {
    press(state, &[":"]);
    write(state, "lock");
    press(state, &["enter"]);
}

#[test]
fn t56_no_size_and_no_screen_panics() {
    let prepare: [&[&str]; 25] = [
        &["a"],
        &["s"],
        &["v", "V"],
        &[],
        &["g"],
        &[":", "l", "o", "c", "k", "enter"],
        &["?"],
        &[":"],
        &["/"],
        &["q"],
        &["n"],
        &["1", "a"],
        &["1", "f"],
        &["1", "G", "e"],
        &["1", "enter"],
        &["1", "L"],
        &["1", "H"],
        &["1", "o"],
        &["1", "A"],
        &["j", "C"],
        &["j", "j", "j", "enter"],
        &["3", "enter"],
        &["4", "enter", "4"],
        &["M"],
        &["z"],
    ];
    for keys in prepare {
        let mut state = demo((80, 24));
        press(&mut state, keys);
        for size in [
            (1, 1),
            (2, 1),
            (1, 50),
            (3, 3),
            (7, 2),
            (20, 5),
            (40, 9),
            (79, 12),
            (110, 17),
            (111, 19),
            (500, 200),
            (65, 200),
            (300, 4),
        ] {
            let effects = update(&mut state, Message::Resize(size.0, size.1));
            answer(&mut state, effects);
            let mut buffer = Buffer::empty(Rect::new(0, 0, size.0, size.1));
            view(&state, &mut buffer);
        }
    }
    for begin in [Start::Empty, Start::Locked, Start::Ready] {
        let mut state = blank((80, 24));
        start(&mut state, begin);
        for width in [1, 2, 5, 30, 500] {
            for height in [1, 2, 3, 6, 15, 200] {
                update(&mut state, Message::Resize(width, height));
                view(&state, &mut Buffer::empty(Rect::new(0, 0, width, height)));
            }
        }
    }
}
