//! Nothing overlaps, every wire arrives, and the picture says what leads where.

use super::*;
use proptest::prelude::*;
use std::collections::HashMap;

fn covers(frame: &Frame, cell: Cell) -> bool {
    (frame.x..frame.x + frame.width).contains(&cell.0) && (frame.y..frame.y + frame.height).contains(&cell.1)
}

/// Whether a cell stands right beside a frame.
fn touches(frame: &Frame, cell: Cell) -> bool {
    let beside = cell.0 + 1 == frame.x || cell.0 == frame.x + frame.width;
    beside && (frame.y + 1..frame.y + frame.height - 1).contains(&cell.1)
}

#[test]
fn two_parties_and_a_door_stand_in_a_line() {
    let picture = lay_out(&[10, 10], &[(0, 1)], 0);
    assert_eq!(
        picture.frames[0],
        Frame {
            x: 0,
            y: 0,
            width: 10,
            height: 4
        }
    );
    assert!(picture.frames[1].x > 10);
    assert!(lay_out(&[], &[], 80).frames.is_empty());
}

#[test]
fn whoever_has_to_do_with_nobody_fills_the_columns() {
    let picture = lay_out(&[10; 9], &[], 0);
    assert_eq!(picture.size.1, 12);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn boxes_never_overlap_and_wires_connect_the_right_ones(
        widths in prop::collection::vec(6u16..24, 1..24),
        ends in prop::collection::vec((any::<u16>(), any::<u16>()), 0..40),
        room in 0u16..300,
    ) {
        let count = widths.len();
        let doors: Vec<(usize, usize)> = ends
            .into_iter()
            .map(|(from, to)| (usize::from(from) % count, usize::from(to) % count))
            .collect();
        let picture = lay_out(&widths, &doors, room);
        prop_assert_eq!(&picture, &lay_out(&widths, &doors, room));
        prop_assert!(picture.runway == 0 || picture.size.0 <= room);
        for (place, one) in picture.frames.iter().enumerate() {
            prop_assert!(one.width >= widths[place]);
            prop_assert!(one.x + one.width <= picture.size.0 && one.y + one.height <= picture.size.1);
            for other in &picture.frames[..place] {
                let apart = one.x + one.width <= other.x || other.x + other.width <= one.x
                    || one.y + one.height <= other.y || other.y + other.height <= one.y;
                prop_assert!(apart, "{one:?} {other:?}");
            }
        }
        let mut passed: HashMap<Cell, Vec<bool>> = HashMap::new();
        for ((from, to), wire) in doors.iter().zip(&picture.wires) {
            if from == to {
                prop_assert!(wire.is_empty());
                continue;
            }
            prop_assert!(touches(&picture.frames[*from], wire[0]), "{wire:?}");
            prop_assert!(touches(&picture.frames[*to], *wire.last().unwrap()), "{wire:?}");
            for pair in wire.windows(2) {
                let step = pair[0].0.abs_diff(pair[1].0) + pair[0].1.abs_diff(pair[1].1);
                prop_assert_eq!(step, 1);
            }
            for (place, cell) in wire.iter().enumerate() {
                prop_assert!(cell.0 < picture.size.0 && cell.1 < picture.size.1);
                prop_assert!(picture.frames.iter().all(|frame| !covers(frame, *cell)));
                let before = wire[place.saturating_sub(1)];
                let after = wire[(place + 1).min(wire.len() - 1)];
                let straight = before.1 == after.1 || before.0 == after.0;
                prop_assert!(straight || !passed.contains_key(cell));
                passed.entry(*cell).or_default().push(before.1 == after.1);
            }
        }
        // Nothing crosses the straight part before a head, so that words may stand there.
        for ((from, to), wire) in doors.iter().zip(&picture.wires).filter(|(_, wire)| !wire.is_empty()) {
            let is_to_the_right = picture.frames[*from].x < picture.frames[*to].x;
            let cells: Vec<Cell> = match is_to_the_right {
                true => wire.iter().rev().copied().collect(),
                false => wire.clone(),
            };
            for cell in &cells[..=usize::from(picture.runway)] {
                prop_assert_eq!(cell.1, cells[0].1);
                prop_assert_eq!(passed[cell].len(), 1);
            }
        }
        // Where two wires meet, one goes along and one goes across.
        for (cell, ways) in passed {
            prop_assert!(ways.len() < 2 || ways.len() == 2 && ways[0] != ways[1], "{cell:?} {ways:?}");
        }
    }
}
