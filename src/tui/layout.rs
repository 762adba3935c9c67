//! Where everything is on the screen: four panes side by side where there is room, one above the other
//! where there is not, the one with the focus getting most of it. A person may move the borders between them.

use super::pane::Pane;
use ratatui::layout::Rect;
use serde::{Deserialize, Serialize};

/// From this width on, panes stand side by side.
const WIDE: u16 = 110;
/// What is left of a pane however far a border is moved: columns, and rows.
const NARROWEST: u16 = 24;
const LOWEST: u16 = 4;

/// A border between panes that can be moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Border {
    /// Between the columns.
    Columns,
    /// Between the two panes on the left.
    Left,
    /// Between the two panes on the right.
    Right,
}

/// Where a person wants the borders, in thousandths of the width and the height that there are; by itself each stands
/// where it serves the pane with the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Borders {
    #[serde(skip_serializing_if = "Option::is_none")]
    columns: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    right: Option<u16>,
    /// Rows of each pane without the focus, where panes stand one above the other.
    #[serde(skip_serializing_if = "Option::is_none")]
    short: Option<u16>,
}

impl Borders {
    fn of(&mut self, border: Border) -> &mut Option<u16> {
        match border {
            Border::Columns => &mut self.columns,
            Border::Left => &mut self.left,
            Border::Right => &mut self.right,
        }
    }
}

/// How panes stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrangement {
    /// One has the whole screen.
    Alone,
    /// Two columns of two.
    SideBySide,
    /// One above the other.
    Stacked,
}

/// Where everything is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// The top line.
    pub title: Rect,
    /// Between the top line and the status line.
    pub body: Rect,
    /// The panes, in the order of `Pane::ALL`; of no height where there is no room for them.
    pub panes: [Rect; 4],
    /// How the panes stand.
    pub arrangement: Arrangement,
    /// Whether panes have frames all around.
    pub framed: bool,
    /// The line for what was reported.
    pub status: Rect,
    /// The line with the keys.
    pub footer: Rect,
}

impl Layout {
    /// The layout for a screen of this size.
    pub fn of(
        (width, height): (u16, u16),
        focus: Pane,
        zoom: bool,
        instances: usize,
        borders: Borders,
    ) -> Self {
        let line = |y: u16, height: u16| Rect::new(0, y, width, height);
        let title = line(0, height.min(1));
        let footer = line(height.saturating_sub(1), u16::from(height > 1));
        let status = line(height.saturating_sub(2), u16::from(height > 8));
        let body_height = height.saturating_sub(title.height + footer.height + status.height);
        let body = line(title.height, body_height);
        let framed = width >= WIDE && body_height >= 16 || zoom && body_height >= 5 && width >= 20;
        let arrangement = match (zoom, framed) {
            (true, _) => Arrangement::Alone,
            (false, true) => Arrangement::SideBySide,
            (false, false) => Arrangement::Stacked,
        };
        let panes = match arrangement {
            Arrangement::Alone => alone(body, focus),
            Arrangement::SideBySide => side_by_side(body, focus, instances, borders),
            Arrangement::Stacked => stacked(body, focus, instances, borders.short),
        };
        Self {
            title,
            body,
            panes,
            arrangement,
            framed,
            status,
            footer,
        }
    }

    /// The part of a pane in which its rows stand, without frame and headings.
    pub fn rows(&self, pane: Pane) -> Rect {
        let inner = self.inner(pane);
        let headings = u16::from(has_headings(inner));
        Rect::new(inner.x, inner.y + headings, inner.width, inner.height - headings)
    }

    /// A pane without its frame.
    pub fn inner(&self, pane: Pane) -> Rect {
        let area = self.panes[pane.index()];
        let (side, bottom) = if self.framed { (1, 1) } else { (0, 0) };
        Rect::new(
            area.x + side.min(area.width / 2),
            area.y + 1.min(area.height),
            area.width.saturating_sub(2 * side),
            area.height.saturating_sub(1 + bottom),
        )
    }

    /// The border at this place, where one can be taken and moved: the frames that touch there.
    pub fn border_at(&self, x: u16, y: u16) -> Option<Border> {
        if self.arrangement != Arrangement::SideBySide || !self.body.contains((x, y).into()) {
            return None;
        }
        let [instances, pointers, ..] = self.panes;
        if x + 1 == pointers.x || x == pointers.x {
            return Some(Border::Columns);
        }
        let (upper, border) = match x < pointers.x {
            true => (instances, Border::Left),
            false => (pointers, Border::Right),
        };
        (y + 1 == upper.bottom() || y == upper.bottom()).then_some(border)
    }

