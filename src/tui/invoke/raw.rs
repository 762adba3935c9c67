//! The reply's bytes as they came, in rows as wide as the screen: each row is found without a walk to it.

/// Where one is in the bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Raw {
    /// The first row that is visible.
    pub top: usize,
}

impl Raw {
    /// Scrolls.
    pub fn step(&mut self, rows: i64) {
        let wanted = i64::try_from(self.top).unwrap_or(i64::MAX).saturating_add(rows);
        self.top = usize::try_from(wanted.max(0)).unwrap_or(0);
    }

    /// Keeps the last row at the foot.
    pub fn settle(&mut self, text: &str, width: u16, height: usize) {
        self.top = self.top.min(rows(text, width).saturating_sub(height));
    }
}

/// How many rows a text makes.
pub fn rows(text: &str, width: u16) -> usize {
    text.len().div_ceil(usize::from(width.max(1)))
}

/// A row of a text: as many bytes as there are columns, give or take what keeps characters whole.
pub fn row(text: &str, width: u16, row: usize) -> &str {
    let width = usize::from(width.max(1));
    let start = text.floor_char_boundary((row * width).min(text.len()));
    let end = text.floor_char_boundary(((row + 1) * width).min(text.len()));
    &text[start..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_rows_are_the_text(text in ".{0,60}", width in 1u16..9) {
            let whole: String = (0..rows(&text, width)).map(|number| row(&text, width, number)).collect();
            prop_assert_eq!(whole, text);
        }
    }
}
