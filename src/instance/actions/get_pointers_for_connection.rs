//! `get_pointers_for_connection`: the pointers assigned to a connection.

use super::parameter::{AFTER, CONNECTION_ID, DESCENDING, FILTER, LIMIT, OFFSET, SORT};
use super::{Access, Action, Answer, Call, page};
use crate::store::PointerQuery;

/// The row of the table.
pub const ACTION: Action = Action {
    name: "get_pointers_for_connection",
    help: "Lists the pointers that are invoked through a connection; without a limit, all of them.",
    access: Access::Granted,
    writes: false,
    parameters: &[CONNECTION_ID, FILTER, SORT, DESCENDING, LIMIT, AFTER, OFFSET],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let connection = call.connection("connection_id").await?;
    if !call.sees_every_pointer() {
        call.require_use(&connection).await?;
    }
    let wanted = PointerQuery {
        connection: Some(connection.id),
        ..PointerQuery::default()
    };
    page::read(call, wanted, None).await?.into_answer()
}
