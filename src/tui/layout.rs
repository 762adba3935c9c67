//! Where everything is on the screen: four panes side by side where there is room, one above the other
//! where there is not, the one with the focus getting most of it.

use super::pane::Pane;
use ratatui::layout::Rect;

/// From this width on, panes stand side by side.
const WIDE: u16 = 110;

/// Where everything is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// The top line.
    pub title: Rect,
    /// Between the top line and the status line.
    pub body: Rect,
    /// The panes, in the order of `Pane::ALL`; of no height where there is no room for them.
    pub panes: [Rect; 4],
    /// Whether panes have frames all around.
    pub framed: bool,
    /// The line for what was reported.
    pub status: Rect,
    /// The line with the keys.
    pub footer: Rect,
}

impl Layout {
    /// The layout for a screen of this size.
    pub fn of((width, height): (u16, u16), focus: Pane, zoom: bool, instances: usize) -> Self {
        let line = |y: u16, height: u16| Rect::new(0, y, width, height);
        let title = line(0, height.min(1));
        let footer = line(height.saturating_sub(1), u16::from(height > 1));
        let status = line(height.saturating_sub(2), u16::from(height > 8));
        let body_height = height.saturating_sub(title.height + footer.height + status.height);
        let body = line(title.height, body_height);
        let framed = width >= WIDE && body_height >= 16 || zoom && body_height >= 5 && width >= 20;
        let panes = match (zoom, framed) {
            (true, _) => alone(body, focus),
            (false, true) => side_by_side(body, focus, instances),
            (false, false) => stacked(body, focus, instances),
        };
        Self {
            title,
            body,
            panes,
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

fn side_by_side(body: Rect, focus: Pane, instances: usize) -> [Rect; 4] {
    let left = (body.width * 3 / 8).clamp(44, 84);
    let wanted = u16::try_from(instances).unwrap_or(u16::MAX).saturating_add(3);
    let most = if focus == Pane::Instances {
        body.height * 3 / 5
    } else {
        body.height / 2
    };
    let upper_left = wanted.clamp(8, most.max(8));
    let upper_right = if focus == Pane::Log {
        body.height / 2
    } else {
        body.height * 3 / 5
    };
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
fn stacked(body: Rect, focus: Pane, instances: usize) -> [Rect; 4] {
    let short = match body.height {
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn at_80x24_all_four_panes_are_there_and_the_focus_has_most_room() {
        for focus in Pane::ALL {
            let layout = Layout::of((80, 24), focus, false, 2);
            let most = layout.panes.iter().map(|pane| pane.height).max();
            assert_eq!(Some(layout.panes[focus.index()].height), most);
            assert!(layout.panes.iter().all(|pane| pane.height >= 2));
        }
    }

    proptest! {
        #[test]
        fn t56_panes_never_leave_the_screen_nor_overlap(
            width in 1u16..500, height in 1u16..200, focus in 0usize..4, zoom: bool, instances in 0usize..50,
        ) {
            let layout = Layout::of((width, height), Pane::ALL[focus], zoom, instances);
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
    }
}
