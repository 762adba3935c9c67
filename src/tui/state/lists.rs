//! A place in a list.

/// Which row is selected, and which is the first that is visible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cursor {
    /// The row that is selected.
    pub selected: usize,
    /// The first that is visible.
    pub top: usize,
}

impl Cursor {
    /// Moves the selection by so many rows, staying within the list.
    pub fn step(&mut self, rows: i64, total: usize) {
        let wanted = i64::try_from(self.selected)
            .unwrap_or(i64::MAX)
            .saturating_add(rows);
        self.select(usize::try_from(wanted.max(0)).unwrap_or(usize::MAX), total);
    }

    /// Selects a row, or the last one if there are not so many.
    pub fn select(&mut self, row: usize, total: usize) {
        self.selected = row.min(total.saturating_sub(1));
    }

    /// Selects what stands on a line of the view, if anything does.
    pub fn click(&mut self, line: usize, total: usize) {
        let row = self.top + line;
        if row < total {
            self.selected = row;
        }
    }

    /// Scrolls by so many rows and keeps the selection visible.
    pub fn scroll(&mut self, rows: i64, total: usize, height: usize) {
        let last = total.saturating_sub(height);
        let wanted = i64::try_from(self.top)
            .unwrap_or(i64::MAX)
            .saturating_add(rows)
            .max(0);
        self.top = usize::try_from(wanted).unwrap_or(usize::MAX).min(last);
        let bottom = self.top + height.max(1) - 1;
        self.select(self.selected.clamp(self.top, bottom), total);
    }

    /// Brings the selection into a view of this height.
    pub fn settle(&mut self, total: usize, height: usize) {
        self.select(self.selected, total);
        let height = height.max(1);
        if self.selected < self.top {
            self.top = self.selected;
        }
        if self.selected >= self.top + height {
            self.top = self.selected + 1 - height;
        }
        self.top = self.top.min(total.saturating_sub(height));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_selection_is_always_in_the_list_and_in_view(
            steps in prop::collection::vec((-500i64..500, any::<bool>()), 0..20),
            total in 0usize..300,
            height in 0usize..60,
        ) {
            let mut cursor = Cursor::default();
            for (rows, wheel) in steps {
                if wheel { cursor.scroll(rows, total, height) } else { cursor.step(rows, total) }
                cursor.settle(total, height);
                prop_assert!(cursor.selected < total.max(1));
                prop_assert!(cursor.top <= cursor.selected);
                prop_assert!(cursor.selected < cursor.top + height.max(1));
            }
        }
    }
}
