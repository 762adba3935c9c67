//! How large JSON would be, without writing it anywhere.

use serde::Serialize;
use std::io::{Error, Result, Write};

/// How many bytes `value` takes as JSON, if that is not more than `limit`; stops counting there.
pub fn json_size(value: &impl Serialize, limit: usize) -> Option<usize> {
    let mut counter = Counter { left: limit };
    serde_json::to_writer(&mut counter, value).ok()?;
    Some(limit - counter.left)
}

struct Counter {
    left: usize,
}

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.left = self
            .left
            .checked_sub(bytes.len())
            .ok_or_else(|| Error::other("larger than the limit"))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_size_is_that_of_the_text_up_to_the_limit() {
        let value = json!({"a": ["é", 1.5, null]});
        let length = value.to_string().len();
        assert_eq!(json_size(&value, 1_000), Some(length));
        assert_eq!(json_size(&value, length), Some(length));
        assert_eq!(json_size(&value, length - 1), None);
    }
}
