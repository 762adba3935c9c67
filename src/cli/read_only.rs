//! What a query may do in read-only mode.

use super::session::Session;
use crate::protocol::Query;
use crate::workspace::{Failure, only_reads};

/// Refuses, in read-only mode, a query whose action may change something: also one that we do not know.
pub fn permit_query(session: &Session, query: &Query) -> Result<(), Failure> {
    if only_reads(query.action()) {
        return Ok(());
    }
    session.permit(&format!(
        "the action {:?}, which may change something",
        query.action()
    ))
}
