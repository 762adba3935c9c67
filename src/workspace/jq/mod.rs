//! Expressions over replies in the language of jq, by a real implementation of it.
//!
//! What a person types may run for ever or fill the memory: an expression is stopped by a limit of time and
//! of output, by the next one, and before it uses up its thread's stack. Depends on nothing of the home.

mod completion;
mod limits;
mod program;
mod session;
#[cfg(test)]
mod tests;

pub use completion::{JqOffer, JqPlace, Standing, list_in_short, object_in_short, place, standing, step};
pub use limits::Limits;
pub use session::{Answer, JqError, JqSession, evaluate};
