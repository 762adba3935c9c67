//! `get_pointers_for_connection`: the pointers assigned to a connection.

use super::parameter::{AFTER, CONNECTION_ID, DESCENDING, FILTER, LIMIT, OFFSET, SORT};
use super::wish::{self, EXCLUDE_TAGS, SEARCH_TAGS, SEARCH_TERM, TAG_MATCH_MODE};
use super::{Access, Action, Answer, Call, Code, DomainRole, page};
use crate::store::PointerQuery;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "get_pointers_for_connection",
    help: "Lists the pointers that are invoked through a connection; without a limit, all of them.",
    access: Access::Granted,
    writes: false,
    destroys: |_| false,
    within: Some(DomainRole::Reader),
    parameters: &[
        CONNECTION_ID,
        SEARCH_TERM,
        SEARCH_TAGS,
        EXCLUDE_TAGS,
        TAG_MATCH_MODE,
        FILTER,
        SORT,
        DESCENDING,
        LIMIT,
        AFTER,
        OFFSET,
    ],
    result: "{count, total, pointers: [pointer], next, searched?, filter?, sort?, descending?}",
    errors: &[Code::ConnectionNotFound, Code::AccessDenied],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let connection = call.connection("connection_id").await?;
    let caller;
    let mut call = *call;
    if !call.sees_every_pointer() {
        call.require_use(&connection, DomainRole::Reader).await?;
        // Whoever may use a connection may invoke each of its pointers, and so see them; an access key those only that
        // its maker sees.
        caller = call.caller.covering(&connection.id);
        call.caller = &caller;
    }
    let wanted = PointerQuery {
        connection: Some(connection.id.clone()),
        ..wish::read(&call)?
    };
    page::read(&call, wanted, None).await?.into_answer()
}
