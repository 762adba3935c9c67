//! `get_unassigned_pointers` → a page as `list_pointers` gives it: the pointers without a connection.

use super::parameter::{AFTER, DESCENDING, FILTER, LIMIT, OFFSET, SORT};
use super::{Access, Action, Answer, Call, page};
use crate::store::PointerQuery;

/// The row of the table.
pub const ACTION: Action = Action {
    name: "get_unassigned_pointers",
    help: "Lists the pointers that are assigned to no connection; without a limit, all of them.",
    access: Access::Granted,
    writes: false,
    parameters: &[FILTER, SORT, DESCENDING, LIMIT, AFTER, OFFSET],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let wanted = PointerQuery {
        unassigned_only: true,
        ..PointerQuery::default()
    };
    page::read(call, wanted, None).await?.into_answer()
}
