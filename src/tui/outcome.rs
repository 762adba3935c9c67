//! How whatever was asked for ends.

use crate::workspace::Failure;

/// What came of something that was asked for.
pub type Outcome<T> = Result<T, Failure>;
