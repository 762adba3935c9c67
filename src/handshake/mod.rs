//! Joining two instances: the bundle in which one administrator hands a credential to another, and
//! the words by which both make sure that nobody came in between.
//!
//! Pure: no sockets, no files, no clock of its own. Depends on `protocol`, `seal` and `model`.
//! `bundle` alone knows the `age` format, so that the choice can be revisited.

mod bundle;
mod contents;
mod error;
mod words;

pub use bundle::{Outside, SealedBundle, inspect};
pub use contents::{BUNDLE_VERSION, Bundle, BundleInstance, BundledCredential, LONGEST_OFFER};
pub use error::BundleError;
