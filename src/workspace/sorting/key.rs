//! What a row has in the column that it is sorted by.

/// What a row has there. Blank is the greatest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SortKey {
    /// A figure, a moment, or the place of a word among its kind.
    Number(i64),
    /// A text, in small letters.
    Text(String),
    /// Nothing.
    Blank,
}

impl SortKey {
    /// A figure; what does not fit is the greatest that does.
    pub fn number(number: Option<impl TryInto<i64>>) -> Self {
        number.map_or(Self::Blank, |number| {
            Self::Number(number.try_into().unwrap_or(i64::MAX))
        })
    }

    /// A text, letters of both cases alike; an empty one is nothing.
    pub fn text(text: &str) -> Self {
        match text {
            "" => Self::Blank,
            text => Self::Text(text.to_lowercase()),
        }
    }
}
