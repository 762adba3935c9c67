//! Which box a key goes to.

use super::layout::Cell;

/// Where a key goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the left.
    Left,
    /// To the right.
    Right,
    /// Up.
    Up,
    /// Down.
    Down,
}

/// The nearest of these places in a direction; none if there is none.
pub fn nearest(places: &[Cell], from: Cell, direction: Direction) -> Option<usize> {
    let far = |place: &Cell| {
        let (dx, dy) = (
            i64::from(place.0) - i64::from(from.0),
            i64::from(place.1) - i64::from(from.1),
        );
        let (ahead, aside) = match direction {
            Direction::Left => (-dx, dy * 4),
            Direction::Right => (dx, dy * 4),
            Direction::Up => (-dy * 4, dx * 2),
            Direction::Down => (dy * 4, dx * 2),
        };
        (ahead > 0).then_some(ahead + aside.abs())
    };
    (0..places.len())
        .filter_map(|place| Some((far(&places[place])?, place)))
        .min()
        .map(|(_, place)| place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_key_goes_where_it_points() {
        let places = [(0, 0), (20, 0), (0, 8), (20, 8)];
        assert_eq!(nearest(&places, (0, 0), Direction::Right), Some(1));
        assert_eq!(nearest(&places, (0, 0), Direction::Down), Some(2));
        assert_eq!(nearest(&places, (20, 8), Direction::Up), Some(1));
        assert_eq!(nearest(&places, (20, 8), Direction::Left), Some(2));
        assert_eq!(nearest(&places, (0, 0), Direction::Up), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn what_is_nearest_lies_ahead(
            places in prop::collection::vec((0u16..200, 0u16..100), 0..30),
            from in (0u16..200, 0u16..100),
        ) {
            if let Some(place) = nearest(&places, from, Direction::Right) {
                prop_assert!(places[place].0 > from.0);
            }
            if let Some(place) = nearest(&places, from, Direction::Up) {
                prop_assert!(places[place].1 < from.1);
            }
        }
    }
}