    /// How many columns or rows there are before a border.
    fn before(&self, border: Border) -> u16 {
        let [instances, pointers, ..] = self.panes;
        match border {
            Border::Columns => instances.width,
            Border::Left => instances.height,
            Border::Right => pointers.height,
        }
    }

    /// The borders with this one where so many columns or rows are before it, or as near to that as may be.
    pub fn moved_to(&self, borders: Borders, border: Border, before: i32) -> Borders {
        let (whole, least) = match border {
            Border::Columns => (self.body.width, NARROWEST),
            Border::Left | Border::Right => (self.body.height, LOWEST),
        };
        let before = u16::try_from(before.max(0)).unwrap_or(u16::MAX);
        let mut borders = borders;
        *borders.of(border) = Some(share_of(within(before, whole, least), whole));
        borders
    }

    /// The borders with this one so many columns or rows farther right or down.
    pub fn moved_by(&self, borders: Borders, border: Border, cells: i32) -> Borders {
        self.moved_to(borders, border, i32::from(self.before(border)) + cells)
    }

    /// The borders with so many rows more for each pane that does not have the focus, where they stand one above the
    /// other.
    pub fn others_grown_by(&self, borders: Borders, rows: i32, focus: Pane) -> Borders {
        let now = Pane::ALL
            .into_iter()
            .filter(|pane| *pane != focus)
            .map(|pane| self.panes[pane.index()].height)
            .max()
            .unwrap_or_default();
        let wanted = u16::try_from((i32::from(now) + rows).max(0)).unwrap_or(u16::MAX);
        Borders {
            short: Some(wanted.min(most_of_others(self.body.height))),
            ..borders
        }
    }

    /// The pane at this place.
    pub fn pane_at(&self, x: u16, y: u16) -> Option<Pane> {
        Pane::ALL
            .into_iter()
            .find(|pane| self.panes[pane.index()].contains((x, y).into()))
    }
}

/// Whether a pane of this inner size shows headings.
pub fn has_headings(inner: Rect) -> bool {
    inner.height >= 4
}

fn alone(body: Rect, focus: Pane) -> [Rect; 4] {
    let mut panes = [Rect::new(body.x, body.y, 0, 0); 4];
    panes[focus.index()] = body;
    panes
}

/// So many cells of all, with at least so many left on either side.
fn within(cells: u16, whole: u16, least: u16) -> u16 {
    let most = whole.saturating_sub(least).max(least.min(whole));
    cells.clamp(least.min(most), most)
}

/// So many of all cells, in thousandths. What [`cells_of`] makes of it is as many again, for whatever is a screen.
fn share_of(cells: u16, whole: u16) -> u16 {
    let share = (u32::from(cells) * 1_000 + u32::from(whole) / 2) / u32::from(whole.max(1));
    u16::try_from(share).unwrap_or(1_000)
}

/// So many thousandths of all cells.
fn cells_of(share: u16, whole: u16) -> u16 {
    let cells = (u32::from(share.min(1_000)) * u32::from(whole) + 500) / 1_000;
    u16::try_from(cells).unwrap_or(whole)
}

fn side_by_side(body: Rect, focus: Pane, instances: usize, borders: Borders) -> [Rect; 4] {
    let chosen = |share: Option<u16>, whole: u16, least: u16| {
        share.map(|share| within(cells_of(share, whole), whole, least))
    };
    let left = (body.width * 3 / 8).clamp(44, 84);
    let left = chosen(borders.columns, body.width, NARROWEST).unwrap_or(left);
    let wanted = u16::try_from(instances).unwrap_or(u16::MAX).saturating_add(3);
    let most = if focus == Pane::Instances {
        body.height * 3 / 5
    } else {
        body.height / 2
    };
    let upper_left = wanted.clamp(8, most.max(8));
    let upper_left = chosen(borders.left, body.height, LOWEST).unwrap_or(upper_left);
    let upper_right = if focus == Pane::Log {
        body.height / 2
    } else {
        body.height * 3 / 5
    };
    let upper_right = chosen(borders.right, body.height, LOWEST).unwrap_or(upper_right);
    let column = |x: u16, width: u16, upper: u16| {
        (
            Rect::new(x, body.y, width, upper),
            Rect::new(x, body.y + upper, width, body.height - upper),
        )
    };
    let (instances, credentials) = column(body.x, left, upper_left);
    let (pointers, log) = column(body.x + left, body.width - left, upper_right);
    [instances, pointers, credentials, log]
}

