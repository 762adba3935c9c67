//! Lists in another order, and the headings that are clicked for it.

use super::*;
use crate::tui::content::{heading_at, headings};

#[test]
fn each_heading_is_clicked_where_it_is_drawn() {
    for (size, zoom) in [((120, 36), false), ((200, 50), false), ((160, 40), true)] {
        for pane in Pane::ALL {
            let mut state = demo(size);
            (state.focus, state.zoom) = (pane, zoom);
            let inner = state.layout().inner(pane);
            let drawn = screen(&state);
            let line = drawn.lines().nth(usize::from(inner.y)).unwrap();
            // What is drawn stands between quotes.
            let line: Vec<char> = line.chars().skip(1).collect();
            let mut found = 0;
            for (name, column) in headings(&state, pane) {
                let title: Vec<char> = column.title.chars().collect();
                let mut places = usize::from(inner.x)..usize::from(inner.right()) - title.len();
                let start = places.find(|x| !title.is_empty() && line[*x..].starts_with(&title));
                let Some(start) = start.and_then(|x| u16::try_from(x).ok()) else {
                    continue;
                };
                found += 1;
                let end = start + u16::try_from(title.len()).unwrap() - 1;
                for x in [start, end] {
                    assert_eq!(heading_at(&state, x, inner.y), Some((pane, name)), "{size:?}");
                }
                assert_eq!(heading_at(&state, start, inner.y + 1), None);
            }
            assert!(found >= 3, "{pane:?} {size:?}: {found}");
        }
    }
}

#[test]
fn lists_in_another_order() {
    compare("instances_sorted", |state| {
        fake::look_around(state);
        press(state, &["1", "z", ",", "4", ",", "4"]);
    });
    compare("credentials_sorted", |state| press(state, &["3", "s", "1"]));
    compare("log_sorted", |state| press(state, &["4", "s", "9"]));
    compare("log_sort_menu", |state| press(state, &["4", "s", "9", "s"]));
}
