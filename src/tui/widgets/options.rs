//! One of a few options, on one line. Where there is not room for all, the chosen one is in sight.

use super::draw::{Canvas, width};
use ratatui::style::Style;

/// The options from one on, so that the chosen one is in sight; the styles are those of the chosen one and of the
/// others. An ellipsis stands for what is left out before and after.
pub fn draw_options(
    canvas: &mut Canvas,
    (x, y, room): (u16, u16, u16),
    options: &[String],
    chosen: usize,
    (chosen_style, other_style): (Style, Style),
) {
    let first = first_shown(options, chosen, room);
    let mut used = 0;
    if first > 0 {
        let ellipsis = canvas.glyphs.ellipsis;
        used += canvas.put(x, y, room, ellipsis, other_style);
    }
    for (place, option) in options.iter().enumerate().skip(first) {
        let style = if place == chosen {
            chosen_style
        } else {
            other_style
        };
        let rest = room.saturating_sub(used);
        used += canvas.put(x + used, y, rest, &format!(" {option} "), style);
    }
}

/// The first option of which all up to the chosen one fit, beside the ellipses.
fn first_shown(options: &[String], chosen: usize, room: u16) -> usize {
    let room = u32::from(room.saturating_sub(2));
    let mut used = 0;
    let mut first = chosen.min(options.len());
    for (place, option) in options.iter().enumerate().take(chosen + 1).rev() {
        used += u32::from(width(option)) + 2;
        if used > room {
            break;
        }
        first = place;
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_chosen_one_is_in_sight(
            options in prop::collection::vec("[a-z]{1,9}", 1..20),
            chosen in any::<prop::sample::Index>(),
            room in 20..60u16,
        ) {
            let chosen = chosen.index(options.len());
            let first = first_shown(&options, chosen, room);
            prop_assert!(first <= chosen);
            let shown: usize = options[first..=chosen].iter().map(|option| option.len() + 2).sum();
            prop_assert!(shown + 2 <= usize::from(room), "{}", shown);
            // Nothing is left out without need.
            if first > 0 {
                let more = options[first - 1].len() + 2;
                prop_assert!(shown + more + 2 > usize::from(room));
            }
        }
    }
}