/// Short panes are a title and a few rows; the one with the focus takes what is left.
fn stacked(body: Rect, focus: Pane, instances: usize, chosen: Option<u16>) -> [Rect; 4] {
    let short = match body.height {
        height if chosen.is_some() => chosen.unwrap_or_default().min(most_of_others(height)),
        0..8 => 0,
        8..14 => 1,
        14..18 => 2,
        18..26 => 4,
        height => height / 5,
    };
    let mut heights = [short; 4];
    if short > 2 && focus != Pane::Instances {
        // Few instances leave their room to the pane with the focus.
        heights[0] = short.min(u16::try_from(instances.max(1)).unwrap_or(short).saturating_add(1));
    }
    heights[focus.index()] = 0;
    heights[focus.index()] = body.height - heights.iter().sum::<u16>();
    let mut y = body.y;
    heights.map(|height| {
        let area = Rect::new(body.x, y, body.width, height);
        y += height;
        area
    })
}

/// How many rows each pane without the focus may have at most: the one with it keeps as many.
fn most_of_others(height: u16) -> u16 {
    height / 4
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn at_80x24_all_four_panes_are_there_and_the_focus_has_most_room() {
        for focus in Pane::ALL {
            let layout = Layout::of((80, 24), focus, false, 2, Borders::default());
            let most = layout.panes.iter().map(|pane| pane.height).max();
            assert_eq!(Some(layout.panes[focus.index()].height), most);
            assert!(layout.panes.iter().all(|pane| pane.height >= 2));
        }
    }

    proptest! {
        #[test]
        fn t56_panes_never_leave_the_screen_nor_overlap(
            width in 1u16..500, height in 1u16..200, focus in 0usize..4, zoom: bool, instances in 0usize..50,
            borders in borders(),
        ) {
            let layout = Layout::of((width, height), Pane::ALL[focus], zoom, instances, borders);
            let screen = Rect::new(0, 0, width, height);
            let mut covered = 0u32;
            for pane in Pane::ALL {
                let area = layout.panes[pane.index()];
                prop_assert_eq!(area.intersection(screen), area);
                prop_assert_eq!(layout.rows(pane).intersection(area), layout.rows(pane));
                covered += area.area();
            }
            prop_assert_eq!(covered, layout.body.area());
        }

        #[test]
        fn a_border_goes_where_it_is_moved_and_nothing_else_does(
            width in WIDE..500, height in 20u16..200, focus in 0usize..4, which in 0usize..3, cells in -30i32..30,
            before in borders(),
        ) {
            let at = |borders| Layout::of((width, height), Pane::ALL[focus], false, 2, borders);
            let border = [Border::Columns, Border::Left, Border::Right][which];
            let from = at(before);
            let to = at(from.moved_by(before, border, cells));
            let (least, whole) = match border {
                Border::Columns => (NARROWEST, from.body.width),
                _ => (LOWEST, from.body.height),
            };
            let wanted = (i32::from(from.before(border)) + cells).clamp(least.into(), (whole - least).into());
            prop_assert_eq!(i32::from(to.before(border)), wanted);
            for other in [Border::Columns, Border::Left, Border::Right] {
                prop_assert!(other == border || to.before(other) == from.before(other));
            }
            // It is taken where it stands.
            let place = match border {
                Border::Columns => (to.before(border), 3),
                Border::Left => (2, to.body.y + to.before(border)),
                Border::Right => (to.before(Border::Columns) + 2, to.body.y + to.before(border)),
            };
            prop_assert_eq!(to.border_at(place.0, place.1), Some(border));
        }

        #[test]
        fn one_above_the_other_the_pane_with_the_focus_keeps_most_room(
            height in 1u16..60, focus in 0usize..4, rows in prop::collection::vec(-3i32..4, 0..20),
        ) {
            let focus = Pane::ALL[focus];
            let at = |borders| Layout::of((80, height), focus, false, 2, borders);
            let mut borders = Borders::default();
            for rows in rows {
                borders = at(borders).others_grown_by(borders, rows, focus);
                let layout = at(borders);
                let of_focus = layout.panes[focus.index()].height;
                prop_assert!(layout.panes.iter().all(|pane| pane.height <= of_focus));
            }
        }
    }

    prop_compose! {
        fn borders()(
            columns in prop::option::of(0u16..1_100),
            left in prop::option::of(0u16..1_100),
            right in prop::option::of(0u16..1_100),
            short in prop::option::of(0u16..40),
        ) -> Borders {
            Borders { columns, left, right, short }
        }
    }
}
