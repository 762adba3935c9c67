//! Which actions and queries only read, as far as the actions of this program tell.

use crate::instance;
use crate::instance::actions::table::ALL;
use crate::protocol::Query;

/// Whether an action only reads: one that we do not know is taken for writing.
pub fn only_reads(action: &str) -> bool {
    instance::only_reads(action, ALL)
}

/// Whether a query may change something at the instance that it is relayed to.
pub(super) fn may_write_at_a_peer(query: &Query) -> bool {
    instance::may_write_at_a_peer(query, ALL)
}
