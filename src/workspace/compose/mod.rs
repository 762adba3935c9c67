//! Writing a query before it is sent: what the instance knows, what is wrong with it, what exactly would travel,
//! and the queries that a person keeps.

mod blanks;
mod check;
mod circuit_look;
mod drafts;
mod dry_run;
mod filling;
mod kept;
mod layers;
mod learn;
mod outgoing;
mod paths;
mod ways;

pub use blanks::{
    Answers, AskedBlank, BegunBlank, asked as blanks_of, begun as begun_blank, spans as blank_spans,
};
pub use check::{Facts, Finding, Weight, findings};
pub use circuit_look::CircuitLook;
pub use dry_run::{DryRun, Leg, QueryLayer, WireLayer};
pub use kept::{SentQuery, blank, laid_out, on_one_line, skeleton};
pub use layers::{BodyLayer, Claim};
pub use learn::Knowledge;
pub use outgoing::{Outgoing, Sent, Way};
pub use paths::ReplyPath;
