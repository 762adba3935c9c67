//! `get_isolated_pointers` → a page as `list_pointers` gives it: the pointers without a stored relationship. Neighbours
//! that are computed from the coordinates do not count: nearly every pointer has some.

use super::parameter::PAGED;
use super::{Access, Action, Answer, Call, DomainRole, page};
use crate::store::PointerQuery;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "get_isolated_pointers",
    help: "Lists the pointers that have no stored relationship; without a limit, all of them.",
    access: Access::Granted,
    writes: false,
    destroys: |_| false,
    within: Some(DomainRole::Reader),
    parameters: PAGED,
    result: "{count, total, pointers: [pointer], next, filter?, sort?, descending?}",
    errors: &[],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let wanted = PointerQuery {
        isolated_only: true,
        ..PointerQuery::default()
    };
    page::read(call, wanted, None).await?.into_answer()
}
