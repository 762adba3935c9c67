//! Writing a query before it is sent: what the instance knows, what is wrong with it, what exactly would travel,
//! and the queries that have a name.

mod beginnings;
mod blanks;
mod check;
mod circuit_look;
mod drafts;
mod dry_run;
mod filling;
mod layers;
mod learn;
mod named;
mod outgoing;
mod paths;
mod query_files;
mod templates;
mod ways;

pub use beginnings::{SentQuery, blank, laid_out, on_one_line, skeleton};
pub use blanks::{
    Answers, AskedBlank, BegunBlank, asked as blanks_of, begun as begun_blank, spans as blank_spans,
};
pub use check::{Facts, Finding, Weight, findings};
pub use circuit_look::CircuitLook;
pub use dry_run::{DryRun, Leg, QueryLayer, WireLayer};
pub use layers::{BodyLayer, Claim};
pub use learn::Knowledge;
pub use named::as_query_file;
pub(super) use named::query_file_problems;
pub use outgoing::{Outgoing, Sent, Way};
pub use paths::ReplyPath;
pub use query_files::QueryFolder;
pub use templates::{Template, Templates};
